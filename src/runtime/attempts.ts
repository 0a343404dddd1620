// The attempt loop: p-retry runs it, our pure policy says how long to wait. A wait can be replaced at any time by a
// shorter one, which is how wake, a listener or a call cut the backoff short.
// Not here: what an attempt does (connection.ts) and whether another is worth it (core/connection/step.ts).
import pRetry from 'p-retry';
import type { Clock, Millis } from '../base/clock.ts';
import { type Disposable, Mutable } from '../base/disposable.ts';

export interface AttemptsDeps {
  readonly clock: Clock;
  /** Makes one attempt; rejects when it failed, after having said so to whoever plans the next. */
  readonly attempt: (signal: AbortSignal) => Promise<void>;
}

interface Waiting {
  readonly done: () => void;
}

export class Attempts implements Disposable {
  readonly #deps: AttemptsDeps;
  readonly #timer = new Mutable();
  #loop: AbortController | null = null;
  #delay: Millis | null = null;
  #waiting: Waiting | null = null;

  constructor(deps: AttemptsDeps) {
    this.#deps = deps;
  }

  /** The next attempt comes after `delay`; replaces the wait that is running. */
  plan(delay: Millis): void {
    this.#delay = delay;
    if (this.#waiting) this.#arm(this.#waiting);
    if (!this.#loop) this.#start();
  }

  /** No further attempt; the running one is aborted. */
  cease(): void {
    this.#delay = null;
    this.#loop?.abort();
    this.#loop = null;
    this.#timer.value = undefined;
    this.#waiting?.done();
    this.#waiting = null;
  }

  dispose(): void {
    this.cease();
    this.#timer.dispose();
  }

  #start(): void {
    const loop = new AbortController();
    this.#loop = loop;
    const run = async (): Promise<void> => {
      await this.#wait();
      if (loop.signal.aborted) return;
      // Taken before the attempt: a plan made meanwhile is for the next one.
      this.#delay = null;
      await this.#deps.attempt(loop.signal);
    };
    const ended = (): void => {
      if (this.#loop !== loop) return;
      this.#loop = null;
      // A plan that came in while the last attempt was ending.
      if (this.#delay !== null) this.#start();
    };
    pRetry(run, {
      retries: Number.POSITIVE_INFINITY,
      // The waiting is ours (`#wait`), on our clock.
      minTimeout: 0,
      shouldRetry: () => !loop.signal.aborted && this.#delay !== null,
    }).then(ended, ended);
  }

  #wait(): Promise<void> {
    return new Promise((resolve) => {
      const waiting: Waiting = {
        done: () => {
          if (this.#waiting === waiting) this.#waiting = null;
          resolve();
        },
      };
      this.#waiting = waiting;
      this.#arm(waiting);
    });
  }

  #arm(waiting: Waiting): void {
    const delay = this.#delay ?? 0;
    if (delay > 0) this.#timer.value = this.#deps.clock.after(delay, waiting.done);
    else {
      this.#timer.value = undefined;
      waiting.done();
    }
  }
}
