// The three waits that belong to a life rather than to an attempt: proven stability, the hold budget, and the last calls
// before a goodbye. Not here: what follows when one is over (core/connection/step.ts).
import type { Clock, Millis } from '../base/clock.ts';
import { type Disposable, Mutable, Store } from '../base/disposable.ts';
import type { Signal } from '../base/signal.ts';
import type { ConnectionEvent } from '../core/connection/state.ts';

export interface LifeTimersDeps {
  readonly clock: Clock;
  readonly load: Signal<{ readonly running: number }>;
  readonly dispatch: (event: ConnectionEvent) => void;
}

/** How long calls on their way may take to finish once the user said *Stop*. */
const finishLimit: Millis = 5000;

export class LifeTimers implements Disposable {
  readonly #deps: LifeTimersDeps;
  readonly #store = new Store();
  readonly #stability = this.#store.add(new Mutable<Disposable>());
  readonly #holdBudget = this.#store.add(new Mutable<Disposable>());
  readonly #finishing = this.#store.add(new Mutable<Disposable>());

  constructor(deps: LifeTimersDeps) {
    this.#deps = deps;
  }

  watchStability(epoch: number, delay: Millis): void {
    const { clock, dispatch } = this.#deps;
    this.#stability.value = clock.after(delay, () =>
      dispatch({ kind: 'stood', at: clock.now(), epoch }),
    );
  }

  watchHoldBudget(delay: Millis): void {
    const { clock, dispatch } = this.#deps;
    this.#holdBudget.value = clock.after(delay, () =>
      dispatch({ kind: 'hold-budget-spent', at: clock.now() }),
    );
  }

  finishCalls(): void {
    const { clock, load, dispatch } = this.#deps;
    const done = (): void => {
      this.#finishing.value = undefined;
      dispatch({ kind: 'goodbye-done', at: clock.now() });
    };
    if (load.value.running === 0) return done();
    const store = new Store();
    store.add(clock.after(finishLimit, done));
    store.add(load.onChange(({ running }) => running === 0 && done()));
    this.#finishing.value = store;
  }

  dispose(): void {
    this.#store.dispose();
  }
}
