import { describe, expect, it } from 'vitest';
import type { SessionRecord } from '../../src/core/record.ts';
import type { Database } from '../../src/store/database.ts';
import { mostRecords } from '../../src/store/recordShelf.ts';
import { RecordTable } from '../../src/store/recordTable.ts';
import { Records } from '../../src/store/records.ts';
import { VirtualClock } from '../support/virtualClock.ts';
import { RememberingLog, aDatabase, aRecord, readNumber } from './fixtures.ts';

interface Setup {
  readonly clock: VirtualClock;
  readonly log: RememberingLog;
  readonly database: Database;
  readonly records: Records;
  /** Another window's view of the file: only what was written. */
  readonly written: () => SessionRecord | null;
  /** How often a row was written. */
  readonly writes: () => number;
}

const setUp = (): Setup => {
  const [clock, log, database] = [new VirtualClock(), new RememberingLog(), aDatabase()];
  const shelf = new RecordTable({ database, clock, log });
  const records = new Records({ shelf, clock, log });
  database.exec(`CREATE TABLE writes (x);
    CREATE TRIGGER on_insert AFTER INSERT ON sessions BEGIN INSERT INTO writes VALUES (1); END;
    CREATE TRIGGER on_update AFTER UPDATE ON sessions BEGIN INSERT INTO writes VALUES (1); END;`);
  const written = (): SessionRecord | null => shelf.get('alpha', 'lifeline');
  const writes = (): number => readNumber(database, 'SELECT count(*) FROM writes');
  return { clock, log, database, records, written, writes };
};

const withCursor = (cursor: string, more: Partial<SessionRecord> = {}): SessionRecord =>
  aRecord({ cursors: { standalone: cursor }, ...more });

describe('saving', () => {
  it('writes a transition at once', () => {
    const { records, written } = setUp();
    records.save(aRecord());
    records.save(aRecord({ nextId: 8 }));
    expect(written()).toEqual(aRecord({ nextId: 8 }));
  });

  it('writes a flood of cursors once per 250 ms, with the newest one', async () => {
    const { clock, records, written, writes } = setUp();
    records.save(aRecord());
    for (let event = 1; event <= 101; event += 1) {
      records.save(withCursor(`e${event}`, { lastActive: 2000 + event }));
      await clock.advance(10);
    }
    // The record, its first cursor, and four for the second that the rest takes.
    expect(writes()).toBe(1 + 1 + 4);
    expect(written()).toEqual(withCursor('e101', { lastActive: 2101 }));
  });

  it('keeps a cursor back for no longer than 250 ms, and shows it meanwhile', async () => {
    const { clock, records, written } = setUp();
    records.save(withCursor('e1'));
    records.save(withCursor('e2'));
    await clock.advance(249);
    expect(written()).toEqual(withCursor('e1'));
    expect(records.load('alpha', 'lifeline')).toEqual(withCursor('e2'));
    await clock.advance(1);
    expect(written()).toEqual(withCursor('e2'));
  });

  it('[resume-stream] writes the first cursor of the standing stream at once: without any, nothing could be had again', () => {
    const { records, written } = setUp();
    records.save(aRecord());
    records.save(withCursor('e1'));
    expect(written()).toEqual(withCursor('e1'));
    const next = { sessionId: 'another', nextId: 9 };
    records.save(aRecord(next));
    records.save(withCursor('f1', next));
    expect(written()).toEqual(withCursor('f1', next));
  });

  it('takes a waiting cursor along with a transition', async () => {
    const { clock, records, written, writes } = setUp();
    records.save(withCursor('e0'));
    records.save(withCursor('e1'));
    records.save(withCursor('e1', { status: 'disconnected' }));
    expect(written()).toEqual(withCursor('e1', { status: 'disconnected' }));
    await clock.advance(1000);
    expect(writes()).toBe(2);
  });

  it.each(['flush', 'dispose'] as const)(
    'writes waiting cursors on %s, and leaves no timer',
    (end) => {
      const { clock, records, written } = setUp();
      records.save(aRecord());
      records.save(withCursor('e1'));
      records[end]();
      expect(written()).toEqual(withCursor('e1'));
      expect(clock.pending).toBe(0);
    },
  );

  it('writes nothing that was abandoned', async () => {
    const { clock, records, written } = setUp();
    records.save(withCursor('e1'));
    records.save(withCursor('e2'));
    records.abandon();
    await clock.advance(1000);
    records.dispose();
    expect(written()).toEqual(withCursor('e1'));
  });

  it('does not bring back a removed record with a waiting cursor', async () => {
    const { clock, records, written } = setUp();
    records.save(aRecord());
    records.save(withCursor('e1'));
    records.remove('alpha', 'lifeline');
    await clock.advance(1000);
    expect(written()).toBeNull();
    expect(records.load('alpha', 'lifeline')).toBeNull();
  });

  it('keeps nothing in mind of a record that is gone', () => {
    const { database, records } = setUp();
    records.save(aRecord());
    records.remove('alpha', 'lifeline');
    database
      .prepare(`INSERT INTO sessions VALUES ('alpha', 'lifeline', ?, 'active', 1)`)
      .run(JSON.stringify(aRecord()));
    expect(records.load('alpha', 'lifeline')).toEqual(aRecord());
  });

  it('keeps records of several clients of one server apart', () => {
    const { records } = setUp();
    records.save(aRecord());
    records.save(aRecord({ client: 'agent', sessionId: 's-2' }));
    expect(records.load('alpha', 'agent')?.sessionId).toBe('s-2');
    expect(records.load('alpha', 'lifeline')?.sessionId).toBe('s-1');
  });
});

describe('a file that takes no writes', () => {
  const block = (database: Database): void =>
    database.exec(`CREATE TRIGGER full BEFORE INSERT ON sessions BEGIN SELECT RAISE(FAIL, 'disk full'); END;
      CREATE TRIGGER stuck BEFORE DELETE ON sessions BEGIN SELECT RAISE(FAIL, 'disk full'); END;`);
  const unblock = (database: Database): void =>
    database.exec('DROP TRIGGER full; DROP TRIGGER stuck');

  it('is reported once, served from memory, and written as soon as it works again', async () => {
    const { clock, database, log, records, written } = setUp();
    block(database);
    for (let id = 8; id < 20; id += 1) records.save(aRecord({ nextId: id }));
    expect(log.complaints).toEqual([expect.stringContaining('disk full')]);
    expect(records.load('alpha', 'lifeline')?.nextId).toBe(19);
    expect(records.all()).toHaveLength(1);
    unblock(database);
    await clock.advance(5000);
    expect(written()?.nextId).toBe(19);
    expect(clock.pending).toBe(0);
  });

  it('loses a removed record as soon as it works again', async () => {
    const { clock, database, records, written } = setUp();
    records.save(aRecord());
    block(database);
    records.remove('alpha', 'lifeline');
    expect(records.load('alpha', 'lifeline')).toBeNull();
    unblock(database);
    await clock.advance(5000);
    expect(written()).toBeNull();
  });
});

describe('an unreadable row', () => {
  const spoil = (database: Database, json: string, server = 'alpha'): void => {
    database
      .prepare(`INSERT OR REPLACE INTO sessions VALUES (?, 'lifeline', ?, 'active', 1)`)
      .run(server, json);
  };

  it.each([
    ['no JSON', '{'],
    ['another shape', '{"version":1}'],
    ['a later version', JSON.stringify({ ...aRecord(), version: 99 })],
    ['the record of another server', JSON.stringify(aRecord({ serverId: 'beta' }))],
  ])('with %s is set aside with one log line', (_, json) => {
    const { database, log, records } = setUp();
    spoil(database, json);
    expect(records.load('alpha', 'lifeline')).toBeNull();
    expect(records.load('alpha', 'lifeline')).toBeNull();
    expect(log.complaints).toEqual([expect.stringMatching(/alpha was set aside/)]);
    expect(database.prepare('SELECT json FROM set_aside').get()?.['json']).toBe(json);
    expect(readNumber(database, 'SELECT count(*) FROM sessions')).toBe(0);
  });

  it('does not hide the readable ones', () => {
    const { database, records } = setUp();
    records.save(aRecord({ serverId: 'beta' }));
    spoil(database, '{');
    expect(records.all().map((record) => record.serverId)).toEqual(['beta']);
  });

  it('is kept 50 times and no more', () => {
    const { database, records } = setUp();
    for (let row = 0; row < 60; row += 1) spoil(database, '{', `server ${row}`);
    expect(records.all()).toEqual([]);
    expect(readNumber(database, 'SELECT count(*) FROM set_aside')).toBe(50);
  });

  it('shows nothing of its content in the log', () => {
    const { database, log, records } = setUp();
    spoil(database, JSON.stringify({ ...aRecord({ sessionId: 'secret-id' }), nextId: 'x' }));
    records.load('alpha', 'lifeline');
    expect(log.lines.join()).not.toContain('secret-id');
  });
});

describe('collecting', () => {
  it('removes what is older than its time to live and what was marked expired, and counts both', () => {
    const { records } = setUp();
    const now = 1_000_000;
    records.save(aRecord({ serverId: 'old', lastActive: now - 5001 }));
    records.save(aRecord({ serverId: 'marked', lastActive: now, status: 'expired' }));
    records.save(aRecord({ serverId: 'just', lastActive: now - 5000 }));
    expect(records.collect(now, 5000)).toEqual({ expired: 1, removed: 2 });
    expect(records.all().map((record) => record.serverId)).toEqual(['just']);
    expect(records.load('old', 'lifeline')).toBeNull();
  });

  it('keeps a record whose use has not been written yet', () => {
    const { records } = setUp();
    records.save(aRecord({ lastActive: 1000 }));
    records.save(aRecord({ lastActive: 9000 }));
    expect(records.collect(10_000, 5000).removed).toBe(0);
  });
});

describe('clearing', () => {
  it('removes all, waiting ones included, and says how many', async () => {
    const { clock, records } = setUp();
    records.save(aRecord());
    records.save(aRecord({ serverId: 'beta' }));
    records.save(withCursor('e1'));
    expect(records.clear()).toBe(2);
    await clock.advance(1000);
    expect([records.all(), records.load('alpha', 'lifeline')]).toEqual([[], null]);
  });
});

describe('the bounds', () => {
  it(`hold ${mostRecords} records, dropping the longest unused beyond it`, () => {
    const { clock, log, records } = setUp();
    for (let index = 0; index < mostRecords; index += 1) {
      records.save(aRecord({ serverId: `s${index}`, lastActive: 10_000 + index }));
    }
    records.collect(clock.now(), Infinity);
    expect([records.all().length, log.complaints]).toEqual([mostRecords, []]);
    records.save(aRecord({ serverId: 'newest', lastActive: 99_999 }));
    records.collect(clock.now(), Infinity);
    expect(records.all()).toHaveLength(mostRecords);
    expect(records.load('s0', 'lifeline')).toBeNull();
    expect(records.load('newest', 'lifeline')).not.toBeNull();
    expect(log.complaints).toHaveLength(1);
  });

  it('keep no record larger than 2 MiB, nor an older state of it, and say so once', () => {
    const { log, records, written } = setUp();
    records.save(aRecord());
    const huge = aRecord({ welcome: { instructions: 'x'.repeat(2 * 2 ** 20) } });
    records.save(huge);
    records.save({ ...huge, nextId: 9 });
    expect(written()).toBeNull();
    expect(records.load('alpha', 'lifeline')?.nextId).toBe(9);
    expect(log.complaints).toHaveLength(1);
  });
});
