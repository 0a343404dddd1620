// Reads the body of a request up to its limit, into memory once. By callbacks and not by promises, because every call of
// every client comes through here. Not here: what a message may be (guardMessage.ts).
import type { IncomingMessage } from 'node:http';
import type { Clock, Millis } from '../base/clock.ts';
import type { RpcId } from '../core/rpc.ts';
import { announcedBytes } from './guardTerms.ts';

export type Body =
  | { readonly kind: 'whole'; readonly bytes: Buffer }
  /** `start` is what had come of it. */
  | { readonly kind: 'too-large'; readonly start: Buffer }
  /** The client went away, or took too long: whoever noticed that has answered it. */
  | { readonly kind: 'broke' };

const join = (chunks: readonly Buffer[], size: number): Buffer => {
  const [only] = chunks;
  return chunks.length === 1 && only !== undefined ? only : Buffer.concat(chunks, size);
};

/** Calls `done` once. Past `limit` bytes nothing more is kept. */
export const readBody = (
  request: IncomingMessage,
  limit: number,
  done: (body: Body) => void,
): void => {
  let chunks: Buffer[] | null = [];
  let size = 0;
  const announced = announcedBytes(request.headers);
  const finish = (body: Body): void => {
    if (chunks === null) return;
    chunks = null;
    done(body);
  };
  request.on('data', (chunk: Buffer) => {
    if (chunks === null) return;
    size += chunk.length;
    chunks.push(chunk);
    if (size > limit) finish({ kind: 'too-large', start: chunks[0] ?? chunk });
    // Its end would be told a moment later.
    else if (size === announced) finish({ kind: 'whole', bytes: join(chunks, size) });
  });
  request.once('end', () => {
    if (chunks !== null) finish({ kind: 'whole', bytes: join(chunks, size) });
  });
  // A request that broke off ends with this instead.
  request.once('close', () => finish({ kind: 'broke' }));
  // What is wrong is said by `close`; without a listener it would be thrown.
  request.on('error', () => finish({ kind: 'broke' }));
};

// Most of a body comes with its header or right after it.
const patience: Millis = 50;

/** The first bytes of a body that is not wanted, as far as they come at once. */
export const peek = (
  request: IncomingMessage,
  clock: Clock,
  done: (start: Buffer) => void,
): void => {
  let pending = true;
  const finish = (start: Buffer): void => {
    if (!pending) return;
    pending = false;
    timer.dispose();
    done(start);
  };
  const nothing = (): void => finish(Buffer.alloc(0));
  const timer = clock.after(patience, nothing);
  request.once('data', finish);
  request.once('close', nothing);
  request.on('error', nothing);
};

/** Only what stands before everything else is surely the id of the message, and not one inside of it. */
const idFirst =
  /^\s*\{\s*(?:"jsonrpc"\s*:\s*"2\.0"\s*,\s*)?"id"\s*:\s*(-?\d{1,15}|"[^"\\]{0,200}")\s*[,}]/;

/**
 * The id of a message of which only the start is known; null where it does not stand there. The clients that wait for ever on an
 * error without their id (those built on rmcp) write it first.
 */
export const idAtStart = (start: Buffer): RpcId | null => {
  const [, id] = idFirst.exec(start.toString('utf8', 0, 1024)) ?? [];
  if (id === undefined) return null;
  return id.startsWith('"') ? id.slice(1, -1) : Number(id);
};
