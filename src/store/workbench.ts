// Asks the workbench whether somebody looks at this window. A forgotten extension host, whose tab is gone, gets no
// answer at all: that is the sign by which it is known.
import type { Clock } from '../base/clock.ts';
import { type Disposable, Store, toDisposable } from '../base/disposable.ts';
import type { Log } from '../runtime/ports.ts';
import { reasonOf } from './database.ts';
import { watchedWithin } from './leaseRules.ts';

export interface WorkbenchPorts {
  readonly clock: Clock;
  readonly log: Log;
  isWatched(): Promise<boolean>;
}

/** Calls `answer` once, after 3 s at the latest, unless disposed before. */
export const askWorkbench = (
  ports: WorkbenchPorts,
  answer: (isWatched: boolean) => void,
): Disposable => {
  const { clock, log } = ports;
  const life = new Store();
  let isOpen = true;
  life.add(toDisposable(() => (isOpen = false)));
  const settle = (isWatched: boolean): void => {
    if (!isOpen) return;
    life.dispose();
    answer(isWatched);
  };
  life.add(clock.after(watchedWithin, () => settle(false)));
  ports.isWatched().then(settle, (error: unknown) => {
    // The workbench answered after all, if badly: only silence means that nobody is there.
    log.debug(`Lease: the workbench could not be asked (${reasonOf(error)}).`);
    settle(true);
  });
  return life;
};
