// How many lines of history, records and unfinished calls a second the store takes, and how long it blocks at the start.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { realClock } from '../../src/base/clock.ts';
import type { JournalEntry } from '../../src/core/calls/journal.ts';
import type { HistoryEntry } from '../../src/core/history.ts';
import { type SessionRecord, recordVersion } from '../../src/core/record.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { History } from '../../src/store/history.ts';
import { usualBounds } from '../../src/store/historyBounds.ts';
import { journalLimits } from '../../src/store/journalBounds.ts';
import { JournalTable } from '../../src/store/journalTable.ts';
import { RecordTable } from '../../src/store/recordTable.ts';
import { Records } from '../../src/store/records.ts';
import { storeFile, storeMigrations } from '../../src/store/schema.ts';

interface Row {
  readonly what: string;
  readonly value: string;
}

const log = console;
const count = 20_000;

const entry: HistoryEntry = {
  serverId: 'alpha',
  at: 1,
  from: 'ready',
  to: 'reconnecting',
  cause: 'lost',
  epoch: 3,
  attempt: 1,
  nextTry: null,
  recovered: null,
  failure: 'closed',
  detail: 'socket hang up',
};

const record: SessionRecord = {
  version: recordVersion,
  serverId: 'alpha',
  client: 'lifeline',
  fingerprint: 'f'.repeat(64),
  meaning: null,
  sessionId: 's'.repeat(36),
  protocolVersion: '2025-06-18',
  hello: { clientInfo: { name: 'lifeline', version: '1' }, capabilities: {} },
  welcome: { serverInfo: { name: 'alpha', version: '1' }, instructions: 'x'.repeat(1000) },
  nextId: 0,
  cursors: {},
  inFlight: [],
  logLevel: null,
  subscriptions: [],
  created: 1,
  lastActive: 1,
  status: 'active',
  recoveries: 0,
  run: null,
};

/** One life in the journal: held, sent, gone. */
const liveThrough = (table: JournalTable, index: number): void => {
  const key = String(index);
  const held: JournalEntry = {
    key,
    serverId: 'alpha',
    client: 'lifeline',
    clientId: index,
    request: {
      jsonrpc: '2.0',
      id: index,
      method: 'tools/call',
      params: { name: 'search', arguments: { query: 'x'.repeat(500) } },
    },
    arrivedAt: index,
    phase: { kind: 'held' },
  };
  table.put(held);
  table.put({
    ...held,
    phase: { kind: 'sent', at: index, upstreamId: index, sessionId: 's', cursor: null },
  });
  table.remove(key);
};

const secondsOf = (work: () => void): number => {
  const begun = performance.now();
  work();
  return (performance.now() - begun) / 1000;
};

const rate = (what: string, work: (index: number) => void): Row => {
  const seconds = secondsOf(() => {
    for (let index = 0; index < count; index += 1) work(index);
  });
  return { what, value: `${Math.round(count / seconds).toLocaleString('en')}/s` };
};

const open = (folder: string): Database => {
  const opened = openDatabase({ folder, name: storeFile, migrations: storeMigrations, log });
  if (opened.kind === 'unavailable') throw new Error(opened.reason);
  return opened.database;
};

const duration = (what: string, seconds: number): Row => ({
  what,
  value: `${(seconds * 1000).toFixed(1)} ms`,
});

const measure = (folder: string): Row[] => {
  let database: Database | undefined;
  const fresh = secondsOf(() => {
    database = open(folder);
  });
  if (database === undefined) throw new Error('The database was not opened.');
  const history = new History({
    database,
    log,
    bounds: { ...usualBounds, samples: 500 },
    now: Date.now,
  });
  const shelf = new RecordTable({ database, clock: realClock, log });
  const records = new Records({ shelf, clock: realClock, log });
  const journal = new JournalTable({ database, clock: realClock, log, limits: journalLimits });
  const rows = [
    rate('history lines appended', (index) => history.append({ ...entry, at: index })),
    rate('records saved, written each time', (index) => records.save({ ...record, nextId: index })),
    rate('records saved, only a cursor changed', (index) =>
      records.save({ ...record, nextId: count, cursors: { standalone: String(index) } }),
    ),
    rate('calls journalled: held, sent, removed', (index) => liveThrough(journal, index)),
  ];
  records.dispose();
  history.dispose();
  database.dispose();
  const again = secondsOf(() => open(folder).dispose());
  return [...rows, duration('opening a fresh file', fresh), duration('opening it again', again)];
};

export async function run(): Promise<{ name: string; rows: Row[] }> {
  const folder = mkdtempSync(join(tmpdir(), 'lifeline-bench-'));
  try {
    return { name: 'store', rows: measure(folder) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
