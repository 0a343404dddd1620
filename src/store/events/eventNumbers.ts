// The numbers of events: each greater than all before, and greater than those of every earlier life, because they follow the
// clock. A number is a time in microseconds of which only the milliseconds are measured, so that age can be read off it.
import type { Clock, Millis } from '../../base/clock.ts';

const perMilli = 1000;

/** When the event of this number was written, to within the few milliseconds that a burst may run ahead. */
export const timeOf = (seq: number): Millis => Math.floor(seq / perMilli);

/** Events of this time and later have at least this number. */
export const firstAt = (time: Millis): number => Math.max(0, Math.floor(time)) * perMilli;

export class EventNumbers {
  readonly #clock: Pick<Clock, 'now'>;
  /** Two processes that write in the same millisecond hardly ever choose the same number. */
  readonly #lane: number;
  #last = 0;

  /** `chance` is in [0, 1). */
  constructor(clock: Pick<Clock, 'now'>, chance: number) {
    this.#clock = clock;
    this.#lane = Math.floor(chance * perMilli);
  }

  next(): number {
    this.#last = Math.max(this.#last + 1, firstAt(this.#clock.now()) + this.#lane);
    return this.#last;
  }

  /** Another process, or an earlier life under a clock that was set back since, has used this number. */
  observe(seq: number): void {
    this.#last = Math.max(this.#last, seq);
  }
}
