// The journal where nothing can be written: it keeps what this window knows and ends with it. Said once in the log by
// whoever chooses it.
import type { JournalEntry } from '../core/calls/journal.ts';
import type { JournalStore } from '../runtime/ports.ts';

export interface JournalLimits {
  /** Unfinished calls over all servers. */
  readonly entries: number;
  /** Bytes of one entry and of all, as JSON. */
  readonly entryBytes: number;
  readonly totalBytes: number;
}

export const journalLimits: JournalLimits = {
  entries: 1000,
  entryBytes: 2 * 2 ** 20,
  totalBytes: 16 * 2 ** 20,
};

interface Kept {
  readonly entry: JournalEntry;
  readonly bytes: number;
}

export class MemoryJournal implements JournalStore {
  readonly #limits: JournalLimits;
  readonly #kept = new Map<string, Kept>();
  #bytes = 0;

  constructor(limits: JournalLimits = journalLimits) {
    this.#limits = limits;
  }

  put(entry: JournalEntry): boolean {
    const bytes = Buffer.byteLength(JSON.stringify(entry));
    const before = this.#kept.get(entry.key);
    const count = this.#kept.size + (before ? 0 : 1);
    const total = this.#bytes - (before?.bytes ?? 0) + bytes;
    const { entries, entryBytes, totalBytes } = this.#limits;
    if (count > entries || bytes > entryBytes || total > totalBytes) return false;
    this.#kept.set(entry.key, { entry, bytes });
    this.#bytes = total;
    return true;
  }

  remove(key: string): void {
    this.#bytes -= this.#kept.get(key)?.bytes ?? 0;
    this.#kept.delete(key);
  }

  load(serverId: string, client: string): readonly JournalEntry[] {
    return [...this.#kept.values()]
      .map(({ entry }) => entry)
      .filter((entry) => entry.serverId === serverId && entry.client === client)
      .toSorted((left, right) => left.arrivedAt - right.arrivedAt);
  }
}
