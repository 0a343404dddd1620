// The history of all servers in SQLite, bounded per server. Old lines are pruned at the opening and then every so
// many lines, because pruning at each line would cost more than the line. While the file cannot be written,
// new lines are kept in memory, said once.
import type { Disposable } from '../base/disposable.ts';
import type { HistoryEntry } from '../core/history.ts';
import type { HistoryStore, Log } from '../runtime/ports.ts';
import { type Database, reasonOf } from './database.ts';
import { parseEntry, shorten } from './historyEntry.ts';
import { MemoryHistory } from './memory.ts';

export interface HistoryPorts {
  readonly database: Database;
  readonly log: Log;
  /** Lines kept per server. */
  readonly entries: number;
}

const appendsBetweenPrunes = 64;
// Servers come and go by name; the lines of all of them together have a limit too.
const mostRows = 50_000;

const prepareAll = (database: Database) => ({
  append: database.prepare('INSERT INTO history (server_id, at, json) VALUES (?, ?, ?)'),
  recent: database.prepare('SELECT json FROM history WHERE server_id = ? ORDER BY id DESC LIMIT ?'),
  servers: database.prepare('SELECT DISTINCT server_id FROM history'),
  prune: database.prepare(
    `DELETE FROM history WHERE server_id = ?1 AND id <=
       (SELECT id FROM history WHERE server_id = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)`,
  ),
  pruneAll: database.prepare(
    `DELETE FROM history WHERE id <= (SELECT id FROM history ORDER BY id DESC LIMIT 1 OFFSET ${mostRows})`,
  ),
});

export class History implements HistoryStore, Disposable {
  readonly #ports: HistoryPorts;
  readonly #sql: ReturnType<typeof prepareAll>;
  /** Lines that could not be written. */
  readonly #unwritten: MemoryHistory;
  #appends = 0;
  #isFailing = false;

  constructor(ports: HistoryPorts) {
    this.#ports = ports;
    this.#sql = prepareAll(ports.database);
    this.#unwritten = new MemoryHistory(ports.entries);
    this.#attempt(() => this.#prune());
  }

  append(entry: HistoryEntry): void {
    const line = shorten(entry);
    const isWritten = this.#attempt(() => {
      this.#sql.append.run(line.serverId, line.at, JSON.stringify(line));
      // Only here: a full disk can still be read, and must not be reported anew after each look.
      this.#isFailing = false;
    });
    if (!isWritten) this.#unwritten.append(line);
    this.#appends += 1;
    if (this.#appends % appendsBetweenPrunes === 0) this.#attempt(() => this.#prune());
  }

  recent(serverId: string, limit: number): readonly HistoryEntry[] {
    const most = Math.max(0, Math.min(limit, this.#ports.entries));
    let stored: HistoryEntry[] = [];
    this.#attempt(() => {
      const rows = this.#sql.recent.all(serverId, most);
      stored = rows.flatMap((row) => parseEntry(String(row['json'])) ?? []);
    });
    const unwritten = this.#unwritten.recent(serverId, most);
    if (unwritten.length === 0) return stored;
    // Sorting is stable, so that lines of one moment keep their order.
    return [...unwritten, ...stored].sort((one, other) => other.at - one.at).slice(0, most);
  }

  dispose(): void {
    if (this.#ports.database.isDisposed) return;
    this.#attempt(() => this.#prune());
  }

  #prune(): void {
    this.#ports.database.transact(() => {
      for (const row of this.#sql.servers.all()) {
        this.#sql.prune.run(String(row['server_id']), this.#ports.entries);
      }
      this.#sql.pruneAll.run();
    });
  }

  #attempt(work: () => void): boolean {
    try {
      work();
      return true;
    } catch (error) {
      if (!this.#isFailing) {
        this.#ports.log.error(
          `Storage: the history cannot be used (${reasonOf(error)}). New lines are kept in memory.`,
        );
      }
      this.#isFailing = true;
      return false;
    }
  }
}
