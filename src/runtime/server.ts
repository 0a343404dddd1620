// One configured server as the screens see it: its connection on behalf of our own views, the client on it, and what is
// known of it. Not here: recovery (connection.ts) and the set of servers (fleet.ts).
import { type Disposable, Mutable, Store } from '../base/disposable.ts';
import { type Signal, Source } from '../base/signal.ts';
import { ConnectionError, aFailure } from '../core/connection/failure.ts';
import type { HealthReading } from '../core/connection/health.ts';
import { type ConnectionEvent, isUp, type Life } from '../core/connection/state.ts';
import type { HistoryEntry } from '../core/history.ts';
import type { JsonObject } from '../core/rpc.ts';
import type { ServerDefinition } from '../core/settings.ts';
import type { AttachedClient, ClientSpec } from './clients.ts';
import type { Connection } from './connection.ts';
import { LeftBehind } from './leftBehind.ts';
import type { Reach, ViewClient } from './ports.ts';
import { type Load, ServerClients, type SharedUse } from './serverClients.ts';
import type { ServerDeps } from './serverDeps.ts';
import { factsOf } from './sessionFacts.ts';
import { SharedConnection } from './sharedConnection.ts';
import { ownerOf } from './sharedIds.ts';
import type { SessionMemory } from './sessionMemory.ts';
import {
  type ConnectionOwner,
  makeConnection,
  memoryOf,
  type ServerFacts,
} from './serverConnection.ts';
import type {
  Catalog,
  ClientWatch,
  PendingCall,
  Proof,
  ServerWatch,
  SessionFacts,
  ToolCallOptions,
} from './watch.ts';

/** The client under which the sessions of our own views are stored. */
const ownClient = 'lifeline';

const emptyCatalog: Catalog = { listedAt: null, tools: [], resources: [], prompts: [] };

export class Server implements ServerWatch, Disposable {
  readonly #deps: ServerDeps;
  readonly #reach: Reach;
  #definition: ServerDefinition;
  readonly #store = new Store();
  readonly #connection: Connection;
  readonly #session = this.#store.add(new Source<SessionFacts | null>(null));
  readonly #catalog = this.#store.add(new Source<Catalog>(emptyCatalog));
  readonly #client = this.#store.add(new Mutable<Store>());
  readonly #leftBehind: LeftBehind;
  readonly #clients: ServerClients;
  /** Where programs use the same connection as our own views. */
  readonly #shared: SharedUse | null;
  readonly #calls = this.#store.add(new Source<Load>({ held: 0, running: 0, heldBytes: 0 }));
  readonly #pending = this.#store.add(new Source<readonly PendingCall[]>([]));
  #view: ViewClient | null = null;

  constructor(definition: ServerDefinition, deps: ServerDeps) {
    this.#definition = definition;
    this.#deps = deps;
    const { ports } = deps;
    this.#reach = ports.reach(definition);
    const facts = this.#facts();
    const memory = memoryOf(facts, ownClient);
    this.#session.set(factsOf(memory.record.value));
    this.#store.add(memory.record.onChange((record) => this.#session.set(factsOf(record))));
    this.#connection = this.#store.add(makeConnection(facts, this.#owner(), memory));
    this.#shared = definition.connection === 'shared' ? this.#share(memory) : null;
    const changed = (): void => this.#callsChanged();
    this.#clients = this.#store.add(new ServerClients(facts, changed, this.#shared));
    this.#store.add(this.#connection.calls.load.onChange(() => this.#callsChanged()));
    this.#store.add(this.#connection.calls.pending.onChange(() => this.#callsChanged()));
    this.#leftBehind = this.#store.add(new LeftBehind(this.#connection.calls));
  }

  get id(): string {
    return this.#definition.name;
  }

  get definition(): ServerDefinition {
    return this.#definition;
  }

  /** Takes an entry that differs only in what needs no other connection: whether the user trusts the hints. */
  redefine(definition: ServerDefinition): void {
    this.#definition = definition;
  }

  get life(): Signal<Life> {
    return this.#connection.life;
  }

  get proof(): Signal<Proof | null> {
    return this.#connection.proof;
  }

  get health(): Signal<HealthReading | null> {
    return this.#connection.pulse.health;
  }

  get session(): Signal<SessionFacts | null> {
    return this.#session;
  }

  get catalog(): Signal<Catalog> {
    return this.#catalog;
  }

  /** Of our own views and of all programs at the gateway together. */
  get calls(): Signal<Load> {
    return this.#calls;
  }

  get pending(): Signal<readonly PendingCall[]> {
    return this.#pending;
  }

  get clients(): Signal<readonly ClientWatch[]> {
    return this.#clients.watches;
  }

  /** A program at the gateway wants to use this server. */
  attach(spec: ClientSpec): AttachedClient {
    return this.#clients.attach(spec);
  }

  runPending(key: string, options: ToolCallOptions): Promise<JsonObject> {
    if (!this.definition.enabled) return this.#refuse();
    return this.#leftBehind.run(key, this.#ensureClient(), options);
  }

  discardPending(key: string): void {
    this.#leftBehind.discard(key);
  }

  /** Takes up the calls that an earlier life left behind. */
  restore(): void {
    // What programs left behind on a shared connection is theirs to claim.
    this.#connection.calls.restore((id) => (ownerOf(id)?.client ?? ownClient) === ownClient);
  }

  history(limit: number): readonly HistoryEntry[] {
    return this.#deps.ports.history.recent(this.id, limit);
  }

  start(): void {
    this.#ensureClient();
    this.#dispatch({ kind: 'started', at: this.#deps.ports.clock.now() });
  }

  stop(): void {
    this.#dispatch({ kind: 'stop-asked', at: this.#deps.ports.clock.now() });
  }

  reconnect(): void {
    this.#ensureClient();
    this.#dispatch({ kind: 'reconnect-asked', at: this.#deps.ports.clock.now() });
  }

  startNewSession(): void {
    this.#ensureClient();
    this.#dispatch({ kind: 'new-session-asked', at: this.#deps.ports.clock.now() });
  }

  woke(): void {
    this.#connection.woke();
    this.#clients.woke();
  }

  rootsChanged(): void {
    this.#view?.rootsChanged();
  }

  callTool(name: string, args: JsonObject, options: ToolCallOptions): Promise<JsonObject> {
    if (!this.definition.enabled) return this.#refuse();
    return this.#ensureClient().callTool(name, args, options);
  }

  /**
   * The extension ends or reloads: the sessions stay alive at the server. `isReplaced`: another entry takes this one's place, and
   * programs are told that they have to come again.
   */
  async shutdown(isReplaced = false): Promise<void> {
    const ended = Promise.all([this.#connection.shutdown(), this.#clients.shutdown(isReplaced)]);
    this.dispose();
    await ended;
  }

  /** The server was removed or redefined: its session is ended too. */
  async retire(): Promise<void> {
    const ended = Promise.all([this.#connection.retire(), this.#clients.retire()]);
    this.#deps.ports.records.remove(this.id, ownClient);
    this.dispose();
    await ended;
  }

  dispose(): void {
    this.#view = null;
    this.#store.dispose();
  }

  /** What a person does to the server is done for everybody who uses it. */
  #dispatch(event: ConnectionEvent): void {
    this.#connection.dispatch(event);
    this.#clients.dispatch(event);
  }

  #callsChanged(): void {
    if (this.#store.isDisposed) return;
    const { load, pending } = this.#connection.calls;
    const own = load.value;
    const theirs = this.#clients.load;
    this.#calls.set({
      held: own.held + theirs.held,
      running: own.running + theirs.running,
      heldBytes: own.heldBytes + theirs.heldBytes,
    });
    this.#pending.set(
      [...pending.value, ...this.#clients.pending].toSorted(
        (one, other) => one.since - other.since,
      ),
    );
  }

  #refuse(): Promise<never> {
    const failure = aFailure('blocked', `${this.id} is disabled. Enable it first.`);
    return Promise.reject(new ConnectionError(failure));
  }

  /** Our views' client says hello as soon as it exists, which starts the connection. */
  #ensureClient(): ViewClient {
    if (this.#view) return this.#view;
    const store = new Store();
    const member = this.#shared ? store.add(this.#shared.clients.join(ownClient)) : null;
    const view = this.#deps.ports.makeViewClient(member?.end ?? this.#connection.end);
    store.add(view);
    store.add(view.catalog.onChange((catalog) => this.#catalog.set(catalog)));
    store.add(this.#listOnceUp(view));
    this.#client.value = store;
    this.#view = view;
    this.#leftBehind.followAll(view);
    return view;
  }

  /** A client whose hello was refused while the server was away has listed nothing, and nobody else would have it try. */
  #listOnceUp(view: ViewClient): Disposable {
    let wasUp = false;
    return this.life.onChange(({ state }) => {
      const up = isUp(state);
      if (up && !wasUp && this.#catalog.value.listedAt === null) view.refresh();
      wasUp = up;
    });
  }

  #share(memory: SessionMemory): SharedUse {
    const connection = this.#connection;
    const identity = { name: 'mcp-lifeline', version: this.#deps.ports.version };
    const welcome = (): JsonObject | null => memory.welcome;
    const clients = new SharedConnection({ inner: connection.end, identity, welcome });
    return { connection, memory, clients: this.#store.add(clients) };
  }

  #facts(): ServerFacts {
    const { ports, settings, heldBytes, refusal, waiting } = this.#deps;
    return {
      ports,
      reach: this.#reach,
      definition: () => this.#definition,
      settings,
      heldBytes,
      annotationsOf: (tool) => this.#annotations(tool),
      refusal,
      waiting,
    };
  }

  #owner(): ConnectionOwner {
    const { settings, tellUser, leftBehind } = this.#deps;
    return {
      client: ownClient,
      journals: this.#definition.connection === 'shared' ? 'every-request' : 'tool-calls',
      holdBudget: () => settings().calls.holdBudget,
      isHistory: true,
      events: {
        tellUser: (about) => tellUser(this, about),
        leftBehind: (count) => leftBehind(this, count),
        taskLeft: (entry) => this.#view && this.#leftBehind.follow(entry, this.#view),
      },
    };
  }

  #annotations(name: string | null): JsonObject | null {
    return this.#catalog.value.tools.find((tool) => tool.name === name)?.annotations ?? null;
  }
}
