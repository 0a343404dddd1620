// All open streams of the gateway, kept alive by one timer for all of them: clients and what is between drop a stream on which
// nothing was said for minutes. Not here: what is said on a stream.
import { type Clock, every, type Millis } from '../base/clock.ts';
import { type Disposable, Store } from '../base/disposable.ts';

export interface Beating {
  /** Gives a sign of life, or ends what shows none. */
  beat(): void;
}

/** Well inside the 300 s after which VS Code and Node's fetch give a silent stream up. */
export const usualBeat: Millis = 15_000;

export class OpenStreams implements Disposable {
  readonly #store = new Store();
  readonly #streams = new Set<Beating>();
  readonly #afterBeat: () => void;

  /** `afterBeat` is what else has to be looked after now and then. */
  constructor(clock: Clock, interval: Millis, afterBeat: () => void) {
    this.#afterBeat = afterBeat;
    this.#store.add(every(clock, interval, () => this.#beat()));
  }

  get size(): number {
    return this.#streams.size;
  }

  add(stream: Beating): void {
    this.#streams.add(stream);
  }

  remove(stream: Beating): void {
    this.#streams.delete(stream);
  }

  dispose(): void {
    this.#store.dispose();
    this.#streams.clear();
  }

  #beat(): void {
    for (const stream of this.#streams) stream.beat();
    this.#afterBeat();
  }
}
