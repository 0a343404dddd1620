// The journal where nothing can be written, or nothing may be: it keeps what this window knows and ends with it. Said once
// in the log by whoever chooses it.
import type { JournalEntry } from '../core/calls/journal.ts';
import type { JournalStore } from '../runtime/ports.ts';
import { JournalBounds, type JournalLimits, journalLimits, weigh } from './journalBounds.ts';

/** Stable: calls that arrived in the same millisecond keep the order in which they are given. */
export const inOrderOfArrival = (entries: readonly JournalEntry[]): readonly JournalEntry[] =>
  entries.toSorted((one, other) => one.arrivedAt - other.arrivedAt);

export class MemoryJournal implements JournalStore {
  readonly #bounds: JournalBounds;
  readonly #kept = new Map<string, JournalEntry>();

  constructor(limits: JournalLimits = journalLimits) {
    this.#bounds = new JournalBounds(limits);
  }

  put(entry: JournalEntry): boolean {
    const weighed = weigh(entry);
    const admission = this.#bounds.judge(weighed);
    if (admission === 'untrue') this.remove(entry.key);
    if (admission !== 'fits') return false;
    this.#bounds.add(entry.key, weighed);
    this.#kept.set(entry.key, entry);
    return true;
  }

  putSoon(entry: JournalEntry): boolean {
    return this.put(entry);
  }

  settle(): void {
    // Nothing is put off.
  }

  remove(key: string): void {
    this.#bounds.remove(key);
    this.#kept.delete(key);
  }

  load(serverId: string, client: string): readonly JournalEntry[] {
    return inOrderOfArrival(
      this.all().filter((entry) => entry.serverId === serverId && entry.client === client),
    );
  }

  clients(serverId: string): readonly string[] {
    const ofServer = this.all().filter((entry) => entry.serverId === serverId);
    return [...new Set(ofServer.map(({ client }) => client))];
  }

  all(): readonly JournalEntry[] {
    return [...this.#kept.values()];
  }
}
