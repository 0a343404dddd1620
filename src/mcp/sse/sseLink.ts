// The link over HTTP+SSE, the transport of revision 2024-11-05: a GET stream that names an endpoint, messages are posted
// there, and every answer comes on the stream. The stream is the session, and nothing of it can be resumed: its end is
// told at once, and a fresh link with a fresh handshake follows. Not here: the choice of transport (httpOrSseDialer.ts).
import type { Clock, Millis } from '../../base/clock.ts';
import type { Fate } from '../../core/calls/fate.ts';
import { ConnectionError, type Failure, wordedFailure } from '../../core/connection/failure.ts';
import type { RpcNotification, RpcRequest, RpcResponse } from '../../core/rpc.ts';
import { unsaid, type Unsaid } from '../../core/wording/unsaid.ts';
import type { ExchangeOptions, Link, LinkEvents, Log, SessionRef } from '../../runtime/ports.ts';
import { AnswerBook } from '../answerBook.ts';
import type { Authorizer } from '../auth/ports.ts';
import { fateOfRefusal, notMcp } from '../exchange.ts';
import type { Headers } from '../headers.ts';
import type { HttpMessage } from '../httpMessage.ts';
import { Inbox } from '../inbox.ts';
import type { Answered } from '../courier.ts';
import { HttpCaller } from '../request.ts';
import { isEventStream, readStream, type StreamEnd } from '../stream.ts';
import type { Target } from '../target.ts';
import { whileOpen } from '../whileOpen.ts';
import { Wire } from '../wire.ts';
import { endpointOf } from './endpoint.ts';
import { Mailer } from './mailer.ts';

export interface SseLinkDeps {
  readonly target: Target;
  readonly headers: Headers;
  /** Null where nobody signs in. */
  readonly authorizer: Authorizer | null;
  readonly connectTimeout: Millis;
  readonly maxMessageBytes: number;
  readonly clock: Clock;
  readonly log: Log;
}

const noSession: SessionRef = { id: null, protocolVersion: null };

const notSent = (failure: Failure): Fate => ({ kind: 'not-sent', failure });
const broken = (failure: Failure): Fate => ({ kind: 'broken', failure, cursor: null });

export class SseLink implements Link {
  readonly #deps: SseLinkDeps;
  readonly #events: LinkEvents;
  readonly #caller: HttpCaller;
  readonly #wire: Wire;
  readonly #inbox: Inbox;
  readonly #mailer: Mailer;
  readonly #book = new AnswerBook();
  /** Waits for the endpoint; afterwards without an effect. */
  readonly #opening = Promise.withResolvers<void>();
  #heardAt: Millis;
  #isOpen = false;
  /** Why nothing can be sent any more. */
  #over: Failure | null = null;
  #isClosed = false;

  constructor(deps: SseLinkDeps, events: LinkEvents) {
    const { target, headers, authorizer, connectTimeout, clock, log } = deps;
    this.#deps = deps;
    this.#events = whileOpen(events, () => !this.#isClosed);
    this.#caller = new HttpCaller({ target, clock, connectTimeout, pooled: true });
    const sending = { caller: this.#caller, configured: headers, clock, authorizer };
    this.#wire = new Wire(sending, noSession);
    this.#inbox = new Inbox(this.#events, log);
    this.#heardAt = clock.steady();
    this.#mailer = new Mailer({
      wire: this.#wire,
      clock,
      patience: connectTimeout,
      lastHeard: () => this.#heardAt,
    });
  }

  /** Resolves when the server has named its endpoint. Rejects with `ConnectionError`, the link closed. */
  async open(limit: Millis, signal: AbortSignal): Promise<void> {
    const { clock } = this.#deps;
    const giveUp = (kind: 'timeout' | 'cancelled', text: Unsaid) => (): void =>
      this.#fail(wordedFailure(kind, text));
    const late = unsaid('The server did not name its endpoint within {0} ms.', limit);
    const timer = clock.after(limit, giveUp('timeout', late));
    const cancel = giveUp('cancelled', unsaid('Given up by us.'));
    signal.addEventListener('abort', cancel, { once: true });
    if (signal.aborted) cancel();
    else void this.#connect();
    try {
      await this.#opening.promise;
    } catch (error) {
      await this.close();
      throw error;
    } finally {
      timer.dispose();
      signal.removeEventListener('abort', cancel);
    }
  }

  get session(): SessionRef {
    return this.#wire.session;
  }

  useVersion(protocolVersion: string): void {
    this.#wire.useVersion(protocolVersion);
  }

  exchange(request: RpcRequest, { signal, begun }: ExchangeOptions): Promise<Fate> {
    if (this.#over) return Promise.resolve(notSent(this.#over));
    if (signal?.aborted)
      return Promise.resolve(
        notSent(wordedFailure('cancelled', unsaid('Nobody waits for the answer any more.'))),
      );
    let isTaken = false;
    const answer = this.#book.wait(request.id, signal, (failure) =>
      isTaken ? broken(failure) : null,
    );
    void this.#post(request, signal, answer).then((fate) => {
      if (fate.kind !== 'accepted') return this.#book.end(request.id, fate);
      isTaken = true;
      // What ended while the receipt was on its way could not end the exchange yet.
      if (this.#over) return this.#book.end(request.id, broken(this.#over));
      if (signal?.aborted)
        return this.#book.end(
          request.id,
          broken(wordedFailure('cancelled', unsaid('Nobody waits for the answer any more.'))),
        );
      if (this.#book.has(request.id)) begun?.();
    });
    return answer;
  }

  tell(message: RpcNotification | RpcResponse): Promise<Fate> {
    return this.#over ? Promise.resolve(notSent(this.#over)) : this.#post(message);
  }

  resume(): Promise<Fate> {
    const text = unsaid('A server with the transport of 2024 keeps nothing to resume from.');
    return Promise.resolve(broken(wordedFailure('closed', text)));
  }

  /** The stream stands since the link was made. */
  listen(): void {
    if (!this.#over) this.#events.push('fresh');
  }

  reset(): void {
    this.#caller.reset();
  }

  /** Answers still come on the stream, which therefore stays until the link is closed. */
  leave(): Promise<void> {
    return this.#book.emptied();
  }

  /** The end of the stream is the goodbye. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#end(wordedFailure('closed', unsaid('The link was closed by us.')));
  }

  async #connect(): Promise<void> {
    const reply = await this.#wire.get(null);
    if (reply.kind === 'failed') return this.#fail(this.#wire.explain(reply.error));
    const { message } = reply;
    this.#heard();
    if (message.statusCode !== 200) return this.#refused(reply);
    if (!isEventStream(message)) {
      message.destroy();
      return this.#fail(notMcp(message));
    }
    this.#ended(await this.#read(message));
  }

  async #refused(reply: Answered): Promise<void> {
    const asked = { id: null, withSession: false, afterHandshake: false };
    const fate = await fateOfRefusal(reply, asked, this.#deps.clock);
    this.#fail('failure' in fate ? fate.failure : notMcp(reply.message));
  }

  #read(message: HttpMessage): Promise<StreamEnd> {
    return readStream(message, this.#deps.maxMessageBytes, {
      heard: () => this.#heard(),
      endpoint: (data) => this.#named(data),
      event: (data, id) => this.#take(data, id),
      // Nothing can be resumed, so nothing is remembered, and we never wait for the stream to come back.
      cursor: () => {},
      retry: () => {},
      comment: () => {},
    });
  }

  #heard(): void {
    this.#heardAt = this.#deps.clock.steady();
    this.#events.heard();
  }

  #named(data: string): void {
    // A second one would be a second session (what EventSource makes of a reconnect); there is none on one stream.
    if (this.#isOpen || this.#over) return;
    try {
      this.#wire.postTo(endpointOf(data, this.#deps.target.url));
      this.#isOpen = true;
      this.#opening.resolve();
    } catch (error) {
      this.#fail(this.#wire.explain(error));
    }
  }

  #take(data: string, id: string | null): void {
    if (this.#over) return;
    if (!this.#isOpen)
      return this.#fail(
        wordedFailure('not-mcp', unsaid('The stream of the server names no endpoint first.')),
      );
    const { responses } = this.#inbox.take({ text: data }, id, {
      stream: 'standalone',
      resumed: false,
    });
    for (const response of responses)
      if (!this.#book.answer(response))
        this.#deps.log.debug('Dropped an answer that nobody waits for any more.');
  }

  #ended(end: StreamEnd): void {
    switch (end.kind) {
      case 'ended':
        return this.#fail(wordedFailure('closed', unsaid('The server ended the stream.')));
      case 'broke':
      case 'stopped':
        return this.#fail(wordedFailure('closed', unsaid('The stream of the server broke.')));
      case 'too-large': {
        const text = unsaid(
          'The server sent a message of more than {0} bytes, the limit of the settings.',
          this.#deps.maxMessageBytes,
        );
        return this.#fail(wordedFailure('too-large', text));
      }
    }
  }

  /** The POST may be cut by the end of the link; then the reason of that end counts. */
  async #post(
    message: RpcRequest | RpcNotification | RpcResponse,
    signal?: AbortSignal,
    answered?: Promise<unknown>,
  ): Promise<Fate> {
    const fate = await this.#mailer.post(message, signal, answered);
    const isCut = (fate.kind === 'broken' || fate.kind === 'not-sent') && !signal?.aborted;
    return isCut && this.#over ? { ...fate, failure: this.#over } : fate;
  }

  /** The link is lost. The connection hears of it first, so that nobody sends again on what is gone. */
  #fail(failure: Failure): void {
    if (this.#over) return;
    this.#over = failure;
    if (this.#isOpen) this.#events.lost(failure);
    this.#end(failure);
  }

  #end(failure: Failure): void {
    this.#over ??= failure;
    this.#opening.reject(new ConnectionError(this.#over));
    // Nobody waits for it any more where it was open before.
    this.#opening.promise.catch(() => {});
    this.#wire.end();
    this.#book.endAll(this.#over);
  }
}
