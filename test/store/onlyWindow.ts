// The store as a window has it that is the only one in its folder, with a real clock: for processes that kill themselves.
import { randomUUID } from 'node:crypto';
import { realClock } from '../../src/base/clock.ts';
import { Source } from '../../src/base/signal.ts';
import { realProcesses } from '../../src/store/processes.ts';
import { openWorkspaceStore, type WorkspaceStore } from '../../src/store/workspaceStore.ts';

const silence = (): void => undefined;

export const openOnlyWindow = (folder: string): WorkspaceStore =>
  openWorkspaceStore({
    folder,
    clock: realClock,
    log: { debug: silence, info: silence, warn: silence, error: silence },
    memento: { get: () => undefined, keys: () => [], update: () => Promise.resolve() },
    sessionTtl: 86_400_000,
    historyEntries: 10,
    allowsJournal: new Source(true),
    window: {
      id: randomUUID(),
      pid: process.pid,
      processes: realProcesses(),
      isOnlyOne: false,
      isWatched: () => Promise.resolve(true),
    },
  });
