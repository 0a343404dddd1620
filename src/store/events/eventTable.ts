// Events in the SQLite table `gateway_events`. `put` commits by itself into the write-ahead log: when it returns, the operating
// system has the bytes, so that the death of this process, even by kill -9, loses nothing. Its keys are row ids, which are
// positive. There is no index over streams: whoever owns the table knows all of them (eventIndex.ts), and one more tree to
// write would cost each event a third of its speed. Not here: whose the table is, and what happens when it cannot be written
// (eventPlaces.ts).
import type { Database } from '../database.ts';
import { decodeName, encodeName } from './eventId.ts';
import type { EventRow, EventShelf } from './eventShelf.ts';
import type { Body } from './packing.ts';
import type { Found } from './streamEvents.ts';

const prepareAll = (database: Database) => ({
  put: database.prepare(
    'INSERT INTO gateway_events (seq, charge, stream, body) VALUES (?, ?, ?, ?)',
  ),
  get: database.prepare('SELECT body FROM gateway_events WHERE id = ?'),
  all: database.prepare('SELECT id, seq, charge, stream FROM gateway_events ORDER BY id'),
  remove: database.prepare('DELETE FROM gateway_events WHERE id = ?'),
  clear: database.prepare('DELETE FROM gateway_events'),
});

export interface StoredPlace extends Found {
  readonly stream: string;
}

export class EventTable implements EventShelf {
  readonly #database: Database;
  readonly #sql: ReturnType<typeof prepareAll>;

  constructor(database: Database) {
    this.#database = database;
    this.#sql = prepareAll(database);
  }

  put({ stream, seq, charge, body }: EventRow): number {
    return Number(this.#sql.put.run(seq, charge, encodeName(stream), body).lastInsertRowid);
  }

  /** All of them or none; the keys come back in the same order. */
  putAll(rows: readonly EventRow[]): readonly number[] {
    const [only] = rows;
    // One statement is a transaction by itself.
    if (rows.length === 1 && only) return [this.put(only)];
    return this.#database.transact(() => rows.map((row) => this.put(row)));
  }

  get(key: number): Body | undefined {
    const body = this.#sql.get.get(key)?.['body'];
    const isBody = typeof body === 'string' || body instanceof Uint8Array || body === null;
    return isBody ? body : undefined;
  }

  remove(keys: readonly number[]): void {
    const [only] = keys;
    if (keys.length === 1 && only !== undefined) this.#sql.remove.run(only);
    else if (keys.length > 1)
      this.#database.transact(() => {
        for (const key of keys) this.#sql.remove.run(key);
      });
  }

  /** Where everything lies, nearly in order. Rows that no version of ours has written are left out. */
  places(): readonly StoredPlace[] {
    return this.#sql.all.all().flatMap((row) => {
      const stream = decodeName(String(row['stream']));
      const [key, seq, charge] = [Number(row['id']), Number(row['seq']), Number(row['charge'])];
      return stream === null ? [] : { key, seq, charge, stream };
    });
  }

  /** Results may hold anything: whoever wants them gone wants them gone from the file and its log as well. */
  erase(): void {
    const database = this.#database;
    database.exec('PRAGMA secure_delete = ON');
    const erased = Number(this.#sql.clear.run().changes);
    database.exec('PRAGMA secure_delete = OFF');
    // Waits for the disk, so only where there was something to erase.
    if (erased > 0) database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  }
}
