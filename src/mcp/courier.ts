// Who carries one request to a server and brings the head of its answer. Two do: Node's client for every kind of server
// (nodeCourier.ts), and our own for those on this machine (direct/courier.ts). Not here: redirects (request.ts).
import type { Clock, Millis } from '../base/clock.ts';
import { ConnectionError, type Failure, wordedFailure } from '../core/connection/failure.ts';
import { unsaid } from '../core/wording/unsaid.ts';
import type { Headers } from './headers.ts';
import type { HttpMessage } from './httpMessage.ts';
import type { Target } from './target.ts';

export interface HttpAsk {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly headers: Headers;
  readonly body?: string;
  readonly signal?: AbortSignal;
  /** Called before a byte of it may leave. */
  readonly leaving?: (() => void) | undefined;
}

export type Reply =
  /** `refusal`: what its status means, where more is known of that than the status says. */
  | { readonly kind: 'response'; readonly message: HttpMessage; readonly refusal?: Failure }
  /** `written`: bytes of the request may have left. */
  | { readonly kind: 'failed'; readonly error: unknown; readonly written: boolean };

export type Answered = Extract<Reply, { kind: 'response' }>;

export interface CourierDeps {
  readonly target: Target;
  readonly clock: Clock;
  readonly connectTimeout: Millis;
  /** Whether connections are kept. A probe wants a new one each time: it asks whether somebody accepts. */
  readonly pooled: boolean;
}

export interface Courier {
  /**
   * A server that died leaves its farewell in the kernel while our process is busy or asleep. Writing to such a connection
   * would leave the fate of a call unknown, so give the event loop a chance to hear it first. Two turns: the first may only
   * finish the present one, the second asks the kernel (under 0.1 ms together).
   */
  dropDead(): Promise<void>;
  /** Resolves with the head of the answer. Never rejects. */
  once(ask: HttpAsk, url: URL): Promise<Reply>;
  /** Leaves the kept connections behind; those in use may finish and are not kept. */
  reset(): void;
  /** Ends everything for good, with `failure` as the reason. */
  end(failure: Failure): void;
}

// Node servers close idle connections after 5 s, and many say so; below that nobody closes while we write.
export const longestIdle: Millis = 4_000;
// The kernel asks a silent peer whether it is still there after this long.
export const keepAliveProbe: Millis = 15_000;

export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export const connectingTooLong = (limit: Millis): ConnectionError =>
  new ConnectionError(
    wordedFailure('timeout', unsaid('Connecting took longer than {0} ms.', limit)),
  );
