// Unfinished calls in the SQLite table `journal`, for the window that holds the lease. `put` commits by itself into the
// write-ahead log: when it returns, the operating system has the bytes, so that the death of this process, even by
// kill -9, loses nothing. Only a power cut may, because nothing waits for the disk (`synchronous = NORMAL`), which on each
// call would cost more than the call. A row that cannot be read is set aside with one log line.
// Not here: whose the entries are, and what happens when the file cannot be written (journal.ts).
import type { StatementSync } from 'node:sqlite';
import type { Clock, Millis } from '../base/clock.ts';
import type { JournalEntry } from '../core/calls/journal.ts';
import type { Log } from '../runtime/ports.ts';
import type { Database } from './database.ts';
import { JournalBounds, type JournalLimits, weigh } from './journalBounds.ts';
import { type ParsedEntry, parseJournalEntry } from './journalEntry.ts';

export interface JournalTablePorts {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: JournalLimits;
}

type Row = ReturnType<StatementSync['all']>[number];

const mostSetAside = 50;
// Enough to see what was wrong with a row; the arguments of a call may be large.
const longestSetAside = 64 * 1024;

const parseRow = (row: Row): ParsedEntry => {
  const parsed = parseJournalEntry(String(row['json']));
  if (parsed.kind === 'unreadable') return parsed;
  const { key, serverId, client } = parsed.entry;
  const isMisplaced =
    key !== row['key'] || serverId !== row['server_id'] || client !== row['client'];
  return isMisplaced ? { kind: 'unreadable', reason: 'it is stored under another name' } : parsed;
};

const prepareAll = (database: Database) => ({
  weights: database.prepare('SELECT key, is_held, charge FROM journal'),
  load: database.prepare(
    'SELECT * FROM journal WHERE server_id = ? AND client = ? ORDER BY arrived_at, id',
  ),
  clients: database.prepare('SELECT DISTINCT client FROM journal WHERE server_id = ?'),
  put: database.prepare(
    `INSERT INTO journal (key, server_id, client, arrived_at, is_held, charge, json)
     VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (key) DO UPDATE
       SET client = excluded.client, is_held = excluded.is_held, charge = excluded.charge, json = excluded.json`,
  ),
  remove: database.prepare('DELETE FROM journal WHERE key = ?'),
  collect: database.prepare('DELETE FROM journal WHERE arrived_at < ?'),
  clear: database.prepare('DELETE FROM journal'),
  clearAside: database.prepare('DELETE FROM set_aside'),
  keepAside: database.prepare(
    'INSERT INTO set_aside (server_id, client, json, reason, at) VALUES (?, ?, ?, ?, ?)',
  ),
  trimAside: database.prepare(
    `DELETE FROM set_aside WHERE id <= (SELECT max(id) - ${mostSetAside} FROM set_aside)`,
  ),
});

export class JournalTable {
  readonly #ports: JournalTablePorts;
  readonly #sql: ReturnType<typeof prepareAll>;
  /** Counted from the table once per time of ownership, because nobody else writes to it meanwhile. */
  #counted: JournalBounds | null = null;

  constructor(ports: JournalTablePorts) {
    this.#ports = ports;
    this.#sql = prepareAll(ports.database);
  }

  /** False where it does not fit. Throws where the file cannot be written. */
  put(entry: JournalEntry): boolean {
    const weighed = weigh(entry);
    const { key, isHeld, charge, json } = weighed;
    const admission = this.#bounds.judge(weighed);
    if (admission === 'untrue') this.remove(key);
    if (admission !== 'fits') return false;
    const { serverId, client, arrivedAt } = entry;
    this.#sql.put.run(key, serverId, client, arrivedAt, isHeld ? 1 : 0, charge, json);
    this.#bounds.add(key, weighed);
    return true;
  }

  has(key: string): boolean {
    return this.#bounds.has(key);
  }

  remove(key: string): void {
    this.#sql.remove.run(key);
    this.#bounds.remove(key);
  }

  load(serverId: string, client: string): readonly JournalEntry[] {
    return this.#sql.load.all(serverId, client).flatMap((row) => this.#read(row) ?? []);
  }

  clients(serverId: string): readonly string[] {
    return this.#sql.clients.all(serverId).map((row) => String(row['client']));
  }

  /** Removes what arrived before that time and says how many there were; meant for the beginning of each ownership. */
  collect(before: Millis): number {
    // Another owner may have written to the table.
    this.#counted = null;
    return Number(this.#sql.collect.run(before).changes);
  }

  /** Erases all, what was set aside included: the arguments of calls are gone from the file and from its log as well. */
  erase(): void {
    const { database } = this.#ports;
    this.#counted = null;
    database.exec('PRAGMA secure_delete = ON');
    const erased = [this.#sql.clear, this.#sql.clearAside].map((sql) => Number(sql.run().changes));
    database.exec('PRAGMA secure_delete = OFF');
    // Waits for the disk, so only where there was something to erase.
    if (erased.some((count) => count > 0)) database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  }

  get #bounds(): JournalBounds {
    this.#counted ??= this.#count();
    return this.#counted;
  }

  #count(): JournalBounds {
    const bounds = new JournalBounds(this.#ports.limits);
    for (const row of this.#sql.weights.all())
      bounds.add(String(row['key']), {
        charge: Number(row['charge']),
        isHeld: row['is_held'] === 1,
      });
    return bounds;
  }

  #read(row: Row): JournalEntry | null {
    const parsed = parseRow(row);
    if (parsed.kind === 'ok') return parsed.entry;
    const { database, clock, log } = this.#ports;
    const serverId = String(row['server_id']);
    const json = String(row['json']).slice(0, longestSetAside);
    database.transact(() => {
      this.#sql.keepAside.run(serverId, String(row['client']), json, parsed.reason, clock.now());
      this.#sql.trimAside.run();
      this.remove(String(row['key']));
    });
    log.warn(`Storage: an unfinished call of ${serverId} was set aside: ${parsed.reason}.`);
    return null;
  }
}
