// Where records lie: the SQLite table, the editor's memento or plain memory, behind one synchronous interface.
// Not here: when to write (records.ts).
import type { Millis } from '../base/clock.ts';
import type { SessionRecord } from '../core/record.ts';

export interface Collected {
  /** Records that had passed their time to live and were marked expired now. */
  readonly expired: number;
  /** Expired records that were removed: those, and any that the runtime had marked before. */
  readonly removed: number;
}

export interface RecordShelf {
  get(serverId: string, client: string): SessionRecord | null;
  all(): readonly SessionRecord[];
  /** All of them or none. */
  put(records: readonly SessionRecord[]): void;
  remove(serverId: string, client: string): void;
  /** Marks records last active before `before` as expired, then removes the expired ones. */
  collect(before: Millis): Collected;
  /** Removes all and says how many there were. */
  clear(): number;
}

/** More connections than anybody has; beyond it the ones longest unused are dropped. */
export const mostRecords = 1000;

/** A name for the pair that cannot be mistaken for another pair's. */
export const recordKey = (serverId: string, client: string): string =>
  JSON.stringify([serverId, client]);
