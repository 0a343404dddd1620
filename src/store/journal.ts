// The journal as one window may use it: in SQLite while it holds the lease and the user lets calls be written down, else
// in memory. A window that becomes the owner stores what it kept in memory; one that loses the lease leaves the stored
// calls to the new owner and knows them no more (promise one-owner). Not here: the table (journalTable.ts).
import type { Clock, Millis } from '../base/clock.ts';
import { type Disposable, Mutable, Store, toDisposable } from '../base/disposable.ts';
import type { Signal } from '../base/signal.ts';
import type { JournalEntry } from '../core/calls/journal.ts';
import type { JournalStore, Log } from '../runtime/ports.ts';
import { reasonOf } from './database.ts';
import type { JournalLimits } from './journalBounds.ts';
import type { JournalTable } from './journalTable.ts';
import { MemoryJournal, inOrderOfArrival } from './memoryJournal.ts';
import type { Ownership } from './ownedRecords.ts';
import { whenTurnIsOver } from './turn.ts';

export interface JournalPorts {
  readonly ownership: Ownership;
  /** Whether the user lets calls with their arguments be written down. */
  readonly allowed: Signal<boolean>;
  readonly table: JournalTable;
  readonly limits: JournalLimits;
  /** Writes down answers that were sent before they were kept: until then only the journal knows of their calls. */
  readonly keepAnswers: () => void;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * A call that is over leaves its row to the next one, or is removed after this long: at once, that would cost each call as much again
 * as being written down. Whoever finds it there in between, after a death, takes it for a call whose answer nobody knows.
 */
const tidyAfter: Millis = 20;

/** A call that nobody has decided about for so long is of no use; servers that were removed leave some behind. */
const keptFor: Millis = 14 * 24 * 60 * 60 * 1000;

/** It has an answer, if only the one that it became a task. */
const isOver = ({ phase }: JournalEntry): boolean =>
  phase.kind === 'task' || phase.kind === 'answered';

export class Journal implements JournalStore, Disposable {
  readonly #ports: JournalPorts;
  readonly #own: MemoryJournal;
  readonly #life = new Store();
  /** Rows that should be gone and are not yet: what they say is no longer true. */
  readonly #untrue = new Set<string>();
  /** Calls that have just come, until the turn is over or the first of them is about to leave. */
  readonly #new = new Map<string, JournalEntry>();
  readonly #turn = this.#life.add(new Mutable<Disposable>());
  readonly #tidying = this.#life.add(new Mutable<Disposable>());
  #wasStoring = false;
  #isFailing = false;
  #isFull = false;

  constructor(ports: JournalPorts) {
    this.#ports = ports;
    this.#own = new MemoryJournal(ports.limits);
    this.#life.add(ports.ownership.status.onChange(() => this.#follow()));
    this.#life.add(ports.allowed.onChange(() => this.#follow()));
    this.#life.add(toDisposable(() => (this.#wasStoring = false)));
    this.#follow();
  }

  put(entry: JournalEntry): boolean {
    if (this.#life.isDisposed) return false;
    this.settle();
    return this.#put(entry);
  }

  putSoon(entry: JournalEntry): boolean {
    if (this.#life.isDisposed) return false;
    this.#new.set(entry.key, entry);
    this.#turn.value ??= whenTurnIsOver(() => this.settle());
    return true;
  }

  settle(): void {
    if (this.#new.size === 0) return;
    this.#turn.value = undefined;
    const entries = [...this.#new.values()];
    this.#new.clear();
    if (entries.length > 1 && this.#isStoring() && this.#putTogether(entries)) return;
    for (const entry of entries) this.#put(entry);
  }

  remove(key: string): void {
    if (this.#life.isDisposed || this.#new.delete(key)) return;
    this.#own.remove(key);
    if (!this.#isStoring()) return;
    this.#untrue.add(key);
    const { clock } = this.#ports;
    this.#tidying.value ??= clock.after(tidyAfter, () => this.flush());
  }

  /** Removes what should be gone. */
  flush(): void {
    this.settle();
    this.#tidying.value = undefined;
    if (this.#isStoring()) this.#removeUntrue();
  }

  load(serverId: string, client: string): readonly JournalEntry[] {
    if (this.#life.isDisposed) return [];
    this.settle();
    const own = this.#own.load(serverId, client);
    if (!this.#isStoring()) return own;
    const stored = this.#attempt([], () => this.#ports.table.load(serverId, client));
    const isShadowed = ({ key }: JournalEntry): boolean =>
      this.#untrue.has(key) || own.some((entry) => entry.key === key);
    return inOrderOfArrival([...stored.filter((entry) => !isShadowed(entry)), ...own]);
  }

  clients(serverId: string): readonly string[] {
    if (this.#life.isDisposed) return [];
    this.settle();
    const own = this.#own.clients(serverId);
    if (!this.#isStoring()) return own;
    this.#removeUntrue();
    const stored = this.#attempt([], () => this.#ports.table.clients(serverId));
    return [...new Set([...stored, ...own])];
  }

  dispose(): void {
    if (!this.#life.isDisposed) this.flush();
    this.#life.dispose();
  }

  #isStoring(): boolean {
    return this.#ports.allowed.value && this.#ports.ownership.holds();
  }

  #put(entry: JournalEntry): boolean {
    return this.#noted(entry, this.#isStoring() ? this.#store(entry) : this.#own.put(entry));
  }

  #noted({ serverId }: JournalEntry, isKept: boolean): boolean {
    if (!isKept && !this.#isFull && !this.#isFailing) {
      const { log, limits } = this.#ports;
      log.warn(
        `Storage: a call of ${serverId} would not outlive a reload: it is too large, or ${limits.entries} calls or ${limits.totalBytes} bytes of calls are kept already.`,
      );
    }
    this.#isFull = !isKept;
    return isKept;
  }

  /** In one commit, which costs more than what is in it. False: it cannot be done so. */
  #putTogether(entries: readonly JournalEntry[]): boolean {
    const gone = [...this.#untrue].slice(0, entries.length);
    if (gone.length > 0) this.#ports.keepAnswers();
    const kept = this.#attempt(null, () => this.#ports.table.putAll(entries, gone));
    if (kept === null) return false;
    this.#isFailing = false;
    for (const key of gone) this.#untrue.delete(key);
    for (const [index, entry] of entries.entries()) this.#noted(entry, kept[index] ?? false);
    return true;
  }

  #store(entry: JournalEntry): boolean {
    // What was kept in memory before is older, whatever becomes of this one.
    this.#own.remove(entry.key);
    if (isOver(entry)) this.#ports.keepAnswers();
    this.#untrue.delete(entry.key);
    const outcome = this.#putStored(entry);
    if (outcome === 'failed') {
      // A row that still says "held" while the call is on its way would invite a second run.
      if (this.#attempt(false, () => this.#ports.table.has(entry.key)))
        this.#removeStored(entry.key);
      return false;
    }
    // Only here: a full disk can still be read and cleared, and must not be reported anew after that.
    this.#isFailing = false;
    return outcome;
  }

  #putStored(entry: JournalEntry): boolean | 'failed' {
    const { table, keepAnswers } = this.#ports;
    const [gone = null] = this.#untrue;
    if (gone !== null) keepAnswers();
    const outcome = this.#attempt('failed', () => table.put(entry, gone));
    if (gone === null) return outcome;
    if (outcome !== 'failed') {
      this.#untrue.delete(gone);
      return outcome;
    }
    // What cannot be used again may still be removed.
    this.#removeUntrue();
    return this.#attempt('failed', () => table.put(entry));
  }

  #removeStored(key: string): void {
    const isGone = this.#attempt(false, () => {
      this.#ports.table.remove(key);
      return true;
    });
    if (isGone) this.#untrue.delete(key);
    else this.#untrue.add(key);
  }

  #removeUntrue(): void {
    if (this.#untrue.size === 0) return;
    this.#ports.keepAnswers();
    const isDone = this.#attempt(false, () => {
      this.#ports.table.removeAll(this.#untrue);
      return true;
    });
    if (isDone) this.#untrue.clear();
  }

  /** After each change of the lease or the setting. */
  #follow(): void {
    const { ownership, allowed, table } = this.#ports;
    this.settle();
    const isStoring = this.#isStoring();
    if (isStoring && !this.#wasStoring) this.#begin();
    if (!isStoring) this.#untrue.clear();
    this.#wasStoring = isStoring;
    // What was written down before the user said no goes as well; calls that are under way go on in memory.
    if (!allowed.value && ownership.holds()) this.#attempt(undefined, () => table.erase());
  }

  #begin(): void {
    const { table, clock, log } = this.#ports;
    const dropped = this.#attempt(0, () => table.collect(clock.now() - keptFor));
    if (dropped > 0) log.info(`Storage: ${dropped} unfinished calls older than 14 days are gone.`);
    for (const entry of this.#own.all()) {
      if (this.#attempt(false, () => table.put(entry))) this.#own.remove(entry.key);
    }
  }

  /** Does the work, or reports the first failure of a series and answers with `otherwise`. */
  #attempt<T, U>(otherwise: U, work: () => T): T | U {
    try {
      return work();
    } catch (error) {
      if (!this.#isFailing)
        this.#ports.log.error(
          `Storage: unfinished calls cannot be stored (${reasonOf(error)}); they would not outlive a reload.`,
        );
      this.#isFailing = true;
      return otherwise;
    }
  }
}
