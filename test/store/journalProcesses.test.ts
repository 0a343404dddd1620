// The journal and processes that are really killed.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it, onTestFinished } from 'vitest';
import { realClock } from '../../src/base/clock.ts';
import { Source } from '../../src/base/signal.ts';
import { realProcesses } from '../../src/store/processes.ts';
import { openWorkspaceStore } from '../../src/store/workspaceStore.ts';
import { RememberingLog, aFolder } from './fixtures.ts';

const child = fileURLToPath(new URL('journalChild.ts', import.meta.url));

const killedIn = async (folder: string): Promise<unknown> => {
  const window = spawn(process.execPath, [child, folder], { stdio: 'inherit' });
  await once(window, 'exit');
  return window.signalCode;
};

const openNext = (folder: string) => {
  const log = new RememberingLog();
  const store = openWorkspaceStore({
    folder,
    clock: realClock,
    log,
    memento: { get: () => undefined, keys: () => [], update: () => Promise.resolve() },
    sessionTtl: 86_400_000,
    historyEntries: 10,
    allowsJournal: new Source(true),
    window: {
      id: 'next',
      pid: process.pid,
      processes: realProcesses(),
      isOnlyOne: false,
      isWatched: () => Promise.resolve(true),
    },
  });
  onTestFinished(() => store.dispose());
  return { log, store };
};

it('a call is there after a kill -9 right behind its put, with the last step it took [reload-survives]', async () => {
  const folder = aFolder();
  expect(await killedIn(folder)).toBe('SIGKILL');
  const { store, log } = openNext(folder);
  expect(store.journal.load('alpha', 'lifeline')).toMatchObject([
    { key: 'k-1', phase: { kind: 'sent', upstreamId: 4, sessionId: 's-1' } },
    { key: 'k-2', phase: { kind: 'held' } },
    { key: 'k-3' },
    { key: 'k-4' },
  ]);
  expect(log.complaints).toEqual([]);
});

it.skipIf(process.platform === 'win32')(
  'the files that hold arguments are for the owner only, also right after a kill [keep-secrets]',
  async () => {
    const folder = aFolder();
    await killedIn(folder);
    const modes = ['lifeline.db', 'lifeline.db-wal', 'lifeline.db-shm'].map(
      (name) => statSync(join(folder, name)).mode & 0o777,
    );
    expect(modes).toEqual([0o600, 0o600, 0o600]);
  },
);
