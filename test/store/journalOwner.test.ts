// Whose the stored calls are, when they are written down at all, and what a broken row or a full disk does to them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { RememberingLog, aDatabase, aFolder, readNumber } from './fixtures.ts';
import { aCall, aJournal, keysOf, sent } from './journalFixtures.ts';

const load = ({ journal }: ReturnType<typeof aJournal>) => journal.load('alpha', 'lifeline');

describe('a window without the lease', () => {
  it('neither sees nor changes what the owner stored [one-owner]', () => {
    const database = aDatabase();
    const owner = aJournal({ database });
    owner.journal.put(aCall('a'));
    const second = aJournal({ database, status: 'waiting' });
    expect(load(second)).toEqual([]);
    second.journal.put(aCall('b'));
    second.journal.remove('a');
    expect(keysOf(owner.written())).toEqual(['a']);
    expect(keysOf(load(second))).toEqual(['b']);
  });

  it('stores what it kept when it becomes the owner, and then knows the stored ones too', () => {
    const database = aDatabase();
    aJournal({ database }).journal.put(aCall('a'));
    const second = aJournal({ database, status: 'waiting' });
    second.journal.put(aCall('b'));
    second.turnLease('owner');
    expect(keysOf(load(second))).toEqual(['a', 'b']);
    expect(keysOf(second.written())).toEqual(['a', 'b']);
  });

  it('keeps in memory what does not fit when it becomes the owner', () => {
    const database = aDatabase();
    aJournal({ database }).journal.put(aCall('a'));
    const second = aJournal({ database, status: 'waiting', limits: { entries: 2 } });
    for (const key of ['b', 'c']) second.journal.put(aCall(key));
    second.turnLease('owner');
    expect(keysOf(second.written())).toEqual(['a', 'b']);
    expect(keysOf(load(second))).toEqual(['a', 'b', 'c']);
  });

  it('that has lost it knows the stored calls no more, and leaves them alone [one-owner]', () => {
    const window = aJournal();
    window.journal.put(aCall('a'));
    window.turnLease('waiting');
    expect(load(window)).toEqual([]);
    window.journal.put(aCall('a', { phase: sent }));
    window.journal.remove('a');
    expect(window.written()).toEqual([aCall('a')]);
  });

  it('counts anew what another owner has stored meanwhile [bounded]', () => {
    const database = aDatabase();
    const window = aJournal({ database, limits: { entries: 2 } });
    window.journal.put(aCall('a'));
    window.turnLease('waiting');
    aJournal({ database }).journal.put(aCall('b'));
    window.turnLease('owner');
    expect(window.journal.put(aCall('c'))).toBe(false);
  });
});

describe('a call that is over', () => {
  const rowsIn = ({ database }: ReturnType<typeof aJournal>): unknown =>
    database.prepare('SELECT id, key FROM journal ORDER BY id').all();

  it('leaves its row to the next one', () => {
    const window = aJournal();
    for (const key of ['a', 'b', 'c']) {
      window.journal.put(aCall(key));
      window.journal.remove(key);
    }
    window.journal.put(aCall('d'));
    expect(rowsIn(window)).toEqual([{ id: 1, key: 'd' }]);
  });

  it('is gone from the file after a moment, also when no other comes', async () => {
    const window = aJournal();
    for (const key of ['a', 'b']) window.journal.put(aCall(key));
    for (const key of ['a', 'b']) window.journal.remove(key);
    expect(load(window)).toEqual([]);
    await window.clock.advance(20);
    expect(rowsIn(window)).toEqual([]);
  });

  it('does not change the order of those that came in one millisecond', () => {
    const window = aJournal();
    for (const key of ['over', 'a']) window.journal.put(aCall(key));
    window.journal.remove('over');
    window.journal.put(aCall('b'));
    expect(keysOf(window.written())).toEqual(['a', 'b']);
  });

  it('is gone when the window ends in order', () => {
    const folder = aFolder();
    const window = aJournal({ database: aDatabase(folder) });
    window.journal.put(aCall('a'));
    window.journal.remove('a');
    window.journal.dispose();
    expect(rowsIn(window)).toEqual([]);
  });
});

describe('a user who wants no arguments written down', () => {
  it('finds none in the file, also none from before, and the calls go on in memory', () => {
    const folder = aFolder();
    const window = aJournal({ database: aDatabase(folder) });
    for (const key of ['a', 'b', 'c']) window.journal.put(aCall(key));
    const inFiles = (): string =>
      ['', '-wal']
        .map((suffix) => readFileSync(join(folder, `lifeline.db${suffix}`), 'latin1'))
        .join();
    expect(inFiles()).toContain('hush');
    window.allowed.set(false);
    window.journal.put(aCall('d'));
    expect(keysOf(load(window))).toEqual(['d']);
    expect(inFiles()).not.toContain('hush');
  });

  it('gets those that are under way stored when the setting is on again', () => {
    const window = aJournal({ allowed: false });
    window.journal.put(aCall('a'));
    expect(window.written()).toEqual([]);
    window.allowed.set(true);
    expect(keysOf(window.written())).toEqual(['a']);
  });

  it('does not lose the stored calls of another window', () => {
    const database = aDatabase();
    const owner = aJournal({ database });
    owner.journal.put(aCall('a'));
    aJournal({ database, status: 'waiting', allowed: false });
    expect(keysOf(owner.written())).toEqual(['a']);
  });
});

describe('rows that cannot be read', () => {
  const spoil = (json: string) => {
    const window = aJournal();
    for (const key of ['a', 'b', 'c']) window.journal.put(aCall(key));
    window.database.prepare(`UPDATE journal SET json = ? WHERE key = 'b'`).run(json);
    return window;
  };

  const badPhase = (phase: object): string => JSON.stringify({ ...aCall('b'), phase });

  it.each([
    ['{', 'not JSON'],
    ['[]', 'all of it'],
    [badPhase({ kind: 'of the future' }), "'phase'"],
    [badPhase({ ...sent, upstreamId: 'x' }), "'phase'"],
    [badPhase({ kind: 'answered', at: 1, response: { jsonrpc: '2.0', id: 7 } }), "'phase'"],
    [JSON.stringify({ ...aCall('b'), request: { jsonrpc: '2.0', method: 'x' } }), "'request'"],
    [JSON.stringify(aCall('another')), 'another name'],
    [JSON.stringify(aCall('b', { serverId: 'beta' })), 'another name'],
  ])('are set aside with one log line that quotes nothing: %s', (json, reason) => {
    const window = spoil(json);
    expect(keysOf(load(window))).toEqual(['a', 'c']);
    expect(keysOf(load(window))).toEqual(['a', 'c']);
    expect(window.log.complaints).toEqual([expect.stringContaining(reason)]);
    expect(window.log.lines.join()).not.toContain('hush');
    expect(readNumber(window.database, 'SELECT count(*) FROM set_aside')).toBe(1);
  });

  it('are kept aside up to 64 KiB each and 50 in number, and their place is free again [bounded]', () => {
    const window = aJournal({ limits: { entries: 60 } });
    const fill = (): void => {
      for (let index = 0; index < 60; index += 1) window.journal.put(aCall(`k${index}`));
    };
    fill();
    window.database.exec(`UPDATE journal SET json = printf('%.*c', 100000, 'x')`);
    expect(load(window)).toEqual([]);
    expect(readNumber(window.database, 'SELECT count(*) FROM set_aside')).toBe(50);
    expect(readNumber(window.database, 'SELECT max(length(json)) FROM set_aside')).toBe(65_536);
    fill();
    expect(load(window)).toHaveLength(60);
  });
});

describe('a file that cannot be written', () => {
  const setUp = () => {
    const window = aJournal();
    window.journal.put(aCall('a'));
    const fail = (event: 'INSERT' | 'UPDATE' | 'DELETE'): void =>
      window.database.exec(
        `CREATE TRIGGER no_${event} BEFORE ${event} ON journal BEGIN SELECT RAISE(FAIL, 'disk full'); END`,
      );
    const mend = (event: 'INSERT' | 'UPDATE' | 'DELETE'): void =>
      window.database.exec(`DROP TRIGGER no_${event}`);
    return { ...window, fail, mend };
  };

  it('is said once, stops nothing, and is used again when it can be', () => {
    const { journal, log, fail, mend, written } = setUp();
    fail('INSERT');
    expect(['b', 'c'].map((key) => journal.put(aCall(key)))).toEqual([false, false]);
    expect(log.complaints).toEqual([expect.stringContaining('disk full')]);
    mend('INSERT');
    expect(journal.put(aCall('d'))).toBe(true);
    expect(keysOf(written())).toEqual(['a', 'd']);
    fail('INSERT');
    journal.put(aCall('e'));
    expect(log.complaints).toHaveLength(2);
  });

  it('does not go on saying "held" of a call that was sent [at-most-once]', () => {
    const { journal, fail, written } = setUp();
    fail('UPDATE');
    expect(journal.put(aCall('a', { phase: sent }))).toBe(false);
    expect(written()).toEqual([]);
  });

  it('does so at the next chance where even that failed, and shows it to nobody till then', () => {
    const { journal, fail, mend, written } = setUp();
    fail('UPDATE');
    fail('DELETE');
    journal.put(aCall('a', { phase: sent }));
    expect(journal.load('alpha', 'lifeline')).toEqual([]);
    expect(keysOf(written())).toEqual(['a']);
    mend('DELETE');
    journal.put(aCall('b'));
    expect(keysOf(written())).toEqual(['b']);
  });
});

describe('at the start', () => {
  it('calls of 14 days are kept and older ones are dropped with one line', () => {
    const database = aDatabase();
    const before = aJournal({ database });
    const now = before.clock.now();
    const days = 24 * 60 * 60 * 1000;
    before.journal.put(aCall('young', { arrivedAt: now - 14 * days }));
    before.journal.put(aCall('old', { arrivedAt: now - 14 * days - 1 }));
    const after = aJournal({ database });
    expect(keysOf(load(after))).toEqual(['young']);
    expect(after.log.lines.filter((line) => line.includes('14 days'))).toHaveLength(1);
  });
});

it('a journal whose window has ended takes and gives nothing, and does not complain', () => {
  const [folder, log] = [aFolder(), new RememberingLog()];
  const database = aDatabase(folder, log);
  const window = aJournal({ database });
  window.journal.put(aCall('a'));
  window.journal.dispose();
  database.dispose();
  expect(window.journal.put(aCall('b'))).toBe(false);
  window.journal.remove('a');
  expect(load(window)).toEqual([]);
  window.turnLease('waiting');
  window.allowed.set(false);
  expect([...window.log.complaints, ...log.complaints]).toEqual([]);
});
