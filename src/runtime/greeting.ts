// The client's `initialize` while it waits for the server. Like every request it is answered whatever happens upstream: by
// the handshake, or with an error in words when the connection refuses calls or the time for holding one is over.
// Not here: the handshake itself (handshake.ts).
import type { Clock, Millis } from '../base/clock.ts';
import { type Disposable, Mutable, Store } from '../base/disposable.ts';
import type { Signal } from '../base/signal.ts';
import { upstreamFailed } from '../core/calls/answers.ts';
import { gateOf, holdBudgetIn, type Life } from '../core/connection/state.ts';
import { errorOf, resultOf, type JsonObject, type RpcId, type RpcResponse } from '../core/rpc.ts';

export interface GreetingDeps {
  readonly clock: Clock;
  readonly life: Signal<Life>;
  readonly holdBudget: () => Millis;
  /** What a refused call is told about the state of the server. */
  readonly refusal: () => string;
  readonly answer: (response: RpcResponse) => void;
}

export class Greeting implements Disposable {
  readonly #deps: GreetingDeps;
  readonly #store = new Store();
  readonly #deadline = this.#store.add(new Mutable<Disposable>());
  #pending: RpcId | null = null;
  #endsAt: Millis = 0;

  constructor(deps: GreetingDeps) {
    this.#deps = deps;
    this.#store.add(deps.life.onChange(() => this.#look()));
  }

  /** The client waits for the answer under this id. `begin` starts what may bring it. */
  wait(id: RpcId, begin: () => void): void {
    const { clock, holdBudget } = this.#deps;
    this.#pending = id;
    this.#endsAt = Number.POSITIVE_INFINITY;
    this.#within(clock.now() + holdBudget());
    begin();
    this.#look();
  }

  welcomed(welcome: JsonObject): void {
    this.#answer((id) => resultOf(id, welcome));
  }

  dispose(): void {
    this.#store.dispose();
  }

  #look(): void {
    const { clock, holdBudget, life } = this.#deps;
    const { state } = life.value;
    if (gateOf(state) === 'refuse') this.#refuse();
    else if (this.#pending !== null) this.#within(clock.now() + holdBudgetIn(state, holdBudget()));
  }

  /** Only ever sooner. */
  #within(endsAt: Millis): void {
    if (endsAt >= this.#endsAt) return;
    this.#endsAt = endsAt;
    const { clock } = this.#deps;
    this.#deadline.value = clock.after(endsAt - clock.now(), () => this.#refuse());
  }

  #refuse(): void {
    this.#answer((id) => errorOf(id, { code: upstreamFailed, message: this.#deps.refusal() }));
  }

  #answer(answerTo: (id: RpcId) => RpcResponse): void {
    const id = this.#pending;
    if (id === null) return;
    this.#pending = null;
    this.#deadline.value = undefined;
    this.#deps.answer(answerTo(id));
  }
}
