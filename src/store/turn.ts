// The end of the present turn of the event loop. All that is to be written in a turn is written at once then: a commit costs more
// than what is in it.
import { type Disposable, toDisposable } from '../base/disposable.ts';

export const whenTurnIsOver = (run: () => void): Disposable => {
  const turn = setImmediate(run);
  return toDisposable(() => clearImmediate(turn));
};
