// One at a time for each key, over all windows on this machine: a queue in this process, and a row in a file that all windows
// share, which is kept warm while the work goes on, so that a window that was killed never blocks another. Where SQLite cannot be
// used only the queue is left, which is said once. Not here: what is worked on.
import { randomUUID } from 'node:crypto';
import { type Clock, every, sleep, type Millis } from '../base/clock.ts';
import type { Disposable } from '../base/disposable.ts';
import type { Log } from '../runtime/ports.ts';
import { isBusy, openDatabase, type OpenOptions, reasonOf } from './database.ts';
import type { ProcessFacts } from './leaseRules.ts';
import { heartbeatEvery, mutexFile, mutexMigrations, MutexTable } from './mutexTable.ts';
import { realProcesses } from './processes.ts';

export interface MutexDeps {
  /** The same for all windows of the user. */
  readonly folder: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly processes?: ProcessFacts;
  /** Replaced where a test plays an editor without SQLite. */
  readonly loadSqlite?: OpenOptions['loadSqlite'];
}

const pollEvery: Millis = 50;

export class StoreMutex implements Disposable {
  readonly #deps: MutexDeps;
  readonly #tails = new Map<string, Promise<unknown>>();
  readonly #ending = new AbortController();
  #table: MutexTable | null = null;
  #isTold = false;

  constructor(deps: MutexDeps) {
    this.#deps = deps;
  }

  /** Resolves as the work does. After `dispose` nothing waits for other windows any more. */
  run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const before = this.#tails.get(key) ?? Promise.resolve();
    const result = before.then(() => this.#runAlone(key, work));
    const tail = result.then(
      () => undefined,
      () => undefined,
    );
    this.#tails.set(key, tail);
    void tail.then(() => {
      if (this.#tails.get(key) === tail) this.#tails.delete(key);
    });
    return result;
  }

  /** What was noted last under the key, by whichever window; null where nothing was, or there is no file. */
  async noted(key: string): Promise<string | null> {
    let found: string | null = null;
    await this.#repeat(() =>
      this.#attempt((table) => {
        found = table.noted(key);
        return true;
      }),
    );
    return found;
  }

  /** For whoever works under the key next. No secret: the file is an ordinary one. */
  async note(key: string, text: string): Promise<void> {
    await this.#repeat(() =>
      this.#attempt((table) => {
        table.note(key, text);
        return true;
      }),
    );
  }

  dispose(): void {
    this.#ending.abort();
    this.#table?.dispose();
    this.#table = null;
  }

  async #runAlone<T>(key: string, work: () => Promise<T>): Promise<T> {
    const owner = randomUUID();
    const holds = await this.#take(key, owner);
    if (!holds) return work();
    const beating = every(this.#deps.clock, heartbeatEvery, () =>
      this.#attempt((table) => table.beat({ key, owner }, this.#deps.clock.now())),
    );
    try {
      return await work();
    } finally {
      beating.dispose();
      await this.#repeat(() => this.#attempt((table) => table.release({ key, owner })));
    }
  }

  /** Waits until the key is ours; false where there is no file to agree on with other windows. */
  #take(key: string, owner: string): Promise<boolean> {
    const { clock } = this.#deps;
    const claim = { key, owner, pid: process.pid };
    return this.#repeat(() =>
      this.#attempt((table) => table.take({ ...claim, now: clock.now() }) || 'again'),
    );
  }

  /** Until it is done; false where it cannot be. */
  async #repeat(attempt: () => boolean | 'again'): Promise<boolean> {
    for (;;) {
      const done = attempt();
      if (done !== 'again') return done;
      try {
        await sleep(this.#deps.clock, pollEvery, this.#ending.signal);
      } catch {
        // The window ends: what is left to do is done without the others.
        return false;
      }
    }
  }

  /** False where there is no table, or it failed. */
  #attempt(use: (table: MutexTable) => boolean | 'again'): boolean | 'again' {
    try {
      const table = this.#open();
      return table === null ? false : use(table);
    } catch (error) {
      // Another window is at work in the file this very moment.
      if (isBusy(error)) return 'again';
      this.#table?.dispose();
      this.#table = null;
      this.#complain(reasonOf(error));
      return false;
    }
  }

  #open(): MutexTable | null {
    if (this.#ending.signal.aborted) return null;
    // A file that another window has set aside is nobody's any more.
    if (this.#table && !this.#table.isCurrent()) {
      this.#table.dispose();
      this.#table = null;
    }
    this.#table ??= this.#openTable();
    return this.#table;
  }

  #openTable(): MutexTable | null {
    const { folder, log, loadSqlite, processes = realProcesses() } = this.#deps;
    const opening = openDatabase({
      ...{ folder, name: mutexFile, migrations: mutexMigrations, log },
      ...(loadSqlite ? { loadSqlite } : {}),
    });
    if (opening.kind === 'open') return new MutexTable(opening.database, processes);
    this.#complain(opening.reason);
    return null;
  }

  #complain(reason: string): void {
    if (this.#isTold) return;
    this.#isTold = true;
    this.#deps.log.warn(
      `Windows cannot agree who renews a sign-in (${reason}); each does it for itself.`,
    );
  }
}
