// Server-sent events as text. Not here: the streams that they are written to (sseReply.ts).
import type { OutgoingHttpHeaders } from 'node:http';
import type { Millis } from '../base/clock.ts';
import type { Written } from '../core/resultText.ts';
import type { RpcMessage } from '../core/rpc.ts';
import type { StoredEvent } from '../runtime/gatewayPorts.ts';
import type { Parts } from './reply.ts';

/** An event that the log keeps, as it goes out. */
export interface LoggedEvent {
  readonly id: string;
  readonly json: Written;
}

// `no-transform`: a proxy that compresses would hold events back.
export const sseHeaders: OutgoingHttpHeaders = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-cache, no-store, no-transform',
};

/** JSON has no raw line break in it as we and servers write it (resultText.ts), so that one line is enough. */
export const eventParts = ({ id, json }: LoggedEvent): Parts => {
  const begin = `id: ${id}\nevent: message\ndata: `;
  if (typeof json === 'string') return [`${begin}${json}\n\n`];
  return [`${begin}${json.before}`, ...json.bytes, `${json.after}\n\n`];
};

/** So many bytes take a while to be kept. */
const largeFrom = 64 * 1024;

const isLarge = (json: Written): boolean =>
  typeof json === 'string'
    ? json.length >= largeFrom
    : json.bytes.reduce((size, part) => size + part.length, 0) >= largeFrom;

/** Of a large message its bytes: it is measured, sent and kept, and each time its text would be gone through anew. */
export const bytesIfLarge = (json: Written): Written =>
  typeof json === 'string' && isLarge(json)
    ? { before: '', bytes: [Buffer.from(json)], after: '' }
    : json;

/**
 * The first event of a stream (specification of 2025-11-25, transports): a cursor before there is anything to tell, and how long
 * to wait before coming back with it.
 */
export const primingText = (id: string, comeBackAfter: Millis): string =>
  `id: ${id}\nretry: ${comeBackAfter}\ndata: \n\n`;

export const comment = ': keepalive\n\n';

/**
 * From this revision on an event without data is known. Gemini, which speaks the one before, takes it for broken JSON and
 * drops the server.
 */
const primedFrom = '2025-11-25';

export const knowsPriming = (protocolVersion: string): boolean => protocolVersion >= primedFrom;

/**
 * Begins a response that goes on after a cursor with that very cursor. The SDK's clients remember a cursor for each response, not
 * for each stream: from one that broke before its first event they would come back without any, and never get their answer.
 * A client that does not know priming gets an event of another type, of which it takes the id and nothing else.
 */
export const resumingText = (
  cursor: string,
  protocolVersion: string,
  comeBackAfter: Millis,
): string =>
  `${knowsPriming(protocolVersion) ? '' : 'event: cursor\n'}${primingText(cursor, comeBackAfter)}`;

export const storedParts = ({ id, message }: StoredEvent): Parts =>
  message === null ? [`id: ${id}\ndata: \n\n`] : eventParts({ id, json: JSON.stringify(message) });

/** The event of the answer stream that ends it. */
export const isAnswer = (message: RpcMessage | null): boolean =>
  message !== null && !('method' in message);
