import { expect, it, onTestFinished } from 'vitest';
import type { LeaseTable } from '../../src/store/leaseTable.ts';
import { aFolder } from './fixtures.ts';
import { openTable } from './leaseWindows.ts';

const aTable = (folder: string): LeaseTable => {
  const opened = openTable(folder);
  if (opened.kind === 'unavailable') throw new Error(opened.reason);
  onTestFinished(() => opened.table.dispose());
  return opened.table;
};

const aClaim = (owner: string) => ({ owner, pid: 1, machine: 'here', now: 1000 });

it('judges the row as it is under the write lock, not as it was at the last look', () => {
  const folder = aFolder();
  const [one, two] = [aTable(folder), aTable(folder)];
  expect(two.read()).toBeNull();
  expect(one.take(aClaim('one'), (row) => row === null)).toBe(true);
  expect(two.take(aClaim('two'), (row) => row === null)).toBe(false);
  expect(one.beat('one', 2000)).toBe(true);
});

it('tells an owner that was replaced, and lets it release nothing', () => {
  const folder = aFolder();
  const [one, two] = [aTable(folder), aTable(folder)];
  one.take(aClaim('one'), () => true);
  two.take(aClaim('two'), () => true);
  expect(one.beat('one', 2000)).toBe(false);
  one.release('one');
  one.refuse('one');
  expect(two.read()).toMatchObject({ owner: 'two', beat: 0 });
});

it('keeps the first of several requests', () => {
  const table = aTable(aFolder());
  table.take(aClaim('one'), () => true);
  table.request('two', 'one');
  table.request('three', 'one');
  expect(table.read()?.requestedBy).toBe('two');
});
