// How long to wait before the stream of a request is asked for again: what the server announced with `retry:` for
// that very stream (SEP-1699: the client must wait), and more each time that nothing came of it.
import type { Clock, Millis } from '../base/clock.ts';
import type { StreamName } from '../runtime/ports.ts';

interface Pause {
  readonly announced: Millis;
  /** Resumptions in a row that brought no event. */
  readonly fruitless: number;
  /** Steady time at which the stream ended. */
  readonly endedAt: Millis;
}

const none: Pause = { announced: 0, fruitless: 0, endedAt: 0 };
const mostStreams = 256;
const firstStep = 250;
const longestStep = 10_000;

const stepOf = (fruitless: number): Millis =>
  fruitless === 0 ? 0 : Math.min(longestStep, firstStep * 2 ** (fruitless - 1));

export class Pauses {
  readonly #clock: Clock;
  readonly #byStream = new Map<StreamName, Pause>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  announced(stream: StreamName, delay: Millis): void {
    this.#change(stream, { announced: delay });
  }

  /** The stream ended without an answer. */
  ended(stream: StreamName, how: { readonly resumed: boolean; readonly fruitful: boolean }): void {
    const before = this.#byStream.get(stream) ?? none;
    const fruitless = how.fruitful || !how.resumed ? 0 : before.fruitless + 1;
    this.#change(stream, { fruitless, endedAt: this.#clock.steady() });
  }

  forget(stream: StreamName): void {
    this.#byStream.delete(stream);
  }

  /** What is left to wait now. */
  left(stream: StreamName): Millis {
    const pause = this.#byStream.get(stream);
    if (!pause) return 0;
    const whole = Math.max(pause.announced, stepOf(pause.fruitless));
    return Math.max(0, pause.endedAt + whole - this.#clock.steady());
  }

  #change(stream: StreamName, part: Partial<Pause>): void {
    const next = { ...(this.#byStream.get(stream) ?? none), ...part };
    this.#byStream.delete(stream);
    this.#byStream.set(stream, next);
    if (this.#byStream.size <= mostStreams) return;
    const [oldest] = this.#byStream.keys();
    if (oldest !== undefined) this.#byStream.delete(oldest);
  }
}
