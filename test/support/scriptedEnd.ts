// A connection's client end whose upstream is the test itself: it keeps what the client sent, and says what the test tells it to.
import { Emitter } from '../../src/base/signal.ts';
import { toDisposable, type Disposable } from '../../src/base/disposable.ts';
import {
  errorOf,
  isNotification,
  isRequest,
  resultOf,
  type JsonObject,
  type RpcMessage,
  type RpcNotification,
  type RpcRequest,
} from '../../src/core/rpc.ts';
import type { ClientEnd } from '../../src/runtime/clientEnd.ts';

/** Undefined leaves the request open, for the test to answer. */
export type Script = (request: RpcRequest) => JsonObject | Error | undefined;

export class ScriptedEnd implements ClientEnd {
  readonly sent: RpcMessage[] = [];
  readonly #messages = new Emitter<RpcMessage>();
  readonly #closed = new Emitter<void>();
  readonly #waiting = new Set<() => void>();
  #script: Script;
  listeners = 0;

  constructor(script: Script) {
    this.#script = script;
  }

  /** Another server from now on. */
  become(script: Script): void {
    this.#script = script;
  }

  send(message: RpcMessage): void {
    this.sent.push(message);
    if (isRequest(message)) {
      const answer = this.#script(message);
      if (answer instanceof Error)
        this.say(errorOf(message.id, { code: -32000, message: answer.message }));
      else if (answer) this.say(resultOf(message.id, answer));
    }
    for (const look of this.#waiting) look();
  }

  /** Says something to the client. */
  say(message: RpcMessage): void {
    this.#messages.emit(message);
  }

  notify(method: string, params: JsonObject = {}): void {
    this.say({ jsonrpc: '2.0', method, params });
  }

  end(): void {
    this.#closed.emit();
  }

  requests(method: string): readonly RpcRequest[] {
    return this.sent.filter(isRequest).filter((request) => request.method === method);
  }

  notifications(method: string): readonly RpcNotification[] {
    return this.sent
      .filter(isNotification)
      .filter((notification) => notification.method === method);
  }

  /** Resolves as soon as what the client sent satisfies `wanted`. */
  until(wanted: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!wanted()) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }

  onMessage(listener: (message: RpcMessage, cause: null) => void): Disposable {
    return this.#counted(this.#messages.on((message) => listener(message, null)));
  }

  onClose(listener: () => void): Disposable {
    return this.#counted(this.#closed.on(listener));
  }

  #counted(subscription: Disposable): Disposable {
    this.listeners += 1;
    return toDisposable(() => {
      this.listeners -= 1;
      subscription.dispose();
    });
  }
}
