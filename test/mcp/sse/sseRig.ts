// Links over HTTP+SSE to traps, and the manners of an old server that a trap begins with.
import { onTestFinished } from 'vitest';
import { type Clock, realClock } from '../../../src/base/clock.ts';
import { ConnectionError, type Failure } from '../../../src/core/connection/failure.ts';
import type { HttpServer } from '../../../src/core/settings.ts';
import { httpOrSseDialer } from '../../../src/mcp/httpOrSseDialer.ts';
import { sseDialer } from '../../../src/mcp/sse/sseDialer.ts';
import type { Dialer, Link } from '../../../src/runtime/ports.ts';
import type { Answer, Seen, Trap, TrapServer } from '../../servers/trapServer.ts';
import { aServer, Heard, newSession, silentLog, trapped } from '../linkRig.ts';

export interface SseOptions {
  readonly clock?: Clock;
  readonly connectTimeout?: number;
  readonly maxMessageBytes?: number;
  readonly server?: Partial<HttpServer>;
}

const depsFor = (url: string, options: SseOptions) => ({
  server: aServer(url, options.server),
  connectTimeout: options.connectTimeout ?? 10_000,
  maxMessageBytes: options.maxMessageBytes ?? 2 ** 26,
  clock: options.clock ?? realClock,
  log: silentLog,
});

export const oldDialer = (url: string, options: SseOptions = {}): Dialer =>
  sseDialer(depsFor(url, options));
export const eitherDialer = (url: string, options: SseOptions = {}): Dialer =>
  httpOrSseDialer(depsFor(url, options));

export const dial = async (
  dialer: Dialer,
): Promise<{ readonly link: Link; readonly heard: Heard }> => {
  const heard = new Heard();
  const link = await dialer.dial(newSession, heard, new AbortController().signal);
  onTestFinished(() => link.close(false));
  return { link, heard };
};

export const refusalOf = async (dialling: Promise<unknown>): Promise<Failure> => {
  const error: unknown = await dialling.then(
    () => 'It was dialled.',
    (thrown: unknown) => thrown,
  );
  if (error instanceof ConnectionError) return error.failure;
  throw error;
};

/** An old server: GET opens the stream that is kept here, POST does `post`. */
export class OldServer {
  /** The streams in the order in which they were opened. */
  readonly streams: Answer[] = [];
  readonly #post: (seen: Seen, answer: Answer, stream: Answer) => unknown;

  constructor(
    post: (seen: Seen, answer: Answer, stream: Answer) => unknown = (_, answer) =>
      answer.status(202, 'Accepted'),
  ) {
    this.#post = post;
  }

  get stream(): Answer {
    const stream = this.streams.at(-1);
    if (!stream) throw new Error('No stream was opened.');
    return stream;
  }

  readonly trap: Trap = (seen, answer) => {
    if (seen.method === 'POST') return this.#post(seen, answer, this.stream);
    this.streams.push(answer);
    return answer.stream().raw(endpoint(`/message?sessionId=${this.streams.length}`));
  };
}

export const endpoint = (data: string): string => `event: endpoint\ndata: ${data}\n\n`;

/** Takes every request and answers it on the stream. */
export const answering = (seen: Seen, answer: Answer, stream: Answer): void => {
  answer.status(202, 'Accepted');
  const { id } = seen.request;
  if (id !== 'none') stream.event({ jsonrpc: '2.0', id, result: { path: seen.path } });
};

export const linkIntoOld = async (old: OldServer, options: SseOptions = {}) => {
  const server: TrapServer = await trapped(old.trap);
  return { server, old, ...(await dial(oldDialer(server.url, options))) };
};
