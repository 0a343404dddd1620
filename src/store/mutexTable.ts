// Who works on what, as rows that all windows see. Who may take a row over is decided here too, under the write lock.
import type { Millis } from '../base/clock.ts';
import type { Database } from './database.ts';
import type { ProcessFacts } from './leaseRules.ts';

export const mutexFile = 'locks.db';

export const mutexMigrations: readonly string[] = [
  `CREATE TABLE locks (
     key TEXT PRIMARY KEY,
     owner TEXT NOT NULL,
     pid INTEGER NOT NULL,
     machine TEXT NOT NULL,
     heartbeat INTEGER NOT NULL
   );`,
  // What outlives the work: it tells the next one what the last one left.
  `CREATE TABLE notes (
     key TEXT PRIMARY KEY,
     note TEXT NOT NULL
   );`,
];

export interface Claim {
  readonly key: string;
  /** Random for each piece of work. */
  readonly owner: string;
  readonly pid: number;
  readonly now: Millis;
}

export const heartbeatEvery: Millis = 2_000;
/** Whoever did not beat for so long is taken for gone, whatever became of it. */
const silentAfter: Millis = 15_000;

const prepareAll = (database: Database) => ({
  read: database.prepare('SELECT owner, pid, machine, heartbeat FROM locks WHERE key = ?'),
  take: database.prepare(
    'INSERT OR REPLACE INTO locks (key, owner, pid, machine, heartbeat) VALUES (?, ?, ?, ?, ?)',
  ),
  beat: database.prepare('UPDATE locks SET heartbeat = ? WHERE key = ? AND owner = ?'),
  release: database.prepare('DELETE FROM locks WHERE key = ? AND owner = ?'),
  noted: database.prepare('SELECT note FROM notes WHERE key = ?'),
  note: database.prepare('INSERT OR REPLACE INTO notes (key, note) VALUES (?, ?)'),
});

export class MutexTable {
  readonly #database: Database;
  readonly #sql: ReturnType<typeof prepareAll>;
  readonly #facts: ProcessFacts;

  constructor(database: Database, facts: ProcessFacts) {
    this.#database = database;
    this.#sql = prepareAll(database);
    this.#facts = facts;
  }

  /** Takes the key if nobody works under it, or whoever did is gone. */
  take({ key, owner, pid, now }: Claim): boolean {
    return this.#database.transact(() => {
      if (!this.#isFree(key, now)) return false;
      this.#sql.take.run(key, owner, pid, this.#facts.machine, now);
      return true;
    });
  }

  /** False where somebody else has taken it over. */
  beat({ key, owner }: Pick<Claim, 'key' | 'owner'>, now: Millis): boolean {
    return Number(this.#sql.beat.run(now, key, owner).changes) === 1;
  }

  release({ key, owner }: Pick<Claim, 'key' | 'owner'>): boolean {
    return Number(this.#sql.release.run(key, owner).changes) === 1;
  }

  noted(key: string): string | null {
    const row = this.#sql.noted.get(key);
    return row === undefined ? null : String(row['note']);
  }

  note(key: string, text: string): void {
    this.#sql.note.run(key, text);
  }

  /** Whether the file is still the one that the others use. */
  isCurrent(): boolean {
    return this.#database.isCurrent();
  }

  dispose(): void {
    this.#database.dispose();
  }

  #isFree(key: string, now: Millis): boolean {
    const row = this.#sql.read.get(key);
    if (row === undefined) return true;
    const heartbeat = Number(row['heartbeat']);
    // A clock that was set back must not keep a row for ever.
    if (Math.abs(now - heartbeat) > silentAfter) return true;
    return row['machine'] === this.#facts.machine && !this.#facts.isAlive(Number(row['pid']));
  }
}
