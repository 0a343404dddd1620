import { describe, expect, it } from 'vitest';
import type { CallsEntry, ChronicleEntry, MarkEntry } from '../../src/core/chronicle.ts';
import type { ChronicleStore } from '../../src/runtime/chronicle.ts';
import { unsaid } from '../../src/core/wording/unsaid.ts';
import { openDatabase } from '../../src/store/database.ts';
import { History } from '../../src/store/history.ts';
import { type HistoryBounds, usualBounds } from '../../src/store/historyBounds.ts';
import { MemoryHistory } from '../../src/store/memoryHistory.ts';
import { storeFile, storeMigrations } from '../../src/store/schema.ts';
import { RememberingLog, aDatabase, aFolder, anEntry, readNumber } from './fixtures.ts';

const kinds: readonly (readonly [string, (bounds: HistoryBounds) => ChronicleStore])[] = [
  [
    'in SQLite',
    (bounds) =>
      new History({ database: aDatabase(), log: new RememberingLog(), bounds, now: () => 1000 }),
  ],
  ['in memory', (bounds) => new MemoryHistory(bounds)],
];

const aMark = (at: number, serverId: string | null = 'alpha'): MarkEntry => ({
  kind: 'mark',
  serverId,
  at,
  what: 'restarted',
  length: null,
});

const someCalls = (at: number, count: number, serverId = 'alpha'): CallsEntry => ({
  ...{ kind: 'calls', serverId, at, count },
  ...{ errors: 0, held: 1, repeated: 0, unknown: 0, refused: 0 },
  latencies: [[3, count]],
});

const onEverything: readonly ChronicleEntry[] = [
  {
    kind: 'transition',
    ...anEntry({ at: 1, detail: 'no answer in 5 s', words: unsaid('no answer in {0} s', 5) }),
  },
  {
    ...{ kind: 'recovery', serverId: 'alpha', at: 2, until: 5, client: 'Claude Code' },
    ...{ cause: 'lost', failure: 'closed', detail: 'hang up', rung: 'same-session', attempts: 2 },
    words: unsaid('{0} up', unsaid('hang')),
    calls: { held: 2, repeated: 1, unknown: 0, refused: 0 },
  },
  {
    ...{ kind: 'health', serverId: 'alpha', at: 3, by: 'health', latency: 1.5, status: 200 },
    ...{ uptimeSecs: 7.5, failure: null },
  },
  {
    ...{ kind: 'session', serverId: 'alpha', at: 4, what: 'new', hint: 'abcd…' },
    ...{ protocolVersion: '2025-06-18', serverVersion: null },
  },
  someCalls(5, 3),
  aMark(6),
];

describe.each(kinds)('the chronicle %s', (_, make) => {
  it('gives back every kind of entry as it was put in, oldest first', () => {
    const store = make(usualBounds);
    for (const entry of onEverything.toReversed()) store.put(entry, null);
    expect(store.read('alpha', 0, 100)).toEqual(onEverything);
    expect(store.read(null, 0, 100)).toEqual(onEverything);
  });

  it('reads a span, both ends included, and only the kinds that are asked for', () => {
    const store = make(usualBounds);
    for (const entry of onEverything) store.put(entry, null);
    expect(store.read('alpha', 2, 4).map(({ kind }) => kind)).toEqual([
      'recovery',
      'health',
      'session',
    ]);
    expect(store.read(null, 0, 100, ['mark', 'calls']).map(({ at }) => at)).toEqual([5, 6]);
    expect(store.read(null, 0, 100, [])).toEqual([]);
  });

  it('gives a server the marks of every server, and nothing of another one', () => {
    const store = make(usualBounds);
    store.put(aMark(1, null), null);
    store.put(aMark(2, 'beta'), null);
    store.put(aMark(3, 'alpha'), null);
    expect(store.read('alpha', 0, 100).map(({ at }) => at)).toEqual([1, 3]);
    expect(store.read(null, 0, 100).map(({ at }) => at)).toEqual([1, 2, 3]);
  });

  it('lets an entry take the place of the one with its key', () => {
    const store = make(usualBounds);
    store.put(someCalls(60_000, 1), 'k');
    store.put(someCalls(60_000, 9), 'other');
    store.put(someCalls(60_000, 5), 'k');
    const read = store.read('alpha', 0, 100_000, ['calls']);
    expect(read.map((entry) => (entry.kind === 'calls' ? entry.count : 0))).toEqual([5, 9]);
  });

  it('forgets one server or everything', () => {
    const store = make(usualBounds);
    for (const serverId of ['alpha', 'beta', null]) store.put(aMark(1, serverId), null);
    store.clear('alpha');
    expect(store.read(null, 0, 100).map(({ serverId }) => serverId)).toEqual(
      expect.arrayContaining(['beta', null]),
    );
    expect(store.read('alpha', 0, 100)).toEqual([aMark(1, null)]);
    store.clear(null);
    expect(store.read(null, 0, 100)).toEqual([]);
  });

  it('cuts the detail of a recovery that goes on and on', () => {
    const store = make(usualBounds);
    for (const entry of onEverything)
      if (entry.kind === 'recovery') store.put({ ...entry, detail: 'x'.repeat(9_999) }, null);
    expect(store.read('alpha', 0, 100)).toMatchObject([{ detail: `${'x'.repeat(2000)}…` }]);
  });
});

const narrow: HistoryBounds = { entries: 10, samples: 20, maxAge: 500 };

/** Closed and opened, because lines are pruned then. */
const pruned = (entries: readonly ChronicleEntry[], now: number): readonly ChronicleEntry[] => {
  const folder = aFolder();
  const log = new RememberingLog();
  const first = new History({
    database: aDatabase(folder),
    log,
    bounds: { ...usualBounds, maxAge: 1e9 },
    now: () => now,
  });
  for (const entry of entries) first.put(entry, null);
  const database = aDatabase(folder);
  return new History({ database, log, bounds: narrow, now: () => now }).read(null, 0, 1e9);
};

const inMemory = (entries: readonly ChronicleEntry[]): readonly ChronicleEntry[] => {
  const store = new MemoryHistory(narrow);
  for (const entry of entries) store.put(entry, null);
  return store.read(null, 0, 1e9);
};

const upTo = <T>(count: number, make: (at: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index + 1));

describe.each([
  ['in SQLite', (entries: readonly ChronicleEntry[]) => pruned(entries, 100)],
  ['in memory', inMemory],
])('the bounds of the chronicle %s [bounded]', (_, keep) => {
  it('keep the marks of a server at their bound, and drop the oldest past it', () => {
    expect(keep(upTo(10, (at) => aMark(at)))).toHaveLength(10);
    expect(keep(upTo(11, (at) => aMark(at))).map(({ at }) => at)).toEqual(upTo(10, (at) => at + 1));
  });

  it('keep the minutes of calls of a server at their own bound', () => {
    expect(keep(upTo(20, (at) => someCalls(at, 1)))).toHaveLength(20);
    expect(keep(upTo(21, (at) => someCalls(at, 1)))[0]?.at).toBe(2);
  });

  it('count each server and each kind by itself', () => {
    const entries = upTo(10, (at) => [aMark(at), aMark(at, 'beta'), someCalls(at, 1)]).flat();
    expect(keep(entries)).toHaveLength(30);
  });
});

describe('the age of the chronicle [bounded]', () => {
  it('has a limit in SQLite, which a line may reach', () => {
    expect(pruned([aMark(499), aMark(500), aMark(501)], 1000).map(({ at }) => at)).toEqual([
      500, 501,
    ]);
  });

  it('has the same limit in memory, seen from the newest line', () => {
    expect(inMemory([aMark(499), aMark(500), aMark(1000)]).map(({ at }) => at)).toEqual([
      500, 1000,
    ]);
  });
});

describe('the table of the chronicle', () => {
  it('takes the lines of the history that an earlier version wrote', () => {
    const [folder, log] = [aFolder(), new RememberingLog()];
    const before = storeMigrations.findIndex((sql) => sql.includes('CREATE TABLE chronicle'));
    const opened = openDatabase({
      ...{ folder, log, name: storeFile },
      migrations: storeMigrations.slice(0, before),
    });
    if (opened.kind !== 'open') throw new Error(opened.reason);
    const add = opened.database.prepare(
      'INSERT INTO history (server_id, at, json) VALUES (?, ?, ?)',
    );
    add.run('alpha', 1, JSON.stringify(anEntry({ at: 1 })));
    add.run('alpha', 2, '{ not JSON');
    add.run('alpha', 3, JSON.stringify(anEntry({ at: 3 })));
    opened.database.dispose();
    const history = new History({
      ...{ database: aDatabase(folder, log), log, bounds: usualBounds },
      now: () => 1000,
    });
    expect(history.recent('alpha', 10)).toMatchObject([anEntry({ at: 3 }), anEntry({ at: 1 })]);
    expect(log.complaints).toEqual([]);
  });

  it('passes over what another version wrote there', () => {
    const database = aDatabase();
    const log = new RememberingLog();
    const history = new History({ database, log, bounds: usualBounds, now: () => 1000 });
    const add = database.prepare(
      `INSERT INTO chronicle (server_id, kind, at, json) VALUES ('alpha', ?, 2, ?)`,
    );
    add.run('mark', JSON.stringify({ ...aMark(2), what: 'a word of the future' }));
    add.run('calls', JSON.stringify({ ...someCalls(2, 1), latencies: [['x', 1]] }));
    add.run('recovery', JSON.stringify({ kind: 'recovery' }));
    add.run('dream', JSON.stringify({ kind: 'dream', serverId: 'alpha', at: 2 }));
    history.put(aMark(3), null);
    expect(history.read('alpha', 0, 100)).toEqual([aMark(3)]);
  });

  it('leaves out words that cannot be said, so that the English line is shown', () => {
    const database = aDatabase();
    const history = new History({
      ...{ database, log: new RememberingLog(), bounds: usualBounds, now: () => 1000 },
    });
    const add = database.prepare(
      `INSERT INTO chronicle (server_id, kind, at, json) VALUES ('alpha', ?, 2, ?)`,
    );
    const words = { a: 'shape of the future' };
    for (const entry of onEverything.slice(0, 2))
      add.run(entry.kind, JSON.stringify({ ...entry, words }));
    const read = history.read('alpha', 0, 100);
    expect(read.map((entry) => 'words' in entry && entry.words)).toEqual([undefined, undefined]);
    expect(read).toMatchObject([{ detail: 'no answer in 5 s' }, { detail: 'hang up' }]);
  });

  it('keeps what cannot be written in memory, in order, and says so once', () => {
    const database = aDatabase();
    const log = new RememberingLog();
    const history = new History({ database, log, bounds: usualBounds, now: () => 1000 });
    history.put(aMark(1), null);
    database.exec(
      `CREATE TRIGGER full BEFORE INSERT ON chronicle BEGIN SELECT RAISE(FAIL, 'disk full'); END`,
    );
    history.put(aMark(2), 'k');
    history.put(aMark(3), null);
    expect(history.read('alpha', 0, 100).map(({ at }) => at)).toEqual([1, 2, 3]);
    expect(log.complaints).toEqual([expect.stringContaining('disk full')]);
    history.clear('alpha');
    expect(history.read('alpha', 0, 100)).toEqual([]);
  });

  it('never holds more than 100,000 lines of all servers together [bounded]', () => {
    const database = aDatabase();
    const log = new RememberingLog();
    const history = new History({ database, log, bounds: usualBounds, now: () => 1000 });
    database.exec(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100100)
       INSERT INTO chronicle (server_id, kind, at, json) SELECT 's' || i, 'mark', 900, '{}' FROM n`,
    );
    history.dispose();
    expect(readNumber(database, 'SELECT count(*) FROM chronicle')).toBe(100_000);
  });
});
