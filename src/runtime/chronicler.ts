// Writes down what happens to the servers: losses and recoveries, sessions, looks at their health, calls by the minute, and what
// happened to this window. Calls are counted in memory and written every few seconds, so that none waits for the disk.
// Not here: what follows from it (core/chronicle) and where it is kept (store).
import type { Clock, Millis } from '../base/clock.ts';
import { type Disposable, Mutable, Store } from '../base/disposable.ts';
import { type Signal, Source } from '../base/signal.ts';
import type { ChronicleEntry, EntryKind, MarkEntry } from '../core/chronicle.ts';
import type { HealthLook } from '../core/chronicle/looks.ts';
import { type CallNews, minuteOf, MinuteTally } from '../core/chronicle/minute.ts';
import { isOffState } from '../core/chronicle/bands.ts';
import { entryOf, type HistoryEntry } from '../core/history.ts';
import type { Chronicle, ChronicleStore, Whose, Witness } from './chronicle.ts';
import { LookBook } from './lookBook.ts';
import { Recoveries } from './recoveries.ts';
import type { FleetWatch, SessionFacts } from './watch.ts';

export interface ChroniclerDeps {
  readonly clock: Clock;
  readonly store: ChronicleStore;
  /** A number in [0, 1): tells the keys of two windows apart. */
  readonly random: () => number;
  /** Whether what was written down last is another window's, who owns the store. */
  readonly isGuest?: () => boolean;
}

/** So much of what was counted is lost when this process is killed. */
const flushEvery: Millis = 5_000;
/** Whoever draws is told no more often. */
const tellEvery: Millis = 250;
/** A window that comes back within this time was reloaded. */
const reloadWithin: Millis = 60_000;

export class Chronicler implements Chronicle, Witness, Disposable {
  readonly #deps: ChroniclerDeps;
  readonly #store = new Store();
  readonly #revision = this.#store.add(new Source(0));
  readonly #flushTimer = this.#store.add(new Mutable<Disposable>());
  readonly #tellTimer = this.#store.add(new Mutable<Disposable>());
  readonly #looks: LookBook;
  readonly #recoveries: Recoveries;
  /** Minutes in which something is counted, by server. */
  readonly #minutes = new Map<string, MinuteTally>();
  readonly #unwritten = new Set<MinuteTally>();
  readonly #life: string;
  #fleet: Pick<FleetWatch, 'servers'> | null = null;
  #isOpen = false;

  constructor(deps: ChroniclerDeps) {
    this.#deps = deps;
    const { clock, random } = deps;
    this.#life = `${clock.now().toString(36)}-${Math.floor(random() * 36 ** 6).toString(36)}`;
    const put = (entry: ChronicleEntry, key: string | null): void => this.#put(entry, key);
    this.#looks = new LookBook(put);
    const recoveries = new Recoveries({ clock, life: this.#life, put });
    this.#recoveries = this.#store.add(recoveries);
  }

  get revision(): Signal<number> {
    return this.#revision;
  }

  /** The window opened, or came back. */
  open(): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    const { clock, store, isGuest } = this.#deps;
    const now = clock.now();
    const last = store.read(null, now - reloadWithin, now).at(-1);
    if (last && isGuest?.() !== true) this.#mark('reloaded', Math.max(0, now - last.at));
    else this.#mark('started', null);
  }

  /** `length`: for how long, as whoever noticed it knows. */
  slept(length: Millis): void {
    this.#mark('slept', length);
  }

  /** The servers whose states are told anew after a clearing. */
  follow(fleet: Pick<FleetWatch, 'servers'>): void {
    this.#fleet = fleet;
  }

  read(
    serverId: string | null,
    from: Millis,
    to: Millis,
    kinds?: readonly EntryKind[],
  ): readonly ChronicleEntry[] {
    if (kinds?.includes('calls') !== false) this.#flush();
    return this.#deps.store.read(serverId, from, to, kinds);
  }

  clear(serverId: string | null): void {
    const isMeant = (tally: MinuteTally): boolean =>
      serverId === null || tally.serverId === serverId;
    for (const tally of this.#minutes.values()) if (isMeant(tally)) this.#drop(tally);
    for (const tally of this.#unwritten) if (isMeant(tally)) this.#unwritten.delete(tally);
    this.#recoveries.forget(serverId);
    this.#looks.forget(serverId);
    const states = this.#statesOf(serverId);
    this.#deps.store.clear(serverId);
    for (const state of states) this.#put(state, null);
    this.#tellSoon();
  }

  moved(whose: Whose, entry: HistoryEntry, session: SessionFacts | null): void {
    if (this.#store.isDisposed) return;
    // The transition itself was put into the history, which is the same store.
    if (whose.label === null) this.#tellSoon();
    if (whose.label === null && entry.failure === 'restarted')
      this.#looks.restarted(whose.serverId, entry.at);
    const recovery = this.#recoveries.moved(whose, entry);
    if (recovery?.rung === 'restarted-process' && whose.label === null)
      this.#looks.restarted(whose.serverId, recovery.until);
    if (whose.label === null) this.#noteSession(entry, session);
  }

  looked(whose: Whose, look: HealthLook): void {
    if (this.#store.isDisposed) return;
    // Each program's connection looks for itself; one line over time is enough.
    if (whose.label === null) this.#looks.looked(look);
  }

  resumed(whose: Whose): void {
    if (!this.#store.isDisposed) this.#recoveries.resumed(whose);
  }

  call(whose: Whose, news: CallNews): void {
    if (this.#store.isDisposed) return;
    const now = this.#deps.clock.now();
    const tally = this.#minuteAt(whose.serverId, now);
    tally.note(news);
    this.#unwritten.add(tally);
    this.#recoveries.call(whose, news);
    this.#flushTimer.value ??= this.#deps.clock.after(flushEvery, () => this.#flush());
  }

  dispose(): void {
    if (this.#store.isDisposed) return;
    this.#flush();
    if (this.#isOpen) this.#mark('ended', null);
    this.#store.dispose();
  }

  /** What servers are in, told anew: a steady one would look from now on as if nobody had watched it. */
  #statesOf(serverId: string | null): readonly ChronicleEntry[] {
    const at = this.#deps.clock.now();
    return (this.#fleet?.servers.value ?? [])
      .filter(({ id }) => serverId === null || serverId === id)
      .filter(({ life }) => !isOffState(life.value.state.kind))
      .map((server) => {
        const { value } = server.life;
        const cause = server.history(1)[0]?.cause ?? 'start';
        return { kind: 'transition', ...entryOf(server.id, at, value, value, cause) };
      });
  }

  #minuteAt(serverId: string, now: Millis): MinuteTally {
    const known = this.#minutes.get(serverId);
    if (known && known.at === minuteOf(now)) return known;
    const tally = new MinuteTally(serverId, now);
    this.#minutes.set(serverId, tally);
    return tally;
  }

  #drop(tally: MinuteTally): void {
    if (this.#minutes.get(tally.serverId) === tally) this.#minutes.delete(tally.serverId);
  }

  #flush(): void {
    this.#flushTimer.value = undefined;
    const minute = minuteOf(this.#deps.clock.now());
    for (const tally of this.#unwritten) {
      this.#put(tally.entry, `${this.#life} calls ${tally.at} ${tally.serverId}`);
      if (tally.at !== minute) this.#drop(tally);
    }
    this.#unwritten.clear();
  }

  #noteSession({ serverId, at, to, recovered }: HistoryEntry, session: SessionFacts | null): void {
    const isNew = to === 'ready' && recovered !== null;
    if (!isNew && to !== 'stopped') return;
    if (session === null || recovered === 'stateless') return;
    const what = to === 'stopped' ? 'ended' : recovered === 'same-session' ? 'same' : 'new';
    const { idHint: hint, protocolVersion, serverVersion } = session;
    this.#put({ kind: 'session', serverId, at, what, hint, protocolVersion, serverVersion }, null);
  }

  #mark(what: MarkEntry['what'], length: Millis | null): void {
    const at = this.#deps.clock.now();
    this.#put({ kind: 'mark', serverId: null, at, what, length }, null);
  }

  #put(entry: ChronicleEntry, key: string | null): void {
    this.#deps.store.put(entry, key);
    this.#tellSoon();
  }

  #tellSoon(): void {
    if (this.#store.isDisposed) return;
    this.#tellTimer.value ??= this.#deps.clock.after(tellEvery, () => {
      this.#tellTimer.value = undefined;
      this.#revision.set(this.#revision.value + 1);
    });
  }
}
