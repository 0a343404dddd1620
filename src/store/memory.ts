// Stored sessions in memory, with the same bounds, used where SQLite is missing and by windows that own no stored sessions.
import type { Millis } from '../base/clock.ts';
import type { SessionRecord } from '../core/record.ts';
import { type Collected, type RecordShelf, mostRecords, recordKey } from './recordShelf.ts';

export class MemoryShelf implements RecordShelf {
  /** The record put last stands last. */
  readonly #records = new Map<string, SessionRecord>();

  get(serverId: string, client: string): SessionRecord | null {
    return this.#records.get(recordKey(serverId, client)) ?? null;
  }

  all(): readonly SessionRecord[] {
    return [...this.#records.values()];
  }

  put(records: readonly SessionRecord[]): void {
    for (const record of records) {
      const key = recordKey(record.serverId, record.client);
      this.#records.delete(key);
      this.#records.set(key, record);
      const [longestUnused] = this.#records.keys();
      if (this.#records.size > mostRecords && longestUnused !== undefined) {
        this.#records.delete(longestUnused);
      }
    }
  }

  remove(serverId: string, client: string): void {
    this.#records.delete(recordKey(serverId, client));
  }

  collect(before: Millis): Collected {
    let expired = 0;
    let removed = 0;
    for (const [key, record] of this.#records) {
      const isPast = record.lastActive < before && record.status !== 'expired';
      if (isPast) expired += 1;
      if (!isPast && record.status !== 'expired') continue;
      this.#records.delete(key);
      removed += 1;
    }
    return { expired, removed };
  }

  clear(): number {
    const cleared = this.#records.size;
    this.#records.clear();
    return cleared;
  }
}
