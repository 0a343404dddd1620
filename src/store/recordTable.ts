// Records in the SQLite table `sessions`. A row that cannot be read is moved to `set_aside` with one log line, so
// that it neither stops anything nor is met again. Not here: when to write (records.ts).
import type { StatementSync } from 'node:sqlite';
import type { Clock, Millis } from '../base/clock.ts';
import { type SessionRecord, parseRecord } from '../core/record.ts';
import type { Log } from '../runtime/ports.ts';
import type { Database } from './database.ts';
import { type Collected, type RecordShelf, mostRecords } from './recordShelf.ts';

export interface RecordTablePorts {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Log;
}

type Row = ReturnType<StatementSync['all']>[number];

const mostSetAside = 50;
// A server may send instructions of any length; nothing that a person wrote comes near this.
const largestRecord = 2 * 2 ** 20;
// Counting rows on every write would cost more than the write; a few rows too many for a while do no harm.
const putsBetweenTrims = 64;

const parseRow = (row: Row): ReturnType<typeof parseRecord> => {
  let value: unknown;
  try {
    value = JSON.parse(String(row['json']));
  } catch {
    return { kind: 'unreadable', reason: 'not JSON' };
  }
  const parsed = parseRecord(value);
  if (parsed.kind === 'unreadable') return parsed;
  const { serverId, client } = parsed.record;
  const isMisplaced = serverId !== row['server_id'] || client !== row['client'];
  return isMisplaced ? { kind: 'unreadable', reason: 'stored under another name' } : parsed;
};

const prepareAll = (database: Database) => ({
  get: database.prepare('SELECT * FROM sessions WHERE server_id = ? AND client = ?'),
  all: database.prepare('SELECT * FROM sessions ORDER BY server_id, client'),
  put: database.prepare(
    `INSERT INTO sessions (server_id, client, json, status, last_active) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET json = excluded.json, status = excluded.status, last_active = excluded.last_active`,
  ),
  remove: database.prepare('DELETE FROM sessions WHERE server_id = ? AND client = ?'),
  expire: database.prepare(
    `UPDATE sessions SET status = 'expired' WHERE last_active < ? AND status <> 'expired'`,
  ),
  removeExpired: database.prepare(`DELETE FROM sessions WHERE status = 'expired'`),
  trim: database.prepare(
    `DELETE FROM sessions WHERE rowid IN
       (SELECT rowid FROM sessions ORDER BY last_active DESC LIMIT -1 OFFSET ${mostRecords})`,
  ),
  clear: database.prepare('DELETE FROM sessions'),
  keepAside: database.prepare(
    'INSERT INTO set_aside (server_id, client, json, reason, at) VALUES (?, ?, ?, ?, ?)',
  ),
  trimAside: database.prepare(
    `DELETE FROM set_aside WHERE id <= (SELECT max(id) - ${mostSetAside} FROM set_aside)`,
  ),
});

export class RecordTable implements RecordShelf {
  readonly #ports: RecordTablePorts;
  readonly #sql: ReturnType<typeof prepareAll>;
  /** Servers whose oversized record was reported. */
  readonly #oversized = new Set<string>();
  #puts = 0;

  constructor(ports: RecordTablePorts) {
    this.#ports = ports;
    this.#sql = prepareAll(ports.database);
  }

  get(serverId: string, client: string): SessionRecord | null {
    const row = this.#sql.get.get(serverId, client);
    return row === undefined ? null : this.#read(row);
  }

  all(): readonly SessionRecord[] {
    return this.#sql.all.all().flatMap((row) => this.#read(row) ?? []);
  }

  put(records: readonly SessionRecord[]): void {
    this.#ports.database.transact(() => {
      for (const record of records) this.#putOne(record);
      this.#puts += records.length;
      if (this.#puts >= putsBetweenTrims) this.#trim();
    });
  }

  remove(serverId: string, client: string): void {
    this.#sql.remove.run(serverId, client);
  }

  collect(before: Millis): Collected {
    return this.#ports.database.transact(() => {
      const expired = Number(this.#sql.expire.run(before).changes);
      const removed = Number(this.#sql.removeExpired.run().changes);
      this.#trim();
      return { expired, removed };
    });
  }

  clear(): number {
    const { database } = this.#ports;
    // Session ids are credentials: whoever clears them wants them gone from the file and its log as well.
    database.exec('PRAGMA secure_delete = ON');
    const cleared = database.transact(() => {
      database.exec('DELETE FROM set_aside');
      return Number(this.#sql.clear.run().changes);
    });
    database.exec('PRAGMA secure_delete = OFF');
    database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    return cleared;
  }

  #putOne(record: SessionRecord): void {
    const { serverId, client, status, lastActive } = record;
    const json = JSON.stringify(record);
    if (json.length <= largestRecord) {
      this.#sql.put.run(serverId, client, json, status, lastActive);
      return;
    }
    // The older row must go too: what it says of ids and cursors is no longer true.
    this.remove(serverId, client);
    if (this.#oversized.has(serverId)) return;
    this.#oversized.add(serverId);
    this.#ports.log.warn(
      `Storage: the session of ${serverId} is not stored: ${json.length} characters, ${largestRecord} allowed.`,
    );
  }

  #trim(): void {
    this.#puts = 0;
    const dropped = Number(this.#sql.trim.run().changes);
    if (dropped === 0) return;
    this.#ports.log.warn(
      `Storage: more than ${mostRecords} stored sessions; the ${dropped} longest unused were dropped.`,
    );
  }

  #read(row: Row): SessionRecord | null {
    const parsed = parseRow(row);
    if (parsed.kind === 'ok') return parsed.record;
    const { database, clock, log } = this.#ports;
    const [serverId, client] = [String(row['server_id']), String(row['client'])];
    database.transact(() => {
      this.#sql.keepAside.run(serverId, client, String(row['json']), parsed.reason, clock.now());
      this.#sql.trimAside.run();
      this.#sql.remove.run(serverId, client);
    });
    log.warn(`Storage: the stored session of ${serverId} was set aside: ${parsed.reason}.`);
    return null;
  }
}
