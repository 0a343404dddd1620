// The lease as one row in lease.db. A file of its own: no lock and no damage of the big one may cost a heartbeat, and
// setting the big one aside must not make a second owner. Each change is one atomic statement or transaction.
import type { Millis } from '../base/clock.ts';
import type { Database } from './database.ts';
import type { LeaseRow } from './leaseRules.ts';

export const leaseFile = 'lease.db';

export const leaseMigrations: readonly string[] = [
  `CREATE TABLE lease (
     id INTEGER PRIMARY KEY CHECK (id = 1),
     owner TEXT NOT NULL,
     pid INTEGER NOT NULL,
     machine TEXT NOT NULL,
     started INTEGER NOT NULL,
     heartbeat INTEGER NOT NULL,
     beat INTEGER NOT NULL,
     requested_by TEXT
   )`,
];

export interface Claim {
  readonly owner: string;
  readonly pid: number;
  readonly machine: string;
  readonly now: Millis;
}

const prepareAll = (database: Database) => ({
  read: database.prepare('SELECT * FROM lease'),
  take: database.prepare(
    `INSERT OR REPLACE INTO lease (id, owner, pid, machine, started, heartbeat, beat, requested_by)
     VALUES (1, ?, ?, ?, ?, ?, 0, NULL)`,
  ),
  beat: database.prepare('UPDATE lease SET heartbeat = ?, beat = beat + 1 WHERE owner = ?'),
  request: database.prepare(
    'UPDATE lease SET requested_by = ? WHERE owner = ? AND requested_by IS NULL',
  ),
  refuse: database.prepare('UPDATE lease SET requested_by = NULL WHERE owner = ?'),
  release: database.prepare('DELETE FROM lease WHERE owner = ?'),
});

export class LeaseTable {
  readonly #database: Database;
  readonly #sql: ReturnType<typeof prepareAll>;

  constructor(database: Database) {
    this.#database = database;
    this.#sql = prepareAll(database);
  }

  read(): LeaseRow | null {
    const row = this.#sql.read.get();
    if (row === undefined) return null;
    const requestedBy = row['requested_by'];
    return {
      owner: String(row['owner']),
      pid: Number(row['pid']),
      machine: String(row['machine']),
      started: Number(row['started']),
      heartbeat: Number(row['heartbeat']),
      beat: Number(row['beat']),
      requestedBy: typeof requestedBy === 'string' ? requestedBy : null,
    };
  }

  /** Takes the lease if `mayTake` says so of the row as it is under the write lock. */
  take(claim: Claim, mayTake: (row: LeaseRow | null) => boolean): boolean {
    return this.#database.transact(() => {
      if (!mayTake(this.read())) return false;
      const { owner, pid, machine, now } = claim;
      this.#sql.take.run(owner, pid, machine, now, now);
      return true;
    });
  }

  /** False where another window has taken the lease, or the file is no longer the one under its name. */
  beat(owner: string, now: Millis): boolean {
    return this.#database.isCurrent() && Number(this.#sql.beat.run(now, owner).changes) === 1;
  }

  /** Asks the owner to give way; an earlier request of another window stands. */
  request(by: string, owner: string): void {
    this.#sql.request.run(by, owner);
  }

  /** Answers a request with no. */
  refuse(owner: string): void {
    this.#sql.refuse.run(owner);
  }

  release(owner: string): void {
    this.#sql.release.run(owner);
  }

  isCurrent(): boolean {
    return this.#database.isCurrent();
  }

  dispose(): void {
    this.#database.dispose();
  }
}
