// The history in memory, with the same bounds per server and kind: where SQLite is missing, and for what cannot be written.
import type { Millis } from '../base/clock.ts';
import type { ChronicleEntry, EntryKind } from '../core/chronicle.ts';
import type { HistoryEntry } from '../core/history.ts';
import type { ChronicleStore } from '../runtime/chronicle.ts';
import type { HistoryStore } from '../runtime/ports.ts';
import { shortened } from './chronicleEntry.ts';
import { type HistoryBounds, mostOf } from './historyBounds.ts';

export interface MemoryLine {
  readonly entry: ChronicleEntry;
  readonly key: string | null;
}

interface Line extends MemoryLine {
  entry: ChronicleEntry;
}

/** Lines by kind, oldest first. */
type Shelf = Map<EntryKind, Line[]>;

const mostServers = 100;

export class MemoryHistory implements HistoryStore, ChronicleStore {
  readonly #bounds: HistoryBounds;
  /** By server, null for what concerns every server; the one that wrote last stands last. */
  readonly #shelves = new Map<string | null, Shelf>();

  constructor(bounds: HistoryBounds) {
    this.#bounds = bounds;
  }

  append(entry: HistoryEntry): void {
    this.put({ ...entry, kind: 'transition' }, null);
  }

  put(entry: ChronicleEntry, key: string | null): void {
    const lines = this.#linesFor(entry);
    const line = shortened(entry);
    const known = key === null ? undefined : lines.findLast((other) => other.key === key);
    if (known) {
      known.entry = line;
      return;
    }
    lines.push({ entry: line, key });
    if (lines.length > mostOf(entry.kind, this.#bounds)) lines.shift();
    const oldest = entry.at - this.#bounds.maxAge;
    while (lines[0] && lines[0].entry.at < oldest) lines.shift();
  }

  recent(serverId: string, limit: number): readonly HistoryEntry[] {
    const lines = this.#shelves.get(serverId)?.get('transition') ?? [];
    return lines
      .flatMap(({ entry }) => (entry.kind === 'transition' ? [entry] : []))
      .toReversed()
      .slice(0, Math.max(0, limit));
  }

  read(
    serverId: string | null,
    from: Millis,
    to: Millis,
    kinds?: readonly EntryKind[],
  ): readonly ChronicleEntry[] {
    const isMeant = (name: string | null): boolean =>
      serverId === null || name === null || name === serverId;
    return [...this.#shelves]
      .filter(([name]) => isMeant(name))
      .flatMap(([, shelf]) => [...shelf].filter(([kind]) => kinds?.includes(kind) !== false))
      .flatMap(([, lines]) => lines.map(({ entry }) => entry))
      .filter(({ at }) => at >= from && at <= to)
      .toSorted((one, other) => one.at - other.at);
  }

  /** In order of time, with their keys. */
  linesAfter(at: Millis): readonly MemoryLine[] {
    return [...this.#shelves.values()]
      .flatMap((shelf) => [...shelf.values()].flat())
      .filter(({ entry }) => entry.at > at)
      .toSorted((one, other) => one.entry.at - other.entry.at);
  }

  clear(serverId: string | null): void {
    if (serverId === null) this.#shelves.clear();
    else this.#shelves.delete(serverId);
  }

  #linesFor({ serverId, kind }: ChronicleEntry): Line[] {
    const shelf: Shelf = this.#shelves.get(serverId) ?? new Map<EntryKind, Line[]>();
    this.#shelves.delete(serverId);
    this.#shelves.set(serverId, shelf);
    const servers = [...this.#shelves.keys()].filter((name) => name !== null);
    const [longestSilent] = servers;
    if (servers.length > mostServers && longestSilent !== undefined)
      this.#shelves.delete(longestSilent);
    const lines = shelf.get(kind) ?? [];
    shelf.set(kind, lines);
    return lines;
  }
}
