// Opens the SQLite files in the workspace's storage folder. Whatever is wrong with a file never stops activation:
// an unreadable one is set aside with one line in the log, and a fresh one takes its place; where SQLite cannot be
// used at all the answer says so. Synchronous, as node:sqlite is. Not here: what is in the tables (schema.ts).
import type * as sqliteModule from 'node:sqlite';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { join } from 'node:path';
import { statSync } from 'node:fs';
import type { Disposable } from '../base/disposable.ts';
import type { Log } from '../runtime/ports.ts';
import { makePrivateFile, makePrivateFolder } from './privateFiles.ts';
import { identityOf, setAside } from './setAside.ts';

export type Sqlite = typeof sqliteModule;

export interface OpenOptions {
  readonly folder: string;
  /** File name, such as `lifeline.db`. */
  readonly name: string;
  /** SQL that leads from version n to n + 1, at index n. */
  readonly migrations: readonly string[];
  readonly log: Log;
  /** Replaced where a test plays an editor without SQLite. */
  readonly loadSqlite?: () => Sqlite | undefined;
}

export type OpenResult =
  | { readonly kind: 'open'; readonly database: Database }
  /** `permanent`: no other try in this process can succeed. */
  | { readonly kind: 'unavailable'; readonly reason: string; readonly permanent: boolean };

/** The primary result codes of SQLite that we tell apart (sqlite.org/rescode.html). */
const code = { error: 1, busy: 5, corrupt: 11, notDatabase: 26 } as const;

// Every statement blocks the extension host, so a lock is waited for briefly; our transactions take about 1 ms.
const busyTimeoutMs = 250;
// Two windows making one file at once meet each other's short locks, some of which SQLite does not wait for.
const openingBudgetMs = 500;
const busyPauseMs = 20;
// Enough for a file that another window replaces at the same moment.
const mostReplaced = 3;
// A check reads the whole file, about 1 ms per MiB; a larger file is trusted until a statement fails.
const largestChecked = 8 * 2 ** 20;

class UnreadableError extends Error {}

export const reasonOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);

const sqliteCode = (error: unknown): number | null =>
  error instanceof Error && 'errcode' in error && typeof error.errcode === 'number'
    ? error.errcode & 0xff
    : null;

// Loaded when first needed: neither activation nor an editor without it pays. Unlike import() and require, this
// asks without throwing and means the same in a bundle. Node before 22.3 lacks the question itself.
const builtinSqlite = (): Sqlite | undefined => process.getBuiltinModule?.('node:sqlite');

export class Database implements Disposable {
  readonly #connection: DatabaseSync;
  readonly #path: string;
  readonly #identity: string | null;
  /** Whether the file was made by this opening, so that there was nothing in it. */
  readonly isNew: boolean;
  #inTransaction = false;
  #disposed = false;

  constructor(connection: DatabaseSync, path: string, isNew: boolean) {
    this.#connection = connection;
    this.#path = path;
    this.#identity = identityOf(path);
    this.isNew = isNew;
  }

  get isDisposed(): boolean {
    return this.#disposed;
  }

  exec(sql: string): void {
    this.#connection.exec(sql);
  }

  prepare(sql: string): StatementSync {
    return this.#connection.prepare(sql);
  }

  /** All of `work` or nothing. Takes the write lock at once, so that what it reads is still true when it writes. */
  transact<T>(work: () => T): T {
    if (this.#inTransaction) return work();
    this.#connection.exec('BEGIN IMMEDIATE');
    this.#inTransaction = true;
    try {
      const result = work();
      this.#connection.exec('COMMIT');
      return result;
    } catch (error) {
      this.#rollBack();
      throw error;
    } finally {
      this.#inTransaction = false;
    }
  }

  /** Whether the opened file is still the one under its name, and not one that was deleted or set aside. */
  isCurrent(): boolean {
    return identityOf(this.#path) === this.#identity;
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#connection.close();
  }

  #rollBack(): void {
    try {
      this.#connection.exec('ROLLBACK');
    } catch (error) {
      // SQLite rolls back by itself after a full disk or a failed commit; then there is nothing left to undo.
      if (sqliteCode(error) !== code.error) throw error;
    }
  }
}

const migrate = (database: Database, migrations: readonly string[], version: number): void => {
  for (const [index, sql] of migrations.entries()) {
    if (index < version) continue;
    database.transact(() => {
      // Another window may have been quicker, so the version is read again under the write lock.
      if (versionOf(database) > index) return;
      database.exec(sql);
      database.exec(`PRAGMA user_version = ${index + 1}`);
    });
  }
};

const versionOf = (database: Database): number =>
  Number(database.prepare('PRAGMA user_version').get()?.['user_version']);

const checkContent = (database: Database, path: string): void => {
  if (statSync(path).size > largestChecked) return;
  const finding = database.prepare('PRAGMA quick_check(1)').get()?.['quick_check'];
  if (finding !== 'ok') throw new UnreadableError(`damaged: ${String(finding)}`);
};

const openFile = (sqlite: Sqlite, path: string, migrations: readonly string[]): Database => {
  makePrivateFile(path);
  const connection = new sqlite.DatabaseSync(path);
  try {
    connection.exec(`PRAGMA busy_timeout = ${busyTimeoutMs}`);
    const probe = new Database(connection, path, false);
    const version = versionOf(probe);
    if (version > migrations.length) {
      throw new UnreadableError(`version ${version} is newer than ${migrations.length}`);
    }
    connection.exec('PRAGMA journal_mode = WAL');
    // With a write-ahead log, NORMAL survives every crash of a process without waiting for the disk on each write;
    // a power cut may cost the last writes, never the file (sqlite.org/pragma.html#pragma_synchronous).
    connection.exec('PRAGMA synchronous = NORMAL');
    // A big transaction must not leave a big log behind for ever.
    connection.exec('PRAGMA journal_size_limit = 4194304');
    checkContent(probe, path);
    migrate(probe, migrations, version);
    return new Database(connection, path, version === 0);
  } catch (error) {
    connection.close();
    throw error;
  }
};

/** Whether another window was at work in the file for longer than is waited for. */
export const isBusy = (error: unknown): boolean => sqliteCode(error) === code.busy;

/** Why the file itself is of no use; null where the trouble lies elsewhere (locks, rights, a full disk). */
const unreadableBecause = (error: unknown): string | null => {
  if (error instanceof UnreadableError) return error.message;
  const primary = sqliteCode(error);
  const unreadable = [code.error, code.corrupt, code.notDatabase].some(
    (known) => known === primary,
  );
  return unreadable ? reasonOf(error) : null;
};

const pause = (duration: number): void => {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, duration);
};

const openOrReplace = (sqlite: Sqlite, options: OpenOptions): Database => {
  const path = join(options.folder, options.name);
  const begun = performance.now();
  for (let replaced = 0; ;) {
    const found = identityOf(path);
    try {
      return openFile(sqlite, path, options.migrations);
    } catch (error) {
      const reason = unreadableBecause(error);
      const mayWait =
        sqliteCode(error) === code.busy && performance.now() - begun < openingBudgetMs;
      if (reason === null && !mayWait) throw error;
      if (reason === null) {
        pause(busyPauseMs);
        continue;
      }
      if (replaced === mostReplaced) throw error;
      replaced += 1;
      const name = setAside(path, found);
      if (name === null) continue;
      options.log.warn(
        `Storage: ${options.name} was set aside as ${name} (${reason}); a fresh one is used.`,
      );
    }
  }
};

export const openDatabase = (options: OpenOptions): OpenResult => {
  const sqlite = (options.loadSqlite ?? builtinSqlite)();
  if (sqlite === undefined) {
    return { kind: 'unavailable', reason: 'this editor has no node:sqlite', permanent: true };
  }
  try {
    makePrivateFolder(options.folder);
    return { kind: 'open', database: openOrReplace(sqlite, options) };
  } catch (error) {
    return { kind: 'unavailable', reason: reasonOf(error), permanent: false };
  }
};
