// A server without a network: the driver dials it, and the test says what happens to it. It keeps sessions, writes down
// everything it meets in order, and answers what a server answers; calls wait for the test's word.
import type { Fate } from '../../src/core/calls/fate.ts';
import { aFailure, ConnectionError, type Failure } from '../../src/core/connection/failure.ts';
import { isResponse, type JsonObject, resultOf } from '../../src/core/rpc.ts';
import type { RpcId, RpcNotification, RpcRequest, RpcResponse } from '../../src/core/rpc.ts';
import type { Dialer, LinkEvents, SessionRef } from '../../src/runtime/ports.ts';
import { broken, FakeLink, type ServerEnd } from './fakeLink.ts';

const refused = aFailure('refused', 'nobody listens');
const lost = aFailure('session-lost', 'the server does not know this session', { status: 404 });
const never = <T>(): Promise<T> => new Promise(() => {});

export class FakeDialer implements Dialer, ServerEnd {
  /** Everything that reached it: `dial s1`, `1 initialize 1`, `1 tell initialized`, `2 resume 7 from c3`, `2 goodbye`. */
  readonly seen: string[] = [];
  /** Requests and notifications as they came. */
  readonly got: (RpcRequest | RpcNotification | RpcResponse)[] = [];
  readonly links: FakeLink[] = [];
  readonly #sessions = new Set<string>();
  readonly #stalled = new Map<string, (() => void)[]>();
  #madeSessions = 0;
  #refusal: Failure | Error | null = null;
  #handshakeRefusal: Failure | null = null;
  #isSilent = false;
  /** What it says of itself in its answer to `initialize`. */
  welcome: JsonObject = {
    protocolVersion: '2025-11-25',
    capabilities: { tools: {}, resources: {}, logging: {} },
    serverInfo: { name: 'fake', version: '1' },
  };
  tools: readonly JsonObject[] = [];
  keepsSessions = true;
  /** It takes any old session id, as servers without a store do. */
  isForgetful = false;
  answersCalls = false;
  offersPush = true;
  /** It does not say that it took a request before it answers it. */
  takesInSilence = false;

  /** From now on dialling fails, and so does every request on a link that is still there. */
  refuseDialling(failure: Failure | Error = refused): void {
    this.#refusal = failure;
  }

  acceptDialling(): void {
    this.#refusal = null;
    this.#handshakeRefusal = null;
  }

  /** It can be reached, and refuses to begin. */
  refuseHandshake(failure: Failure): void {
    this.#handshakeRefusal = failure;
  }

  /** As a restart or an idle limit does it. */
  forgetSession(): void {
    this.#sessions.clear();
  }

  /** The link itself ends. */
  dropLink(failure: Failure = aFailure('closed', 'the connection was reset')): void {
    const { link } = this;
    link.events.lost(failure);
    link.endAll(broken(failure));
  }

  /** It takes everything and never says a word. */
  goSilent(): void {
    this.#isSilent = true;
  }

  speakAgain(): void {
    this.#isSilent = false;
  }

  /** `dial`, `tell` or a method waits until `proceed`. */
  stall(what: string): void {
    this.#stalled.set(what, []);
  }

  proceed(what: string): void {
    const waiting = this.#stalled.get(what) ?? [];
    this.#stalled.delete(what);
    for (const go of waiting) go();
  }

  /** Answers the request that runs under this upstream id. */
  answer(id: RpcId, result: JsonObject = { content: [] }, link = this.link): void {
    link.end(id, { kind: 'answered', response: resultOf(id, result) });
  }

  /** Cuts the answer streams of all calls, and not the link; with a cursor they can be resumed. */
  cutStream(cursor: string | null): void {
    const cut = broken(aFailure('closed', 'the stream broke'), cursor);
    for (const id of this.waiting) this.link.end(id, cut);
  }

  say(method: string, params: JsonObject = {}): void {
    this.link.events.message({ jsonrpc: '2.0', method, params }, 'standalone');
  }

  ask(id: RpcId, method: string): void {
    this.link.events.message({ jsonrpc: '2.0', id, method }, 'standalone');
  }

  /** The newest link. */
  get link(): FakeLink {
    const link = this.links.at(-1);
    if (!link) throw new Error('Nobody has dialled yet.');
    return link;
  }

  /** Upstream ids of the calls that wait for an answer on the newest link. */
  get waiting(): readonly RpcId[] {
    return this.link.open;
  }

  count(word: string): number {
    return this.seen.filter((line) => line.includes(word)).length;
  }

  /** Everything seen since it was last asked. */
  news(): string[] {
    return this.seen.splice(0);
  }

  async dial(session: SessionRef, events: LinkEvents, signal: AbortSignal): Promise<FakeLink> {
    this.note(session.id === null ? 'dial' : `dial ${session.id}`);
    await this.#turn('dial');
    if (this.#refusal !== null) throw this.#refused(this.#refusal);
    if (signal.aborted && !this.#stalled.has('late')) throw this.#refused(refused);
    const link = new FakeLink(this, this.links.length + 1, session, events);
    this.links.push(link);
    return link;
  }

  note(line: string): void {
    this.seen.push(line);
  }

  async fateOf(request: RpcRequest, link: FakeLink): Promise<Fate> {
    this.got.push(request);
    await this.#turn(request.method);
    if (this.#isSilent) return never();
    const refusal = this.#refusalOf(request, link);
    if (refusal) return refusal;
    switch (request.method) {
      case 'initialize':
        return this.#begin(request, link);
      case 'tools/list':
        return this.#answered(request, { tools: this.tools });
      case 'tools/call':
        return this.answersCalls ? this.#answered(request, { content: [] }) : never();
      default:
        return this.#answered(request, {});
    }
  }

  async fateOfTold(message: RpcNotification | RpcResponse, link: FakeLink): Promise<Fate> {
    this.got.push(message);
    await this.#turn(isResponse(message) ? 'answer' : 'tell');
    if (this.#isSilent) return never();
    return link.isClosed ? broken(aFailure('closed', 'the link was closed')) : { kind: 'accepted' };
  }

  fateOfResume(_id: RpcId, link: FakeLink): Promise<Fate> {
    return this.#knows(link) ? never() : Promise.resolve({ kind: 'refused', failure: lost });
  }

  pushOf(cursor: string | null): 'off' | 'fresh' | 'resumed' {
    if (!this.offersPush) return 'off';
    return cursor === null ? 'fresh' : 'resumed';
  }

  #refused(why: Failure | Error): Error {
    return why instanceof Error ? why : new ConnectionError(why);
  }

  #refusalOf(request: RpcRequest, link: FakeLink): Fate | null {
    if (this.#refusal !== null && !(this.#refusal instanceof Error))
      return { kind: 'not-sent', failure: this.#refusal };
    if (request.method === 'initialize')
      return this.#handshakeRefusal && { kind: 'refused', failure: this.#handshakeRefusal };
    return this.#knows(link) ? null : { kind: 'refused', failure: lost };
  }

  #begin(request: RpcRequest, link: FakeLink): Fate {
    if (this.keepsSessions) {
      const id = `s${++this.#madeSessions}`;
      this.#sessions.add(id);
      link.session = { ...link.session, id };
    }
    return this.#answered(request, this.welcome);
  }

  #answered(request: RpcRequest, result: JsonObject): Fate {
    return { kind: 'answered', response: resultOf(request.id, result) };
  }

  #knows(link: FakeLink): boolean {
    const { id } = link.session;
    return id === null || this.isForgetful || this.#sessions.has(id);
  }

  #turn(what: string): Promise<void> {
    const waiting = this.#stalled.get(what);
    return waiting ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve();
  }
}
