// How an answer of the gateway leaves it: whole, with its length, and never kept by anybody in between. Not here: streams
// (they belong to sessions) and what is answered.
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Clock, Millis } from '../base/clock.ts';
import type { Written } from '../core/resultText.ts';
import type { RpcError } from '../core/rpc.ts';
import { hasBegun, isEnding } from './begun.ts';
import { announcedBytes } from './guardTerms.ts';

const always: OutgoingHttpHeaders = {
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
};

export interface Reply {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  readonly headers?: OutgoingHttpHeaders;
}

export const jsonReply = (
  status: number,
  value: object,
  headers: OutgoingHttpHeaders = {},
): Reply => ({ status, type: 'application/json', body: JSON.stringify(value), headers });

/**
 * Words and no JSON, for what was refused before its id was known: clients built on rmcp take a JSON-RPC error without an id for
 * nobody's answer and wait for ever, while anything that is no JSON fails their request at once.
 */
export const textReply = (
  status: number,
  text: string,
  headers: OutgoingHttpHeaders = {},
): Reply => ({ status, type: 'text/plain; charset=utf-8', body: `${text}\n`, headers });

/**
 * The same request once more, to the same URL, along another connection: for one that was not begun. Clients send the same body
 * again by themselves (RFC 9110, section 15.4.8).
 */
export const redirectReply = (target: string): Reply =>
  textReply(307, 'The gateway is restarting. Ask again here.', {
    Location: target,
    Connection: 'close',
  });

/** A refusal of a request whose message was read. */
export const errorReply = (status: number, error: RpcError): Reply => jsonReply(status, error);

const headOf = ({ type, body, headers }: Reply): OutgoingHttpHeaders => ({
  ...always,
  'Content-Type': type,
  'Content-Length': Buffer.byteLength(body),
  ...headers,
});

/** Answers, unless the client is gone or an answer has begun. */
export const send = (response: ServerResponse, reply: Reply): void => {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(reply.status, headOf(reply));
  endWith(response, [reply.body]);
};

/** Whether all that was said to a client went to a connection that still stood. */
export const isWhole = (response: ServerResponse, socket: Socket | null): boolean =>
  response.writableFinished && socket?.errored === null;

/** What goes out together, in order. */
export type Parts = readonly (string | Uint8Array)[];

/** A message as a body of its own. */
export const partsOf = (json: Written): Parts =>
  typeof json === 'string' ? [json] : [json.before, ...json.bytes, json.after];

/** In characters, or bytes; cheap to have. */
const lengthOf = (parts: Parts): number => parts.reduce((length, part) => length + part.length, 0);

const sizeOf = (parts: Parts): number =>
  parts.reduce((size, part) => size + Buffer.byteLength(part), 0);

/** The last that is said in a response. */
export const endWith = (response: ServerResponse, parts: Parts): void => {
  const [only] = parts;
  isEnding(response, lengthOf(parts));
  if (parts.length <= 1) return void response.end(only);
  response.cork();
  for (const part of parts) response.write(part);
  // Node 24 forgets what a corked response holds when it is ended.
  response.uncork();
  response.end();
};

/** Answers a request with its response alone. Returns whether all of it has left this process. */
export const sendAnswer = (response: ServerResponse, json: Written): boolean => {
  const parts = partsOf(json);
  const headers = {
    'Content-Type': 'application/json',
    'Cache-Control': 'no-store',
    'Content-Length': sizeOf(parts),
  };
  response.writeHead(200, headers);
  const isThere = response.socket?.writable === true;
  endWith(response, parts);
  return isThere && response.writableLength === 0;
};

// As much of an unwanted body as is let pass by, so that the connection can serve again.
const smallBody = 64 * 1024;
const mostDrained = 1024 * 1024;
const patience: Millis = 500;

/**
 * Answers a request whose body nobody wants. A connection that is closed while bytes of its client are still unread is reset,
 * which may take the answer away with it; so the answer is sent whole, the rest of the body passes by for a moment, unkept, and
 * then the connection ends.
 */
export const sendUnread = (
  request: IncomingMessage,
  response: ServerResponse,
  reply: Reply,
  clock: Clock,
): void => {
  const announced = announcedBytes(request.headers);
  // Node reads the little that is left by itself.
  if (request.complete || (announced !== null && announced <= smallBody)) {
    send(response, reply);
    return;
  }
  if (response.headersSent || response.destroyed) return;
  response.writeHead(reply.status, { ...headOf(reply), Connection: 'close' });
  response.write(reply.body);
  hasBegun(response);
  let room = mostDrained;
  const finish = (): void => {
    timer.dispose();
    endWith(response, []);
  };
  const timer = clock.after(patience, finish);
  request.on('data', (chunk: Buffer) => {
    room -= chunk.length;
    if (room < 0) finish();
  });
  request.once('end', finish);
  request.once('close', finish);
  // The client may hang up on an answer that it does not like.
  request.on('error', finish);
};
