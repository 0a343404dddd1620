// The one `initialize` of a session while it waits for the server: answered by it, or with a welcome of our own when that takes
// too long, because a client that is not welcomed in time gives the server up. Not here: what is done with the answer.
import type { Clock, Millis } from '../base/clock.ts';
import { type Disposable, Mutable } from '../base/disposable.ts';
import { resultOf, type RpcRequest, type RpcResponse } from '../core/rpc.ts';
import { assumedVersion, genericWelcome } from './offline.ts';

export interface GreetingDeps {
  readonly clock: Clock;
  readonly server: string;
  /** The id under which the greeting goes upstream. */
  readonly name: string;
}

/** The connection below answers within two seconds whatever happens; this is for when it does not. */
const patience: Millis = 5000;

export class SessionGreeting implements Disposable {
  readonly #deps: GreetingDeps;
  readonly #limit = new Mutable<Disposable>();
  #finish: ((answer: RpcResponse) => void) | null = null;
  #version = assumedVersion;

  constructor(deps: GreetingDeps) {
    this.#deps = deps;
  }

  get name(): string {
    return this.#deps.name;
  }

  get isWaiting(): boolean {
    return this.#finish !== null;
  }

  /** `finish` gets the answer, under the id of the request. */
  wait({ id, params }: RpcRequest, finish: (answer: RpcResponse) => void): void {
    const wanted = params?.['protocolVersion'];
    this.#version = typeof wanted === 'string' ? wanted : assumedVersion;
    this.#finish = (answer) => finish({ ...answer, id });
    this.#limit.value = this.#deps.clock.after(patience, () => this.giveUp());
  }

  /** The server will not answer: a welcome of our own. */
  giveUp(): void {
    const { name, server } = this.#deps;
    this.answered(resultOf(name, genericWelcome(this.#version, server)));
  }

  answered(answer: RpcResponse): void {
    const finish = this.#finish;
    this.#finish = null;
    this.#limit.value = undefined;
    finish?.(answer);
  }

  dispose(): void {
    this.#finish = null;
    this.#limit.dispose();
  }
}
