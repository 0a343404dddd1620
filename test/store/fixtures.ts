// What the tests of the store build on: a folder that vanishes, a log that remembers, and small values.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { HistoryEntry } from '../../src/core/history.ts';
import { type SessionRecord, recordVersion } from '../../src/core/record.ts';
import type { Log } from '../../src/runtime/ports.ts';
import { type Database, openDatabase } from '../../src/store/database.ts';
import { storeFile, storeMigrations } from '../../src/store/schema.ts';

export const aFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'lifeline-store-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

/** Remembers lines as `level: text`. */
export class RememberingLog implements Log {
  readonly lines: string[] = [];

  debug(text: string): void {
    this.lines.push(`debug: ${text}`);
  }

  info(text: string): void {
    this.lines.push(`info: ${text}`);
  }

  warn(text: string): void {
    this.lines.push(`warn: ${text}`);
  }

  error(text: string): void {
    this.lines.push(`error: ${text}`);
  }

  /** Warnings and errors. */
  get complaints(): readonly string[] {
    return this.lines.filter((line) => /^(warn|error): /.test(line));
  }
}

export const aDatabase = (folder = aFolder(), log: Log = new RememberingLog()): Database => {
  const opened = openDatabase({ folder, name: storeFile, migrations: storeMigrations, log });
  if (opened.kind === 'unavailable') throw new Error(opened.reason);
  onTestFinished(() => opened.database.dispose());
  return opened.database;
};

/** The only column of the only row. */
export const readNumber = (database: Database, sql: string): number =>
  Number(Object.values(database.prepare(sql).get() ?? {})[0]);

export const aRecord = (more: Partial<SessionRecord> = {}): SessionRecord => ({
  version: recordVersion,
  serverId: 'alpha',
  client: 'lifeline',
  fingerprint: 'f1',
  meaning: null,
  sessionId: 's-1',
  protocolVersion: '2025-06-18',
  hello: { clientInfo: { name: 'lifeline', version: '1' } },
  welcome: { serverInfo: { name: 'alpha', version: '1' }, capabilities: { tools: {} } },
  nextId: 7,
  cursors: {},
  inFlight: [],
  logLevel: null,
  subscriptions: [],
  created: 1000,
  lastActive: 2000,
  status: 'active',
  recoveries: 0,
  run: null,
  ...more,
});

export const anEntry = (more: Partial<HistoryEntry> = {}): HistoryEntry => ({
  serverId: 'alpha',
  at: 1000,
  from: 'ready',
  to: 'reconnecting',
  cause: 'lost',
  epoch: 3,
  attempt: 1,
  nextTry: null,
  recovered: null,
  failure: 'closed',
  detail: 'socket hang up',
  ...more,
});
