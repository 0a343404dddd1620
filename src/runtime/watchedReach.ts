// The way to a server with somebody watching: each look at its health and each ping of the session is told, and each stream that
// goes on from its cursor. It changes nothing and decides nothing.
import type { Clock, Millis } from '../base/clock.ts';
import { ConnectionError, type FailureKind } from '../core/connection/failure.ts';
import type { HealthReading } from '../core/connection/health.ts';
import type { HealthLook } from '../core/chronicle/looks.ts';
import type { RpcRequest } from '../core/rpc.ts';
import { PassingLink } from './passingLink.ts';
import type { Dialer, ExchangeOptions, Fate, Link, LinkEvents, Prober, Reach } from './ports.ts';

export interface ReachWatcher {
  looked(look: Omit<HealthLook, 'serverId'>): void;
  /** A stream went on from its cursor. */
  resumed(): void;
}

/** Tenths are more than a screen shows. */
const rounded = (latency: Millis): Millis => Math.round(latency * 10) / 10;

const ofReading = ({ at, latency, status, body }: HealthReading): Omit<HealthLook, 'serverId'> => ({
  at,
  by: 'health',
  latency: rounded(latency),
  status,
  uptimeSecs: body.uptimeSecs,
  instanceId: body.instanceId,
  failure: null,
});

const aMiss = (
  at: Millis,
  by: HealthLook['by'],
  failure: FailureKind,
): Omit<HealthLook, 'serverId'> => ({
  ...{ at, by, failure },
  latency: null,
  status: null,
  uptimeSecs: null,
  instanceId: null,
});

const watchedProber = (prober: Prober, clock: Clock, watcher: ReachWatcher): Prober => ({
  // Known only later where the entry has variables.
  get isLocal() {
    return prober.isLocal;
  },
  listening: (signal) => prober.listening(signal),
  health: async (signal) => {
    try {
      const reading = await prober.health(signal);
      if (reading !== null) watcher.looked(ofReading(reading));
      return reading;
    } catch (error) {
      if (error instanceof ConnectionError && !signal.aborted)
        watcher.looked(aMiss(clock.now(), 'health', error.failure.kind));
      throw error;
    }
  },
});

class WatchedLink extends PassingLink {
  readonly #clock: Clock;
  readonly #watcher: ReachWatcher;

  constructor(link: Link, clock: Clock, watcher: ReachWatcher) {
    super(link);
    this.#clock = clock;
    this.#watcher = watcher;
  }

  override exchange(request: RpcRequest, options: ExchangeOptions): Promise<Fate> {
    return request.method === 'ping'
      ? this.#ping(request, options)
      : this.link.exchange(request, options);
  }

  override async resume(...[id, cursor, options]: Parameters<Link['resume']>): Promise<Fate> {
    const fate = await this.link.resume(id, cursor, options);
    if (fate.kind === 'answered') this.#watcher.resumed();
    return fate;
  }

  async #ping(request: RpcRequest, options: ExchangeOptions): Promise<Fate> {
    const from = this.#clock.steady();
    const fate = await this.link.exchange(request, options);
    const latency = rounded(this.#clock.steady() - from);
    const at = this.#clock.now();
    // A refusal is an answer to who we are, and says nothing of how the server is.
    if (fate.kind === 'answered')
      this.#watcher.looked({
        ...{ at, by: 'ping', latency, failure: null },
        ...{ status: null, uptimeSecs: null, instanceId: null },
      });
    // Whoever asked waited for as long as he grants: that is silence. A cut by another cause is told by the state.
    else if (fate.kind === 'broken' && options.signal?.aborted === true)
      this.#watcher.looked(aMiss(at, 'ping', 'timeout'));
    return fate;
  }
}

const heeding = (events: LinkEvents, watcher: ReachWatcher): LinkEvents => ({
  message: (message, stream) => events.message(message, stream),
  heard: () => events.heard(),
  cursor: (stream, cursor) => events.cursor(stream, cursor),
  push: (state) => {
    if (state === 'resumed') watcher.resumed();
    events.push(state);
  },
  lost: (failure) => events.lost(failure),
});

const watchedDialer = (dialer: Dialer, clock: Clock, watcher: ReachWatcher): Dialer => ({
  dial: async (session, events, signal) =>
    new WatchedLink(await dialer.dial(session, heeding(events, watcher), signal), clock, watcher),
});

export const watchReach = (reach: Reach, clock: Clock, watcher: ReachWatcher): Reach => {
  const watched = <Way extends Pick<Reach, 'dialer' | 'prober'>>(way: Way) => ({
    ...way,
    dialer: watchedDialer(way.dialer, clock, watcher),
    prober: watchedProber(way.prober, clock, watcher),
  });
  const { settle } = reach;
  return {
    ...watched(reach),
    ...(settle ? { settle: async (signal) => watched(await settle(signal)) } : {}),
  };
};
