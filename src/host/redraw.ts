// When a tree is drawn again: soon after a change, and never so often that it is not drawn at all. The editor waits
// with a tree until its data have been still for 0.2 s; changes without a pause (a busy server, quick tries) would
// leave it standing on what was true before them. Free of `vscode`. Not here: what is drawn.
import type { Clock, Millis } from '../base/clock.ts';
import { type Disposable, Mutable } from '../base/disposable.ts';

/** A burst of changes (a reconnect makes several) is one redraw. */
const gatherFor: Millis = 50;
/** Longer than the editor's own wait, so that each redraw has happened before the next one is asked for. */
const pauseFor: Millis = 250;

export interface Redraw extends Disposable {
  /** Something has changed; asking again before it is drawn changes nothing. */
  soon(): void;
}

export const createRedraw = (clock: Clock, draw: () => void): Redraw => {
  const timer = new Mutable<Disposable>();
  let notBefore: Millis = 0;
  return {
    soon: () => {
      timer.value ??= clock.after(Math.max(gatherFor, notBefore - clock.steady()), () => {
        timer.value = undefined;
        notBefore = clock.steady() + pauseFor;
        draw();
      });
    },
    dispose: () => timer.dispose(),
  };
};
