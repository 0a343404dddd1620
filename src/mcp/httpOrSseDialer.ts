// Makes links to a server whose transport is not known: Streamable HTTP, or HTTP+SSE where the server turns out to be an
// old one. As the spec has it (2025-11-25, transports: backwards compatibility): POST `initialize` first; where that is
// answered 400, 404 or 405, GET the same URL and expect an `endpoint` event first. What was found is remembered
// as long as it works.
import type { Millis } from '../base/clock.ts';
import type { Fate } from '../core/calls/fate.ts';
import { ConnectionError } from '../core/connection/failure.ts';
import type { RpcRequest } from '../core/rpc.ts';
import { PassingLink } from '../runtime/passingLink.ts';
import type {
  Dialer,
  ExchangeOptions,
  Link,
  LinkEvents,
  Log,
  SessionRef,
} from '../runtime/ports.ts';
import { httpDialer, type HttpDialerDeps } from './httpDialer.ts';
import { sseDialer } from './sse/sseDialer.ts';
import { isHandshake } from './wire.ts';

/** A stream that stands and says nothing is that of a newer server; it must not hold up every attempt. */
const probePatience: Millis = 5_000;

const mayBeOld = (fate: Fate): boolean =>
  fate.kind === 'refused' && [400, 404, 405].includes(fate.failure.status ?? 0);

/** A link that is Streamable HTTP until its handshake shows that the server speaks the older transport. */
class EitherLink extends PassingLink {
  /** Makes a link of the other kind; null where the server does not speak it. */
  readonly #other: (signal: AbortSignal | undefined) => Promise<Link | null>;
  #isClosed = false;

  constructor(link: Link, other: (signal: AbortSignal | undefined) => Promise<Link | null>) {
    super(link);
    this.#other = other;
  }

  override async exchange(request: RpcRequest, options: ExchangeOptions): Promise<Fate> {
    const fate = await this.link.exchange(request, options);
    if (!isHandshake(request) || !mayBeOld(fate) || this.#isClosed) return fate;
    const other = await this.#other(options.signal);
    if (!other) return fate;
    const first = this.link;
    this.link = other;
    await first.close(false);
    if (this.#isClosed) await other.close(false);
    return other.exchange(request, options);
  }

  override close(goodbye: boolean): Promise<void> {
    this.#isClosed = true;
    return this.link.close(goodbye);
  }
}

export interface HttpOrSseDeps extends HttpDialerDeps {
  /** Told when the server turns out to speak the older transport. */
  readonly onOlder?: () => void;
}

class HttpOrSseDialer implements Dialer {
  readonly #http: Dialer;
  readonly #sse: Dialer;
  readonly #sseProbe: Dialer;
  readonly #log: Log;
  readonly #onOlder: () => void;
  /** It was HTTP+SSE the last time. */
  #isOld = false;

  constructor(deps: HttpOrSseDeps) {
    this.#http = httpDialer(deps);
    this.#sse = sseDialer(deps);
    this.#sseProbe = sseDialer(deps, Math.min(probePatience, deps.connectTimeout));
    this.#log = deps.log;
    this.#onOlder = deps.onOlder ?? (() => undefined);
  }

  async dial(session: SessionRef, events: LinkEvents, signal: AbortSignal): Promise<Link> {
    if (this.#isOld && session.id === null) {
      const link = await this.#dialOld(events, signal);
      if (link) return link;
    }
    const first = await this.#http.dial(session, events, signal);
    return new EitherLink(first, (wanted) => this.#probe(events, wanted ?? signal));
  }

  /** Null where the server has become another one. A server that cannot be reached has not. */
  async #dialOld(events: LinkEvents, signal: AbortSignal): Promise<Link | null> {
    try {
      return await this.#sse.dial({ id: null, protocolVersion: null }, events, signal);
    } catch (error) {
      const { kind, status } = failureOf(error);
      // A stream without an endpoint is that of a newer server.
      if (status === null && kind !== 'not-mcp' && kind !== 'timeout') throw error;
      this.#isOld = false;
      return null;
    }
  }

  async #probe(events: LinkEvents, signal: AbortSignal): Promise<Link | null> {
    try {
      const none: SessionRef = { id: null, protocolVersion: null };
      const link = await this.#sseProbe.dial(none, events, signal);
      this.#log.info('The server speaks the older HTTP+SSE transport; going on with that.');
      this.#isOld = true;
      this.#onOlder();
      return link;
    } catch (error) {
      // Then the answer to `initialize` stands for itself.
      this.#log.debug(`The server does not speak HTTP+SSE either: ${failureOf(error).detail}`);
      return null;
    }
  }
}

/** Rethrows what is none of the expected. */
const failureOf = (error: unknown): ConnectionError['failure'] => {
  if (error instanceof ConnectionError) return error.failure;
  throw error;
};

export const httpOrSseDialer = (deps: HttpOrSseDeps): Dialer => new HttpOrSseDialer(deps);
