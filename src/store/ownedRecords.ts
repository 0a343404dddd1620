// Records as one window may use them: the stored ones while it holds the lease, and its own in memory always. So a
// window without the lease neither reads nor writes what belongs to another, and one that gets the lease later
// keeps its living sessions and stores them from then on (promise one-owner).
import { type Disposable, Store, toDisposable } from '../base/disposable.ts';
import type { Signal } from '../base/signal.ts';
import type { SessionRecord } from '../core/record.ts';
import type { RecordStore } from '../runtime/ports.ts';
import type { LeaseStatus } from './leasePorts.ts';
import { MemoryShelf } from './memory.ts';
import type { RecordShelf } from './recordShelf.ts';
import type { Records } from './records.ts';

export interface Ownership {
  readonly status: Signal<LeaseStatus>;
  /** Whether the stored sessions are ours at this moment; may ask the table. */
  holds(): boolean;
}

export interface OwnedRecordsPorts {
  readonly ownership: Ownership;
  readonly stored: Records;
  /** Called each time the stored sessions have become ours, before they are read: garbage collection. */
  prepare(): void;
}

/** A shelf that takes nothing while it is not ours: a delayed write may come due after the lease was lost. */
export const guarded = (shelf: RecordShelf, holds: () => boolean): RecordShelf => ({
  get: (serverId, client) => shelf.get(serverId, client),
  all: () => shelf.all(),
  put: (records) => {
    if (holds()) shelf.put(records);
  },
  remove: (serverId, client) => {
    if (holds()) shelf.remove(serverId, client);
  },
  collect: (before) => (holds() ? shelf.collect(before) : { expired: 0, removed: 0 }),
  clear: () => (holds() ? shelf.clear() : 0),
});

export class OwnedRecords implements RecordStore, Disposable {
  readonly #ports: OwnedRecordsPorts;
  readonly #own = new MemoryShelf();
  readonly #life = new Store();
  #owned = false;

  constructor(ports: OwnedRecordsPorts) {
    this.#ports = ports;
    const { ownership, stored } = ports;
    this.#owned = ownership.status.value === 'owner';
    this.#life.add(ownership.status.onChange((status) => this.#follow(status)));
    this.#life.add(toDisposable(() => (ownership.holds() ? stored.flush() : stored.abandon())));
  }

  load(serverId: string, client: string): SessionRecord | null {
    const { ownership, stored } = this.#ports;
    const own = this.#own.get(serverId, client);
    return own ?? (ownership.holds() ? stored.load(serverId, client) : null);
  }

  save(record: SessionRecord): void {
    this.#own.put([record]);
    if (this.#ports.ownership.holds()) this.#ports.stored.save(record);
  }

  remove(serverId: string, client: string): void {
    this.#own.remove(serverId, client);
    if (this.#ports.ownership.holds()) this.#ports.stored.remove(serverId, client);
  }

  all(): readonly SessionRecord[] {
    return this.#ports.ownership.holds() ? this.#ports.stored.all() : this.#own.all();
  }

  /** *Clear Stored Sessions*: removes all and says how many there were. */
  clear(): number {
    const own = this.#own.clear();
    return this.#ports.ownership.holds() ? this.#ports.stored.clear() : own;
  }

  flush(): void {
    if (this.#ports.ownership.holds()) this.#ports.stored.flush();
  }

  dispose(): void {
    this.#life.dispose();
  }

  #follow(status: LeaseStatus): void {
    const { stored } = this.#ports;
    const lost = this.#owned && status !== 'owner';
    this.#owned = status === 'owner';
    // What this window used until now is the new owner's; using it on here would be two at once.
    if (lost) this.#own.clear();
    // What was known of the stored sessions is the knowledge of another time of ownership.
    stored.abandon();
    if (status !== 'owner') return;
    this.#ports.prepare();
    for (const record of this.#own.all()) stored.save(record);
  }
}
