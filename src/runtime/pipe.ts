// The two directions of a connection's client end. Messages pass as they are, known or unknown, except for what must be
// translated so that a client never notices a new session: the handshake, request ids, progress tokens.
// Not here: holding and repeating calls (caller.ts) and the link (connection.ts).
import type { Millis } from '../base/clock.ts';
import { type Disposable, Store } from '../base/disposable.ts';
import { Emitter } from '../base/signal.ts';
import {
  errorOf,
  isRequest,
  isResponse,
  type JsonObject,
  resultOf,
  type RpcId,
  type RpcMessage,
  type RpcNotification,
  type RpcRequest,
  type RpcResponse,
} from '../core/rpc.ts';
import type { ClientEnd } from './clientEnd.ts';
import { Greeting, type GreetingDeps } from './greeting.ts';
import { type Asked, questionId, serverIdIn } from './questionId.ts';
import type { SessionMemory } from './sessionMemory.ts';

export interface PipeDeps {
  readonly memory: SessionMemory;
  readonly greeting: Omit<GreetingDeps, 'answer'>;
  readonly upstream: PipeUpstream;
}

/** What the pipe asks of the connection behind it. */
export interface PipeUpstream {
  /** The client said who it is; a connection can be made. `anew`: it is another client than the one before. */
  greeted(anew: boolean): void;
  call(request: RpcRequest): void;
  cancel(clientId: RpcId): void;
  /** Passes a notification or response on, if there is a link; else it is dropped. */
  tell(message: RpcNotification | RpcResponse): void;
  /** A progress report as the client is to see it, and its request; null where nobody asked for it. */
  progress(message: RpcNotification): ProgressReport | null;
}

export interface ProgressReport {
  readonly message: RpcNotification;
  readonly cause: RpcId;
}

interface ForClient {
  readonly message: RpcMessage;
  readonly cause: RpcId | null;
}

interface ServerRequest {
  readonly serverId: RpcId;
  readonly session: number;
}

/** A server that asks and never lets its client finish; the oldest question is answered with an error. */
const maxServerRequests = 1000;

const notification = (method: string, params?: JsonObject): RpcNotification => ({
  jsonrpc: '2.0',
  method,
  ...(params ? { params } : {}),
});

export class Pipe implements Disposable {
  readonly #deps: PipeDeps;
  readonly #store = new Store();
  readonly #toClient = this.#store.add(new Emitter<ForClient>());
  readonly #closed = this.#store.add(new Emitter<undefined>());
  /** Requests of the server by the id that the client sees. */
  readonly #serverRequests = new Map<RpcId, ServerRequest>();
  readonly #greeting: Greeting;
  readonly #bornAt: Millis;
  #nextServerRequest = 1;

  constructor(deps: PipeDeps) {
    this.#deps = deps;
    this.#bornAt = deps.greeting.clock.now();
    const answer = (response: RpcResponse): void => this.toClient(response);
    this.#greeting = this.#store.add(new Greeting({ ...deps.greeting, answer }));
  }

  readonly end: ClientEnd = {
    send: (message) => this.#fromClient(message),
    onMessage: (listener) => this.#toClient.on(({ message, cause }) => listener(message, cause)),
    onClose: (listener) => this.#closed.on(() => listener()),
  };

  /** The handshake succeeded: a client that waits for its `initialize` gets its answer. */
  welcomed(): void {
    const { welcome } = this.#deps.memory;
    if (welcome) this.#greeting.welcomed(welcome);
  }

  /** Passes on what the connection has to say; `cause` is the client's request that it is about. */
  toClient(message: RpcMessage, cause: RpcId | null = null): void {
    this.#toClient.emit({ message, cause });
  }

  /** The session is another one: questions of the old one have nobody to answer to. */
  sessionReplaced(): void {
    for (const id of this.#serverRequests.keys())
      this.toClient(
        notification('notifications/cancelled', { requestId: id, reason: 'the server restarted' }),
      );
    this.#serverRequests.clear();
  }

  /** Tells the client to look again at everything that may have changed unheard. */
  announceChanges(): void {
    const { capabilities, record } = this.#deps.memory;
    for (const list of ['tools', 'resources', 'prompts'])
      if (capabilities[list]) this.toClient(notification(`notifications/${list}/list_changed`));
    for (const uri of record.value.subscriptions)
      this.toClient(notification('notifications/resources/updated', { uri }));
  }

  /** `cause`: the client's request on whose behalf the server speaks; null where that is not known. */
  fromServer(message: RpcRequest | RpcNotification, cause: RpcId | null): void {
    if (isRequest(message)) this.#serverAsks(message, cause);
    else if (message.method === 'notifications/progress') this.#serverProgresses(message);
    else if (message.method === 'notifications/cancelled') this.#serverCancels(message);
    else this.toClient(message, cause);
  }

  /** Ends the client's end for good. */
  close(): void {
    if (!this.#store.isDisposed) this.#closed.emit(undefined);
    this.dispose();
  }

  dispose(): void {
    this.#store.dispose();
    this.#serverRequests.clear();
  }

  #fromClient(message: RpcMessage): void {
    const { upstream } = this.#deps;
    if (isResponse(message)) return this.#clientAnswers(message);
    if (isRequest(message)) {
      if (message.method === 'initialize') this.#initialize(message);
      else upstream.call(message);
      return;
    }
    // The pipe says it itself, with each handshake.
    if (message.method === 'notifications/initialized') return;
    const requestId = message.params?.['requestId'];
    if (message.method !== 'notifications/cancelled') upstream.tell(message);
    else if (typeof requestId === 'string' || typeof requestId === 'number')
      upstream.cancel(requestId);
  }

  #initialize(request: RpcRequest): void {
    const { memory, upstream } = this.#deps;
    const hello = request.params ?? {};
    const sameClient =
      memory.hello !== null && JSON.stringify(memory.hello) === JSON.stringify(hello);
    // The first client of all has nothing to replace.
    const isAnother = !sameClient && memory.hello !== null;
    if (!sameClient) {
      // The server remembers the capabilities of another client: that session is not for this one.
      memory.forget();
      memory.greet(hello);
    }
    this.#greeting.wait(request.id, () => {
      if (sameClient) this.welcomed();
      upstream.greeted(isAnother);
    });
  }

  #clientAnswers(response: RpcResponse): void {
    if (response.id === null) return;
    const serverId = this.#serverIdOf(response.id);
    this.#serverRequests.delete(response.id);
    if (serverId !== null) this.#deps.upstream.tell({ ...response, id: serverId });
  }

  /** Null where nobody upstream waits for an answer to this id, or somebody in another session did. */
  #serverIdOf(id: RpcId): RpcId | null {
    const asked = this.#serverRequests.get(id);
    const { sessionNumber } = this.#deps.memory;
    if (asked) return asked.session === sessionNumber ? asked.serverId : null;
    // Asked in an earlier life of ours: the id says it all.
    return serverIdIn(id, this.#here());
  }

  #here(): Asked {
    return { sessionId: this.#deps.memory.session?.id ?? null, life: this.#bornAt };
  }

  #serverAsks(request: RpcRequest, cause: RpcId | null): void {
    const { upstream, memory } = this.#deps;
    // The pipe is what the server asks after; a busy client must not make it look dead.
    if (request.method === 'ping') return upstream.tell(resultOf(request.id, {}));
    if (this.#serverRequests.size >= maxServerRequests)
      return upstream.tell(
        errorOf(request.id, {
          code: -32000,
          message: 'too many requests are waiting for the client',
        }),
      );
    const id = questionId(request.id, this.#here(), this.#nextServerRequest++);
    this.#serverRequests.set(id, { serverId: request.id, session: memory.sessionNumber });
    this.toClient({ ...request, id }, cause);
  }

  /** Progress comes under our upstream id; the client knows its own token. */
  #serverProgresses(message: RpcNotification): void {
    const report = this.#deps.upstream.progress(message);
    if (report) this.toClient(report.message, report.cause);
  }

  #serverCancels(message: RpcNotification): void {
    const serverId = message.params?.['requestId'];
    for (const [id, asked] of this.#serverRequests) {
      if (asked.serverId !== serverId) continue;
      this.#serverRequests.delete(id);
      this.toClient({ ...message, params: { ...message.params, requestId: id } });
      return;
    }
  }
}
