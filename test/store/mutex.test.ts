import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { type Clock, realClock } from '../../src/base/clock.ts';
import { StoreMutex } from '../../src/store/mutex.ts';
import { nodePath, projectRoot } from '../support/serverProcess.ts';
import { VirtualClock } from '../support/virtualClock.ts';
import { aFolder, RememberingLog } from './fixtures.ts';

const aMutex = (folder: string, clock: Clock = realClock, more: object = {}) => {
  const log = new RememberingLog();
  const mutex = new StoreMutex({ folder, clock, log, ...more });
  onTestFinished(() => mutex.dispose());
  return { mutex, log };
};

/** Work that goes on until it is told to end. */
const someWork = (name: string, order: string[]) => {
  const ended = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  return {
    begun: begun.promise,
    end: () => ended.resolve(),
    run: async (): Promise<string> => {
      order.push(`${name} begins`);
      begun.resolve();
      await ended.promise;
      order.push(`${name} ends`);
      return name;
    },
  };
};

const aHolder = async (folder: string, key: string): Promise<ChildProcess> => {
  const child = spawn(nodePath, ['test/store/mutexChild.ts', folder, key], {
    cwd: projectRoot,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  await once(child.stdout, 'data');
  return child;
};

test('two windows never work under one key together', async () => {
  const folder = aFolder();
  const order: string[] = [];
  const [one, two] = [someWork('one', order), someWork('two', order)];
  const first = aMutex(folder).mutex.run('key', one.run);
  await one.begun;
  const second = aMutex(folder).mutex.run('key', two.run);
  one.end();
  two.end();
  expect(await Promise.all([first, second])).toEqual(['one', 'two']);
  expect(order).toEqual(['one begins', 'one ends', 'two begins', 'two ends']);
});

test('within a window work under one key goes in order, and other keys do not wait', async () => {
  const { mutex } = aMutex(aFolder());
  const order: string[] = [];
  const one = someWork('one', order);
  const two = someWork('two', order);
  const running = [mutex.run('key', one.run), mutex.run('key', two.run)];
  await one.begun;
  await mutex.run('aside', () => Promise.resolve(order.push('aside')));
  two.end();
  one.end();
  await Promise.all(running);
  expect(order).toEqual(['one begins', 'aside', 'one ends', 'two begins', 'two ends']);
});

test('work that fails gives the key back', async () => {
  const folder = aFolder();
  const { mutex } = aMutex(folder);
  const failing = mutex.run('key', () => Promise.reject(new Error('no')));
  await expect(failing).rejects.toThrow('no');
  expect(await mutex.run('key', () => Promise.resolve(1))).toBe(1);
  expect(await aMutex(folder).mutex.run('key', () => Promise.resolve(2))).toBe(2);
});

test('a window that is killed in the middle of its work does not block the others', async () => {
  const folder = aFolder();
  const holder = await aHolder(folder, 'key');
  const { mutex } = aMutex(folder);
  let isOurs = false;
  const waiting = mutex.run('key', () => {
    isOurs = true;
    return Promise.resolve('ours');
  });
  // Another key goes through the same file meanwhile, so the one that is held was looked at too.
  await mutex.run('other', () => Promise.resolve());
  expect(isOurs).toBe(false);
  holder.kill('SIGKILL');
  expect(await waiting).toBe('ours');
});

test('a window of another machine that fell silent does not block the others', async () => {
  const folder = aFolder();
  const clock = new VirtualClock();
  const elsewhere = { machine: 'elsewhere', bootedAt: 0, isAlive: () => true };
  const silent = aMutex(folder, new VirtualClock(), { processes: elsewhere });
  const stuck = someWork('stuck', []);
  void silent.mutex.run('key', stuck.run);
  await stuck.begun;
  const waiting = aMutex(folder, clock).mutex.run('key', () => Promise.resolve('ours'));
  await clock.advance(16_000);
  expect(await waiting).toBe('ours');
  stuck.end();
});

test('a window that beats keeps its key for as long as its work takes', async () => {
  const folder = aFolder();
  const clock = new VirtualClock();
  const order: string[] = [];
  const [long, next] = [someWork('long', order), someWork('next', order)];
  const first = aMutex(folder, clock).mutex.run('key', long.run);
  await long.begun;
  const second = aMutex(folder, clock).mutex.run('key', next.run);
  next.end();
  await clock.advance(120_000);
  expect(order).toEqual(['long begins']);
  long.end();
  await first;
  await clock.advance(1_000);
  expect(await second).toBe('next');
});

test('what is noted under a key is seen by the other windows, and by later ones', async () => {
  const folder = aFolder();
  const { mutex } = aMutex(folder);
  expect(await mutex.noted('key')).toBe(null);
  await mutex.run('key', () => mutex.note('key', 'one'));
  await mutex.note('key', 'two');
  const other = aMutex(folder).mutex;
  expect([await other.noted('key'), await other.noted('other')]).toEqual(['two', null]);
});

test('without SQLite nothing is noted', async () => {
  const { mutex } = aMutex('', realClock, { loadSqlite: () => undefined });
  await mutex.note('key', 'one');
  expect(await mutex.noted('key')).toBe(null);
});

test('without SQLite the work is done all the same, in order within the window, and that is said once', async () => {
  const { mutex, log } = aMutex('', realClock, { loadSqlite: () => undefined });
  const order: string[] = [];
  const [one, two] = [someWork('one', order), someWork('two', order)];
  const running = [mutex.run('key', one.run), mutex.run('key', two.run)];
  one.end();
  two.end();
  await Promise.all(running);
  expect(order).toEqual(['one begins', 'one ends', 'two begins', 'two ends']);
  expect(log.complaints).toHaveLength(1);
});
