// The front door for calls: keeps the messages, performs what the ledger decides, and answers each client request once.
// Not here: which call goes, waits or is repeated (core/calls/ledger.ts) and the words (core/calls/answers.ts).
import type { Clock, Millis } from '../base/clock.ts';
import { type Disposable, Mutable, Store } from '../base/disposable.ts';
import { Source } from '../base/signal.ts';
import { answerOf } from '../core/calls/answers.ts';
import type { Call, Verdict } from '../core/calls/call.ts';
import type { Fate } from '../core/calls/fate.ts';
import {
  heldBytes,
  heldCalls,
  type Ledger,
  type LedgerEffect,
  type LedgerEvent,
  type LedgerGate,
  type LedgerRules,
  newLedger,
  nextDeadline,
  runningCalls,
  takeId,
} from '../core/calls/ledger.ts';
import { stepCalls } from '../core/calls/stepCalls.ts';
import type { Failure } from '../core/connection/failure.ts';
import { isObject, type RpcId, type RpcRequest, type RpcResponse } from '../core/rpc.ts';
import type { Link } from './ports.ts';

/** The link that calls go out on, and the epoch it belongs to. */
export interface Carrier {
  readonly link: Link;
  readonly epoch: number;
}

export interface CallerDeps {
  readonly clock: Clock;
  readonly rules: () => LedgerRules;
  readonly firstId: number;
  /** Sends the answer of a request to the client. */
  readonly answer: (response: RpcResponse) => void;
  readonly events: CallerEvents;
}

export interface CallerEvents {
  idsUsedUpTo(nextId: number): void;
  /** An exchange ended in a way that says something about the link. */
  ended(method: string, fate: Fate, epoch: number): void;
  /** What a refused call is told about the state of the server. */
  refusal(): string;
  /** A request of the client was answered by the server. */
  answered(request: RpcRequest, response: RpcResponse): void;
}

/** A held call goes on its way when the one before it was taken, or after this long where a server answers nothing early. */
const releasePace: Millis = 50;

export class Caller implements Disposable {
  readonly #deps: CallerDeps;
  readonly #store = new Store();
  readonly #deadline: Mutable<Disposable>;
  readonly #messages = new Map<number, RpcRequest>();
  readonly #waits = new Map<number, AbortController>();
  readonly #load = new Source({ held: 0, running: 0, heldBytes: 0 });
  #ledger: Ledger;
  #carrier: Carrier | null = null;
  #nextKey = 1;

  constructor(deps: CallerDeps) {
    this.#deps = deps;
    this.#ledger = newLedger(deps.firstId);
    this.#deadline = this.#store.add(new Mutable<Disposable>());
  }

  get load(): Source<{ held: number; running: number; heldBytes: number }> {
    return this.#load;
  }

  /** An upstream id for a request of our own. */
  takeId(): number {
    const [ledger, id] = takeId(this.#ledger);
    this.#ledger = ledger;
    this.#deps.events.idsUsedUpTo(ledger.nextId);
    return id;
  }

  call(request: RpcRequest): void {
    const key = this.#nextKey++;
    this.#messages.set(key, request);
    const name = request.params?.['name'];
    const tool = request.method === 'tools/call' && typeof name === 'string' ? name : null;
    this.#step({
      kind: 'arrived',
      at: this.#deps.clock.now(),
      call: {
        key,
        clientId: request.id,
        method: request.method,
        tool,
        bytes: JSON.stringify(request).length,
        arrivedAt: this.#deps.clock.now(),
      },
    });
  }

  cancel(clientId: RpcId): void {
    this.#step({ kind: 'cancelled', at: this.#deps.clock.now(), clientId });
  }

  /** Opens or shuts the way. With `send` comes the link that calls go out on. */
  setGate(gate: LedgerGate, carrier: Carrier | null): void {
    this.#carrier = carrier;
    this.#step({ kind: 'gate', at: this.#deps.clock.now(), gate });
  }

  /** Ends every call: the connection was ended by the user or can never work. */
  endAll(failure: Failure): void {
    this.#step({ kind: 'closed', at: this.#deps.clock.now(), failure });
  }

  /** The call whose upstream request has this id: progress of it is for that client request. */
  findByUpstreamId(upstreamId: RpcId): RpcRequest | undefined {
    const call = this.#ledger.calls.find(
      (other) => 'upstreamId' in other.phase && other.phase.upstreamId === upstreamId,
    );
    return call && this.#messages.get(call.key);
  }

  dispose(): void {
    for (const wait of this.#waits.values()) wait.abort();
    this.#waits.clear();
    this.#messages.clear();
    this.#store.dispose();
  }

  #step(event: LedgerEvent): void {
    const [ledger, effects] = stepCalls(this.#ledger, event, this.#deps.rules());
    const usedIds = ledger.nextId !== this.#ledger.nextId;
    this.#ledger = ledger;
    if (usedIds) this.#deps.events.idsUsedUpTo(ledger.nextId);
    this.#watchDeadline();
    this.#publishLoad();
    for (const effect of effects) this.#perform(effect);
  }

  #publishLoad(): void {
    const held = heldCalls(this.#ledger).length;
    const running = runningCalls(this.#ledger).length;
    const before = this.#load.value;
    if (before.held === held && before.running === running) return;
    this.#load.set({ held, running, heldBytes: held === 0 ? 0 : heldBytes(this.#ledger) });
  }

  #watchDeadline(): void {
    const deadline = nextDeadline(this.#ledger);
    this.#deadline.value =
      deadline === null
        ? undefined
        : this.#deps.clock.after(deadline - this.#deps.clock.now(), () =>
            this.#step({ kind: 'time', at: this.#deps.clock.now() }),
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
      case 'abandon':
        this.#waits.get(effect.upstreamId)?.abort();
        if (effect.tellServer) this.#tellCancelled(effect.upstreamId);
        this.#messages.delete(effect.key);
        return;
      case 'end':
        this.#end(effect.call, effect.verdict);
        return;
    }
  }

  #end(call: Call, verdict: Verdict): void {
    const request = this.#messages.get(call.key);
    this.#messages.delete(call.key);
    if (!request) return;
    const response = answerOf(call, verdict, this.#deps.events.refusal());
    if (verdict.kind === 'answered') this.#deps.events.answered(request, response);
    this.#deps.answer(response);
  }

  async #send(key: number, upstreamId: number): Promise<void> {
    const request = this.#messages.get(key);
    const carrier = this.#carrier;
    if (!request || !carrier) return;
    const begun = (): void => this.#step({ kind: 'begun', at: this.#deps.clock.now(), key });
    const pace = this.#store.add(this.#deps.clock.after(releasePace, begun));
    const fate = await this.#wait(upstreamId, (signal) =>
      carrier.link.exchange(upstreamRequest(request, upstreamId), { signal, begun }),
    );
    this.#store.drop(pace);
    this.#finish({ key, upstreamId, fate }, request.method, carrier.epoch);
  }

  async #resume(key: number, upstreamId: number, cursor: string): Promise<void> {
    const carrier = this.#carrier;
    if (!carrier) return;
    const fate = await this.#wait(upstreamId, (signal) =>
      carrier.link.resume(upstreamId, cursor, { signal }),
    );
    this.#finish({ key, upstreamId, fate }, 'resume', carrier.epoch);
  }

  async #wait(upstreamId: number, exchange: (signal: AbortSignal) => Promise<Fate>): Promise<Fate> {
    const wait = new AbortController();
    this.#waits.set(upstreamId, wait);
    try {
      return await exchange(wait.signal);
    } finally {
      this.#waits.delete(upstreamId);
    }
  }

  #finish(
    ended: { readonly key: number; readonly upstreamId: number; readonly fate: Fate },
    method: string,
    epoch: number,
  ): void {
    if (this.#store.isDisposed) return;
    // The connection hears first, so that a repair shuts the gate before the ledger thinks of sending again.
    this.#deps.events.ended(method, ended.fate, epoch);
    this.#step({ kind: 'ended', at: this.#deps.clock.now(), ...ended });
  }

  #tellCancelled(upstreamId: number): void {
    void this.#carrier?.link.tell({
      jsonrpc: '2.0',
      method: 'notifications/cancelled',
      params: { requestId: upstreamId, reason: 'cancelled by the client' },
    });
  }
}

/**
 * The client's request under our id. Its progress token becomes that id too: a token must be unique among all
 * requests of a session (spec, utilities/progress), and the clients before and after a reload both count from zero.
 */
const upstreamRequest = (request: RpcRequest, upstreamId: number): RpcRequest => {
  const meta = request.params?.['_meta'];
  if (!isObject(meta) || !('progressToken' in meta)) return { ...request, id: upstreamId };
  const params = { ...request.params, _meta: { ...meta, progressToken: upstreamId } };
  return { ...request, id: upstreamId, params };
};
