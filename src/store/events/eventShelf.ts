// Where the bodies of events lie: in memory here, in SQLite in eventTable.ts, behind one interface. Not here: which of them is
// used (eventPlaces.ts), and what is kept at all (eventIndex.ts).
import type { Body } from './packing.ts';

export interface EventRow {
  readonly stream: string;
  readonly seq: number;
  readonly charge: number;
  readonly body: Body;
}

export interface EventShelf {
  /** Returns the key by which the body is found again. */
  put(row: EventRow): number;
  /** Undefined: there is none of this key. */
  get(key: number): Body | undefined;
  remove(keys: readonly number[]): void;
}

/** Its keys are negative, so that they can be told from those of the table. */
export class MemoryShelf implements EventShelf {
  readonly #rows = new Map<number, EventRow>();
  #last = 0;

  get rows(): ReadonlyMap<number, EventRow> {
    return this.#rows;
  }

  put(row: EventRow): number {
    this.#last -= 1;
    this.#rows.set(this.#last, row);
    return this.#last;
  }

  get(key: number): Body | undefined {
    return this.#rows.get(key)?.body;
  }

  remove(keys: readonly number[]): void {
    for (const key of keys) this.#rows.delete(key);
  }

  clear(): void {
    this.#rows.clear();
  }
}
