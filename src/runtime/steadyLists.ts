// A client's lists: asked of the server while it is there, and answered from what it listed last while it is not, so that its
// tools never vanish. Not here: the welcome (steadyWelcome.ts), and what a list is (core/offers.ts).
import type { Clock } from '../base/clock.ts';
import { type Disposable, Store } from '../base/disposable.ts';
import type { Signal } from '../base/signal.ts';
import type { Life } from '../core/connection/state.ts';
import {
  emptyList,
  gather,
  isFromStart,
  isOurError,
  listKindOf,
  notice,
  type PartialList,
  patience,
  standingOf,
} from '../core/offers.ts';
import {
  isErrorResponse,
  resultOf,
  type JsonObject,
  type RpcId,
  type RpcMessage,
  type RpcRequest,
  type RpcResponse,
} from '../core/rpc.ts';
import type { SteadyMemory } from './steadyMemory.ts';

export interface SteadyListsDeps {
  readonly clock: Clock;
  readonly life: Signal<Life>;
  readonly memory: SteadyMemory;
  readonly welcome: () => JsonObject | null;
  readonly isMissing: (capability: string) => boolean;
  readonly nudge: () => void;
  readonly pass: (message: RpcMessage) => void;
  readonly tell: (message: RpcMessage) => void;
}

interface Open {
  readonly request: RpcRequest;
  /** Null while the server has the time it needs. */
  deadline: Disposable | null;
}

/** Answers that may still come although the client has one. Those that were cancelled never come: the oldest is forgotten. */
const mostLate = 1000;

export class SteadyLists implements Disposable {
  readonly #deps: SteadyListsDeps;
  readonly #store = new Store();
  /** Not passed on yet: the connection is being made. */
  readonly #waiting = new Map<RpcId, Open>();
  readonly #passed = new Map<RpcId, Open>();
  readonly #late = new Set<RpcId>();
  /** Pages that came, by method, of lists that go on. */
  readonly #partial = new Map<string, PartialList>();

  constructor(deps: SteadyListsDeps) {
    this.#deps = deps;
    this.#store.add(deps.life.onChange(() => this.#lifeChanged()));
  }

  ask(request: RpcRequest): void {
    const standing = standingOf(this.#deps.life.value.state);
    // The cursor of a page means something to the server only.
    if (standing === 'up' || !isFromStart(request)) return this.#pass(request);
    if (standing === 'away') this.#answer(request);
    else this.#wait(request);
    this.#deps.nudge();
  }

  /** Upstream has it already. */
  taking(request: RpcRequest): void {
    const isUp = standingOf(this.#deps.life.value.state) === 'up';
    this.#take(this.#passed, request.id);
    this.#passed.set(request.id, { request, deadline: isUp ? null : this.#limit(request) });
  }

  /** Takes an answer from upstream. True: the client has got, or gets, another one. */
  answered(response: RpcResponse): boolean {
    if (response.id === null) return false;
    if (this.#late.delete(response.id)) return true;
    const open = this.#take(this.#passed, response.id);
    if (!open) return false;
    if (!isErrorResponse(response)) this.#keep(open.request, response.result);
    else if (isOurError(response) && isFromStart(open.request)) {
      this.#answer(open.request);
      return true;
    }
    return false;
  }

  /** The client wants no answer any more. True: the server has never heard of the request. */
  cancelled(id: unknown): boolean {
    if (typeof id !== 'string' && typeof id !== 'number') return false;
    this.#take(this.#passed, id);
    return this.#take(this.#waiting, id) !== undefined;
  }

  /** The pages that came are those of another list now. */
  changed(): void {
    this.#partial.clear();
  }

  /** Nothing will come from upstream any more. */
  answerAll(): void {
    for (const { request } of [...this.#waiting.values()])
      if (this.#take(this.#waiting, request.id)) this.#answer(request);
  }

  dispose(): void {
    for (const open of [...this.#waiting.values(), ...this.#passed.values()])
      open.deadline?.dispose();
    this.#waiting.clear();
    this.#passed.clear();
    this.#store.dispose();
  }

  #lifeChanged(): void {
    const standing = standingOf(this.#deps.life.value.state);
    if (standing === 'up') return this.#cameUp();
    // A cursor need not mean anything to another session.
    this.#partial.clear();
    if (standing === 'away') this.answerAll();
    for (const open of this.#passed.values()) open.deadline ??= this.#limit(open.request);
  }

  #limit(request: RpcRequest): Disposable {
    return this.#deps.clock.after(patience, () => this.#giveUp(request));
  }

  #cameUp(): void {
    for (const open of this.#passed.values()) {
      open.deadline?.dispose();
      open.deadline = null;
    }
    for (const { request } of [...this.#waiting.values()])
      if (this.#take(this.#waiting, request.id)) this.#pass(request);
  }

  #wait(request: RpcRequest): void {
    const { clock } = this.#deps;
    this.#take(this.#waiting, request.id);
    const deadline = clock.after(patience, () => {
      if (this.#take(this.#waiting, request.id)) this.#answer(request);
    });
    this.#waiting.set(request.id, { request, deadline });
  }

  #pass(request: RpcRequest): void {
    const kind = listKindOf(request.method);
    if (kind && this.#deps.isMissing(kind.capability))
      return this.#deps.tell(resultOf(request.id, emptyList(kind)));
    this.#take(this.#passed, request.id);
    this.#passed.set(request.id, { request, deadline: null });
    this.#deps.pass(request);
  }

  /**
   * The server went away over a list that it was asked for. The client gets the last one now instead of this one late: it may
   * hold back everything else until it has its list. Where nothing is remembered the list is worth the wait.
   */
  #giveUp(request: RpcRequest): void {
    if (!isFromStart(request) || this.#deps.memory.list(request.method) === null) return;
    if (!this.#take(this.#passed, request.id)) return;
    this.#late.add(request.id);
    const [oldest] = this.#late;
    if (this.#late.size > mostLate && oldest !== undefined) this.#late.delete(oldest);
    this.#deps.pass({
      ...notice('notifications/cancelled'),
      params: { requestId: request.id, reason: 'answered from what the server listed last' },
    });
    this.#answer(request);
  }

  #answer(request: RpcRequest): void {
    const { memory, tell } = this.#deps;
    const kind = listKindOf(request.method);
    const list = memory.list(request.method) ?? (kind ? emptyList(kind) : {});
    tell(resultOf(request.id, list));
  }

  #keep(request: RpcRequest, page: JsonObject): void {
    const { memory, welcome } = this.#deps;
    const { method } = request;
    const gathered = gather(this.#partial.get(method), request, page);
    this.#partial.delete(method);
    if (gathered.kind === 'partial') this.#partial.set(method, gathered.partial);
    else if (gathered.kind === 'whole') memory.listed(method, gathered.list, welcome());
  }

  #take(from: Map<RpcId, Open>, id: RpcId): Open | undefined {
    const open = from.get(id);
    from.delete(id);
    open?.deadline?.dispose();
    return open;
  }
}
