// The link over Streamable HTTP (revisions 2025-03-26 to 2025-11-25): one server, one session, one epoch. Puts the
// parts together and owns their life. Not here: repair, repeating, deciding; the connection does that.
import type { Clock, Millis } from '../base/clock.ts';
import type { Fate } from '../core/calls/fate.ts';
import type { RpcId, RpcNotification, RpcRequest, RpcResponse } from '../core/rpc.ts';
import type { ExchangeOptions, Link, LinkEvents, Log, SessionRef } from '../runtime/ports.ts';
import type { AnswerStream } from './answer.ts';
import type { Authorizer } from './auth/ports.ts';
import { drain } from './body.ts';
import { exchange, type Exchanging, tell } from './exchange.ts';
import type { Headers } from './headers.ts';
import { Inbox } from './inbox.ts';
import { Pauses } from './pauses.ts';
import { HttpCaller } from './request.ts';
import { resume } from './resume.ts';
import { StandaloneStream } from './standalone.ts';
import { isLocal, type Target } from './target.ts';
import { whileOpen } from './whileOpen.ts';
import { Wire } from './wire.ts';

export interface HttpLinkDeps {
  readonly target: Target;
  readonly headers: Headers;
  /** Without one, or null: nobody signs in. */
  readonly authorizer?: Authorizer | null;
  readonly connectTimeout: Millis;
  readonly maxMessageBytes: number;
  readonly clock: Clock;
  readonly log: Log;
}

// A server that is asked to forget us has this long to answer; it will find out by itself otherwise.
const goodbyeLimit: Millis = 2_000;

export class HttpLink implements Link {
  readonly tellsLeaving = true;
  readonly #deps: HttpLinkDeps;
  readonly #events: LinkEvents;
  readonly #inbox: Inbox;
  readonly #caller: HttpCaller;
  readonly #wire: Wire;
  readonly #exchanging: Exchanging;
  readonly #running = new Set<Promise<Fate>>();
  #standalone: StandaloneStream | null = null;
  #closing: Promise<void> | null = null;

  constructor(deps: HttpLinkDeps, session: SessionRef, events: LinkEvents) {
    const {
      target,
      headers,
      authorizer = null,
      connectTimeout,
      maxMessageBytes,
      clock,
      log,
    } = deps;
    this.#deps = deps;
    this.#events = whileOpen(events, () => this.#closing === null);
    this.#inbox = new Inbox(this.#events, log);
    this.#caller = new HttpCaller({ target, clock, connectTimeout, pooled: true });
    const sending = { caller: this.#caller, configured: headers, clock, authorizer };
    this.#wire = new Wire(sending, session);
    const pauses = new Pauses(clock);
    const tools = { events: this.#events, inbox: this.#inbox, pauses, clock, maxMessageBytes };
    this.#exchanging = { wire: this.#wire, tools, log, streams: new Set<AnswerStream>() };
  }

  get session(): SessionRef {
    return this.#wire.session;
  }

  useVersion(protocolVersion: string): void {
    this.#wire.useVersion(protocolVersion);
  }

  exchange(request: RpcRequest, options: ExchangeOptions): Promise<Fate> {
    return this.#run(exchange(this.#exchanging, request, options));
  }

  tell(message: RpcNotification | RpcResponse): Promise<Fate> {
    return tell(this.#exchanging, message);
  }

  resume(id: RpcId, cursor: string, options: ExchangeOptions): Promise<Fate> {
    return this.#run(resume(this.#exchanging, id, cursor, options));
  }

  listen(cursor: string | null): void {
    if (this.#closing) return;
    this.#standalone?.dispose();
    const { clock, log, maxMessageBytes } = this.#deps;
    this.#standalone = new StandaloneStream({
      ask: (from, signal) => this.#wire.get(from, signal),
      inbox: this.#inbox,
      events: this.#events,
      clock,
      log,
      maxMessageBytes,
    });
    this.#standalone.open(cursor);
  }

  reset(): void {
    this.#caller.reset();
    // A connection within this machine does not die of sleep.
    if (isLocal(this.#deps.target)) return;
    // What can be resumed loses nothing by being cut; a call without a cursor is left to its connection's probes.
    for (const stream of this.#exchanging.streams) stream.cutIfResumable();
    this.#standalone?.reopen();
  }

  async leave(): Promise<void> {
    this.#standalone?.dispose();
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  close(goodbye: boolean): Promise<void> {
    this.#closing ??= this.#close(goodbye);
    return this.#closing;
  }

  #run(exchanging: Promise<Fate>): Promise<Fate> {
    this.#running.add(exchanging);
    return exchanging.finally(() => this.#running.delete(exchanging));
  }

  async #close(goodbye: boolean): Promise<void> {
    this.#standalone?.dispose();
    this.#wire.end();
    if (goodbye && this.session.id !== null) await this.#sayGoodbye();
  }

  /** On a connection of its own: those of the link have ended. */
  async #sayGoodbye(): Promise<void> {
    const { target, clock, connectTimeout, log } = this.#deps;
    const caller = new HttpCaller({ target, clock, connectTimeout, pooled: false });
    const limit = new AbortController();
    const timer = clock.after(goodbyeLimit, () => limit.abort());
    const { signal } = limit;
    const headers = await this.#wire.farewell(signal);
    const reply = await caller.send({ method: 'DELETE', headers, signal });
    timer.dispose();
    // Any answer will do: 405 means that the server ends sessions by itself (spec, Session Management 5).
    if (reply.kind === 'response') drain(reply.message, clock, 0);
    else log.debug('The server did not hear our goodbye; its session will expire by itself.');
  }
}
