// Rows of one table as one window may use them: stored while it holds the lease, in memory while it does not, or while the file
// cannot be written. What was kept in memory is stored as soon as it can be; what a window used that lost the lease is the new
// owner's. A row that cannot be read is removed, said once. Bounded in number and in the size of each row.
// Not here: the tables themselves (gatewayTables.ts).
import type { StatementSync } from 'node:sqlite';
import { type Disposable, Store } from '../base/disposable.ts';
import type { Log } from '../runtime/ports.ts';
import { reasonOf } from './database.ts';
import type { LeaseStatus } from './leasePorts.ts';
import type { Ownership } from './ownedRecords.ts';

export interface RowSql<T> {
  /** Columns `key` and `json`, by key. */
  readonly get: StatementSync;
  /** The same of all, oldest first. */
  readonly all: StatementSync;
  put(key: string, value: T, json: string): void;
  /** By key. */
  readonly remove: StatementSync;
  /** Removes the oldest, so that as many are left as its parameter says. */
  readonly trim: StatementSync;
}

export interface OwnedRowsPorts<T> {
  /** What the rows are, for the log: `sessions of clients`. */
  readonly what: string;
  readonly log: Log;
  /** Null where SQLite cannot be used. */
  readonly stored: { readonly sql: RowSql<T>; readonly ownership: Ownership } | null;
  /** Undefined for what cannot be read: another version may have written it. */
  readonly parse: (value: unknown) => T | undefined;
  readonly limits: { readonly rows: number; readonly bytes: number };
  /** Whether a row of this window takes the place of the stored one when it gets the lease. */
  readonly ownWins: boolean;
}

type Row = ReturnType<StatementSync['all']>[number];

// A few rows too many for a while do no harm, and counting costs more than writing one.
const putsBetweenTrims = 64;

const asJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    // Undefined is no JSON value: it says "unreadable" to the parser.
    return undefined;
  }
};

export class OwnedRows<T> implements Disposable {
  readonly #ports: OwnedRowsPorts<T>;
  readonly #life = new Store();
  /** What is not stored: by key, oldest first; null for what should be gone from the table. */
  readonly #own = new Map<string, T | null>();
  readonly #said = new Set<string>();
  #isFailing = false;
  #puts = 0;

  constructor(ports: OwnedRowsPorts<T>) {
    this.#ports = ports;
    const status = ports.stored?.ownership.status;
    if (status) this.#life.add(status.onChange((now) => this.#follow(now)));
  }

  load(key: string): T | null {
    const own = this.#own.get(key);
    if (own !== undefined) return own;
    const row = this.#work(undefined, (sql) => sql.get.get(key));
    return row === undefined ? null : (this.#read(row)?.value ?? null);
  }

  /** Oldest first. */
  all(): readonly T[] {
    const rows = this.#work([], (sql) => sql.all.all());
    const stored = rows
      .flatMap((row) => this.#read(row) ?? [])
      .filter(({ key }) => !this.#own.has(key));
    const own = [...this.#own.values()].filter((value) => value !== null);
    return [...stored.map(({ value }) => value), ...own];
  }

  save(key: string, value: T): void {
    const { what, limits } = this.#ports;
    const size = JSON.stringify(value).length;
    // The older row must go too: what it says is no longer true.
    if (size > limits.bytes) {
      this.#sayOnce(
        `one of the ${what} is not kept: ${size} characters, ${limits.bytes} are allowed`,
        'size',
      );
      this.remove(key);
    } else this.#set(key, value);
  }

  remove(key: string): void {
    this.#set(key, null);
  }

  dispose(): void {
    if (this.#life.isDisposed) return;
    this.#flush();
    this.#life.dispose();
  }

  #set(key: string, value: T | null): void {
    if (this.#life.isDisposed) return;
    this.#own.delete(key);
    if (value !== null || this.#ports.stored !== null) this.#own.set(key, value);
    this.#flush();
    const [oldest] = this.#own.keys();
    if (this.#own.size > this.#ports.limits.rows && oldest !== undefined) this.#own.delete(oldest);
  }

  /** Stores what is not stored yet, as far as that goes. */
  #flush(): void {
    for (const [key, value] of this.#own) {
      const isDone = this.#work(false, (sql) => {
        if (value === null) sql.remove.run(key);
        else sql.put(key, value, JSON.stringify(value));
        this.#trimNowAndThen(sql);
        // Only here: a full disk can still be read, and must not be reported anew after each look.
        this.#isFailing = false;
        return true;
      });
      if (!isDone) return;
      this.#own.delete(key);
    }
  }

  #trimNowAndThen(sql: RowSql<T>): void {
    if (this.#puts % putsBetweenTrims === 0) sql.trim.run(this.#ports.limits.rows);
    this.#puts += 1;
  }

  #follow(status: LeaseStatus): void {
    // Before anything is removed: what this window used until now is the new owner's.
    if (status !== 'owner') return this.#own.clear();
    if (!this.#ports.ownWins) this.#yieldToStored();
    this.#flush();
  }

  #yieldToStored(): void {
    for (const key of this.#own.keys())
      if (this.#work(undefined, (sql) => sql.get.get(key)) !== undefined) this.#own.delete(key);
  }

  #read(row: Row): { readonly key: string; readonly value: T } | null {
    const key = String(row['key']);
    const value = this.#ports.parse(asJson(String(row['json'])));
    if (value !== undefined) return { key, value };
    this.#sayOnce(`one of the ${this.#ports.what} could not be read and was removed`, 'unreadable');
    this.#work(undefined, (sql) => sql.remove.run(key));
    return null;
  }

  #sayOnce(text: string, topic: string): void {
    if (!this.#said.has(topic)) this.#ports.log.warn(`Storage: ${text}.`);
    this.#said.add(topic);
  }

  /** Works on the table while it is ours; reports the first failure of a series and answers with `otherwise`. */
  #work<R, U>(otherwise: U, work: (sql: RowSql<T>) => R): R | U {
    const { stored, log, what } = this.#ports;
    if (stored === null || !stored.ownership.holds()) return otherwise;
    try {
      return work(stored.sql);
    } catch (error) {
      if (!this.#isFailing)
        log.error(
          `Storage: ${what} cannot be stored (${reasonOf(error)}). They are kept in memory and tried again.`,
        );
      this.#isFailing = true;
      return otherwise;
    }
  }
}
