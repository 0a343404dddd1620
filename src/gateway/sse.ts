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

/** The first event of a stream (specification of 2025-11-25, transports): a cursor before there is anything to tell. */
export const primingText = (id: string): string => `id: ${id}\nretry: ${comeBackAfter}\ndata: \n\n`;

export const comment = ': keepalive\n\n';

export const storedText = ({ id, message }: StoredEvent): string =>
  message === null ? primingText(id) : eventText({ id, json: JSON.stringify(message) });

/** The event of the answer stream that ends it. */
export const isAnswer = (message: RpcMessage | null): boolean =>
  message !== null && !('method' in message);
