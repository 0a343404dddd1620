// What every request of a link shares: the session's headers, the connections, and why something broke.
import type { Clock } from '../base/clock.ts';
import type { Fate } from '../core/calls/fate.ts';
import { type Failure, wordedFailure } from '../core/connection/failure.ts';
import type { RpcMessage } from '../core/rpc.ts';
import { unsaid } from '../core/wording/unsaid.ts';
import type { SessionRef } from '../runtime/ports.ts';
import type { Authorizer } from './auth/ports.ts';
import { carrying, sendWithCredentials } from './credentials.ts';
import { failureOfThrown } from './failures.ts';
import { cursorHeader, type Headers, isSessionId, requestHeaders } from './headers.ts';
import type { HttpAsk, Reply } from './courier.ts';
import type { HttpCaller } from './request.ts';

export interface WireDeps {
  readonly caller: HttpCaller;
  /** Headers of the settings; they may hold secrets. */
  readonly configured: Headers;
  readonly clock: Clock;
  /** Null where nobody signs in. */
  readonly authorizer: Authorizer | null;
}

const noSession: SessionRef = { id: null, protocolVersion: null };

/** Whether this message opens a session, and so must not carry one (spec, Session Management 4). */
export const isHandshake = (message: RpcMessage): boolean =>
  'method' in message && message.method === 'initialize';

export class Wire {
  readonly #deps: WireDeps;
  readonly #ending = new AbortController();
  #session: SessionRef;
  #endpoint: URL | undefined;

  constructor(deps: WireDeps, session: SessionRef) {
    this.#deps = deps;
    this.#session = session;
  }

  get session(): SessionRef {
    return this.#session;
  }

  /** Aborted when the link is closed. */
  get ending(): AbortSignal {
    return this.#ending.signal;
  }

  useVersion(protocolVersion: string): void {
    this.#session = { ...this.#session, protocolVersion };
  }

  /** Messages are posted there from now on, instead of to the URL of the server. */
  postTo(endpoint: URL): void {
    this.#endpoint = endpoint;
  }

  /** Takes the id that came with the result of `initialize`. False where it is none that could be sent. */
  beginSession(id: string | undefined): boolean {
    const isUsable = id !== undefined && isSessionId(id);
    this.#session = { ...this.#session, id: isUsable ? id : null };
    return isUsable || id === undefined;
  }

  /** `leaving` is called before a byte of it may leave. */
  post(message: RpcMessage, signal?: AbortSignal, leaving?: () => void): Promise<Reply> {
    const session = isHandshake(message) ? noSession : this.#session;
    const own = {
      Accept: 'application/json, text/event-stream',
      'Content-Type': 'application/json',
    };
    return this.#send('POST', session, own, signal, { body: JSON.stringify(message), leaving });
  }

  /** Asks for an event stream, from `cursor` where there is one. */
  get(cursor: string | null, signal?: AbortSignal): Promise<Reply> {
    const from = cursor === null ? {} : cursorHeader(cursor);
    return this.#send('GET', this.#session, { Accept: 'text/event-stream', ...from }, signal);
  }

  /** What tells the server that the session is over (spec, Session Management 5). */
  async farewell(signal: AbortSignal): Promise<Headers> {
    const { configured, authorizer } = this.#deps;
    const used = (await authorizer?.header(signal)) ?? null;
    return requestHeaders(configured, this.#session, carrying(used));
  }

  /** Everything that runs or waits gives up, and nothing new is sent. */
  end(): void {
    this.#ending.abort();
    this.#deps.caller.end(this.#closed());
  }

  /** Why something broke: because of us, or by what was thrown. */
  explain(error: unknown, signal?: AbortSignal): Failure {
    if (this.ending.aborted) return this.#closed();
    if (signal?.aborted)
      return wordedFailure('cancelled', unsaid('Nobody waits for the answer any more.'));
    return failureOfThrown(error);
  }

  /** The fate of a request that got no answer at all. */
  fateOfFailed(reply: Extract<Reply, { kind: 'failed' }>, signal?: AbortSignal): Fate {
    const failure = this.explain(reply.error, signal);
    return reply.written
      ? { kind: 'broken', failure, cursor: null }
      : { kind: 'not-sent', failure };
  }

  #closed(): Failure {
    return wordedFailure('closed', unsaid('The link was closed by us.'));
  }

  #send(
    method: 'GET' | 'POST',
    session: SessionRef,
    own: Headers,
    signal?: AbortSignal,
    more?: Pick<HttpAsk, 'body' | 'leaving'>,
  ): Promise<Reply> {
    const { caller, configured, authorizer, clock } = this.#deps;
    const endpoint = method === 'POST' ? this.#endpoint : undefined;
    const send = (all: Headers): Promise<Reply> => {
      const headers = requestHeaders(configured, session, all);
      const ask = { method, headers, ...(signal ? { signal } : {}), ...more };
      return caller.send(ask, endpoint);
    };
    if (authorizer === null) return send(own);
    const sendWith = (credentials: Headers): Promise<Reply> => send({ ...own, ...credentials });
    return sendWithCredentials({ authorizer, clock, session, signal, send: sendWith });
  }
}
