// The bridge's way to the gateway: looks for it anew with each attempt and each probe. What a gateway refuses is a matter of
// time, not of a person, because the bridge cannot ask anybody: it is tried again.
// Not here: looking (bridgeFinder.ts), and HTTP, which comes in.
import { type Clock, type Millis, sleep } from '../base/clock.ts';
import { aFailure, ConnectionError, type Failure } from '../core/connection/failure.ts';
import type { RpcNotification, RpcRequest, RpcResponse } from '../core/rpc.ts';
import { PassingLink } from '../runtime/passingLink.ts';
import type {
  Dialer,
  ExchangeOptions,
  Fate,
  Link,
  LinkEvents,
  Prober,
  Reach,
  SessionRef,
} from '../runtime/ports.ts';
import type { Finding } from './bridgeFinder.ts';

export interface BridgeReachDeps {
  readonly clock: Clock;
  readonly find: () => Finding;
  /** The gateway has answered. */
  readonly settle: () => void;
  /** The same place always gets the same reach. */
  readonly reach: (url: string, token: string | null) => Reach;
}

/** A token that does not fit is that of a gateway from before; the file of the new one will tell. */
const asPassing = (failure: Failure): Failure =>
  failure.kind === 'unauthorized' || failure.kind === 'forbidden'
    ? { ...failure, kind: 'endpoint-missing' }
    : failure;

/** Of the gateway, what its servers answer has none. Said by one that ends, and by whoever keeps its port: nothing was done. */
const isAway = ({ status }: Failure): boolean => status === 503;

const withPassing = (fate: Fate): Fate => {
  if (fate.kind !== 'refused') return fate;
  const { failure } = fate;
  if (isAway(failure)) return { kind: 'not-sent', failure: { ...failure, kind: 'refused' } };
  return { ...fate, failure: asPassing(failure) };
};

/** As long as a gateway that ends in order takes for what was just sent to it (gateway.ts). */
const lastWord: Millis = 100;

class BridgeLink extends PassingLink {
  readonly #deps: Pick<BridgeReachDeps, 'clock' | 'settle'>;
  readonly #running = new Set<Promise<Fate>>();

  constructor(link: Link, deps: Pick<BridgeReachDeps, 'clock' | 'settle'>) {
    super(link);
    this.#deps = deps;
  }

  override useVersion(protocolVersion: string): void {
    // The handshake has succeeded: whoever is there speaks our protocol, and knows the token.
    this.#deps.settle();
    this.link.useVersion(protocolVersion);
  }

  override async exchange(request: RpcRequest, options: ExchangeOptions): Promise<Fate> {
    const running = this.link.exchange(request, options);
    this.#running.add(running);
    const fate = await running;
    this.#running.delete(running);
    return withPassing(fate);
  }

  override async tell(message: RpcNotification | RpcResponse): Promise<Fate> {
    return withPassing(await this.link.tell(message));
  }

  /** A gateway that ends says goodbye on its streams first; what was sent to it in that moment still gets its cursor, or its answer. */
  override async close(goodbye: boolean): Promise<void> {
    if (this.#running.size > 0)
      await Promise.race([Promise.all(this.#running), sleep(this.#deps.clock, lastWord)]);
    await this.link.close(goodbye);
  }
}

const reachFound = (deps: BridgeReachDeps): Reach | null => {
  const found = deps.find();
  return found.kind === 'found' ? deps.reach(found.url, found.token) : null;
};

const dialer = (deps: BridgeReachDeps): Dialer => ({
  dial: async (session: SessionRef, events: LinkEvents, signal: AbortSignal): Promise<Link> => {
    const found = deps.find();
    if (found.kind === 'none') throw new ConnectionError(aFailure('refused', found.reason));
    const { dialer: http } = deps.reach(found.url, found.token);
    return new BridgeLink(await http.dial(session, events, signal), deps);
  },
});

const isThere = async (prober: Prober, signal: AbortSignal): Promise<boolean> => {
  try {
    const reading = await prober.health(signal);
    return reading !== null && reading.status < 500;
  } catch (error) {
    if (signal.aborted) throw error;
    return false;
  }
};

const prober = (deps: BridgeReachDeps): Prober => ({
  // The gateway keeps the word of its servers, and a ping says whether it is there: its own health is for people.
  health: () => Promise.resolve(null),
  // And for this: while it is away its port may be kept by somebody who takes every connection, and says so.
  listening: async (signal) => {
    const reach = reachFound(deps);
    return reach !== null && isThere(reach.prober, signal);
  },
  isLocal: true,
});

export const bridgeReach = (deps: BridgeReachDeps): Reach => ({
  dialer: dialer(deps),
  prober: prober(deps),
});
