// How much the journal holds, in memory and in SQLite alike. Only counted here: where the entries are is memoryJournal.ts
// and journalTable.ts.
import type { JournalEntry } from '../core/calls/journal.ts';

export interface JournalLimits {
  /** Unfinished calls over all servers. */
  readonly entries: number;
  /** Bytes of one entry and of all, as JSON, with the room for their phases. */
  readonly entryBytes: number;
  readonly totalBytes: number;
}

export const journalLimits: JournalLimits = {
  entries: 1000,
  entryBytes: 2 * 2 ** 20,
  totalBytes: 16 * 2 ** 20,
};

/**
 * Each entry is charged this much for its phase from the beginning, so that the step from held to sent is never refused:
 * an entry that still says that no byte has left would invite a second run.
 */
export const phaseRoom = 1024;

/** An entry as it is written, and what it counts. */
export interface Weighed {
  readonly key: string;
  readonly isHeld: boolean;
  readonly json: string;
  readonly charge: number;
}

export type Weight = Pick<Weighed, 'charge' | 'isHeld'>;

export const weigh = (entry: JournalEntry): Weighed => {
  const json = JSON.stringify(entry);
  const phaseBytes = Buffer.byteLength(JSON.stringify(entry.phase));
  const charge = Buffer.byteLength(json) + Math.max(0, phaseRoom - phaseBytes);
  return { key: entry.key, isHeld: entry.phase.kind === 'held', json, charge };
};

/**
 * `untrue`: refused, and the older entry of the same key must go as well, because it says that the call was never sent. Any
 * other older entry stays: that the call may have run is still right.
 */
export type Admission = 'fits' | 'refused' | 'untrue';

export class JournalBounds {
  readonly #limits: JournalLimits;
  readonly #weights = new Map<string, Weight>();
  #total = 0;

  constructor(limits: JournalLimits) {
    this.#limits = limits;
  }

  judge({ key, charge }: Weighed): Admission {
    const older = this.#weights.get(key);
    const count = this.#weights.size + (older ? 0 : 1);
    const total = this.#total - (older?.charge ?? 0) + charge;
    const { entries, entryBytes, totalBytes } = this.#limits;
    if (count <= entries && charge <= entryBytes && total <= totalBytes) return 'fits';
    return older?.isHeld === true ? 'untrue' : 'refused';
  }

  has(key: string): boolean {
    return this.#weights.has(key);
  }

  add(key: string, weight: Weight): void {
    this.remove(key);
    this.#weights.set(key, weight);
    this.#total += weight.charge;
  }

  remove(key: string): void {
    this.#total -= this.#weights.get(key)?.charge ?? 0;
    this.#weights.delete(key);
  }
}
