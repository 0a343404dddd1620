// Unfinished calls in the SQLite table `journal`, for the window that holds the lease. `put` commits by itself into the
// write-ahead log: when it returns, the operating system has the bytes, so that the death of this process, even by
// kill -9, loses nothing. Only a power cut may, because nothing waits for the disk (`synchronous = NORMAL`), which on each
// call would cost more than the call. A row that cannot be read is set aside with one log line. There is no index: whoever owns
// the table knows the row of every key, and a commit writes one page.
// Not here: whose the entries are, and what happens when the file cannot be written (journal.ts).
import type { StatementSync } from 'node:sqlite';
import type { Clock, Millis } from '../base/clock.ts';
import type { JournalEntry } from '../core/calls/journal.ts';
import type { Log } from '../runtime/ports.ts';
import type { Database } from './database.ts';
import { JournalBounds, type JournalLimits, type Weighed, weigh } from './journalBounds.ts';
import { type ParsedEntry, parseJournalEntry } from './journalEntry.ts';

export interface JournalTablePorts {
  readonly database: Database;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: JournalLimits;
}

type Row = ReturnType<StatementSync['all']>[number];

/** What the table holds. */
interface Known {
  readonly bounds: JournalBounds;
  /** The row of each key. */
  readonly ids: Map<string, number>;
  lastSeq: number;
}

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
  weights: database.prepare('SELECT id, seq, key, is_held, charge FROM journal'),
  load: database.prepare(
    'SELECT * FROM journal WHERE server_id = ? AND client = ? ORDER BY arrived_at, seq',
  ),
  clients: database.prepare('SELECT DISTINCT client FROM journal WHERE server_id = ?'),
  insert: database.prepare(
    `INSERT INTO journal (seq, key, server_id, client, arrived_at, is_held, charge, json)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  ),
  replace: database.prepare(
    `UPDATE journal SET seq = ?, key = ?, server_id = ?, client = ?, arrived_at = ?, is_held = ?, charge = ?, json = ?
     WHERE id = ?`,
  ),
  update: database.prepare(
    'UPDATE journal SET client = ?, is_held = ?, charge = ?, json = ? WHERE id = ?',
  ),
  remove: database.prepare('DELETE FROM journal WHERE id = ?'),
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
  /** Read from the table once per time of ownership, because nobody else writes to it meanwhile. */
  #known: Known | null = null;

  constructor(ports: JournalTablePorts) {
    this.#ports = ports;
    this.#sql = prepareAll(ports.database);
  }

  /**
   * False where it does not fit. Throws where the file cannot be written. `gone` is a key that is not needed any more: the new entry
   * takes its row, which costs half of removing the one and adding the other.
   */
  put(entry: JournalEntry, gone: string | null = null): boolean {
    const weighed = weigh(entry);
    return this.#trying(() => {
      const { bounds, ids } = this.#rows;
      if (gone !== null) bounds.remove(gone);
      const admission = bounds.judge(weighed);
      if (admission === 'untrue') this.remove(weighed.key);
      if (admission === 'fits') this.#write(entry, weighed, gone);
      if (gone !== null && ids.has(gone)) this.remove(gone);
      return admission === 'fits';
    });
  }

  /** All of them or none. */
  putAll(entries: readonly JournalEntry[], gone: readonly string[]): readonly boolean[] {
    return this.#trying(() =>
      this.#ports.database.transact(() =>
        entries.map((entry, index) => this.put(entry, gone[index] ?? null)),
      ),
    );
  }

  has(key: string): boolean {
    return this.#rows.ids.has(key);
  }

  remove(key: string): void {
    const { bounds, ids } = this.#rows;
    const id = ids.get(key);
    if (id !== undefined) this.#sql.remove.run(id);
    ids.delete(key);
    bounds.remove(key);
  }

  /** All of them or none. */
  removeAll(keys: Iterable<string>): void {
    this.#trying(() =>
      this.#ports.database.transact(() => {
        for (const key of keys) this.remove(key);
      }),
    );
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
    this.#known = null;
    return Number(this.#sql.collect.run(before).changes);
  }

  /** Erases all, what was set aside included: the arguments of calls are gone from the file and from its log as well. */
  erase(): void {
    const { database } = this.#ports;
    this.#known = null;
    database.exec('PRAGMA secure_delete = ON');
    const erased = [this.#sql.clear, this.#sql.clearAside].map((sql) => Number(sql.run().changes));
    database.exec('PRAGMA secure_delete = OFF');
    // Waits for the disk, so only where there was something to erase.
    if (erased.some((count) => count > 0)) database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  }

  #trying<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      // Some of it was not done, or was taken back; so what is there is read again.
      this.#known = null;
      throw error;
    }
  }

  get #rows(): Known {
    this.#known ??= this.#look();
    return this.#known;
  }

  #look(): Known {
    const bounds = new JournalBounds(this.#ports.limits);
    const ids = new Map<string, number>();
    let lastSeq = 0;
    for (const row of this.#sql.weights.all()) {
      const key = String(row['key']);
      lastSeq = Math.max(lastSeq, Number(row['seq']));
      ids.set(key, Number(row['id']));
      bounds.add(key, { charge: Number(row['charge']), isHeld: row['is_held'] === 1 });
    }
    return { bounds, ids, lastSeq };
  }

  #write(entry: JournalEntry, weighed: Weighed, gone: string | null): void {
    const { bounds, ids } = this.#rows;
    const { key, json, charge } = weighed;
    const id = ids.get(key);
    if (id === undefined) ids.set(key, this.#add(entry, weighed, gone));
    else this.#sql.update.run(entry.client, weighed.isHeld ? 1 : 0, charge, json, id);
    bounds.add(key, weighed);
  }

  /** Returns the row. */
  #add(entry: JournalEntry, weighed: Weighed, gone: string | null): number {
    const rows = this.#rows;
    const { serverId, client, arrivedAt } = entry;
    const { key, charge, json } = weighed;
    rows.lastSeq += 1;
    const isHeld = weighed.isHeld ? 1 : 0;
    const values = [rows.lastSeq, key, serverId, client, arrivedAt, isHeld, charge, json] as const;
    const free = gone === null ? undefined : rows.ids.get(gone);
    if (gone === null || free === undefined)
      return Number(this.#sql.insert.run(...values).lastInsertRowid);
    this.#sql.replace.run(...values, free);
    rows.ids.delete(gone);
    return free;
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
