// A heartbeat for what ages on screen. It beats only while somebody wants it, so that a window with nothing to
// count has no timer at all.
import { type Clock, every, type Millis } from '../base/clock.ts';
import { type Disposable, Mutable } from '../base/disposable.ts';

const second: Millis = 1_000;

export interface Ticker extends Disposable {
  /** Starts or stops the beat; saying the same again changes nothing. */
  want(wanted: boolean): void;
}

export const createTicker = (clock: Clock, beat: () => void): Ticker => {
  const timer = new Mutable<Disposable>();
  return {
    want: (wanted) => {
      if (wanted) timer.value ??= every(clock, second, beat);
      else timer.value = undefined;
    },
    dispose: () => timer.dispose(),
  };
};
