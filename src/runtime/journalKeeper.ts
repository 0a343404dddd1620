// Writes the unfinished tool calls of one client down, ahead of what happens to them: a call's entry says `sent` before
// a byte of it leaves. Not here: what is in an entry (core/calls/journal.ts), where it is kept (store), and calls that an
// earlier life left behind (orphans.ts).
import type { Clock, Millis } from '../base/clock.ts';
import { type Disposable, Mutable, Store } from '../base/disposable.ts';
import { type Call, upstreamIdOf, type Verdict } from '../core/calls/call.ts';
import {
  isSamePhase,
  type JournalEntry,
  type JournalPhase,
  journalPhaseOf,
  type SentFacts,
} from '../core/calls/journal.ts';
import { isLongerThan } from '../core/calls/size.ts';
import { cancelledTask, createdTask, finishedTask } from '../core/calls/tasks.ts';
import type { RpcId, RpcRequest, RpcResponse } from '../core/rpc.ts';
import type { JournalStore, Log } from './ports.ts';

/** Our own views ask again for everything but tool calls; a program at the gateway waits for each of its answers. */
export type Journaled = 'tool-calls' | 'every-request';

export interface JournalKeeperDeps {
  readonly store: JournalStore;
  readonly journals: Journaled;
  readonly clock: Clock;
  /** A number in [0, 1). */
  readonly random: () => number;
  readonly log: Log;
  readonly serverId: string;
  readonly client: string;
  /** Of the present session. */
  readonly sessionId: () => string | null;
  readonly requestOf: (key: number) => RpcRequest | undefined;
  /** Whether an entry of an earlier life has this key. */
  readonly isTaken: (key: string) => boolean;
  /** That entry is a call of this life's now. */
  readonly inherited: (key: string) => void;
}

interface Kept {
  readonly call: Call;
  readonly entry: JournalEntry;
}

/** As often as the session records are written for cursors. */
const cursorPace: Millis = 250;
/** Clients that never fetch what their tasks brought must not fill the memory; the oldest are forgotten. */
const mostTasks = 1000;
/** No store takes more in one entry; it would be written out only to be refused. */
const mostText = 2 * 2 ** 20;
/** How soon a task that named no interval is asked after (tasks, Polling: the requestor chooses). */
const defaultPoll: Millis = 1000;

export class JournalKeeper implements Disposable {
  readonly #deps: JournalKeeperDeps;
  readonly #store = new Store();
  readonly #flush = this.#store.add(new Mutable<Disposable>());
  readonly #kept = new Map<number, Kept>();
  /** Keys that calls have, or will have, in the journal. */
  readonly #keys = new Map<number, string>();
  /** The same keys, and those of tasks. */
  readonly #living = new Set<string>();
  /** Entries of an earlier life that calls of this one are. */
  readonly #claimed = new Map<number, string>();
  /** Cursors that are not written down yet, by the call. */
  readonly #cursors = new Map<number, string>();
  readonly #tasks = new Map<string, { readonly entry: JournalEntry; readonly upstreamId: RpcId }>();
  readonly #life: string;
  #number = 0;
  #wasRefused = false;

  constructor(deps: JournalKeeperDeps) {
    this.#deps = deps;
    const { serverId, client, clock, random } = deps;
    const chance = Math.floor(random() * 2 ** 32).toString(36);
    this.#life = `${serverId}/${client}/${clock.now().toString(36)}-${chance}`;
  }

  /** The call will take over this entry of an earlier life as soon as it is written down itself. */
  inherit(callKey: number, key: string): void {
    this.#name(callKey, key);
  }

  /** Whether the entry of that key is a call of this life, or a task that its client asks after. */
  isLiving(key: string): boolean {
    return this.#living.has(key);
  }

  /** The call of an earlier life goes on as this one, whatever becomes of it. */
  claim(callKey: number, key: string): void {
    this.#name(callKey, key);
    this.#claimed.set(callKey, key);
  }

  keyOf(callKey: number): string {
    const known = this.#keys.get(callKey);
    if (known !== undefined) return known;
    let key: string;
    do key = `${this.#life}-${(this.#number += 1)}`;
    while (this.#deps.isTaken(key));
    this.#name(callKey, key);
    return key;
  }

  /** The calls of clients that wait, as they are now. Returns when what changed is written down. */
  follow(calls: readonly Call[]): void {
    for (const call of calls)
      if (this.#isToBeKept(call) && this.#kept.get(call.key)?.call !== call) this.#note(call);
  }

  cursor(upstreamId: number, cursor: string): void {
    for (const [key, { entry }] of this.#kept) {
      if (entry.phase.kind !== 'sent' || entry.phase.upstreamId !== upstreamId) continue;
      this.#cursors.set(key, cursor);
      // The first one is what makes the call's answer fetchable at all; later ones only save repeating what was read.
      if (entry.phase.cursor === null) return this.flush();
      this.#flush.value ??= this.#deps.clock.after(cursorPace, () => this.flush());
      return;
    }
  }

  /** Writes down the cursors that wait for it. */
  flush(): void {
    this.#flush.value = undefined;
    for (const [key, cursor] of this.#cursors) {
      const kept = this.#kept.get(key);
      if (kept?.entry.phase.kind === 'sent')
        this.#write(key, {
          ...kept,
          entry: withPhase(kept.entry, { ...kept.entry.phase, cursor }),
        });
    }
    this.#cursors.clear();
  }

  /** The call has its answer, and its client too. */
  finished(call: Call, request: RpcRequest, verdict: Verdict): void {
    const kept = this.#kept.get(call.key);
    const claimed = this.#claimed.get(call.key);
    this.#forgetCall(call.key);
    if (verdict.kind === 'answered') this.#noteAnswer(request, verdict.response);
    if (!kept) return this.#release(claimed);
    const task = verdict.kind === 'answered' ? createdTask(request, verdict.response) : null;
    if (!task) return this.#deps.store.remove(kept.entry.key);
    const { taskId, pollInterval } = task;
    const pollAfter = pollInterval ?? defaultPoll;
    const phase: JournalPhase = { kind: 'task', at: this.#deps.clock.now(), taskId, pollAfter };
    const entry = withPhase(kept.entry, phase);
    const upstreamId = kept.entry.phase.kind === 'sent' ? kept.entry.phase.upstreamId : request.id;
    this.#addTask(taskId, entry, upstreamId);
    this.put(entry);
  }

  /** The call has its answer, and its client is not there: it gets it when it comes back. */
  unheard(call: Call, request: RpcRequest, response: RpcResponse): void {
    const { serverId, client, clock } = this.#deps;
    const key = this.keyOf(call.key);
    const kept = this.#kept.get(call.key)?.entry;
    this.#forgetCall(call.key);
    const phase: JournalPhase = { kind: 'answered', at: clock.now(), response };
    const { clientId, arrivedAt } = call;
    this.put({ key, serverId, client, clientId, request, arrivedAt, ...kept, phase });
  }

  /** A task of an earlier life, after which its client asks itself. */
  keepTask(entry: JournalEntry): void {
    const { phase, request } = entry;
    if (phase.kind === 'task') this.#addTask(phase.taskId, entry, request.id);
  }

  /** Nobody wants to know of that entry any more, whatever it is. */
  forgetEntry(key: string): void {
    for (const [taskId, { entry }] of this.#tasks)
      if (entry.key === key) return this.#forgetTask(taskId);
    this.#deps.store.remove(key);
  }

  /** Nobody waits for this call any more. */
  forgotten(callKey: number): void {
    const kept = this.#kept.get(callKey);
    this.#forgetCall(callKey);
    if (kept) this.#deps.store.remove(kept.entry.key);
  }

  asked(request: RpcRequest): void {
    const taskId = cancelledTask(request);
    if (taskId !== null) this.#forgetTask(taskId);
  }

  /** Calls that run as tasks, whose clients ask after them. */
  get tasks(): readonly JournalEntry[] {
    return [...this.#tasks.values()].map(({ entry }) => entry);
  }

  /** The call that became a task: its progress token lives on (tasks, Progress). */
  taskUnder(upstreamId: RpcId): RpcRequest | undefined {
    for (const task of this.#tasks.values())
      if (task.upstreamId === upstreamId) return task.entry.request;
    return undefined;
  }

  /** False where it would not outlive this life; that is said once. */
  put(entry: JournalEntry, how: 'put' | 'putSoon' = 'put'): boolean {
    const isKept = !isLongerThan(entry.request, mostText) && this.#deps.store[how](entry);
    if (!isKept && !this.#wasRefused)
      this.#deps.log.warn('an unfinished call is too much for the journal; a reload would lose it');
    this.#wasRefused ||= !isKept;
    return isKept;
  }

  dispose(): void {
    this.flush();
    this.#store.dispose();
  }

  /** A claimed call that ended before it was written down itself. */
  #release(key: string | undefined): void {
    if (key === undefined) return;
    this.#deps.store.remove(key);
    if (this.#deps.isTaken(key)) this.#deps.inherited(key);
  }

  #isToBeKept({ method, isOrphan }: Call): boolean {
    return !isOrphan && (method === 'tools/call' || this.#deps.journals === 'every-request');
  }

  #note(call: Call): void {
    const request = this.#deps.requestOf(call.key);
    if (!request) return;
    const before = this.#kept.get(call.key);
    const sent = before?.entry.phase.kind === 'sent' ? before.entry.phase : null;
    // What was noted of one try says nothing about the next.
    const isSameTry = sent !== null && sent.upstreamId === upstreamIdOf(call);
    if (!isSameTry) this.#cursors.delete(call.key);
    const phase = journalPhaseOf(call, isSameTry ? sent : this.#factsNow());
    const entry = before ? withPhase(before.entry, phase) : this.#entryOf(call, request, phase);
    if (before && isSamePhase(before.entry.phase, phase)) this.#kept.set(call.key, { call, entry });
    else this.#write(call.key, { call, entry });
  }

  #factsNow(): SentFacts {
    return { at: this.#deps.clock.now(), sessionId: this.#deps.sessionId(), cursor: null };
  }

  #entryOf(call: Call, request: RpcRequest, phase: JournalPhase): JournalEntry {
    const { serverId, client } = this.#deps;
    const { clientId, arrivedAt } = call;
    return { key: this.keyOf(call.key), serverId, client, clientId, request, arrivedAt, phase };
  }

  #write(callKey: number, kept: Kept): void {
    const before = this.#kept.get(callKey)?.entry;
    this.#kept.set(callKey, kept);
    const { key, phase } = kept.entry;
    // It does not leave before this is written down.
    if (!before && phase.kind === 'sent' && !this.#deps.isTaken(key))
      return void this.put(kept.entry, 'putSoon');
    // Left as it was, it would offer a call as never sent that is on its way.
    if (!this.put(kept.entry) && (before?.phase.kind === 'held' || this.#deps.isTaken(key)))
      this.#deps.store.remove(key);
    if (this.#deps.isTaken(key)) this.#deps.inherited(key);
  }

  #noteAnswer(request: RpcRequest, response: RpcResponse): void {
    const taskId = finishedTask(request, response);
    if (taskId !== null) this.#forgetTask(taskId);
  }

  #forgetTask(taskId: string): void {
    const task = this.#tasks.get(taskId);
    if (!task) return;
    this.#tasks.delete(taskId);
    this.#living.delete(task.entry.key);
    this.#deps.store.remove(task.entry.key);
  }

  #addTask(taskId: string, entry: JournalEntry, upstreamId: RpcId): void {
    this.#tasks.set(taskId, { entry, upstreamId });
    this.#living.add(entry.key);
    const [oldest] = this.#tasks.keys();
    if (this.#tasks.size > mostTasks && oldest !== undefined) this.#forgetTask(oldest);
  }

  #name(callKey: number, key: string): void {
    this.#keys.set(callKey, key);
    this.#living.add(key);
  }

  #forgetCall(callKey: number): void {
    this.#kept.delete(callKey);
    const key = this.#keys.get(callKey);
    if (key !== undefined) this.#living.delete(key);
    this.#keys.delete(callKey);
    this.#claimed.delete(callKey);
    this.#cursors.delete(callKey);
  }
}

const withPhase = (entry: JournalEntry, phase: JournalPhase): JournalEntry => ({ ...entry, phase });
