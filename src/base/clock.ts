// The door to time. Durations are milliseconds; `now` is wall time since 1970, `steady` never jumps.
import { type Disposable, toDisposable } from './disposable.ts';

export type Millis = number;

export interface Clock {
  /** Wall time: for records and screens. */
  now(): Millis;
  /** Time that only goes forward and is not set by anybody: for measuring how long something took. */
  steady(): Millis;
  /** Calls `run` once after `delay`, unless disposed first. */
  after(delay: Millis, run: () => void): Disposable;
}

// setTimeout fires at once for anything longer (Node documentation of timers).
const longestTimeout = 2 ** 31 - 1;

export const realClock: Clock = {
  now: () => Date.now(),
  steady: () => performance.now(),
  after: (delay, run) => {
    const timer = setTimeout(run, Math.min(Math.max(0, delay), longestTimeout));
    return toDisposable(() => clearTimeout(timer));
  },
};

/** Runs `run` every `interval` until disposed. */
export const every = (clock: Clock, interval: Millis, run: () => void): Disposable => {
  let timer: Disposable;
  const next = (): void => {
    timer = clock.after(interval, () => {
      next();
      run();
    });
  };
  next();
  return toDisposable(() => timer.dispose());
};

/** Waits; rejects with the abort reason as soon as `abort` is aborted. */
export const sleep = (clock: Clock, delay: Millis, abort?: AbortSignal): Promise<void> =>
  new Promise((resolve, reject) => {
    if (abort?.aborted) return reject(abort.reason);
    const stop = (): void => {
      timer.dispose();
      reject(abort?.reason);
    };
    const timer = clock.after(delay, () => {
      abort?.removeEventListener('abort', stop);
      resolve();
    });
    abort?.addEventListener('abort', stop, { once: true });
  });
