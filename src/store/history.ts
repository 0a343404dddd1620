// The history of all servers in SQLite: every entry of the chronicle, bounded per server and kind, and by age. Old lines are
// pruned at the opening and then every so many lines, because pruning at each line would cost more than the line. While the file
// cannot be written, new lines are kept in memory, said once.
import type { Millis } from '../base/clock.ts';
import type { Disposable } from '../base/disposable.ts';
import type { ChronicleEntry, EntryKind } from '../core/chronicle.ts';
import type { HistoryEntry } from '../core/history.ts';
import type { ChronicleStore } from '../runtime/chronicle.ts';
import type { HistoryStore, Log } from '../runtime/ports.ts';
import { parseChronicle, shortened } from './chronicleEntry.ts';
import { type Database, reasonOf } from './database.ts';
import { type HistoryBounds, mostOf } from './historyBounds.ts';
import { prepareHistory } from './historyTable.ts';
import { MemoryHistory } from './memoryHistory.ts';

export interface HistoryPorts {
  readonly database: Database;
  readonly log: Log;
  readonly bounds: HistoryBounds;
  /** Wall time. */
  readonly now: () => Millis;
}

const putsBetweenPrunes = 64;

const everyKind: readonly EntryKind[] = [
  'transition',
  'recovery',
  'health',
  'session',
  'calls',
  'mark',
];

/** How what concerns every server is filed. */
const everyServer = '';

const asEntries = (rows: readonly Readonly<Record<string, unknown>>[]): ChronicleEntry[] =>
  rows.flatMap((row) => parseChronicle(String(row['json'])) ?? []);

export class History implements HistoryStore, ChronicleStore, Disposable {
  readonly #ports: HistoryPorts;
  readonly #sql: ReturnType<typeof prepareHistory>;
  /** Lines that could not be written. */
  readonly #unwritten: MemoryHistory;
  /** What was written since the last pruning, by server and kind. */
  readonly #touched = new Map<string, readonly [server: string, kind: EntryKind]>();
  #puts = 0;
  #isFailing = false;

  constructor(ports: HistoryPorts) {
    this.#ports = ports;
    this.#sql = prepareHistory(ports.database);
    this.#unwritten = new MemoryHistory(ports.bounds);
    this.#attempt(() => this.#prune());
  }

  append(entry: HistoryEntry): void {
    this.put({ ...entry, kind: 'transition' }, null);
  }

  put(entry: ChronicleEntry, key: string | null): void {
    const line = shortened(entry);
    const isWritten = this.#attempt(() => {
      const { serverId, kind, at } = line;
      this.#sql.put.run(serverId ?? everyServer, kind, Math.round(at), key, JSON.stringify(line));
      // Only here: a full disk can still be read, and must not be reported anew after each look.
      this.#isFailing = false;
    });
    if (!isWritten) this.#unwritten.put(line, key);
    const server = line.serverId ?? everyServer;
    this.#touched.set(JSON.stringify([server, line.kind]), [server, line.kind]);
    this.#puts += 1;
    if (this.#puts % putsBetweenPrunes === 0) this.#attempt(() => this.#pruneTouched());
  }

  recent(serverId: string, limit: number): readonly HistoryEntry[] {
    const most = Math.max(0, Math.min(limit, this.#ports.bounds.samples));
    let stored: HistoryEntry[] = [];
    this.#attempt(() => {
      const entries = asEntries(this.#sql.recent.all(serverId, most));
      stored = entries.flatMap((entry) => (entry.kind === 'transition' ? [entry] : []));
    });
    const unwritten = this.#unwritten.recent(serverId, most);
    if (unwritten.length === 0) return stored;
    // Sorting is stable, so that lines of one moment keep their order.
    return [...unwritten, ...stored].sort((one, other) => other.at - one.at).slice(0, most);
  }

  read(
    serverId: string | null,
    from: Millis,
    to: Millis,
    kinds: readonly EntryKind[] = everyKind,
  ): readonly ChronicleEntry[] {
    let stored: ChronicleEntry[] = [];
    this.#attempt(() => {
      const { readOne, readAll } = this.#sql;
      const span = [JSON.stringify(kinds), Math.ceil(from), Math.floor(to)] as const;
      stored = asEntries(
        serverId === null ? readAll.all(...span) : readOne.all(serverId, everyServer, ...span),
      );
    });
    const unwritten = this.#unwritten.read(serverId, from, to, kinds);
    if (unwritten.length === 0) return stored;
    return [...stored, ...unwritten].sort((one, other) => one.at - other.at);
  }

  clear(serverId: string | null): void {
    this.#unwritten.clear(serverId);
    this.#attempt(() => {
      if (serverId === null) this.#sql.clearAll.run();
      else this.#sql.clearOne.run(serverId);
    });
  }

  dispose(): void {
    if (this.#ports.database.isDisposed) return;
    this.#attempt(() => this.#prune());
  }

  /** Only these can have grown past their bounds. */
  #pruneTouched(): void {
    const { database, bounds } = this.#ports;
    database.transact(() => {
      for (const [server, kind] of this.#touched.values())
        this.#sql.prune.run(server, kind, mostOf(kind, bounds));
    });
    this.#touched.clear();
  }

  /** Everything, at both ends of a life. */
  #prune(): void {
    const { database, bounds, now } = this.#ports;
    database.transact(() => {
      this.#sql.pruneOld.run(Math.floor(now() - bounds.maxAge));
      for (const row of this.#sql.files.all()) {
        const kind = everyKind.find((known) => known === row['kind']);
        // A kind of the future gets the smaller bound.
        const most = mostOf(kind ?? 'mark', bounds);
        this.#sql.prune.run(String(row['server_id']), String(row['kind']), most);
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
