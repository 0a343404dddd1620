import { describe, expect, it } from 'vitest';
import type { JournalStore } from '../../src/runtime/ports.ts';
import { type JournalLimits, journalLimits, phaseRoom } from '../../src/store/journalBounds.ts';
import { MemoryJournal } from '../../src/store/memoryJournal.ts';
import { aCall, aCallOf, aJournal, keysOf, phases, sent } from './journalFixtures.ts';

const kinds: readonly (readonly [string, (limits?: Partial<JournalLimits>) => JournalStore])[] = [
  ['in SQLite', (limits = {}) => aJournal({ limits }).journal],
  [
    'of a window without the lease',
    (limits = {}) => aJournal({ limits, status: 'waiting' }).journal,
  ],
  ['in memory', (limits = {}) => new MemoryJournal({ ...journalLimits, ...limits })],
];

const load = (journal: JournalStore) => journal.load('alpha', 'lifeline');

describe.each(kinds)('the journal %s', (_, make) => {
  it.each(phases)('gives back what was put in: %o', (phase) => {
    const journal = make();
    expect(journal.put(aCall('a', { phase }))).toBe(true);
    expect(load(journal)).toEqual([aCall('a', { phase })]);
  });

  it('gives calls in order of arrival, those of one millisecond in the order of their putting', () => {
    const journal = make();
    for (const [key, arrivedAt] of Object.entries({ c: 3, a: 1, b2: 2, b1: 2 }))
      journal.put(aCall(key, { arrivedAt }));
    expect(keysOf(load(journal))).toEqual(['a', 'b2', 'b1', 'c']);
  });

  it('keeps servers and clients apart', () => {
    const journal = make();
    journal.put(aCall('a'));
    journal.put(aCall('b', { serverId: 'beta' }));
    journal.put(aCall('c', { client: 'agent' }));
    expect(keysOf(load(journal))).toEqual(['a']);
    expect(keysOf(journal.load('beta', 'lifeline'))).toEqual(['b']);
    expect(journal.load('beta', 'agent')).toEqual([]);
  });

  it('has one entry per call, the newest, and its place stays', () => {
    const journal = make();
    journal.put(aCall('a'));
    journal.put(aCall('b'));
    journal.put(aCall('a', { phase: sent }));
    expect(load(journal)).toEqual([aCall('a', { phase: sent }), aCall('b')]);
  });

  it('forgets what is removed, and nothing else', () => {
    const journal = make();
    journal.put(aCall('a'));
    journal.put(aCall('b'));
    journal.remove('a');
    journal.remove('never there');
    expect(keysOf(load(journal))).toEqual(['b']);
  });

  it('takes entries up to its limit and none past it, until one goes [bounded]', () => {
    const journal = make({ entries: 3 });
    expect(['a', 'b', 'c', 'd'].map((key) => journal.put(aCall(key)))).toEqual([
      true,
      true,
      true,
      false,
    ]);
    expect(journal.put(aCall('c', { phase: sent }))).toBe(true);
    journal.remove('a');
    expect(journal.put(aCall('d'))).toBe(true);
    expect(keysOf(load(journal))).toEqual(['b', 'c', 'd']);
  });

  it('takes an entry of the largest size and none that is one byte larger [bounded]', () => {
    const journal = make({ entryBytes: 5000 });
    expect(journal.put(aCallOf(5001, 'a', phaseRoom))).toBe(false);
    expect(journal.put(aCallOf(5000, 'a', phaseRoom))).toBe(true);
  });

  it('counts bytes and not characters', () => {
    const journal = make({ entryBytes: 5000 });
    const request = {
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { a: '€'.repeat(1500) },
    };
    expect(journal.put(aCall('a', { request: { ...request, jsonrpc: '2.0' } }))).toBe(false);
  });

  it('takes entries up to its bytes in all and none past them, until some are free [bounded]', () => {
    const journal = make({ totalBytes: 10_000 });
    expect(journal.put(aCallOf(6000, 'a', phaseRoom))).toBe(true);
    expect(journal.put(aCallOf(4001, 'b', phaseRoom))).toBe(false);
    expect(journal.put(aCallOf(4000, 'b', phaseRoom))).toBe(true);
    expect(journal.put(aCallOf(2000, 'c', phaseRoom))).toBe(false);
    journal.remove('a');
    expect(journal.put(aCallOf(6000, 'c', phaseRoom))).toBe(true);
  });

  it('never refuses the step from held to sent, however full it is [at-most-once]', () => {
    const journal = make({ totalBytes: 4000, entryBytes: 4000, entries: 1 });
    const held = aCallOf(4000, 'a', phaseRoom);
    journal.put(held);
    const cursor = 'e'.repeat(800);
    expect(journal.put({ ...held, phase: { ...sent, cursor } })).toBe(true);
    expect(load(journal)).toMatchObject([{ phase: { cursor } }]);
  });

  it('does not go on saying "held" of a call whose next entry is too large [at-most-once]', () => {
    const journal = make({ entryBytes: 4000 });
    journal.put(aCall('a'));
    expect(journal.put(aCall('a', { phase: { ...sent, cursor: 'e'.repeat(5000) } }))).toBe(false);
    expect(load(journal)).toEqual([]);
  });

  it('goes on saying "sent" of a call whose answer is too large', () => {
    const journal = make({ entryBytes: 4000 });
    journal.put(aCall('a', { phase: sent }));
    const response = { jsonrpc: '2.0', id: 7, result: { text: 'x'.repeat(5000) } } as const;
    expect(journal.put(aCall('a', { phase: { kind: 'answered', at: 3, response } }))).toBe(false);
    expect(load(journal)).toEqual([aCall('a', { phase: sent })]);
  });
});

describe('a journal that is full', () => {
  it('says so once, and once more when it is full again, without a word of the call', () => {
    const { journal, log } = aJournal({ limits: { entries: 1 } });
    for (const key of ['a', 'b', 'c']) journal.put(aCall(key));
    expect(log.complaints).toEqual([expect.stringContaining('would not outlive a reload')]);
    journal.remove('a');
    journal.put(aCall('d'));
    journal.put(aCall('e'));
    expect(log.complaints).toHaveLength(2);
    expect(log.lines.join()).not.toContain('hush');
  });
});

it('the limits are those that the product promises [bounded]', () => {
  expect(journalLimits).toEqual({
    entries: 1000,
    entryBytes: 2 * 1024 * 1024,
    totalBytes: 16 * 1024 * 1024,
  });
});
