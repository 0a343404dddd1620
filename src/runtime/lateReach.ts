// The way to a server whose entry is understood only when it is needed: before each attempt somebody says what it means now,
// and the real way is built for that, and kept as long as the meaning stays. Before the first time, and after a refusal, nothing
// of the server is contacted. Not here: what an entry means (resolver.ts) and how a server is reached (mcp).
import { ConnectionError, wordedFailure } from '../core/connection/failure.ts';
import { fingerprintOf } from '../core/record.ts';
import type { ServerDefinition } from '../core/settings.ts';
import { unsaid } from '../core/wording/unsaid.ts';
import type { Prober, Reach, SettledReach } from './ports.ts';
import type { Resolver } from './resolver.ts';

export interface LateReachDeps {
  readonly definition: ServerDefinition;
  readonly resolver: Resolver;
  /** Called once for each meaning. Throws `ConnectionError` (bad-config). */
  readonly build: (definition: ServerDefinition) => Reach;
  /** Whether it is on this machine, as far as one can tell before anything is filled in. */
  readonly isLocal: boolean;
}

interface Built {
  readonly definition: ServerDefinition;
  readonly reach: Reach;
  readonly meaning: string;
}

const isSame = (one: ServerDefinition, other: ServerDefinition): boolean =>
  one === other || JSON.stringify(one) === JSON.stringify(other);

class LateReach implements Reach {
  readonly #deps: LateReachDeps;
  #built: Built | null = null;

  constructor(deps: LateReachDeps) {
    this.#deps = deps;
  }

  readonly settle = async (signal: AbortSignal): Promise<SettledReach> => {
    const { definition, resolver } = this.#deps;
    const resolution = await resolver.resolve(definition, signal);
    if (resolution.kind === 'refused') {
      // Probes go there no longer either.
      this.#built = null;
      throw new ConnectionError(resolution.failure);
    }
    const { meaning } = resolution;
    const { reach, ...built } = this.#build(resolution.definition, meaning);
    return { dialer: reach.dialer, prober: reach.prober, meaning: built.meaning };
  };

  readonly dialer: Reach['dialer'] = {
    dial: async (session, events, signal) => {
      const { dialer } = await this.settle(signal);
      return dialer.dial(session, events, signal);
    },
  };

  readonly prober: Prober = lateProber(
    () => this.#built?.reach.prober ?? null,
    () => this.#deps.isLocal,
  );

  #build(definition: ServerDefinition, meaning: string | undefined): Built {
    const before = this.#built;
    if (before && isSame(before.definition, definition)) return before;
    // A way that is in use goes on with what it was built for; only attempts to come take the new one.
    const reach = this.#deps.build(definition);
    this.#built = { definition, reach, meaning: meaning ?? fingerprintOf(definition) };
    return this.#built;
  }
}

const notKnown = (): ConnectionError =>
  new ConnectionError(
    wordedFailure('refused', unsaid('Where the server is has not been settled yet.')),
  );

/** Follows the way that is in use. Where there is none nobody is asked, and no answer is none for later. */
const lateProber = (current: () => Prober | null, isLocal: () => boolean): Prober => ({
  get isLocal() {
    return current()?.isLocal ?? isLocal();
  },
  health: (signal) => current()?.health(signal) ?? Promise.reject(notKnown()),
  listening: (signal) => current()?.listening(signal) ?? Promise.resolve(false),
});

export const lateReach = (deps: LateReachDeps): Reach => new LateReach(deps);
