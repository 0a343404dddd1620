// A shared connection whose upstream is the test itself, and programs on it that keep what they are told. The server may answer
// while it is being asked, as a connection does that knows the answer already.
import { onTestFinished } from 'vitest';
import { Emitter, Source } from '../../src/base/signal.ts';
import {
  errorOf,
  isRequest,
  isResponse,
  type JsonObject,
  resultOf,
  type RpcId,
  type RpcMessage,
  type RpcRequest,
  type RpcResponse,
} from '../../src/core/rpc.ts';
import type { ClientEnd } from '../../src/runtime/clientEnd.ts';
import { type SharedClient, SharedConnection } from '../../src/runtime/sharedConnection.ts';
import { sharedId } from '../../src/runtime/sharedIds.ts';
import type { Wishes } from '../../src/runtime/sharedMember.ts';
import { FakeClient } from './fakeClient.ts';

export const theWelcome: JsonObject = {
  protocolVersion: '2025-11-25',
  capabilities: { tools: {}, logging: {}, resources: { subscribe: true } },
  serverInfo: { name: 'fake', version: '1' },
};

export class Program extends FakeClient {
  readonly key: string;
  readonly shared: SharedClient;
  /** The causes of what it heard, in the same order. */
  readonly causes: (RpcId | null)[] = [];

  constructor(key: string, shared: SharedClient) {
    super(shared.end);
    this.key = key;
    this.shared = shared;
    shared.end.onMessage((_message, cause) => this.causes.push(cause));
  }

  /** Says hello with these capabilities. */
  begin(capabilities: JsonObject = {}, protocolVersion = '2025-11-25'): this {
    this.request('initialize', { protocolVersion, capabilities, clientInfo: { name: this.key } });
    return this;
  }

  /** Texts of everything it was told, to look for what it must not know. */
  get everything(): string {
    return JSON.stringify(this.heard);
  }
}

export class SharedRig {
  /** What went up, in order. */
  readonly sent: RpcMessage[] = [];
  readonly connection: SharedConnection;
  readonly load = new Source<{ readonly held: number }>({ held: 0 });
  readonly held = new Set<RpcId>();
  /** What the server has granted. */
  readonly subscribed = new Set<string>();
  /** Answers at once; undefined leaves the request open. */
  script: (request: RpcRequest) => JsonObject | Error | undefined = ({ method }) =>
    method === 'initialize' ? theWelcome : undefined;
  welcome: JsonObject | null = null;
  readonly #messages = new Emitter<{ message: RpcMessage; cause: RpcId | null }>();
  readonly #closed = new Emitter<undefined>();

  constructor() {
    const inner: ClientEnd = {
      send: (message) => this.#got(message),
      onMessage: (listener) => this.#messages.on(({ message, cause }) => listener(message, cause)),
      onClose: (listener) => this.#closed.on(() => listener()),
    };
    this.connection = new SharedConnection({
      inner,
      identity: { name: 'us', version: '1' },
      welcome: () => this.welcome,
      isSubscribed: (uri) => this.subscribed.has(uri),
      load: this.load,
      heldIds: () => this.held,
    });
    onTestFinished(() => this.connection.dispose());
  }

  join(key: string, wishes?: Wishes): Program {
    return new Program(key, this.connection.join(key, wishes));
  }

  /** Says something to whom it concerns; `about`: on whose request's stream. */
  say(message: RpcMessage, about: { readonly client: string; readonly id: RpcId } | null = null) {
    this.#messages.emit({ message, cause: about && sharedId(about.client, about.id) });
  }

  notify(method: string, params: JsonObject = {}, about?: { client: string; id: RpcId }): void {
    this.say({ jsonrpc: '2.0', method: `notifications/${method}`, params }, about ?? null);
  }

  ask(id: RpcId, method: string, about?: { client: string; id: RpcId }): void {
    this.say({ jsonrpc: '2.0', id, method }, about ?? null);
  }

  answer(id: RpcId, result: JsonObject = {}): void {
    this.say(resultOf(id, result));
  }

  /** The one request of this method, or the newest of several. */
  upstream(method: string): RpcRequest {
    const request = this.requests(method).at(-1);
    if (!request) throw new Error(`Nothing asked for ${method}.`);
    return request;
  }

  requests(method: string): readonly RpcRequest[] {
    return this.sent.filter(isRequest).filter((request) => request.method === method);
  }

  notices(method: string): readonly RpcMessage[] {
    return this.sent.filter(
      (message) => !('id' in message) && message.method === `notifications/${method}`,
    );
  }

  /** The answers that the server got to its questions. */
  get answers(): readonly RpcResponse[] {
    return this.sent.filter(isResponse);
  }

  close(): void {
    this.#closed.emit(undefined);
  }

  #got(message: RpcMessage): void {
    this.sent.push(message);
    if (!isRequest(message)) return;
    const answer = this.script(message);
    if (answer instanceof Error)
      this.say(errorOf(message.id, { code: -32000, message: answer.message }));
    else if (answer) {
      if (message.method === 'initialize') this.welcome = answer;
      this.answer(message.id, answer);
    }
  }
}
