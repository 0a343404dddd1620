// The servers of a test behind the gateway, as the runtime would attach them: each keeps what its clients sent, answers as the
// test says, and remembers the open calls of a client over the death of the gateway, as the journal does.
import type { Disposable } from '../../../src/base/disposable.ts';
import { Emitter, Source } from '../../../src/base/signal.ts';
import { newLife } from '../../../src/core/connection/state.ts';
import {
  isRequest,
  isResponse,
  resultOf,
  type JsonObject,
  type RpcId,
  type RpcMessage,
  type RpcRequest,
} from '../../../src/core/rpc.ts';
import type { AttachedClient, ClientSpec, ServerDirectory } from '../../../src/runtime/clients.ts';

export const aWelcome: JsonObject = {
  protocolVersion: '2025-11-25',
  capabilities: { tools: { listChanged: true }, logging: {} },
  serverInfo: { name: 'files', version: '1' },
};

/** One attachment of a client. */
export class Attached implements AttachedClient {
  readonly life = new Source(newLife('idle', true));
  readonly sent: RpcMessage[] = [];
  readonly spec: ClientSpec;
  readonly #server: ActedServer;
  readonly #messages = new Emitter<readonly [RpcMessage, RpcId | null]>();
  readonly #closed = new Emitter<void>();
  claims = 0;
  isDisposed = false;
  hasLeft = false;

  constructor(spec: ClientSpec, server: ActedServer) {
    this.spec = spec;
    this.#server = server;
  }

  readonly end = {
    send: (message: RpcMessage): void => {
      this.sent.push(message);
      this.#server.take(message, this);
    },
    onMessage: (listener: (message: RpcMessage, cause: RpcId | null) => void): Disposable =>
      this.#messages.on(([message, cause]) => listener(message, cause)),
    onClose: (listener: () => void): Disposable => this.#closed.on(listener),
  };

  claim(taking?: (request: RpcRequest) => void): readonly string[] {
    this.claims += 1;
    this.#server.claimed(this);
    const { client } = this.spec;
    for (const request of this.#server.askedOf(client)) taking?.(request);
    return this.#server.openOf(client);
  }

  async leave(): Promise<void> {
    this.hasLeft = true;
    this.#server.forget(this.spec.client);
    this.close();
    await this.#server.goodbye;
  }

  dispose(): void {
    this.isDisposed = true;
    this.#messages.dispose();
  }

  say(message: RpcMessage, cause: RpcId | null = null): void {
    if (isResponse(message)) this.#server.closeCall(this.spec.client, message.id);
    this.#messages.emit([message, cause]);
  }

  notify(method: string, params: JsonObject = {}, cause: RpcId | null = null): void {
    this.say({ jsonrpc: '2.0', method, params }, cause);
  }

  answer(id: RpcId, result: JsonObject): void {
    this.say(resultOf(id, result));
  }

  /** The connection ended for good. */
  close(): void {
    this.#closed.emit();
  }

  get requests(): readonly RpcRequest[] {
    return this.sent.filter(isRequest).filter(({ method }) => method !== 'initialize');
  }
}

/** Undefined leaves the request open, for the test to answer. */
export type Script = (request: RpcRequest, client: Attached) => JsonObject | undefined;

export class ActedServer {
  readonly attached: Attached[] = [];
  readonly #open = new Map<string, Map<string, RpcRequest>>();
  readonly #waiting = new Set<() => void>();
  script: Script = ({ method }) => (method === 'tools/list' ? { tools: [] } : undefined);
  greets = true;
  /** How long the end of a session takes. */
  goodbye: Promise<void> = Promise.resolve();
  welcome = aWelcome;
  /** Says something in the moment in which the calls of an earlier life are taken up. */
  onClaim: (client: Attached) => void = () => undefined;

  get last(): Attached {
    const last = this.attached.at(-1);
    if (!last) throw new Error('No client is attached.');
    return last;
  }

  openOf(client: string): readonly string[] {
    return [...(this.#open.get(client)?.keys() ?? [])];
  }

  askedOf(client: string): readonly RpcRequest[] {
    return [...(this.#open.get(client)?.values() ?? [])];
  }

  /** The journal refused it, or the call was never written down. */
  forget(client: string): void {
    this.#open.delete(client);
  }

  closeCall(client: string, id: RpcId | null): void {
    this.#open.get(client)?.delete(String(id));
  }

  claimed(client: Attached): void {
    this.onClaim(client);
  }

  attach(spec: ClientSpec): Attached {
    const client = new Attached(spec, this);
    this.attached.push(client);
    this.#look();
    return client;
  }

  take(message: RpcMessage, client: Attached): void {
    if (isRequest(message)) this.#takeRequest(message, client);
    this.#look();
  }

  /** Resolves as soon as what the clients sent satisfies `wanted`. */
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

  /** The next open request of this method, as soon as it is there. */
  async request(
    method: string,
  ): Promise<{ readonly request: RpcRequest; readonly client: Attached }> {
    const find = () =>
      this.attached
        .flatMap((client) => client.requests.map((request) => ({ request, client })))
        .find(({ request, client }) => request.method === method && this.#isOpen(client, request));
    await this.until(() => find() !== undefined);
    const found = find();
    if (!found) throw new Error('It was there a moment ago.');
    return found;
  }

  #isOpen(client: Attached, request: RpcRequest): boolean {
    return this.openOf(client.spec.client).includes(String(request.id));
  }

  #takeRequest(request: RpcRequest, client: Attached): void {
    if (request.method === 'initialize') {
      if (this.greets) client.answer(request.id, this.welcome);
      return;
    }
    const result = this.script(request, client);
    if (result) return client.answer(request.id, result);
    const open = this.#open.get(client.spec.client) ?? new Map<string, RpcRequest>();
    this.#open.set(client.spec.client, open.set(String(request.id), request));
  }

  #look(): void {
    for (const look of this.#waiting) look();
  }
}

/** The servers of a window. */
export class Servers implements ServerDirectory {
  readonly names = new Source<readonly string[]>([]);
  readonly #servers = new Map<string, ActedServer>();

  add(name: string, server = new ActedServer()): ActedServer {
    this.#servers.set(name, server);
    this.names.set([...this.#servers.keys()]);
    return server;
  }

  get(name: string): ActedServer {
    const server = this.#servers.get(name);
    if (!server) throw new Error(`There is no server ${name}.`);
    return server;
  }

  remove(name: string): void {
    const server = this.#servers.get(name);
    this.#servers.delete(name);
    for (const client of server?.attached ?? []) client.close();
    this.names.set([...this.#servers.keys()]);
  }

  attach(serverId: string, spec: ClientSpec): AttachedClient | undefined {
    return this.#servers.get(serverId)?.attach(spec);
  }
}
