// Many clients on one connection: one process for all of them where the server is a program. Their requests go up under ids
// that say whose they are, and what the server says finds those it is meant for. A client may go and come back: what it waits
// for goes on meanwhile. Messages may be answered while they are being sent, so everything is noted before.
// Not here: what a client is told while the server is away (steadyEnd.ts), and the connection itself (connection.ts).
import { type Disposable, Store, toDisposable } from '../base/disposable.ts';
import type { Signal } from '../base/signal.ts';
import { welcomeInVersionOf } from '../core/offers.ts';
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
import { helloOf, upstreamOf } from './sharedHello.ts';
import { type Owner, ownerOf, sharedId } from './sharedIds.ts';
import { type MemberLoad, noWishes, SharedMember, type Wishes } from './sharedMember.ts';
import { SharedQuestions } from './sharedQuestions.ts';
import { type Running, SharedRunning } from './sharedRunning.ts';
import { SharedSettings } from './sharedSettings.ts';

export interface SharedConnectionDeps {
  readonly inner: ClientEnd;
  /** What we call ourselves upstream: `clientInfo` of `initialize`. */
  readonly identity: JsonObject;
  /** What the server said at the newest handshake; null before the first. */
  readonly welcome: () => JsonObject | null;
  /** Whether the session is subscribed to that, or will be as soon as there is one. */
  readonly isSubscribed: (uri: string) => boolean;
  /** Of the connection: how many calls wait to be sent, and which. */
  readonly load: Signal<{ readonly held: number }>;
  readonly heldIds: () => Iterable<RpcId>;
}

/** One client of it. Disposed it is away, and may come back for what it waits for. */
export interface SharedClient extends Disposable {
  readonly end: ClientEnd;
  readonly load: Signal<MemberLoad>;
  /** Says hello for a program that did so in an earlier life and does not say it again. */
  greet(hello: JsonObject): void;
  /** A request of an earlier life, under its id upstream: it is its client's again. */
  take(request: RpcRequest): void;
  /** A setting that the server is to get when it is there. Returns what to remember for its next session, if anything. */
  note(request: RpcRequest): RpcRequest | null;
  /** It wants nothing any more. */
  leave(): void;
}

export const mostMembers = 1000;
export const mostRunning = 10_000;
// JSON-RPC 2.0 leaves −32000 to −32099 to whoever answers.
const tooMuch = -32000;
const crowded =
  'Too many programs, or too many of their calls, share this server. Wait for answers, or set "connection": "perClient" for it.';
const oversubscribed =
  'This program has subscribed to too many resources of this server. Unsubscribe from some of them first.';

/** The handshake that is asked for, and who waits for its answer. */
interface Greeting {
  readonly id: string;
  readonly waiting: { readonly member: SharedMember; readonly id: RpcId }[];
}

/** Nobody's own: what we ask for ourselves. */
const ourselves = '';

export class SharedConnection implements Disposable {
  readonly #deps: SharedConnectionDeps;
  readonly #store = new Store();
  /** Those that are there. */
  readonly #members = new Map<string, SharedMember>();
  readonly #running = new SharedRunning();
  readonly #questions: SharedQuestions;
  readonly #settings: SharedSettings;
  #greeting: Greeting | null = null;
  #hasGreeted = false;
  #number = 0;

  constructor(deps: SharedConnectionDeps) {
    this.#deps = deps;
    const { inner, isSubscribed, load } = deps;
    this.#questions = new SharedQuestions({
      answer: (response) => inner.send(response),
      running: () => this.#running.all,
      members: () => this.#members,
    });
    this.#settings = new SharedSettings({
      members: () => this.#members.values(),
      isSubscribed,
      ask: (method, params) => this.#askOurselves(method, params),
    });
    this.#store.add(inner.onMessage((message, cause) => this.#fromServer(message, cause)));
    const close = (): void => this.#members.forEach(({ closed }) => closed.emit(undefined));
    this.#store.add(inner.onClose(close));
    this.#store.add(load.onChange(() => this.#members.forEach((member) => member.loadChanged())));
  }

  /** Whether the client of this request is there. Nobody has to be for what we ask ourselves. */
  hears(upstream: RpcId): boolean {
    const owner = ownerOf(upstream);
    return owner === null || owner.client === ourselves || this.#members.has(owner.client);
  }

  /** A client comes; one that comes again under the same key takes the place of its former self. */
  join(client: string, wishes: Wishes = noWishes): SharedClient {
    this.#members.get(client)?.dispose();
    this.#members.delete(client);
    const member = new SharedMember(client, wishes, () => this.#loadOf(client));
    this.#hasSeat(member);
    const life = toDisposable(() => this.#rest(member));
    return {
      end: {
        send: (message) => this.#fromClient(member, message),
        onMessage: (listener) =>
          member.messages.on(({ message, cause }) => listener(message, cause)),
        onClose: (listener) => member.closed.on(() => listener()),
      },
      load: member.load,
      greet: (hello) => this.#greetFor(member, hello),
      take: (request) => this.#running.add(request),
      note: (request) => {
        const settled = this.#settings.settle(member, request);
        return settled.kind === 'ask' ? settled.request : null;
      },
      leave: () => this.#leave(member),
      dispose: () => life.dispose(),
    };
  }

  dispose(): void {
    this.#store.dispose();
    for (const member of this.#members.values()) member.dispose();
    this.#members.clear();
    this.#running.clear();
  }

  /** One that came when there was no room has it as soon as somebody leaves. */
  #hasSeat(member: SharedMember): boolean {
    if (this.#members.get(member.client) === member) return true;
    if (this.#members.size >= mostMembers || this.#members.has(member.client)) return false;
    this.#members.set(member.client, member);
    return true;
  }

  #rest(member: SharedMember): void {
    if (this.#members.get(member.client) === member) this.#members.delete(member.client);
    member.dispose();
  }

  #leave(member: SharedMember): void {
    if (member.isGone) return;
    const hadSeat = this.#members.get(member.client) === member;
    this.#rest(member);
    if (!hadSeat) return;
    this.#running.forget(member.client);
    this.#questions.left(member.client);
    this.#settings.left(member);
  }

  #loadOf(client: string): MemberLoad {
    const all = this.#running.countOf(client);
    const { load, heldIds } = this.#deps;
    const held = load.value.held === 0 ? 0 : this.#running.heldOf(client, heldIds());
    return { held, running: all - held };
  }

  #askOurselves(method: string, params: JsonObject): void {
    const id = sharedId(ourselves, (this.#number += 1));
    this.#deps.inner.send({ jsonrpc: '2.0', id, method, params });
  }

  #greetFor(member: SharedMember, hello: JsonObject): void {
    member.hello = hello;
    this.#settings.renew(member);
    if (!this.#hasGreeted && !this.#greeting) this.#greet();
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
    if (!this.#running.take(id)) return;
    member.loadChanged();
    this.#deps.inner.send({ ...message, params: { ...message.params, requestId: id } });
  }

  #request(member: SharedMember, request: RpcRequest): void {
    const { id, method } = request;
    const refuse = (message: string): void => member.tell(errorOf(id, { code: tooMuch, message }));
    const open = this.#running.size + (this.#greeting?.waiting.length ?? 0);
    if (!this.#hasSeat(member) || open >= mostRunning) return refuse(crowded);
    if (method === 'initialize') return this.#initialize(member, request);
    const settled = this.#settings.settle(member, request);
    if (settled.kind === 'too-many') return refuse(oversubscribed);
    if (settled.kind === 'done') return member.tell(resultOf(id, {}));
    const upstream = upstreamOf(settled.request, member.client);
    this.#running.add(upstream);
    member.loadChanged();
    this.#deps.inner.send(upstream);
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
    this.#hasGreeted = !('error' in response);
    for (const { member, id } of waiting)
      member.tell(
        'error' in response
          ? { ...response, id }
          : resultOf(id, welcomeInVersionOf(member.hello ?? {}, response.result)),
      );
  }

  #fromServer(message: RpcMessage, cause: RpcId | null): void {
    if (isResponse(message)) return this.#answer(message);
    const owner = ownerOf(cause);
    const about = owner?.client === ourselves ? null : owner;
    if (isRequest(message)) return this.#questions.asked(message, about);
    if (this.#questions.withdrawn(message)) return;
    if (message.method === 'notifications/progress') return this.#progress(message, about);
    this.#tell(message, about);
  }

  #tell(message: RpcNotification, about: Owner | null): void {
    const only = this.#running.onlyFor(message, about);
    for (const member of this.#members.values()) {
      const isMeant = only === null || only === member.client;
      const isCause = about?.client === member.client;
      if (isMeant && member.wants(message)) member.tell(message, isCause ? about.id : null);
    }
  }

  #progress(message: RpcNotification, about: Owner | null): void {
    const owner = ownerOf(message.params?.['progressToken']);
    if (!owner) return;
    const params = { ...message.params, progressToken: owner.id };
    this.#members.get(owner.client)?.tell({ ...message, params }, about?.id ?? null);
  }

  #answer(response: RpcResponse): void {
    const owner = ownerOf(response.id);
    if (!owner || response.id === null) return;
    if (owner.client === ourselves) {
      // Of our own questions only the handshake matters to anybody.
      if (this.#greeting?.id === response.id) this.#greeted(this.#greeting, response);
      return;
    }
    const running = this.#running.take(response.id);
    const member = this.#members.get(owner.client);
    if (running) this.#ended(running, member, response);
    // Also what was never asked in this life: an answer that waited for its client.
    member?.tell({ ...response, id: owner.id });
  }

  #ended(running: Running, member: SharedMember | undefined, response: RpcResponse): void {
    this.#running.noteTask(running, response);
    const { method, uri } = running;
    const isRefused = method === 'resources/subscribe' && 'error' in response;
    if (isRefused && uri !== null && member) this.#settings.refused(member, uri);
    member?.loadChanged();
  }
}
