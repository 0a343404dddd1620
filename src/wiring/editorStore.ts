// The store of one editor window, as its settings want it. Composition only.
import { randomUUID } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import type { Store } from '../base/disposable.ts';
import { type Signal, Source } from '../base/signal.ts';
import type { Settings } from '../core/settings.ts';
import type { Log } from '../runtime/ports.ts';
import { realProcesses } from '../store/processes.ts';
import {
  openWorkspaceStore,
  type WorkspaceStore,
  type WorkspaceStorePorts,
} from '../store/workspaceStore.ts';

export interface EditorStoreParts {
  /** Where this window keeps what outlives it. */
  readonly folder: string;
  readonly memento: WorkspaceStorePorts['memento'];
  /** No other window can be on the same workspace. */
  readonly isOnlyOne: boolean;
  readonly isWatched: () => Promise<boolean>;
  readonly clock: Clock;
  readonly log: Log;
  readonly settings: Signal<Settings>;
}

export const wireEditorStore = (parts: EditorStoreParts, owner: Store): WorkspaceStore => {
  const { folder, memento, isOnlyOne, isWatched, clock, log, settings } = parts;
  const { sessionTtl, historyEntries, historySamples, historyMaxAge } = settings.value;
  const allowsJournal = owner.add(new Source(settings.value.journal === 'on'));
  const eventStore = owner.add(new Source(settings.value.eventStore));
  owner.add(
    settings.onChange((now) => {
      allowsJournal.set(now.journal === 'on');
      eventStore.set(now.eventStore);
    }),
  );
  return owner.add(
    openWorkspaceStore({
      ...{ folder, clock, log, memento, sessionTtl, historyEntries, historySamples, historyMaxAge },
      ...{ allowsJournal, eventStore },
      window: {
        id: randomUUID(),
        pid: process.pid,
        processes: realProcesses(),
        isOnlyOne,
        isWatched,
      },
    }),
  );
};
