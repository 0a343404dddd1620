// The end that a program at the gateway holds: that of its connection, made steady. What a client cannot do without (the
// welcome, lists, settings, ping) is answered whether the server is there or not; everything else passes as it is.
// Not here: holding calls, which the connection behind it does.
import type { Clock } from '../base/clock.ts';
import { type Disposable, Store } from '../base/disposable.ts';
import { Emitter, type Signal } from '../base/signal.ts';
import type { Life } from '../core/connection/state.ts';
import { listKindOf, standingOf } from '../core/offers.ts';
import {
  isNotification,
  isRequest,
  isResponse,
  resultOf,
  type JsonObject,
  type RpcId,
  type RpcMessage,
  type RpcRequest,
  type RpcResponse,
} from '../core/rpc.ts';
import type { ClientEnd } from './clientEnd.ts';
import { SteadyLists } from './steadyLists.ts';
import { type Offers, SteadyMemory } from './steadyMemory.ts';
import { SteadyWelcome } from './steadyWelcome.ts';

export interface SteadyEndDeps {
  readonly clock: Clock;
  /** The end of the connection (or of a client on a shared one) that is made steady. */
  readonly inner: ClientEnd;
  readonly life: Signal<Life>;
  /** Name of the server as the user knows it. */
  readonly server: string;
  /** What the server last said of itself. */
  readonly offers: Offers;
  /** What the server of the present or last connection of this client really said; null before its first handshake. */
  readonly welcome: () => JsonObject | null;
  /** Starts or nudges the connection, as a call would. */
  readonly nudge: () => void;
  /** Notes a setting (log level, subscription) for the next session, without sending it. */
  readonly note: (request: RpcRequest) => void;
}

interface ForClient {
  readonly message: RpcMessage;
  readonly cause: RpcId | null;
}

export class SteadyEnd implements Disposable {
  readonly #deps: SteadyEndDeps;
  readonly #store = new Store();
  readonly #toClient = this.#store.add(new Emitter<ForClient>());
  readonly #closed = this.#store.add(new Emitter<undefined>());
  readonly #welcome: SteadyWelcome;
  readonly #lists: SteadyLists;

  constructor(deps: SteadyEndDeps) {
    this.#deps = deps;
    const { inner, offers, welcome, nudge } = deps;
    const shared = {
      clock: deps.clock,
      life: deps.life,
      server: deps.server,
      memory: new SteadyMemory(offers),
      welcome,
      pass: (message: RpcMessage): void => inner.send(message),
      tell: (message: RpcMessage): void => this.#tell(message),
    };
    // Before the lists: what the server really has must be known when they go out.
    this.#welcome = this.#store.add(new SteadyWelcome(shared));
    const isMissing = (capability: string): boolean => this.#welcome.isMissing(capability);
    this.#lists = this.#store.add(new SteadyLists({ ...shared, isMissing, nudge }));
    this.#store.add(inner.onMessage((message, cause) => this.#fromServer(message, cause)));
    this.#store.add(inner.onClose(() => this.#close()));
  }

  readonly end: ClientEnd = {
    send: (message) => this.#fromClient(message),
    onMessage: (listener) => this.#toClient.on(({ message, cause }) => listener(message, cause)),
    onClose: (listener) => this.#closed.on(() => listener()),
  };

  /** A request of an earlier life is about to go on, and may be answered at once. A list is answered from memory too. */
  taking(request: RpcRequest): void {
    if (listKindOf(request.method)) this.#lists.taking(request);
  }

  dispose(): void {
    this.#store.dispose();
  }

  #tell(message: RpcMessage, cause: RpcId | null = null): void {
    this.#toClient.emit({ message, cause });
  }

  #fromClient(message: RpcMessage): void {
    if (this.#store.isDisposed) return;
    if (isRequest(message)) return this.#asked(message);
    const isCancel = isNotification(message) && message.method === 'notifications/cancelled';
    if (isCancel && this.#lists.cancelled(message.params?.['requestId'])) return;
    this.#deps.inner.send(message);
  }

  #asked(request: RpcRequest): void {
    const { method } = request;
    const ours = this.#ownAnswer(request);
    if (ours) this.#tell(resultOf(request.id, ours));
    else if (method === 'initialize') this.#welcome.ask(request);
    else if (listKindOf(method)) this.#lists.ask(request);
    else this.#deps.inner.send(request);
  }

  /** What needs no server at all, or is answered as one would that has nothing; null for all else. */
  #ownAnswer(request: RpcRequest): JsonObject | null {
    switch (request.method) {
      case 'ping':
        return {};
      case 'completion/complete':
        return this.#welcome.isMissing('completions') ? { completion: { values: [] } } : null;
      case 'logging/setLevel':
        // A server that logs nothing obeys every level.
        return this.#noted(request) || this.#welcome.isMissing('logging') ? {} : null;
      case 'resources/subscribe':
      case 'resources/unsubscribe':
        return this.#noted(request) ? {} : null;
      default:
        return null;
    }
  }

  /** A setting for a server that is not there is made when it comes. */
  #noted(request: RpcRequest): boolean {
    if (standingOf(this.#deps.life.value.state) === 'up') return false;
    this.#deps.note(request);
    return true;
  }

  #fromServer(message: RpcMessage, cause: RpcId | null): void {
    if (isResponse(message)) {
      if (!this.#isTaken(message)) this.#tell(message, cause);
      return;
    }
    if (message.method.endsWith('/list_changed')) {
      this.#lists.changed();
      this.#welcome.noticed(message.method);
    }
    this.#tell(message, cause);
  }

  #isTaken(response: RpcResponse): boolean {
    return this.#welcome.answered(response) || this.#lists.answered(response);
  }

  #close(): void {
    this.#welcome.answerAll();
    this.#lists.answerAll();
    this.#closed.emit(undefined);
  }
}
