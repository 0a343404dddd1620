// Many clients on one connection: one process for all of them where the server is a program. Their requests go up under ids
// that say whose they are, and what the server says finds those it is meant for.
// Not here: what a client is told while the server is away (steadyEnd.ts), and the connection itself (connection.ts).
import { type Disposable, Store, toDisposable } from '../base/disposable.ts';
import { welcomeInVersionOf } from '../core/offers.ts';
import {
  errorOf,
  isErrorResponse,
  isObject,
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
import { ownerOf, sharedId } from './sharedIds.ts';
import { mostTalkative, SharedMember } from './sharedMember.ts';
import { SharedQuestions } from './sharedQuestions.ts';

export interface SharedConnectionDeps {
  readonly inner: ClientEnd;
  /** What we call ourselves upstream: `clientInfo` of `initialize`. */
  readonly identity: JsonObject;
  /** What the server said at the newest handshake; null before the first. */
  readonly welcome: () => JsonObject | null;
}

export interface SharedClient extends Disposable {
  readonly end: ClientEnd;
  /** Says hello for a program that did so in an earlier life and does not say it again. */
  greet(hello: JsonObject): void;
  readonly load: SharedMember['load'];
}

const mostMembers = 200;
const mostRunning = 10_000;
// JSON-RPC 2.0 leaves −32000 to −32099 to whoever answers.
const tooMuch = -32000;

interface Running {
  readonly member: SharedMember;
  readonly id: RpcId;
  readonly method: string;
  readonly uri: string | null;
}

/** The handshake that is asked for, and who waits for its answer. */
interface Greeting {
  readonly id: string;
  readonly waiting: { readonly member: SharedMember; readonly id: RpcId }[];
}

/** Nobody's own: what we ask for ourselves. */
const ourselves = '';

/**
 * A server decides at the handshake what it offers, and which programs will come is not known then: so all that any of them might
 * be able to do is declared, and a question that nobody can take is answered in words.
 */
const helloOf = (identity: JsonObject): JsonObject => ({
  protocolVersion: '2025-11-25',
  capabilities: { roots: { listChanged: true }, sampling: {}, elicitation: {} },
  clientInfo: identity,
});

const withToken = (request: RpcRequest, client: string): RpcRequest => {
  const meta = request.params?.['_meta'];
  const token = isObject(meta) ? meta['progressToken'] : undefined;
  if (!isObject(meta) || (typeof token !== 'string' && typeof token !== 'number')) return request;
  const _meta = { ...meta, progressToken: sharedId(client, token) };
  return { ...request, params: { ...request.params, _meta } };
};

const uriOf = ({ params }: RpcRequest): string | null =>
  typeof params?.['uri'] === 'string' ? params['uri'] : null;

export class SharedConnection implements Disposable {
  readonly #deps: SharedConnectionDeps;
  readonly #store = new Store();
  readonly #members = new Map<string, SharedMember>();
  /** In order of arrival, by the id upstream. */
  readonly #running = new Map<string, Running>();
  readonly #questions: SharedQuestions;
  #greeting: Greeting | null = null;
  #hasGreeted = false;
  #number = 0;

  constructor(deps: SharedConnectionDeps) {
    this.#deps = deps;
    const { inner } = deps;
    this.#questions = new SharedQuestions({
      answer: (response) => inner.send(response),
      running: () => [...this.#running.values()],
      members: () => [...this.#members.values()],
    });
    this.#store.add(inner.onMessage((message, cause) => this.#fromServer(message, cause)));
    this.#store.add(
      inner.onClose(() => this.#members.forEach((member) => member.closed.emit(undefined))),
    );
  }

  /** A client comes; one that comes again under the same key takes the place of its former self. */
  join(client: string): SharedClient {
    this.#members.get(client)?.dispose();
    const member = new SharedMember(client);
    this.#members.set(client, member);
    const end: ClientEnd = {
      send: (message) => this.#fromClient(member, message),
      onMessage: (listener) => member.messages.on(({ message, cause }) => listener(message, cause)),
      onClose: (listener) => member.closed.on(() => listener()),
    };
    const life = toDisposable(() => this.#leave(member));
    const greet = (hello: JsonObject): void => {
      member.hello = hello;
      if (!this.#hasGreeted && !this.#greeting) this.#greet();
    };
    return { end, load: member.load, greet, dispose: () => life.dispose() };
  }

  dispose(): void {
    this.#store.dispose();
    for (const member of this.#members.values()) member.dispose();
    this.#members.clear();
    this.#running.clear();
  }

  #leave(member: SharedMember): void {
    if (this.#members.get(member.client) === member) this.#members.delete(member.client);
    this.#questions.left(member);
    for (const [id, running] of this.#running)
      if (running.member === member) this.#running.delete(id);
    for (const uri of member.uris)
      if (!this.#isSubscribed(uri)) this.#askOurselves('resources/unsubscribe', { uri });
    member.dispose();
  }

  #isSubscribed(uri: string): boolean {
    return [...this.#members.values()].some(({ uris }) => uris.has(uri));
  }

  #askOurselves(method: string, params: JsonObject): void {
    const id = sharedId(ourselves, (this.#number += 1));
    this.#deps.inner.send({ jsonrpc: '2.0', id, method, params });
  }

  /** The answer may come while the question is being put, so that whoever waits has to wait already. */
  #greet(...waiting: Greeting['waiting']): void {
    const id = sharedId(ourselves, (this.#number += 1));
    this.#greeting = { id, waiting };
    const params = helloOf(this.#deps.identity);
    this.#deps.inner.send({ jsonrpc: '2.0', id, method: 'initialize', params });
  }

  #fromClient(member: SharedMember, message: RpcMessage): void {
    if (member.isGone) return;
    if (isResponse(message)) return this.#questions.answered(member, message);
    if (isRequest(message)) return this.#request(member, message);
    // Said once, with the one handshake.
    if (message.method === 'notifications/initialized') return;
    if (message.method !== 'notifications/cancelled') return this.#deps.inner.send(message);
    const requestId = message.params?.['requestId'];
    if (typeof requestId !== 'string' && typeof requestId !== 'number') return;
    const id = sharedId(member.client, requestId);
    if (!this.#running.delete(id)) return;
    member.ended();
    this.#deps.inner.send({ ...message, params: { ...message.params, requestId: id } });
  }

  #request(member: SharedMember, request: RpcRequest): void {
    const { id, method } = request;
    if (this.#members.size > mostMembers || this.#running.size >= mostRunning) {
      const text = `Too many programs, or too many of their calls, share this server. Wait for answers, or set "connection": "perClient" for it.`;
      return member.tell(errorOf(id, { code: tooMuch, message: text }));
    }
    if (method === 'initialize') return this.#initialize(member, request);
    const sent = this.#settled(member, request);
    if (sent === null) return member.tell(resultOf(id, {}));
    const upstream = sharedId(member.client, id);
    this.#running.set(upstream, { member, id, method, uri: uriOf(request) });
    member.began();
    this.#deps.inner.send({ ...withToken(sent, member.client), id: upstream });
  }

  /** What is set for all is counted over all; null where nothing has to be said upstream. */
  #settled(member: SharedMember, request: RpcRequest): RpcRequest | null {
    const uri = uriOf(request);
    const level = request.params?.['level'];
    switch (request.method) {
      case 'logging/setLevel':
        if (typeof level === 'string') member.level = level;
        return {
          ...request,
          params: { ...request.params, level: mostTalkative(this.#members.values()) ?? level },
        };
      case 'resources/subscribe': {
        const known = uri !== null && this.#isSubscribed(uri);
        if (uri !== null) member.uris.add(uri);
        return known ? null : request;
      }
      case 'resources/unsubscribe':
        if (uri !== null) member.uris.delete(uri);
        return uri !== null && this.#isSubscribed(uri) ? null : request;
      default:
        return request;
    }
  }

  #initialize(member: SharedMember, { id, params }: RpcRequest): void {
    member.hello = params ?? {};
    const welcome = this.#hasGreeted ? this.#deps.welcome() : null;
    if (welcome) member.tell(resultOf(id, welcomeInVersionOf(member.hello, welcome)));
    else if (this.#greeting) this.#greeting.waiting.push({ member, id });
    else this.#greet({ member, id });
  }

  #greeted({ waiting }: Greeting, response: RpcResponse): void {
    this.#greeting = null;
    // One that was refused leaves the next client to try again.
    this.#hasGreeted = !isErrorResponse(response);
    for (const { member, id } of waiting) {
      if (member.isGone) continue;
      if (isErrorResponse(response)) member.tell({ ...response, id });
      else member.tell(resultOf(id, welcomeInVersionOf(member.hello ?? {}, response.result)));
    }
  }

  #fromServer(message: RpcMessage, cause: RpcId | null): void {
    if (isResponse(message)) return this.#answer(message);
    const about = ownerOf(cause);
    if (isRequest(message)) return this.#questions.asked(message, about);
    const token = message.params?.['progressToken'];
    const owner = message.method === 'notifications/progress' ? ownerOf(token) : null;
    if (owner) return this.#progress(message, owner.client, owner.id, about?.id ?? null);
    if (about) return this.#members.get(about.client)?.tell(message, about.id);
    if (this.#questions.withdrawn(message)) return;
    for (const member of this.#members.values())
      if (this.#isFor(member, message)) member.tell(message);
  }

  #progress(message: RpcNotification, client: string, token: RpcId, cause: RpcId | null): void {
    const params = { ...message.params, progressToken: token };
    this.#members.get(client)?.tell({ ...message, params }, cause);
  }

  #isFor(member: SharedMember, { method, params }: RpcNotification): boolean {
    if (method === 'notifications/message') return member.wantsLevel(params?.['level']);
    if (method !== 'notifications/resources/updated') return true;
    const uri = params?.['uri'];
    return typeof uri === 'string' && member.uris.has(uri);
  }

  #answer(response: RpcResponse): void {
    const owner = ownerOf(response.id);
    if (!owner) return;
    if (owner.client === ourselves) {
      // Of our own questions only the handshake matters to anybody.
      if (this.#greeting?.id === response.id) this.#greeted(this.#greeting, response);
      return;
    }
    const known = this.#running.get(String(response.id));
    this.#running.delete(String(response.id));
    known?.member.ended();
    if (known?.method === 'resources/subscribe' && 'error' in response && known.uri !== null)
      known.member.uris.delete(known.uri);
    // Also what an earlier life asked: its client has claimed it.
    const member = known?.member ?? this.#members.get(owner.client);
    member?.tell({ ...response, id: owner.id });
  }
}
