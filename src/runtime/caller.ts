// Holds the ledger of a connection's calls and the messages that belong to it, and performs what the ledger decides.
// Not here: which call goes, waits or is repeated (core/calls), the exchanges themselves (carriage.ts), and what the end
// of a call means to its client and the journal (callDesk.ts).
import type { Clock, Millis } from '../base/clock.ts';
import { type Disposable, Mutable, Store } from '../base/disposable.ts';
import { Source } from '../base/signal.ts';
import { type Call, type CallSpec, upstreamIdOf, type Verdict } from '../core/calls/call.ts';
import type { Fate } from '../core/calls/fate.ts';
import {
  type CallPast,
  type CallRules,
  heldBytes,
  heldCalls,
  type Ledger,
  type LedgerEffect,
  type LedgerEvent,
  type LedgerGate,
  newLedger,
  nextDeadline,
  takeId,
} from '../core/calls/ledger.ts';
import { stepCalls } from '../core/calls/stepCalls.ts';
import type { Failure } from '../core/connection/failure.ts';
import type { JsonObject, RpcId, RpcRequest } from '../core/rpc.ts';
import { type Carried, type Carrier, Carriage } from './carriage.ts';
import { readMarks } from './marks.ts';

export interface CallerDeps {
  readonly clock: Clock;
  readonly rules: () => CallRules;
  readonly firstId: number;
  readonly events: CallerEvents;
}

export interface CallerEvents {
  idsUsedUpTo(nextId: number): void;
  /** An exchange ended in a way that says something about the link. */
  ended(method: string, fate: Fate, epoch: number): void;
  /** The calls as they are now; nothing of what follows from it was done yet. */
  moved(calls: readonly Call[]): void;
  /** A call is about to leave: what was noted of it has to be written down. */
  leaving(): void;
  /** A call has its end. */
  finished(call: Call, request: RpcRequest, verdict: Verdict): void;
  /** A call is gone without one: nobody waits for it. */
  forgotten(key: number): void;
}

/** A call of an earlier life whose answer may still come. */
export interface RestoredCall {
  readonly request: RpcRequest;
  readonly arrivedAt: Millis;
  readonly upstreamId: number;
  readonly session: number;
  readonly cursor: string;
}

export interface RunningCall {
  readonly key: number;
  readonly request: RpcRequest;
  /** Nobody of this life waits for it. */
  readonly isOrphan: boolean;
}

interface Message {
  readonly request: RpcRequest;
  /** Measured when it is asked for. */
  bytes: number | null;
}

/** A held call goes on its way when the one before it was taken; a server that does not say so is asked after this long. */
const releasePace: Millis = 50;

export class Caller implements Disposable {
  readonly #deps: CallerDeps;
  readonly #store = new Store();
  readonly #deadline = this.#store.add(new Mutable<Disposable>());
  readonly #messages = new Map<number, Message>();
  readonly #carriage: Carriage;
  readonly #load = new Source({ held: 0, running: 0, heldBytes: 0 });
  #ledger: Ledger;
  #nextKey = 1;

  constructor(deps: CallerDeps) {
    this.#deps = deps;
    this.#ledger = newLedger(deps.firstId);
    this.#carriage = this.#store.add(new Carriage(deps.clock, () => deps.events.leaving()));
  }

  get load(): Source<{ held: number; running: number; heldBytes: number }> {
    return this.#load;
  }

  get calls(): readonly Call[] {
    return this.#ledger.calls;
  }

  /** An upstream id for a request of our own. */
  takeId(): number {
    const [ledger, id] = takeId(this.#ledger);
    this.#ledger = ledger;
    this.#deps.events.idsUsedUpTo(ledger.nextId);
    return id;
  }

  /** For a call that is about to come. */
  takeKey(): number {
    return this.#nextKey++;
  }

  call(key: number, request: RpcRequest): void {
    this.#step({ kind: 'arrived', at: this.#now(), call: this.#specOf(key, request, this.#now()) });
  }

  /** Waits for the answer of a call that an earlier life has sent. */
  restore(key: number, restored: RestoredCall): void {
    const { request, arrivedAt, upstreamId, session, cursor } = restored;
    const call = this.#specOf(key, request, arrivedAt);
    this.#step({ kind: 'restored', at: this.#now(), call, upstreamId, session, cursor });
  }

  /** Takes a call of an earlier life whose client is there again. */
  reclaim(key: number, request: RpcRequest, arrivedAt: Millis, past: CallPast): void {
    const call = this.#specOf(key, request, arrivedAt);
    this.#step({ kind: 'reclaimed', at: this.#now(), call, past });
  }

  discard(key: number): void {
    this.#step({ kind: 'discarded', at: this.#now(), key });
  }

  cancel(clientId: RpcId): void {
    this.#step({ kind: 'cancelled', at: this.#now(), clientId });
  }

  /** Something came on the stream of this request. */
  heard(upstreamId: number): void {
    const call = this.#find(upstreamId);
    if (call?.phase.kind === 'resuming')
      this.#step({ kind: 'heard', at: this.#now(), key: call.key });
  }

  /** The session goes on in another process than the one that ran its calls. */
  strand(): void {
    this.#step({ kind: 'stranded', at: this.#now() });
  }

  /** Opens or shuts the way. With `send` comes the link that calls go out on. */
  setGate(gate: LedgerGate, carrier: Carrier | null): void {
    this.#carriage.carrier = carrier;
    this.#step({ kind: 'gate', at: this.#now(), gate });
  }

  /** Ends every call: the connection was ended by the user or can never work. */
  endAll(failure: Failure): void {
    this.#step({ kind: 'closed', at: this.#now(), failure });
  }

  requestOf(key: number): RpcRequest | undefined {
    return this.#messages.get(key)?.request;
  }

  /** The call that runs under this upstream id. */
  findByUpstreamId(upstreamId: RpcId): RunningCall | undefined {
    const call = this.#find(upstreamId);
    const request = call && this.requestOf(call.key);
    return call && request ? { key: call.key, request, isOrphan: call.isOrphan } : undefined;
  }

  dispose(): void {
    this.#messages.clear();
    this.#store.dispose();
  }

  #now(): Millis {
    return this.#deps.clock.now();
  }

  #find(upstreamId: RpcId): Call | undefined {
    return this.#ledger.calls.find((call) => upstreamIdOf(call) === upstreamId);
  }

  #specOf(key: number, request: RpcRequest, arrivedAt: Millis): CallSpec {
    this.#messages.set(key, { request, bytes: null });
    const name = request.params?.['name'];
    const tool = request.method === 'tools/call' && typeof name === 'string' ? name : null;
    return { key, clientId: request.id, method: request.method, tool, arrivedAt };
  }

  #bytesOf(key: number): number {
    const message = this.#messages.get(key);
    if (!message) return 0;
    message.bytes ??= JSON.stringify(message.request).length;
    return message.bytes;
  }

  #step(event: LedgerEvent): void {
    if (this.#store.isDisposed) return;
    const rules = { ...this.#deps.rules(), bytesOf: (key: number) => this.#bytesOf(key) };
    const [ledger, effects] = stepCalls(this.#ledger, event, rules);
    const usedIds = ledger.nextId !== this.#ledger.nextId;
    this.#ledger = ledger;
    if (usedIds) this.#deps.events.idsUsedUpTo(ledger.nextId);
    this.#deps.events.moved(ledger.calls);
    this.#watchDeadline();
    this.#publishLoad();
    for (const effect of effects) this.#perform(effect);
  }

  #publishLoad(): void {
    const held = heldCalls(this.#ledger).length;
    const running = this.#ledger.calls.length - held;
    const before = this.#load.value;
    if (before.held === held && before.running === running) return;
    const bytes = held === 0 ? 0 : heldBytes(this.#ledger, (key) => this.#bytesOf(key));
    this.#load.set({ held, running, heldBytes: bytes });
  }

  #watchDeadline(): void {
    const deadline = nextDeadline(this.#ledger);
    this.#deadline.value =
      deadline === null
        ? undefined
        : this.#deps.clock.after(deadline - this.#now(), () =>
            this.#step({ kind: 'time', at: this.#now() }),
          );
  }

  #perform(effect: LedgerEffect): void {
    switch (effect.kind) {
      case 'send':
        void this.#send(effect.key, effect.upstreamId);
        return;
      case 'resume':
        void this.#resume(effect.key, effect.upstreamId, effect.cursor);
        return;
      case 'read-marks':
        void this.#readMarks(effect.key, effect.round);
        return;
      case 'abandon':
        this.#carriage.giveUp(effect.upstreamId);
        if (effect.tellServer) this.#carriage.tellCancelled(effect.upstreamId);
        return;
      case 'forget':
        this.#messages.delete(effect.key);
        return this.#deps.events.forgotten(effect.key);
      case 'end':
        return this.#end(effect.call, effect.verdict);
    }
  }

  #end(call: Call, verdict: Verdict): void {
    const request = this.requestOf(call.key);
    this.#messages.delete(call.key);
    if (request) this.#deps.events.finished(call, request, verdict);
  }

  async #send(key: number, upstreamId: number): Promise<void> {
    const request = this.requestOf(key);
    if (!request) return;
    const begun = (): void => this.#step({ kind: 'begun', at: this.#now(), key });
    const ask = async (): Promise<void> => {
      if (this.#ledger.releasing === key) await this.#carriage.turnOver(this.takeId());
      begun();
    };
    const pace = this.#store.add(this.#deps.clock.after(releasePace, () => void ask()));
    const carried = await this.#carriage.send(upstreamId, request, begun);
    this.#store.drop(pace);
    this.#finish(key, upstreamId, request.method, carried);
  }

  async #resume(key: number, upstreamId: number, cursor: string): Promise<void> {
    const begun = (): void => this.#step({ kind: 'begun', at: this.#now(), key });
    const carried = await this.#carriage.resume(upstreamId, cursor, begun);
    this.#finish(key, upstreamId, 'resume', carried);
  }

  #finish(key: number, upstreamId: number, method: string, carried: Carried | null): void {
    if (!carried || this.#store.isDisposed) return;
    const { fate, epoch } = carried;
    // The connection hears first, so that a repair shuts the gate before the ledger thinks of sending again.
    this.#deps.events.ended(method, fate, epoch);
    this.#step({ kind: 'ended', at: this.#now(), key, upstreamId, fate });
  }

  async #readMarks(key: number, round: number): Promise<void> {
    const tool = this.requestOf(key)?.params?.['name'];
    if (typeof tool !== 'string') return;
    const isMarked = await readMarks(tool, (params) => this.#listTools(params));
    if (isMarked !== null)
      this.#step({ kind: 'marks-read', at: this.#now(), key, round, isMarked });
  }

  async #listTools(params: JsonObject): Promise<Fate | null> {
    const carried = await this.#carriage.listTools(this.takeId(), params);
    if (!carried || this.#store.isDisposed) return null;
    this.#deps.events.ended('tools/list', carried.fate, carried.epoch);
    return carried.fate;
  }
}
