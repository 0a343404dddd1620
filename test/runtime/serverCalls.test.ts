// The calls of everybody at one server, as one: added up without a word where nothing changed, listed when somebody reads.
import { expect, it } from 'vitest';
import { Source } from '../../src/base/signal.ts';
import { type Load, ServerCalls } from '../../src/runtime/serverCalls.ts';
import type { PendingCall } from '../../src/runtime/watch.ts';

const aPending = (key: string, since: number): PendingCall => ({
  ...{ key, since, tool: 'x', phase: 'held', deadline: null, args: {}, result: null },
});

class SomeCalls {
  readonly load: Source<Load>;
  readonly list = new Source<readonly PendingCall[]>([]);
  reads = 0;

  constructor(held: number, running: number) {
    this.load = new Source({ held, running, heldBytes: held * 10 });
  }

  get pending(): Source<readonly PendingCall[]> {
    this.reads += 1;
    return this.list;
  }
}

const watch = (calls: ServerCalls): Load[] => {
  const told: Load[] = [];
  calls.load.onChange((load) => told.push(load));
  return told;
};

it('they are added up as they change, and gone with whoever goes', () => {
  const all = new ServerCalls();
  const [one, two] = [new SomeCalls(1, 2), new SomeCalls(0, 3)];
  const added = [one, two].map((calls) => all.add(calls));
  expect(all.load.value).toEqual({ held: 1, running: 5, heldBytes: 10 });
  two.load.set({ held: 4, running: 0, heldBytes: 7 });
  expect(all.load.value).toEqual({ held: 5, running: 2, heldBytes: 17 });
  added[0]?.dispose();
  one.load.set({ held: 9, running: 9, heldBytes: 9 });
  expect(all.load.value).toEqual({ held: 4, running: 0, heldBytes: 7 });
  all.dispose();
});

it('nobody is told where nothing changed', () => {
  const all = new ServerCalls();
  const told = watch(all);
  const calls = new SomeCalls(0, 0);
  const added = all.add(calls);
  calls.load.set({ held: 0, running: 0, heldBytes: 0 });
  added.dispose();
  expect(told).toEqual([]);
});

it('the list is in order of arrival, and of those that are there', () => {
  const all = new ServerCalls();
  const [one, two] = [new SomeCalls(0, 0), new SomeCalls(0, 0)];
  const added = [one, two].map((calls) => all.add(calls));
  const lists: string[] = [];
  all.pending.onChange((list) => lists.push(list.map(({ key }) => key).join(' ')));
  one.list.set([aPending('a', 1), aPending('c', 3)]);
  two.list.set([aPending('b', 2)]);
  added[0]?.dispose();
  expect(lists).toEqual(['a c', 'a b c', 'b']);
  expect(all.pending.value.map(({ key }) => key)).toEqual(['b']);
});

it('the list is not made while calls only move', () => {
  const all = new ServerCalls();
  const calls = new SomeCalls(0, 0);
  all.add(calls);
  calls.reads = 0;
  for (let running = 1; running <= 1000; running += 1)
    calls.load.set({ held: 0, running, heldBytes: 0 });
  expect(calls.reads).toBe(0);
  expect(all.load.value.running).toBe(1000);
});
