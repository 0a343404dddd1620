// A session's way to its server: attached when its client is there, attached again when the server was redefined or came back
// into the settings, and given back when the client has been silent for long. Not here: what is said on it (session.ts).
import { type Clock, type Millis, sleep } from '../base/clock.ts';
import { type Disposable, Mutable, Store } from '../base/disposable.ts';
import { whenever } from '../base/signal.ts';
import { isRecovering } from '../core/connection/state.ts';
import type { RpcId, RpcMessage, RpcRequest } from '../core/rpc.ts';
import type { AttachedClient, ClientSpec, ServerDirectory } from '../runtime/clients.ts';

/** What goes on of before: its ids, and what was asked as far as an earlier life has left it. */
export interface Running {
  readonly ids: readonly string[];
  readonly asked: ReadonlyMap<RpcId, RpcRequest>;
}

export const nothingRuns: Running = { ids: [], asked: new Map() };

export interface UpstreamEvents {
  message(message: RpcMessage, cause: RpcId | null): void;
  /** It is attached; `again`: it was attached before in this life. */
  attached(running: Running, again: boolean): void;
  /** There is no such server any more. */
  gone(): void;
}

export interface UpstreamDeps {
  readonly directory: ServerDirectory;
  readonly server: string;
  readonly clock: Clock;
  readonly spec: () => ClientSpec;
  readonly events: UpstreamEvents;
}

/** A server that was redefined is there again in the same moment; one that was removed is missed no earlier than this. */
const lookAgainAfter: Millis = 100;
/** So long a server may take to be there again for the goodbye; afterwards its session ends there by its age. */
const farewellPatience: Millis = 5_000;

interface Attachment extends Disposable {
  readonly client: AttachedClient;
  readonly listeners: Store;
}

const attachmentOf = (client: AttachedClient): Attachment => {
  const store = new Store();
  store.add(client);
  // Ended first: what the end of a connection makes of its open calls is for the next life to say.
  const listeners = store.add(new Store());
  return { client, listeners, dispose: () => store.dispose() };
};

type Heard = readonly [message: RpcMessage, cause: RpcId | null];

export class SessionUpstream implements Disposable {
  readonly #deps: UpstreamDeps;
  readonly #store = new Store();
  readonly #attached = this.#store.add(new Mutable<Attachment>());
  readonly #lookAgain = this.#store.add(new Mutable<Disposable>());
  #wasAttached = false;
  /** What came while the calls of an earlier life were being taken up: their ids are known only afterwards. */
  #early: Heard[] | null = null;

  constructor(deps: UpstreamDeps) {
    this.#deps = deps;
  }

  get isAttached(): boolean {
    return this.#attached.value !== undefined;
  }

  /** The way to the server, or null where there is none of this name. */
  reach(): AttachedClient | null {
    if (this.#attached.value) return this.#attached.value.client;
    if (this.#store.isDisposed) return null;
    const { directory, server, spec, events } = this.#deps;
    const client = directory.attach(server, spec());
    if (!client) return null;
    this.#lookAgain.value = undefined;
    const attachment = attachmentOf(client);
    this.#attached.value = attachment;
    attachment.listeners.add(
      client.end.onMessage((message, cause) => {
        if (this.#early) this.#early.push([message, cause]);
        else events.message(message, cause);
      }),
    );
    attachment.listeners.add(client.end.onClose(() => this.#closed(client)));
    this.#takeUp(client);
    return client;
  }

  /** Gives the connection back; it is had again at the next `reach`. */
  giveBack(): void {
    this.#lookAgain.value = undefined;
    this.#attached.value = undefined;
  }

  /** The client has ended its session: the one at the server is ended too. */
  async leave(): Promise<void> {
    this.reach();
    const attachment = this.#attached.value;
    // Nothing that is said from now on has anybody to be said to.
    attachment?.listeners.dispose();
    try {
      if (attachment) await this.#reached(attachment.client);
      await attachment?.client.leave();
    } finally {
      this.dispose();
    }
  }

  /** A session of an earlier life, or of a server that is just being restarted, is not ended by a goodbye that nobody can send. */
  async #reached({ life }: AttachedClient): Promise<void> {
    const over = new AbortController();
    const reached = whenever(life, ({ state }) => !isRecovering(state), over.signal);
    await Promise.race([reached, sleep(this.#deps.clock, farewellPatience, over.signal)]);
    over.abort();
  }

  dispose(): void {
    this.#store.dispose();
  }

  #takeUp(client: AttachedClient): void {
    const again = this.#wasAttached;
    this.#wasAttached = true;
    this.#early = [];
    const asked = new Map<RpcId, RpcRequest>();
    const running = client.claim((request) => asked.set(request.id, request));
    const early = this.#early;
    this.#early = null;
    // An answer may be there before its id was told.
    const answered = early.flatMap(([message]) =>
      'method' in message || typeof message.id !== 'string' ? [] : [message.id],
    );
    this.#deps.events.attached({ ids: [...running, ...answered], asked }, again);
    for (const [message, cause] of early) this.#deps.events.message(message, cause);
  }

  #closed(client: AttachedClient): void {
    if (this.#attached.value?.client !== client) return;
    this.giveBack();
    this.#lookAgain.value = this.#deps.clock.after(lookAgainAfter, () => {
      if (!this.reach()) this.#deps.events.gone();
    });
  }
}
