import { describe, expect, it } from 'vitest';
import type { Database } from '../../src/store/database.ts';
import type { HistoryStore, Log } from '../../src/runtime/ports.ts';
import { History } from '../../src/store/history.ts';
import { usualBounds } from '../../src/store/historyBounds.ts';
import { MemoryHistory } from '../../src/store/memoryHistory.ts';
import { RememberingLog, aDatabase, aFolder, anEntry, readNumber } from './fixtures.ts';

/** The lines of these tests are of the first second of 1970. */
const openHistory = (database: Database, log: Log, samples: number): History =>
  new History({ database, log, bounds: { ...usualBounds, samples }, now: () => 1000 });

const kinds: readonly (readonly [string, (samples: number) => HistoryStore])[] = [
  ['in SQLite', (samples) => openHistory(aDatabase(), new RememberingLog(), samples)],
  ['in memory', (samples) => new MemoryHistory({ ...usualBounds, samples })],
];

const fill = (history: HistoryStore, count: number, serverId = 'alpha'): void => {
  for (let at = 1; at <= count; at += 1) history.append(anEntry({ serverId, at }));
};

describe.each(kinds)('history %s', (_, make) => {
  it('gives back what was put in, newest first', () => {
    const history = make(500);
    const [first, second] = [anEntry({ at: 1 }), anEntry({ at: 2, detail: null, failure: null })];
    history.append(first);
    history.append(second);
    expect(history.recent('alpha', 10)).toMatchObject([second, first]);
    expect(history.recent('alpha', 1)).toMatchObject([second]);
    expect(history.recent('alpha', 0)).toEqual([]);
  });

  it('keeps servers apart', () => {
    const history = make(500);
    fill(history, 3, 'alpha');
    fill(history, 2, 'beta');
    expect(history.recent('alpha', 10)).toHaveLength(3);
    expect(history.recent('gamma', 10)).toEqual([]);
  });

  it('shows all lines at its bound and the newest of them past it', () => {
    const history = make(100);
    fill(history, 100);
    expect(history.recent('alpha', 1000)).toHaveLength(100);
    history.append(anEntry({ at: 101 }));
    const lines = history.recent('alpha', 1000);
    expect([lines.length, lines[0]?.at, lines.at(-1)?.at]).toEqual([100, 101, 2]);
  });

  it('usually keeps two thousand changes of state, from which the time up is told', () => {
    const history = make(usualBounds.samples);
    fill(history, 1_900);
    expect(history.recent('alpha', 5_000)).toHaveLength(1_900);
  });

  it('cuts a detail that goes on and on', () => {
    const history = make(100);
    history.append(anEntry({ detail: 'x'.repeat(10_000) }));
    expect(history.recent('alpha', 1)[0]?.detail).toHaveLength(2001);
  });
});

describe('the table of history', () => {
  const setUp = (samples: number) => {
    const [folder, log] = [aFolder(), new RememberingLog()];
    const database = aDatabase(folder);
    return { folder, log, database, history: openHistory(database, log, samples) };
  };

  it('never grows more than 64 lines past its bound', () => {
    const { database, history } = setUp(100);
    let most = 0;
    for (let at = 1; at <= 500; at += 1) {
      history.append(anEntry({ at }));
      most = Math.max(most, readNumber(database, 'SELECT count(*) FROM chronicle'));
    }
    expect(most).toBeGreaterThan(100);
    expect(most).toBeLessThanOrEqual(164);
  });

  it('is pruned at the opening, for each server by itself', () => {
    const { folder, log, history } = setUp(500);
    fill(history, 40, 'alpha');
    fill(history, 5, 'beta');
    const database = aDatabase(folder);
    const reopened = openHistory(database, log, 10);
    expect(readNumber(database, 'SELECT count(*) FROM chronicle')).toBe(15);
    expect(reopened.recent('alpha', 100)[9]?.at).toBe(31);
  });

  it('passes over lines that it cannot read', () => {
    const { database, history } = setUp(500);
    history.append(anEntry({ at: 1 }));
    const add = database.prepare(
      `INSERT INTO chronicle (server_id, kind, at, json) VALUES ('alpha', 'transition', 2, ?)`,
    );
    add.run('{');
    add.run('{}');
    const lineWith = (more: object): string =>
      JSON.stringify({ kind: 'transition', ...anEntry(), ...more });
    add.run(lineWith({ to: 'a state of the future' }));
    add.run(lineWith({ failure: 'toString' }));
    expect(history.recent('alpha', 100).map((line) => line.at)).toEqual([1]);
  });

  it('that takes no lines is reported once, and the lines are shown from memory in order', () => {
    const { database, history, log } = setUp(500);
    history.append(anEntry({ at: 1 }));
    database.exec(
      `CREATE TRIGGER full BEFORE INSERT ON chronicle BEGIN SELECT RAISE(FAIL, 'disk full'); END`,
    );
    history.append(anEntry({ at: 2 }));
    expect(history.recent('alpha', 10)).toHaveLength(2);
    history.append(anEntry({ at: 3 }));
    database.exec('DROP TRIGGER full');
    history.append(anEntry({ at: 4 }));
    expect(history.recent('alpha', 10).map((line) => line.at)).toEqual([4, 3, 2, 1]);
    expect(log.complaints).toEqual([expect.stringContaining('disk full')]);
    database.exec(
      `CREATE TRIGGER full BEFORE INSERT ON chronicle BEGIN SELECT RAISE(FAIL, 'full again'); END`,
    );
    history.append(anEntry({ at: 5 }));
    expect(log.complaints).toHaveLength(2);
  });
});

it('in memory forgets the server that has been silent longest beyond 100 servers', () => {
  const history = new MemoryHistory({ ...usualBounds, entries: 10 });
  for (let server = 0; server < 101; server += 1)
    history.append(anEntry({ serverId: `s${server}` }));
  expect([0, 1, 100].map((server) => history.recent(`s${server}`, 10).length)).toEqual([0, 1, 1]);
});
