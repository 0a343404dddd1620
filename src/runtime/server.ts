// One configured server as the screens see it: its connection on behalf of our own views, the client on it, and what is
// known of it. Not here: recovery (connection.ts) and the set of servers (fleet.ts).
import { type Disposable, Store } from '../base/disposable.ts';
import { type Signal, Source } from '../base/signal.ts';
import { ConnectionError, wordedFailure } from '../core/connection/failure.ts';
import type { HealthReading } from '../core/connection/health.ts';
import type { ConnectionEvent, Life } from '../core/connection/state.ts';
import type { HistoryEntry } from '../core/history.ts';
import type { JsonObject, RpcId } from '../core/rpc.ts';
import type { ServerDefinition } from '../core/settings.ts';
import type { JournalEntry } from '../core/calls/journal.ts';
import { unsaid } from '../core/wording/unsaid.ts';
import type { AttachedClient, ClientSpec } from './clients.ts';
import type { Connection } from './connection.ts';
import { LeftBehind } from './leftBehind.ts';
import type { Reach, ViewClient } from './ports.ts';
import { type Load, ServerCalls } from './serverCalls.ts';
import type { ServerDeps } from './serverDeps.ts';
import { factsOf } from './sessionFacts.ts';
import type { SessionMemory } from './sessionMemory.ts';
import {
  type ConnectionOwner,
  makeConnection,
  marksOf,
  memoryOf,
  type ServerFacts,
} from './serverConnection.ts';
import { ServerPrograms } from './serverPrograms.ts';
import { ServerView } from './serverView.ts';
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

export class Server implements ServerWatch, Disposable {
  readonly #deps: ServerDeps;
  readonly #reach: Reach;
  #definition: ServerDefinition;
  readonly #store = new Store();
  readonly #connection: Connection;
  readonly #session = this.#store.add(new Source<SessionFacts | null>(null));
  readonly #leftBehind: LeftBehind;
  readonly #programs: ServerPrograms;
  readonly #calls = this.#store.add(new ServerCalls());
  readonly #view: ServerView;

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
    this.#store.add(this.#calls.add(this.#connection.calls));
    this.#programs = this.#store.add(this.#makePrograms(facts, memory));
    this.#leftBehind = this.#store.add(new LeftBehind(this.#connection.calls));
    this.#view = this.#store.add(this.#makeView());
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
    return this.#view.catalog;
  }

  /** Of our own views and of all programs at the gateway together. */
  get calls(): Signal<Load> {
    return this.#calls.load;
  }

  get pending(): Signal<readonly PendingCall[]> {
    return this.#calls.pending;
  }

  get clients(): Signal<readonly ClientWatch[]> {
    return this.#programs.clients.watches;
  }

  /** A program at the gateway wants to use this server. */
  attach(spec: ClientSpec): AttachedClient {
    return this.#programs.clients.attach(spec);
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
    this.#programs.restore();
  }

  history(limit: number): readonly HistoryEntry[] {
    return this.#deps.ports.history.recent(this.id, limit);
  }

  start(): void {
    this.#startOwn();
    this.#programs.clients.dispatch({ kind: 'started', at: this.#deps.ports.clock.now() });
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

  /** What a person had to do is done: whoever waited for it tries at once, and whoever works is left alone. */
  unblock(): void {
    this.#dispatch({ kind: 'nudged', at: this.#deps.ports.clock.now(), cause: 'user' });
  }

  woke(): void {
    this.#connection.woke();
    this.#programs.clients.woke();
  }

  rootsChanged(): void {
    this.#view.client?.rootsChanged();
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
    const ended = Promise.all([
      this.#connection.shutdown(isReplaced && this.#programs.shared !== null),
      this.#programs.clients.shutdown(isReplaced),
    ]);
    this.dispose();
    await ended;
  }

  /** The server was removed or redefined: its session is ended too. */
  async retire(): Promise<void> {
    const ended = Promise.all([this.#connection.retire(), this.#programs.clients.retire()]);
    this.#deps.ports.records.remove(this.id, ownClient);
    this.dispose();
    await ended;
  }

  dispose(): void {
    this.#store.dispose();
  }

  #startOwn(): void {
    this.#ensureClient();
    this.#connection.dispatch({ kind: 'started', at: this.#deps.ports.clock.now() });
  }

  /** What a person does to the server is done for everybody who uses it. */
  #dispatch(event: ConnectionEvent): void {
    this.#connection.dispatch(event);
    this.#programs.clients.dispatch(event);
  }

  #refuse(): Promise<never> {
    const failure = wordedFailure('blocked', unsaid('{0} is disabled. Enable it first.', this.id));
    return Promise.reject(new ConnectionError(failure));
  }

  #ensureClient(): ViewClient {
    return this.#view.ensureClient();
  }

  #makePrograms(facts: ServerFacts, memory: SessionMemory): ServerPrograms {
    return new ServerPrograms({
      ...{ facts, memory, ownClient, connection: this.#connection, calls: this.#calls },
      start: () => this.#startOwn(),
    });
  }

  #makeView(): ServerView {
    return new ServerView({
      life: this.life,
      makeClient: this.#deps.ports.makeViewClient,
      endFor: (store) => {
        const { shared } = this.#programs;
        return shared ? store.add(shared.clients.join(ownClient)).end : this.#connection.end;
      },
      made: (client) => this.#leftBehind.followAll(client),
    });
  }

  /** A task of an earlier life is asked after as soon as there is somebody to ask. */
  #follow(entry: JournalEntry): void {
    const { client } = this.#view;
    if (client) this.#leftBehind.follow(entry, client);
  }

  #facts(): ServerFacts {
    const { ports, settings, heldBytes, refusal, waiting } = this.#deps;
    return {
      ports,
      reach: this.#reach,
      definition: () => this.#definition,
      settings,
      heldBytes,
      annotationsOf: (tool) =>
        marksOf(tool, this.#view.catalog.value, ports.offers, this.#definition),
      refusal,
      waiting,
    };
  }

  #owner(): ConnectionOwner {
    const { settings, tellUser, leftBehind } = this.#deps;
    return {
      client: ownClient,
      journals: this.#definition.connection === 'shared' ? 'every-request' : 'tool-calls',
      hears: (id: RpcId) => this.#programs.hears(id),
      holdBudget: () => settings().calls.holdBudget,
      label: null,
      events: {
        tellUser: (about) => tellUser(this, about),
        leftBehind: (count) => leftBehind(this, count),
        taskLeft: (entry) => this.#follow(entry),
      },
    };
  }
}
