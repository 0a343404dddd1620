// All open streams of the gateway, kept alive by one timer for all of them: clients and what is between drop a stream on which
// nothing was said for minutes. It runs while there is anything to look after. Not here: what is said on a stream.
import type { Clock, Millis } from '../base/clock.ts';
import { type Disposable, Mutable } from '../base/disposable.ts';

export interface Beating {
  /** Gives a sign of life, or ends what shows none. */
  beat(): void;
}

/** Well inside the 300 s after which VS Code and Node's fetch give a silent stream up. */
export const usualBeat: Millis = 15_000;

export class OpenStreams implements Disposable {
  readonly #timer = new Mutable<Disposable>();
  readonly #streams = new Set<Beating>();
  readonly #clock: Clock;
  readonly #interval: Millis;
  readonly #afterBeat: () => boolean;

  /** `afterBeat` is what else has to be looked after now and then; it says whether any of it is left. */
  constructor(clock: Clock, interval: Millis, afterBeat: () => boolean) {
    this.#clock = clock;
    this.#interval = interval;
    this.#afterBeat = afterBeat;
  }

  get size(): number {
    return this.#streams.size;
  }

  add(stream: Beating): void {
    this.#streams.add(stream);
    this.keepBeating();
  }

  remove(stream: Beating): void {
    this.#streams.delete(stream);
  }

  /** There is something to look after from now on. */
  keepBeating(): void {
    this.#timer.value ??= this.#clock.after(this.#interval, () => this.#beat());
  }

  dispose(): void {
    this.#timer.dispose();
    this.#streams.clear();
  }

  #beat(): void {
    this.#timer.value = undefined;
    for (const stream of this.#streams) stream.beat();
    if (this.#afterBeat() || this.#streams.size > 0) this.keepBeating();
  }
}
