// Whose calls the journal keeps for a server, and what becomes of a call that is handed from one client to another.
import { describe, expect, it } from 'vitest';
import type { JournalStore } from '../../src/runtime/ports.ts';
import { MemoryJournal } from '../../src/store/memoryJournal.ts';
import { aCall, aJournal, keysOf } from './journalFixtures.ts';

const kinds: readonly (readonly [string, () => JournalStore])[] = [
  ['in SQLite', () => aJournal().journal],
  ['of a window without the lease', () => aJournal({ status: 'waiting' }).journal],
  ['in memory', () => new MemoryJournal()],
];

describe.each(kinds)('the journal %s', (_, make) => {
  it('names each client of a server once, and none of another server', () => {
    const journal = make();
    for (const [key, client] of [
      ['a', 'one'],
      ['b', 'two'],
      ['c', 'one'],
    ] as const)
      journal.put(aCall(key, { client }));
    journal.put(aCall('d', { serverId: 'beta', client: 'three' }));
    expect(journal.clients('alpha').toSorted()).toEqual(['one', 'two']);
    journal.remove('b');
    expect(journal.clients('alpha')).toEqual(['one']);
    expect(journal.clients('gamma')).toEqual([]);
  });

  it('hands a call on in one write, and its old client has it no more', () => {
    const journal = make();
    journal.put(aCall('a', { client: 'one' }));
    journal.put(aCall('a', { client: 'lifeline', clientId: 'another' }));
    expect(journal.load('alpha', 'one')).toEqual([]);
    expect(journal.load('alpha', 'lifeline')).toMatchObject([{ key: 'a', clientId: 'another' }]);
    expect(journal.clients('alpha')).toEqual(['lifeline']);
  });
});

it('a call that was handed on is its new client’s in the next life too', () => {
  const { journal, written, log } = aJournal();
  journal.put(aCall('a', { client: 'one' }));
  journal.put(aCall('a', { client: 'lifeline' }));
  expect([keysOf(written()), written('alpha', 'one')]).toEqual([['a'], []]);
  expect(log.lines).toEqual([]);
});

it('a journal that is over names nobody, and one that got the lease names those of memory and file', () => {
  const { journal, turnLease } = aJournal({ status: 'waiting' });
  journal.put(aCall('a', { client: 'one' }));
  turnLease('owner');
  journal.put(aCall('b', { client: 'two' }));
  expect(journal.clients('alpha').toSorted()).toEqual(['one', 'two']);
  journal.dispose();
  expect(journal.clients('alpha')).toEqual([]);
});
