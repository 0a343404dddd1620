// The history as one window may use it: the stored one, but while another window owns what is stored (the lease), this one reads of it
// only what was there before, and keeps its own lines in memory. Otherwise the states and ends of two windows on one folder would be
// told as those of one. Once the lease is its own, the stored history goes on with it.
import type { Clock, Millis } from '../base/clock.ts';
import { type Disposable, Store } from '../base/disposable.ts';
import type { Signal } from '../base/signal.ts';
import { type ChronicleEntry, type EntryKind, isKind } from '../core/chronicle.ts';
import type { HistoryEntry } from '../core/history.ts';
import type { ChronicleStore } from '../runtime/chronicle.ts';
import type { HistoryStore } from '../runtime/ports.ts';
import type { LeaseStatus } from './leasePorts.ts';
import type { MemoryHistory } from './memoryHistory.ts';

type AnyHistory = HistoryStore & ChronicleStore;

export interface OwnedHistoryPorts {
  readonly lease: Signal<LeaseStatus>;
  readonly stored: AnyHistory;
  /** For the lines of this window while it is a guest. */
  readonly own: MemoryHistory;
  readonly clock: Clock;
}

/** A time in which another window owned what is stored. */
interface GuestTime {
  readonly from: Millis;
  readonly to: Millis;
}

/** The lease changes hands when windows open and close; earlier times than these are of no interest any more. */
const mostGuestTimes = 100;

export class OwnedHistory implements HistoryStore, ChronicleStore, Disposable {
  readonly #ports: OwnedHistoryPorts;
  readonly #store = new Store();
  readonly #openedAt: Millis;
  #guestTimes: readonly GuestTime[] = [];
  /** Since when this window is a guest; null while it is none. */
  #guestSince: Millis | null = null;

  constructor(ports: OwnedHistoryPorts) {
    this.#ports = ports;
    this.#openedAt = ports.clock.now();
    this.#follow(ports.lease.value);
    this.#store.add(ports.lease.onChange((status) => this.#follow(status)));
  }

  append(entry: HistoryEntry): void {
    this.put({ ...entry, kind: 'transition' }, null);
  }

  put(entry: ChronicleEntry, key: string | null): void {
    const { own, stored } = this.#ports;
    // What began in a guest time is read from memory, also when it ends later.
    if (this.#isGuest(entry.at) || this.#guestSince !== null) own.put(entry, key);
    if (this.#guestSince === null) stored.put(entry, key);
  }

  recent(serverId: string, limit: number): readonly HistoryEntry[] {
    if (this.#guestSince === null && this.#guestTimes.length === 0)
      return this.#ports.stored.recent(serverId, limit);
    const known = this.read(serverId, -Infinity, Infinity, ['transition']);
    return known.filter(isKind('transition')).toReversed().slice(0, Math.max(0, limit));
  }

  read(
    serverId: string | null,
    from: Millis,
    to: Millis,
    kinds?: readonly EntryKind[],
  ): readonly ChronicleEntry[] {
    const { own, stored } = this.#ports;
    const kept = stored.read(serverId, from, to, kinds);
    if (this.#guestSince === null && this.#guestTimes.length === 0) return kept;
    const known = kept.filter(({ at }) => !this.#isGuest(at));
    return [...known, ...own.read(serverId, from, to, kinds)].sort(
      (one, other) => one.at - other.at,
    );
  }

  clear(serverId: string | null): void {
    this.#ports.own.clear(serverId);
    this.#ports.stored.clear(serverId);
  }

  dispose(): void {
    this.#store.dispose();
  }

  #isGuest(at: Millis): boolean {
    if (this.#guestSince !== null && at >= this.#guestSince) return true;
    return this.#guestTimes.some(({ from, to }) => at >= from && at <= to);
  }

  #follow(status: LeaseStatus): void {
    // Without any lease nobody can say who else there is, and one window is by far the usual thing.
    const isGuest = status === 'waiting';
    const now = this.#ports.clock.now();
    const since = this.#guestSince;
    if (isGuest) this.#guestSince ??= now;
    else if (since !== null) {
      this.#goOn(since, now);
      this.#guestTimes = [...this.#guestTimes, { from: since, to: now }].slice(-mostGuestTimes);
      this.#guestSince = null;
    }
  }

  /** The stored history goes on with this window where the other one ended. */
  #goOn(since: Millis, now: Millis): void {
    const { own, stored } = this.#ports;
    const foreign = stored.read(null, since, now).at(-1);
    if (foreign) this.#beginAt(foreign.at);
    for (const { entry, key } of own.linesAfter(foreign?.at ?? -Infinity))
      if (entry.at >= since) stored.put(entry, key);
  }

  /** What the servers of this window were in then, told anew: the lines of it are not in the stored history. */
  #beginAt(at: Millis): void {
    const { stored } = this.#ports;
    stored.put({ kind: 'mark', serverId: null, at, what: 'started', length: null }, null);
    const states = this.read(null, -Infinity, at, ['transition']).filter(isKind('transition'));
    const latest = new Map(states.map((entry) => [entry.serverId, entry]));
    for (const entry of latest.values())
      if (entry.at >= this.#openedAt) stored.put({ ...entry, at, from: entry.to }, null);
  }
}
