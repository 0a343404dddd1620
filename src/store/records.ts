// The records of all connections, written on transition. Cursors move with every event of a stream, so a change
// of nothing but cursors waits and is written with others, at most once per 250 ms. The first one of the standing stream does not wait:
// without any, nothing that was said meanwhile could be had again. A shelf that fails is reported once and tried again; meanwhile
// everything is served from memory. Not here: where the records lie (recordShelf.ts).
import type { Clock, Millis } from '../base/clock.ts';
import { type Disposable, Mutable } from '../base/disposable.ts';
import type { SessionRecord } from '../core/record.ts';
import type { Log, RecordStore } from '../runtime/ports.ts';
import { reasonOf } from './database.ts';
import { type Collected, type RecordShelf, recordKey } from './recordShelf.ts';

export interface RecordsPorts {
  readonly shelf: RecordShelf;
  readonly clock: Clock;
  readonly log: Log;
}

/** What is known of one record; null stands for "there is none". */
interface Entry {
  readonly serverId: string;
  readonly client: string;
  /** As last written or read. */
  readonly stored: SessionRecord | null;
  /** As it should be. */
  readonly latest: SessionRecord | null;
  readonly isSaved: boolean;
}

const coalesceFor: Millis = 250;
// A full disk does not get better by trying four times a second.
const retryAfter: Millis = 5000;
const unhurried: ReadonlySet<string> = new Set(['cursors', 'lastActive']);

const asSaved = (entry: Entry): Entry => ({ ...entry, stored: entry.latest, isSaved: true });

const isSame = (one: unknown, other: unknown): boolean =>
  Object.is(one, other) || JSON.stringify(one) === JSON.stringify(other);

/** An older cursor has events come again, which are known by their ids; none at all has them lost. */
const isFirstCursor = (stored: SessionRecord, next: SessionRecord): boolean =>
  stored.cursors['standalone'] === undefined && next.cursors['standalone'] !== undefined;

/** Whether nothing but cursors and the time of last use differ, and no cursor is the first. */
const mayWait = (stored: SessionRecord | null, next: SessionRecord): boolean => {
  if (stored === null || isFirstCursor(stored, next)) return false;
  const before = new Map<string, unknown>(Object.entries(stored));
  return Object.entries(next).every(
    ([field, value]) => unhurried.has(field) || isSame(before.get(field), value),
  );
};

export class Records implements RecordStore, Disposable {
  readonly #ports: RecordsPorts;
  readonly #entries = new Map<string, Entry>();
  readonly #timer = new Mutable<Disposable>();
  #isFailing = false;
  #disposed = false;

  constructor(ports: RecordsPorts) {
    this.#ports = ports;
  }

  load(serverId: string, client: string): SessionRecord | null {
    const key = recordKey(serverId, client);
    const known = this.#entries.get(key);
    if (known !== undefined) return known.latest;
    const stored = this.#attempt(null, (shelf) => shelf.get(serverId, client));
    if (stored !== null)
      this.#entries.set(key, { serverId, client, stored, latest: stored, isSaved: true });
    return stored;
  }

  save(record: SessionRecord): void {
    const { serverId, client } = record;
    const key = recordKey(serverId, client);
    const stored = this.#entries.get(key)?.stored ?? null;
    this.#entries.set(key, { serverId, client, stored, latest: record, isSaved: false });
    if (mayWait(stored, record)) this.#flushIn(coalesceFor);
    else this.#write(key);
  }

  remove(serverId: string, client: string): void {
    const key = recordKey(serverId, client);
    const stored = this.#entries.get(key)?.stored ?? null;
    this.#entries.set(key, { serverId, client, stored, latest: null, isSaved: false });
    this.#write(key);
  }

  /** All records, the unsaved ones as they will be. */
  all(): readonly SessionRecord[] {
    const records = new Map<string, SessionRecord>();
    for (const record of this.#attempt([], (shelf) => shelf.all())) {
      records.set(recordKey(record.serverId, record.client), record);
    }
    for (const [key, { latest }] of this.#entries) {
      if (latest === null) records.delete(key);
      else records.set(key, latest);
    }
    return [...records.values()];
  }

  /** Garbage collection, meant for the start: removes what has not been used for `ttl`. */
  collect(now: Millis, ttl: Millis): Collected {
    this.flush();
    const collected = this.#attempt({ expired: 0, removed: 0 }, (shelf) =>
      shelf.collect(now - ttl),
    );
    this.#forgetSaved();
    return collected;
  }

  /** Removes all and says how many there were. A live connection stores itself again at its next transition. */
  clear(): number {
    this.abandon();
    return this.#attempt(0, (shelf) => shelf.clear());
  }

  /** Writes what waits, now. */
  flush(): void {
    this.#timer.value = undefined;
    this.#writeAll();
  }

  /** Forgets what waits without writing it: the stored sessions have another owner now. */
  abandon(): void {
    this.#timer.value = undefined;
    this.#entries.clear();
  }

  dispose(): void {
    if (this.#disposed) return;
    this.flush();
    this.#disposed = true;
    this.#timer.dispose();
  }

  #flushIn(delay: Millis): void {
    if (this.#timer.value !== undefined) return;
    this.#timer.value = this.#ports.clock.after(delay, () => this.flush());
  }

  #writeAll(): void {
    const unsaved = [...this.#entries].filter(([, entry]) => !entry.isSaved);
    const records = unsaved.flatMap(([, entry]) => entry.latest ?? []);
    const isWritten = records.length === 0 || this.#perform((shelf) => shelf.put(records));
    for (const [key, entry] of unsaved) {
      if (entry.latest === null) this.#write(key);
      else if (isWritten) this.#entries.set(key, asSaved(entry));
    }
  }

  #write(key: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    const { serverId, client, latest } = entry;
    const isWritten = this.#perform((shelf) =>
      latest === null ? shelf.remove(serverId, client) : shelf.put([latest]),
    );
    if (!isWritten) return;
    if (latest === null) this.#entries.delete(key);
    else this.#entries.set(key, asSaved(entry));
  }

  #forgetSaved(): void {
    for (const [key, entry] of this.#entries) {
      if (entry.isSaved) this.#entries.delete(key);
    }
  }

  #perform(work: (shelf: RecordShelf) => void): boolean {
    return this.#attempt(false, (shelf) => {
      work(shelf);
      this.#isFailing = false;
      return true;
    });
  }

  /** Does the work, or reports the first failure of a series, plans another try and answers with `otherwise`. */
  #attempt<T>(otherwise: T, work: (shelf: RecordShelf) => T): T {
    if (this.#disposed) return otherwise;
    try {
      return work(this.#ports.shelf);
    } catch (error) {
      if (!this.#isFailing) {
        this.#ports.log.error(
          `Storage: sessions cannot be stored (${reasonOf(error)}). They are kept in memory and tried again.`,
        );
      }
      this.#isFailing = true;
      this.#flushIn(retryAfter);
      return otherwise;
    }
  }
}
