// The calls that an earlier life left behind: what is kept of each, and what becomes of it. Their clients are gone; a person
// reads what they brought. Calls of programs at the gateway come here only when nobody came back for them (unclaimed.ts).
// Not here: what may become of one (core/calls/orphans.ts).
import type { Clock } from '../base/clock.ts';
import type { Verdict } from '../core/calls/call.ts';
import type { JournalEntry, JournalPhase } from '../core/calls/journal.ts';
import { disowned, originOf } from '../core/calls/offering.ts';
import { type Inheritance, restorationOf } from '../core/calls/orphans.ts';
import { leftBehind } from '../core/calls/resuming.ts';
import { createdTask } from '../core/calls/tasks.ts';
import type { Failure } from '../core/connection/failure.ts';
import type { RpcResponse } from '../core/rpc.ts';
import type { JournalStore } from './ports.ts';

export interface OrphansDeps {
  readonly clock: Clock;
  readonly store: JournalStore;
  /** Keeps an entry, as well as that goes. */
  readonly put: (entry: JournalEntry) => boolean;
  readonly changed: () => void;
  /** The server runs it as a task: somebody must ask after it. */
  readonly isTask: (entry: JournalEntry) => void;
  /** So many calls may have run, and nobody will ever learn it. Told once in a life. */
  readonly lost: (count: number) => void;
}

/** Waits for the answer of a sent call; returns the key under which its end will be told. */
export type Resume = (entry: JournalEntry, upstreamId: number, cursor: string) => number;

export class Orphans {
  readonly #deps: OrphansDeps;
  readonly #entries = new Map<string, JournalEntry>();
  /** Journal keys of the calls whose answers are waited for. */
  readonly #resumed = new Map<number, string>();
  #hasTold = false;

  constructor(deps: OrphansDeps) {
    this.#deps = deps;
  }

  /** In order of arrival. */
  get entries(): readonly JournalEntry[] {
    return [...this.#entries.values()];
  }

  get(key: string): JournalEntry | undefined {
    return this.#entries.get(key);
  }

  /** The program is back: its calls that are offered to a person, each of which it is told of once. */
  disown(client: string): readonly JournalEntry[] {
    const theirs = this.entries.filter((entry) => originOf(entry)?.client === client);
    for (const entry of theirs) {
      const ours = disowned(entry);
      this.#entries.set(entry.key, ours);
      this.#deps.put(ours);
    }
    return theirs;
  }

  restore(entries: readonly JournalEntry[], from: Inheritance, resume: Resume): void {
    const now = this.#deps.clock.now();
    let lost = 0;
    for (const entry of entries) {
      const restoration = restorationOf(entry, from, now);
      this.#entries.set(entry.key, entry);
      if (restoration.kind === 'lose') {
        lost += 1;
        this.#change(entry, restoration.phase);
      } else if (restoration.kind === 'resume') {
        const { upstreamId, cursor } = restoration;
        this.#resumed.set(resume(entry, upstreamId, cursor), entry.key);
      } else if (restoration.kind === 'follow') this.#deps.isTask(entry);
    }
    if (entries.length > 0) this.#deps.changed();
    this.#tell(lost);
  }

  /** The end of a call that was resumed. */
  finished(callKey: number, verdict: Verdict): void {
    const key = this.#resumed.get(callKey);
    this.#resumed.delete(callKey);
    if (key === undefined) return;
    if (verdict.kind === 'answered') this.answered(key, verdict.response);
    else this.lose(key, verdict.failure ?? leftBehind);
  }

  /** The call was answered. An answer that only names a task has yet to be followed. */
  answered(key: string, response: RpcResponse): void {
    const entry = this.#entries.get(key);
    if (!entry) return;
    const at = this.#deps.clock.now();
    const task = createdTask(entry.request, response);
    if (!task) {
      this.#change(entry, { kind: 'answered', at, response });
      return;
    }
    const pollAfter = task.pollInterval ?? 0;
    this.#deps.isTask(this.#change(entry, { kind: 'task', at, taskId: task.taskId, pollAfter }));
  }

  /** What became of the call can be known no more. */
  lose(key: string, failure: Failure): void {
    const entry = this.#entries.get(key);
    if (!entry) return;
    this.#change(entry, { kind: 'unknown', at: this.#deps.clock.now(), failure });
    this.#tell(1);
  }

  /** The entry belongs to a call of this life now. */
  leave(key: string): void {
    this.#entries.delete(key);
    this.#deps.changed();
  }

  /** Forgets it; returns the key of the call whose answer is waited for, null where none is. */
  discard(key: string): number | null {
    if (!this.#entries.delete(key)) return null;
    this.#deps.store.remove(key);
    this.#deps.changed();
    for (const [callKey, journalKey] of this.#resumed) {
      if (journalKey !== key) continue;
      this.#resumed.delete(callKey);
      return callKey;
    }
    return null;
  }

  /** What cannot be kept in its new shape stays as it was: it said that the call may have run, which is still right. */
  #change(entry: JournalEntry, phase: JournalPhase): JournalEntry {
    const changed = { ...entry, phase };
    this.#entries.set(entry.key, changed);
    this.#deps.put(changed);
    this.#deps.changed();
    return changed;
  }

  #tell(lost: number): void {
    if (lost === 0 || this.#hasTold) return;
    this.#hasTold = true;
    this.#deps.lost(lost);
  }
}
