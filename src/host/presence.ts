// Whether somebody looks at this window, and when they come back to it. An extension host outlives its window by
// hours when a browser tab is closed or a network is lost; such a forgotten one must not keep sessions and the
// lease for itself. Not here: what follows from it (store/lease.ts, runtime/pulse.ts).
import * as vscode from 'vscode';
import type { Clock, Millis } from '../base/clock.ts';
import { type Disposable, Store } from '../base/disposable.ts';
import { Emitter } from '../base/signal.ts';

/** A workbench on the other side of the world still answers well within this. */
const answerLimit: Millis = 3_000;

export interface Presence extends Disposable {
  /** Resolves true when the workbench answers a round trip in time; never rejects. */
  isWatched(): Promise<boolean>;
  /** The window got the focus after it had lost it. */
  onFocus(listener: () => void): Disposable;
}

const roundTrip = (): Promise<boolean> =>
  // Setting a context key is the cheapest question that only a living workbench answers.
  Promise.resolve(vscode.commands.executeCommand('setContext', 'mcpLifeline.watched', true)).then(
    () => true,
    () => false,
  );

export const createPresence = (clock: Clock): Presence => {
  const store = new Store();
  const focus = store.add(new Emitter<void>());
  // The event also comes for other changes of the window, so that the edge has to be found here.
  let wasFocused = vscode.window.state.focused;
  store.add(
    vscode.window.onDidChangeWindowState((state) => {
      if (state.focused && !wasFocused) focus.emit();
      wasFocused = state.focused;
    }),
  );

  const isWatched = async (): Promise<boolean> => {
    const limit = new Store();
    const tooLate = new Promise<boolean>((resolve) => {
      limit.add(clock.after(answerLimit, () => resolve(false)));
    });
    try {
      return await Promise.race([roundTrip(), tooLate]);
    } finally {
      limit.dispose();
    }
  };

  return { isWatched, onFocus: (listener) => focus.on(listener), dispose: () => store.dispose() };
};
