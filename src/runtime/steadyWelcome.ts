// A client's `initialize`, answered in two seconds whatever happens upstream: by the server, or from what it said last. When
// the truth comes later and differs, the client is told to look again. Not here: lists (steadyLists.ts).
import type { Clock } from '../base/clock.ts';
import { type Disposable, Mutable, Store } from '../base/disposable.ts';
import type { Signal } from '../base/signal.ts';
import type { Life } from '../core/connection/state.ts';
import {
  capabilitiesOf,
  isMissing,
  notice,
  noticesOf,
  patience,
  standingOf,
  welcomeFor,
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

export interface SteadyWelcomeDeps {
  readonly clock: Clock;
  readonly life: Signal<Life>;
  readonly server: string;
  readonly memory: SteadyMemory;
  /** What the server really said to this client's connection; null before its first handshake. */
  readonly welcome: () => JsonObject | null;
  readonly pass: (request: RpcRequest) => void;
  readonly tell: (message: RpcMessage) => void;
}

interface Waiting {
  readonly hello: JsonObject | undefined;
  readonly deadline: Disposable;
}

/** Answers that may still come although the client has one. A client that says hello without end is not followed further. */
const mostLate = 100;

export class SteadyWelcome implements Disposable {
  readonly #deps: SteadyWelcomeDeps;
  readonly #store = new Store();
  readonly #waiting = new Map<RpcId, Waiting>();
  /** Answered by us; the answer from upstream is for nobody. */
  readonly #late = new Set<RpcId>();
  readonly #due = new Set<string>();
  readonly #dueSoon = this.#store.add(new Mutable<Disposable>());
  /** The capabilities in the welcome that the client got; null where it got it in an earlier life. */
  #told: JsonObject | null = null;
  /** Those that it was last told to look at. */
  #announced: JsonObject | null = null;
  #wasUp: boolean;

  constructor(deps: SteadyWelcomeDeps) {
    this.#deps = deps;
    this.#wasUp = standingOf(deps.life.value.state) === 'up';
    this.#store.add(deps.life.onChange(() => this.#lifeChanged()));
  }

  /** Whether the client counts on this although the server does not have it. */
  isMissing(capability: string): boolean {
    return isMissing(capability, this.#deps.welcome(), this.#told);
  }

  ask(request: RpcRequest): void {
    const { id, params } = request;
    this.#waiting.get(id)?.deadline.dispose();
    const deadline = this.#deps.clock.after(patience, () => this.#answerOurselves(id));
    this.#waiting.set(id, { hello: params, deadline });
    this.#deps.pass(request);
    this.#look();
  }

  /** Takes an answer from upstream; false where it is none to an `initialize`. */
  answered(response: RpcResponse): boolean {
    if (response.id === null) return false;
    if (this.#late.delete(response.id)) {
      if (!isErrorResponse(response)) this.#learn(response.result);
      return true;
    }
    const waiting = this.#take(response.id);
    if (!waiting) return false;
    if (isErrorResponse(response)) this.#tellOurs(response.id, waiting.hello);
    else {
      this.#nowTold(response.result);
      this.#learn(response.result);
      this.#deps.tell(response);
    }
    return true;
  }

  /** The connection gave this notice itself. */
  noticed(method: string): void {
    this.#due.delete(method);
  }

  /** Nothing will come from upstream any more. */
  answerAll(): void {
    for (const id of [...this.#waiting.keys()]) this.#answerOurselves(id);
  }

  dispose(): void {
    for (const { deadline } of this.#waiting.values()) deadline.dispose();
    this.#waiting.clear();
    this.#due.clear();
    this.#store.dispose();
  }

  #lifeChanged(): void {
    const isUp = standingOf(this.#deps.life.value.state) === 'up';
    const cameUp = isUp && !this.#wasUp;
    this.#wasUp = isUp;
    const real = cameUp ? this.#deps.welcome() : null;
    // Each handshake may have found another server than the one before.
    if (real) this.#learn(real);
    this.#look();
  }

  #look(): void {
    if (standingOf(this.#deps.life.value.state) === 'away') this.answerAll();
  }

  #take(id: RpcId): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    waiting?.deadline.dispose();
    return waiting;
  }

  #answerOurselves(id: RpcId): void {
    const waiting = this.#take(id);
    if (!waiting) return;
    this.#late.add(id);
    const [oldest] = this.#late;
    if (this.#late.size > mostLate && oldest !== undefined) this.#late.delete(oldest);
    this.#tellOurs(id, waiting.hello);
  }

  #tellOurs(id: RpcId, hello: JsonObject | undefined): void {
    const { memory, server, tell } = this.#deps;
    const welcome = welcomeFor(hello, memory.welcome, server);
    this.#nowTold(welcome);
    tell(resultOf(id, welcome));
  }

  #nowTold(welcome: JsonObject): void {
    this.#told = capabilitiesOf(welcome);
    this.#announced = this.#told;
  }

  #learn(real: JsonObject): void {
    this.#deps.memory.welcomed(real);
    if (this.#announced === null) return;
    const now = capabilitiesOf(real);
    for (const method of noticesOf(this.#announced, now)) this.#due.add(method);
    this.#announced = now;
    // The connection gives the same notices in this very moment, as far as it has the lists: once is enough.
    if (this.#due.size > 0)
      this.#dueSoon.value = this.#deps.clock.after(0, () => this.#giveNotices());
  }

  #giveNotices(): void {
    const due = [...this.#due];
    this.#due.clear();
    for (const method of due) this.#deps.tell(notice(method));
  }
}
