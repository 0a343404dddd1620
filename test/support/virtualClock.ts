// Time that stands still until a test moves it: minutes of backoff pass in milliseconds, in the true order.
// Between two timers everything that is already runnable runs, so that promises settle where they would in life.
import type { Clock, Millis } from '../../src/base/clock.ts';
import { type Disposable, toDisposable } from '../../src/base/disposable.ts';

interface Timer {
  readonly due: Millis;
  /** Timers of the same moment fire in the order of their making, as Node's do. */
  readonly order: number;
  readonly run: () => void;
}

// A timer that starts itself again with no delay would otherwise hang the test without a word.
const mostTimersPerAdvance = 100_000;

/** Lets everything runnable run: all microtasks, and callbacks of finished input and output. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export class VirtualClock implements Clock {
  #wall: Millis;
  #steady: Millis = 0;
  #made = 0;
  #advancing = false;
  readonly #timers = new Set<Timer>();

  constructor(wall: Millis = Date.UTC(2026, 0, 1)) {
    this.#wall = wall;
  }

  /** How many timers are waiting: a test of a disposed thing expects 0. */
  get pending(): number {
    return this.#timers.size;
  }

  now(): Millis {
    return this.#wall;
  }

  steady(): Millis {
    return this.#steady;
  }

  after(delay: Millis, run: () => void): Disposable {
    const timer: Timer = { due: this.#steady + Math.max(0, delay), order: this.#made++, run };
    this.#timers.add(timer);
    return toDisposable(() => this.#timers.delete(timer));
  }

  /** Moves both clocks on by `duration`, firing what falls due on the way, also timers made on the way. */
  async advance(duration: Millis): Promise<void> {
    if (this.#advancing)
      throw new Error('The clock is being advanced already: await the first call.');
    this.#advancing = true;
    try {
      await this.#advanceTo(this.#steady + duration);
    } finally {
      this.#advancing = false;
    }
  }

  /** The machine sleeps: wall time moves, steady time and timers stand still, so that timers fire late. */
  jump(duration: Millis): void {
    this.#wall += duration;
  }

  async #advanceTo(target: Millis): Promise<void> {
    await settle();
    for (let fired = 0; fired < mostTimersPerAdvance; fired += 1) {
      const next = this.#nextDue(target);
      if (next === undefined) {
        this.#moveTo(target);
        return;
      }
      this.#moveTo(next.due);
      this.#timers.delete(next);
      next.run();
      await settle();
    }
    throw new Error(`More than ${mostTimersPerAdvance} timers fired in one advance.`);
  }

  #moveTo(steady: Millis): void {
    this.#wall += steady - this.#steady;
    this.#steady = steady;
  }

  #nextDue(target: Millis): Timer | undefined {
    let next: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.due > target) continue;
      if (next === undefined || timer.due < next.due) next = timer;
    }
    return next;
  }
}
