// One live transport to the fake server of fakeDialer.ts: hands every message to it, and ends as a real link does. Not
// here: what the server answers.
import type { Fate } from '../../src/core/calls/fate.ts';
import { aFailure, type Failure } from '../../src/core/connection/failure.ts';
import { type RpcId, type RpcNotification, type RpcRequest } from '../../src/core/rpc.ts';
import type { RpcResponse } from '../../src/core/rpc.ts';
import type { ExchangeOptions, Link, LinkEvents, SessionRef } from '../../src/runtime/ports.ts';

export interface ServerEnd {
  note(line: string): void;
  /** The fate of a request, as soon as there is one; a call waits until the test answers it. */
  fateOf(request: RpcRequest, link: FakeLink): Promise<Fate>;
  fateOfTold(message: RpcNotification | RpcResponse, link: FakeLink): Promise<Fate>;
  fateOfResume(id: RpcId, link: FakeLink): Promise<Fate>;
  readonly takesInSilence: boolean;
  pushOf(cursor: string | null): 'off' | 'fresh' | 'resumed';
}

export const broken = (failure: Failure, cursor: string | null = null): Fate => ({
  kind: 'broken',
  failure,
  cursor,
});

export class FakeLink implements Link {
  session: SessionRef;
  readonly number: number;
  /** What the driver hears of this link; a test may speak here after the link is closed, as a bad transport would. */
  readonly events: LinkEvents;
  readonly #server: ServerEnd;
  readonly #open = new Map<RpcId, (fate: Fate) => void>();
  readonly #idle: (() => void)[] = [];
  readonly #pings = new Set<RpcId>();
  #isClosed = false;
  resets = 0;
  /** From then on each request waits in `leaving` to be told that it leaves; the test tells it. */
  tellsLeaving = false;
  readonly leaving: (() => void)[] = [];
  /** What it waits for ends only when the test says so, not with the link or with the patience of who waits. */
  clings = false;

  constructor(server: ServerEnd, number: number, session: SessionRef, events: LinkEvents) {
    this.#server = server;
    this.number = number;
    this.session = session;
    this.events = events;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Ids of what has no answer yet, pings left out. */
  get open(): readonly RpcId[] {
    return [...this.#open.keys()].filter((id) => !this.#pings.has(id));
  }

  useVersion(protocolVersion: string): void {
    this.session = { ...this.session, protocolVersion };
  }

  exchange(request: RpcRequest, options: ExchangeOptions): Promise<Fate> {
    if (this.tellsLeaving && options.leaving) this.leaving.push(options.leaving);
    this.#note(`${request.method} ${request.id}`);
    if (request.method === 'ping') this.#pings.add(request.id);
    return this.#wait(request.id, options, this.#server.fateOf(request, this), options.begun);
  }

  async tell(message: RpcNotification | RpcResponse): Promise<Fate> {
    const what = 'method' in message ? message.method : `answer ${message.id}`;
    this.#note(`tell ${what.replace('notifications/', '')}`);
    return this.#server.fateOfTold(message, this);
  }

  resume(id: RpcId, cursor: string, options: ExchangeOptions): Promise<Fate> {
    this.#note(`resume ${id} from ${cursor}`);
    return this.#wait(id, options, this.#server.fateOfResume(id, this));
  }

  listen(cursor: string | null): void {
    this.#note(cursor === null ? 'listen' : `listen from ${cursor}`);
    queueMicrotask(() => {
      if (!this.#isClosed) this.events.push(this.#server.pushOf(cursor));
    });
  }

  reset(): void {
    this.resets += 1;
  }

  async leave(): Promise<void> {
    if (this.#open.size === 0) return;
    this.#note('leave');
    await new Promise<void>((resolve) => this.#idle.push(resolve));
  }

  close(goodbye: boolean): Promise<void> {
    if (!this.#isClosed) this.#note(goodbye ? 'goodbye' : 'close');
    this.#isClosed = true;
    if (!this.clings) this.endAll(broken(aFailure('closed', 'the link was closed by us')));
    return Promise.resolve();
  }

  end(id: RpcId, fate: Fate): void {
    this.#open.get(id)?.(fate);
  }

  endAll(fate: Fate): void {
    for (const id of this.#open.keys()) this.end(id, fate);
  }

  #note(what: string): void {
    this.#server.note(`${this.number} ${what}`);
  }

  #wait(
    id: RpcId,
    { signal }: ExchangeOptions,
    coming: Promise<Fate>,
    begun?: () => void,
  ): Promise<Fate> {
    return new Promise((resolve) => {
      const end = (fate: Fate): void => {
        if (!this.#open.delete(id)) return;
        if (this.#open.size === 0) for (const idle of this.#idle.splice(0)) idle();
        signal?.removeEventListener('abort', giveUp);
        if (fate.kind === 'answered') this.events.heard();
        resolve(fate);
      };
      const giveUp = (): void => {
        if (!this.clings) end(broken(aFailure('cancelled', 'nobody waits any more')));
      };
      this.#open.set(id, end);
      signal?.addEventListener('abort', giveUp, { once: true });
      if (signal?.aborted) giveUp();
      if (!this.#server.takesInSilence) begun?.();
      void coming.then(end);
    });
  }
}
