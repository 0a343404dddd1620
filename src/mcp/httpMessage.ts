// The answer to an HTTP request, as far as a link looks at it: what Node's own client gives, and what ours does (direct).
// Not here: how either is made.
import type { IncomingHttpHeaders } from 'node:http';

export interface HttpMessage {
  readonly statusCode?: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly destroyed: boolean;
  /** The whole body was handed on. */
  readonly readableEnded: boolean;
  on(event: 'data', listener: (chunk: Buffer) => void): unknown;
  on(event: 'error', listener: (error: Error) => void): unknown;
  once(event: 'end' | 'close', listener: () => void): unknown;
  /** Hands the body on from now, to nobody where nobody listens. Nothing comes before. */
  resume(): unknown;
  /** Cuts the connection, unless the body has ended. */
  destroy(): unknown;
}
