// The desk for the calls of one client of one server: takes them, has them written down, carried out and answered, keeps those
// that an earlier life left behind, and shows what is pending. It wires the parts and decides nothing.
// Not here: the fate of a call (core/calls), sending (caller.ts), writing down (journalKeeper.ts).
import type { Clock } from '../base/clock.ts';
import { type Disposable, Store } from '../base/disposable.ts';
import type { Signal } from '../base/signal.ts';
import { answerOf } from '../core/calls/answers.ts';
import { type Call, isWaiting, type Verdict } from '../core/calls/call.ts';
import type { Fate } from '../core/calls/fate.ts';
import { type JournalEntry, replacedBy } from '../core/calls/journal.ts';
import type { CallRules, LedgerGate } from '../core/calls/ledger.ts';
import type { Failure } from '../core/connection/failure.ts';
import type { RpcId, RpcMessage, RpcNotification, RpcRequest, RpcResponse } from '../core/rpc.ts';
import { Caller } from './caller.ts';
import type { CallTally } from './callTally.ts';
import type { Carrier } from './carriage.ts';
import { type Claimant, EarlierCalls } from './earlierCalls.ts';
import { type Journaled, JournalKeeper } from './journalKeeper.ts';
import { Orphans } from './orphans.ts';
import { PendingCalls, pendingOfCall, pendingOfOrphan, pendingOfTask } from './pendingCalls.ts';
import type { ProgressReport } from './pipe.ts';
import type { JournalStore, Log, StreamName } from './ports.ts';
import { Progress } from './progress.ts';
import type { SessionMemory } from './sessionMemory.ts';
import type { PendingCall } from './watch.ts';

export interface CallDeskDeps {
  readonly outside: { readonly clock: Clock; readonly random: () => number };
  readonly memory: SessionMemory;
  readonly journal: JournalStore;
  readonly log: Log;
  readonly rules: () => CallRules;
  readonly journals: Journaled;
  /** Counts the calls, where somebody wants to know. */
  readonly tally?: CallTally;
  /** Whether somebody is there who takes the answer to this request; without it always. Else it waits in the journal. */
  readonly hears?: (clientId: RpcId) => boolean;
  readonly tellClient: (message: RpcMessage, cause: RpcId | null) => void;
  readonly events: CallDeskEvents;
}

export interface CallDeskEvents {
  /** An exchange ended in a way that says something about the link. */
  ended(method: string, fate: Fate, epoch: number): void;
  /** What a refused call is told about the state of the server. */
  refusal(): string;
  /** What a client whose call is held is told. */
  waiting(): string;
  /** So many calls of an earlier life may have run, and nobody will learn what they did. */
  leftBehind(count: number): void;
  /** A call of an earlier life runs as a task: somebody must ask after it. */
  taskLeft(entry: JournalEntry): void;
}

const everybody: Claimant = { isTheirs: () => true, taking: () => undefined };
const requestPrefix = 'request:';

export class CallDesk implements Disposable {
  readonly #deps: CallDeskDeps;
  readonly #store = new Store();
  readonly #pending: PendingCalls;
  readonly #orphans: Orphans;
  readonly #keeper: JournalKeeper;
  readonly #caller: Caller;
  readonly #progress: Progress;
  readonly #earlier: EarlierCalls;

  constructor(deps: CallDeskDeps) {
    this.#deps = deps;
    const { memory, journal, events, tellClient } = deps;
    const { clock } = deps.outside;
    const requestOf = (key: number): RpcRequest | undefined => this.#caller.requestOf(key);
    this.#pending = this.#store.add(new PendingCalls(clock, () => this.#listPending()));
    this.#orphans = new Orphans({
      clock,
      store: journal,
      put: (entry) => this.#keeper.put(entry),
      changed: () => this.#pending.changed(),
      isTask: (entry) => events.taskLeft(entry),
      lost: (count) => events.leftBehind(count),
    });
    this.#progress = this.#store.add(
      new Progress({ clock, requestOf, tellClient, words: () => events.waiting() }),
    );
    this.#keeper = this.#store.add(this.#makeKeeper(requestOf));
    this.#caller = this.#store.add(
      new Caller({
        clock,
        rules: deps.rules,
        firstId: memory.record.value.nextId,
        events: {
          idsUsedUpTo: (nextId) => memory.idsUsedUpTo(nextId),
          ended: (method, fate, epoch) => events.ended(method, fate, epoch),
          moved: (calls) => this.#moved(calls),
          leaving: () => journal.settle(),
          finished: (call, request, verdict) => this.#finished(call, request, verdict),
          forgotten: (key) => this.#forgotten(key),
        },
      }),
    );
    this.#earlier = new EarlierCalls({
      ...{ journal, memory, orphans: this.#orphans, keeper: this.#keeper, caller: this.#caller },
      answer: (response) => this.answer(response),
    });
  }

  get load(): Signal<{ held: number; running: number; heldBytes: number }> {
    return this.#caller.load;
  }

  get pending(): Signal<readonly PendingCall[]> {
    return this.#pending;
  }

  /** Calls that an earlier life left behind. */
  get orphans(): Pick<Orphans, 'entries' | 'get' | 'answered' | 'lose' | 'disown'> {
    return this.#orphans;
  }

  /** Takes up what an earlier life has written down, or another window whose stored calls are ours now. */
  restore(isOurs: (clientId: RpcId) => boolean = () => true): void {
    this.#earlier.restore(isOurs);
  }

  /** The client is there again: its calls go on, those of an earlier life too, and are answered under these ids. */
  claim(claimant: Claimant = everybody): readonly RpcId[] {
    return this.#earlier.claim(claimant);
  }

  /** The client has ended its session: it wants no answer any more, and nothing of it is kept. */
  release(isTheirs: (clientId: RpcId) => boolean = () => true): void {
    this.#earlier.release(isTheirs);
  }

  /** Whether the journal's entry of that key is a call here, or one that is offered to a person. */
  isKnown(key: string): boolean {
    return this.#earlier.isKnown(key);
  }

  /** Ids of the requests that wait to be sent. */
  get heldIds(): ReadonlySet<RpcId> {
    return new Set(this.#caller.calls.filter(isWaiting).map(({ clientId }) => clientId));
  }

  /** Gives the client an answer to a request that is no call any more. */
  answer(response: RpcResponse): void {
    this.#deps.tellClient(response, null);
  }

  call(message: RpcRequest): void {
    const { request, key: replaced } = replacedBy(message);
    const key = this.#caller.takeKey();
    if (replaced !== null && this.#orphans.get(replaced)) this.#keeper.inherit(key, replaced);
    this.#keeper.asked(request);
    this.#deps.tally?.arrived(key, request.method);
    this.#caller.call(key, request);
  }

  cancel(clientId: RpcId): void {
    this.#caller.cancel(clientId);
  }

  /** Forgets a call of an earlier life. If it runs it goes on at the server, unheard. */
  discard(key: string): void {
    const callKey = this.#orphans.discard(key);
    if (callKey !== null) this.#caller.discard(callKey);
  }

  takeId(): number {
    return this.#caller.takeId();
  }

  setGate(gate: LedgerGate, carrier: Carrier | null): void {
    this.#caller.setGate(gate, carrier);
  }

  /** The session goes on in another process than the one that ran its calls. */
  strand(): void {
    this.#caller.strand();
  }

  endAll(failure: Failure): void {
    this.#caller.endAll(failure);
  }

  /** The server's progress report as the client is to see it; null where nobody asked for it. */
  progress(message: RpcNotification): ProgressReport | null {
    const upstreamId = message.params?.['progressToken'];
    if (typeof upstreamId !== 'string' && typeof upstreamId !== 'number') return null;
    const about = this.#progressing(upstreamId);
    // Late progress of a call that is over: its token means nothing to the client any more.
    if (!about) return null;
    const report = this.#progress.fromServer(message, about);
    return report && { message: report, cause: about.request.id };
  }

  /** The client's request whose answer stream that is; null where it is none, or an orphan's. */
  causeOf(stream: StreamName): RpcId | null {
    if (stream === 'standalone') return null;
    const upstreamId = Number(stream.slice(requestPrefix.length));
    const running = this.#caller.findByUpstreamId(upstreamId);
    return running && !running.isOrphan ? running.request.id : null;
  }

  /** The newest cursor of a stream; null when it has ended. */
  cursor(stream: StreamName, cursor: string | null): void {
    this.#deps.memory.cursor(stream, cursor);
    const upstreamId = Number(/^request:(\d+)$/.exec(stream)?.[1] ?? Number.NaN);
    if (cursor === null || Number.isNaN(upstreamId)) return;
    this.#keeper.cursor(upstreamId, cursor);
    this.#caller.heard(upstreamId);
  }

  dispose(): void {
    this.#store.dispose();
  }

  #progressing(upstreamId: RpcId): { key: number | null; request: RpcRequest } | null {
    const running = this.#caller.findByUpstreamId(upstreamId);
    // The token of a client that is gone may be one of another request's now.
    if (running) return running.isOrphan ? null : running;
    const request = this.#keeper.taskUnder(upstreamId);
    return request ? { key: null, request } : null;
  }

  #makeKeeper(requestOf: (key: number) => RpcRequest | undefined): JournalKeeper {
    const { outside, memory, journal, journals, log } = this.#deps;
    const { serverId, client } = memory;
    return new JournalKeeper({
      ...outside,
      ...{ log, serverId, client, journals, requestOf },
      store: journal,
      sessionId: () => memory.session?.id ?? null,
      isTaken: (key) => this.#orphans.get(key) !== undefined,
      inherited: (key) => this.#orphans.leave(key),
    });
  }

  #moved(calls: readonly Call[]): void {
    this.#keeper.follow(calls);
    this.#progress.follow(calls);
    this.#pending.changed();
    this.#deps.tally?.moved(calls);
  }

  #finished(call: Call, request: RpcRequest, verdict: Verdict): void {
    this.#progress.forget(call.key);
    if (call.isOrphan) return this.#orphans.finished(call.key, verdict);
    const { memory, events, tellClient, hears, tally } = this.#deps;
    tally?.finished(call, verdict);
    const response: RpcResponse = answerOf(call, verdict, () => ({
      server: memory.serverId,
      refusal: events.refusal(),
    }));
    if (verdict.kind === 'answered') memory.noteAnswer(request, response);
    const isHeard = hears?.(call.clientId) ?? true;
    // First, so that whoever keeps it has done so before the journal forgets the call.
    tellClient(response, null);
    if (isHeard || call.method !== 'tools/call') this.#keeper.finished(call, request, verdict);
    else this.#keeper.unheard(call, request, response);
  }

  #forgotten(key: number): void {
    this.#progress.forget(key);
    this.#keeper.forgotten(key);
    this.#deps.tally?.forgotten(key);
  }

  #listPending(): readonly PendingCall[] {
    const living = this.#caller.calls.flatMap((call) => {
      const request = this.#caller.requestOf(call.key);
      if (call.isOrphan || call.method !== 'tools/call' || !request) return [];
      return [pendingOfCall(call, this.#keeper.keyOf(call.key), request)];
    });
    const all = [
      ...this.#orphans.entries.map(pendingOfOrphan),
      ...this.#keeper.tasks.map(pendingOfTask),
      ...living,
    ];
    return all.toSorted((one, other) => one.since - other.since);
  }
}
