// Knocks at the server's port while it is down: a bare TCP connect says when somebody listens again. Only the change from
// deaf to listening counts. Not here: what follows from it (core/connection/step.ts).
import { type Clock, type Millis, sleep } from '../base/clock.ts';
import { type Signal, whenever } from '../base/signal.ts';
import type { Prober } from './ports.ts';

export interface KnockerDeps {
  readonly clock: Clock;
  readonly prober: Prober;
  readonly load: Signal<{ readonly held: number }>;
  readonly listening: () => void;
}

const knockFast: Millis = 25;
const knockPatient: Millis = 250;
/** Well under the second within which a returned server is to be ready. */
const knockIdle: Millis = 500;
/** After this long of fast knocking a held call is likely to wait for long. */
const fastKnockingFor: Millis = 10_000;

export class Knocker {
  readonly #deps: KnockerDeps;

  constructor(deps: KnockerDeps) {
    this.#deps = deps;
  }

  /**
   * Knocks until aborted, which rejects; resolves where the port says nothing. `atOnce`: it was up until now, and one that is back
   * before the first pause is over would never have been heard to be deaf.
   */
  async run(signal: AbortSignal, atOnce: boolean): Promise<void> {
    const { clock, prober, load, listening } = this.#deps;
    if (!prober.isLocal) return;
    let heldSince: Millis | null = null;
    let wasDeaf = false;
    for (let isFirst = atOnce; ; isFirst = false) {
      heldSince = load.value.held > 0 ? (heldSince ?? clock.steady()) : null;
      if (!isFirst)
        await (heldSince === null
          ? this.#idle(signal)
          : sleep(clock, this.#pace(heldSince), signal));
      const answer = await prober.listening(signal);
      signal.throwIfAborted();
      if (answer === null) return;
      if (answer && wasDeaf) listening();
      wasDeaf = !answer;
    }
  }

  #pace(heldSince: Millis): Millis {
    return this.#deps.clock.steady() - heldSince > fastKnockingFor ? knockPatient : knockFast;
  }

  /** A call that begins to wait ends the long pause: the quick pace begins at once. */
  async #idle(signal: AbortSignal): Promise<void> {
    const over = new AbortController();
    const until = AbortSignal.any([signal, over.signal]);
    const called = whenever(this.#deps.load, ({ held }) => held > 0, until);
    await Promise.race([sleep(this.#deps.clock, knockIdle, until), called]).finally(() =>
      over.abort(),
    );
  }
}
