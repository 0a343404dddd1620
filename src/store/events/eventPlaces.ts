// Where the next event goes: into the table while the stored events are ours, the user lets them be written down and the file
// can be written, else into memory. What had to stay in memory is moved into the table as soon as it can be. Said once for
// each stretch of trouble. Not here: which events there are (eventIndex.ts).
import type { Clock, Millis } from '../../base/clock.ts';
import { type Disposable, Mutable } from '../../base/disposable.ts';
import type { Log } from '../../runtime/ports.ts';
import { reasonOf } from '../database.ts';
import type { Ownership } from '../ownedRecords.ts';
import { whenTurnIsOver } from '../turn.ts';
import { type EventRow, MemoryShelf } from './eventShelf.ts';
import type { EventTable, StoredPlace } from './eventTable.ts';
import type { Body } from './packing.ts';

export interface StoredEvents {
  readonly table: EventTable;
  readonly ownership: Ownership;
}

export interface PlacesPorts {
  readonly clock: Clock;
  readonly log: Log;
  /** Null where SQLite cannot be used. */
  readonly stored: StoredEvents | null;
  /** Whether the user lets events be written down. */
  readonly allowed: () => boolean;
  /** An event lies elsewhere now. */
  readonly moved: (row: EventRow, key: number) => void;
  /** There is trouble, or it is over. */
  readonly changed: () => void;
}

/** Why events that should be in the table are in memory. */
export interface Trouble {
  readonly since: Millis;
  readonly reason: string;
}

// A full disk does not get better by trying at every event.
const retryAfter: Millis = 5000;
const movedAtOnce = 500;

export class EventPlaces implements Disposable {
  readonly #ports: PlacesPorts;
  readonly #memory = new MemoryShelf();
  readonly #soon = new Mutable<Disposable>();
  #trouble: Trouble | null = null;
  #retryAt: Millis = 0;

  constructor(ports: PlacesPorts) {
    this.#ports = ports;
  }

  get trouble(): Trouble | null {
    return this.#trouble;
  }

  /** Whether events go into the table, as far as anybody knows. */
  get isStoring(): boolean {
    const { stored, allowed } = this.#ports;
    return stored !== null && allowed() && stored.ownership.holds();
  }

  put(row: EventRow): number {
    if (!this.isStoring || !this.#mayTry) return this.#memory.put(row);
    this.settle();
    return this.#write((table) => table.put(row)) ?? this.#memory.put(row);
  }

  /** Into memory, and into the table when this turn is over. */
  putSoon(row: EventRow): number {
    this.#soon.value ??= whenTurnIsOver(() => this.settle());
    return this.#memory.put(row);
  }

  get(key: number): Body | undefined {
    return key < 0 ? this.#memory.get(key) : this.#attempt(undefined, (table) => table.get(key));
  }

  remove(keys: readonly number[]): void {
    this.#memory.remove(keys.filter((key) => key < 0));
    const stored = keys.filter((key) => key > 0);
    // What stays behind is older than everything kept, and goes with its age at the next start.
    if (stored.length > 0) this.#attempt(undefined, (table) => table.remove(stored));
  }

  /** What the table holds, oldest first, at the beginning of each time of ownership. */
  load(): readonly StoredPlace[] {
    return this.#attempt([], (table) => table.places());
  }

  /** Moves what lies in memory into the table. */
  settle(): void {
    this.#soon.value = undefined;
    while (this.#memory.rows.size > 0 && this.isStoring && this.#mayTry) {
      const entries = [...this.#memory.rows].slice(0, movedAtOnce);
      const rows = entries.map(([, row]) => row);
      const keys = this.#write((table) => table.putAll(rows));
      if (keys === null) return;
      this.#memory.remove(entries.map(([key]) => key));
      for (const [index, row] of rows.entries()) {
        const key = keys[index];
        if (key !== undefined) this.#ports.moved(row, key);
      }
    }
  }

  /** Takes what must not be written down any more into memory, and erases the table. */
  unstore(rows: Iterable<Omit<EventRow, 'body'> & { readonly key: number }>): void {
    for (const { key, ...row } of rows) {
      if (key < 0) continue;
      const body = this.get(key);
      if (body !== undefined)
        this.#ports.moved({ ...row, body }, this.#memory.put({ ...row, body }));
    }
    this.#attempt(undefined, (table) => table.erase());
  }

  /** Everything in memory is forgotten: what this window used until now is another's. */
  forget(): void {
    this.#memory.clear();
    this.#setTrouble(null);
  }

  dispose(): void {
    this.#soon.dispose();
  }

  get #mayTry(): boolean {
    return this.#trouble === null || this.#ports.clock.steady() >= this.#retryAt;
  }

  #write<T>(work: (table: EventTable) => T): T | null {
    return this.#attempt(null, (table) => {
      const result = work(table);
      // Only here: a full disk can still be read, and must not be reported anew after each look.
      if (this.#trouble !== null) this.#ports.log.info('Storage: events can be stored again.');
      this.#setTrouble(null);
      return result;
    });
  }

  /** Works on the table; reports the first failure of a series and answers with `otherwise`. */
  #attempt<T, U>(otherwise: U, work: (table: EventTable) => T): T | U {
    const { stored, clock, log } = this.#ports;
    if (stored === null) return otherwise;
    try {
      return work(stored.table);
    } catch (error) {
      const reason = reasonOf(error);
      this.#retryAt = clock.steady() + retryAfter;
      if (this.#trouble !== null) return otherwise;
      log.error(
        `Storage: events cannot be stored (${reason}). They are kept in memory and tried again.`,
      );
      this.#setTrouble({ since: clock.now(), reason });
      return otherwise;
    }
  }

  #setTrouble(trouble: Trouble | null): void {
    if (this.#trouble === trouble) return;
    this.#trouble = trouble;
    this.#ports.changed();
  }
}
