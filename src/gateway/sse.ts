// Server-sent events as text. Not here: the streams that they are written to (sseReply.ts).
import type { OutgoingHttpHeaders } from 'node:http';
import type { Millis } from '../base/clock.ts';
import type { RpcMessage } from '../core/rpc.ts';
import type { StoredEvent } from '../runtime/gatewayPorts.ts';

/**
 * How long a client waits before it comes back for the rest. Longer than a window takes to reload: with half a second Claude
 * Code had given up before the gateway was back, with one and a half it had not.
 */
const comeBackAfter: Millis = 2000;

/** An event that the log keeps, as it goes out. */
export interface LoggedEvent {
  readonly id: string;
  readonly json: string;
}

// `no-transform`: a proxy that compresses would hold events back.
export const sseHeaders: OutgoingHttpHeaders = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-cache, no-store, no-transform',
};

/** JSON never has a raw line break in it, so that one line is enough. */
export const eventText = ({ id, json }: LoggedEvent): string =>
  `id: ${id}\nevent: message\ndata: ${json}\n\n`;

/** So many characters take a while to be kept. */
export const largeFrom = 64 * 1024;

/** The first event of a stream (specification of 2025-11-25, transports): a cursor before there is anything to tell. */
export const primingText = (id: string): string => `id: ${id}\nretry: ${comeBackAfter}\ndata: \n\n`;

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
export const resumingText = (cursor: string, protocolVersion: string): string =>
  knowsPriming(protocolVersion) ? primingText(cursor) : `event: cursor\n${primingText(cursor)}`;

export const storedText = ({ id, message }: StoredEvent): string =>
  message === null ? primingText(id) : eventText({ id, json: JSON.stringify(message) });

/** The event of the answer stream that ends it. */
export const isAnswer = (message: RpcMessage | null): boolean =>
  message !== null && !('method' in message);
