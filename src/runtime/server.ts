// One configured server as the screens see it: its connection on behalf of our own views, the client on it, and what is
// known of it. Not here: recovery (connection.ts) and the set of servers (fleet.ts).
import { type Disposable, Mutable, Store } from '../base/disposable.ts';
import { type Signal, Source } from '../base/signal.ts';
import { repeatRight } from '../core/calls/replay.ts';
import { ConnectionError, aFailure } from '../core/connection/failure.ts';
import type { HealthReading } from '../core/connection/health.ts';
import { type ConnectionEffect, isUp, type Life } from '../core/connection/state.ts';
import type { HistoryEntry } from '../core/history.ts';
import { entryOf } from '../core/history.ts';
import { fingerprintOf, type SessionRecord } from '../core/record.ts';
import { isObject, type JsonObject } from '../core/rpc.ts';
import type { ServerDefinition, Settings } from '../core/settings.ts';
import { Connection } from './connection.ts';
import type { ConnectionSettings } from './connectionDeps.ts';
import { LeftBehind } from './leftBehind.ts';
import type { Reach, ServerPorts, ViewClient } from './ports.ts';
import { SessionMemory } from './sessionMemory.ts';
import type {
  Catalog,
  PendingCall,
  Proof,
  ServerWatch,
  SessionFacts,
  ToolCallOptions,
} from './watch.ts';

/** The client under which the sessions of our own views are stored. */
const ownClient = 'lifeline';

const emptyCatalog: Catalog = { listedAt: null, tools: [], resources: [], prompts: [] };

export interface ServerDeps {
  readonly ports: ServerPorts;
  readonly settings: () => Settings;
  /** Bytes that the other servers' held calls take. */
  readonly bytesElsewhere: (asking: string) => number;
  readonly refusal: (life: Life) => string;
  readonly waiting: (server: string, life: Life) => string;
  /** So many calls of an earlier life may have run, and nobody will learn what they did. */
  readonly leftBehind: (server: ServerWatch, count: number) => void;
  readonly tellUser: (
    server: ServerWatch,
    about: Extract<ConnectionEffect, { kind: 'tell-user' }>['about'],
  ) => void;
}

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
  #view: ViewClient | null = null;

  constructor(definition: ServerDefinition, deps: ServerDeps) {
    this.#definition = definition;
    this.#deps = deps;
    const { ports } = deps;
    this.#reach = ports.reach(definition);
    const memory = new SessionMemory({
      store: ports.records,
      clock: ports.clock,
      serverId: definition.name,
      client: ownClient,
      fingerprint: fingerprintOf(definition),
    });
    this.#session.set(factsOf(memory.record.value));
    this.#store.add(memory.record.onChange((record) => this.#session.set(factsOf(record))));
    this.#connection = this.#store.add(this.#connect(memory));
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

  get calls(): Signal<{
    readonly held: number;
    readonly running: number;
    readonly heldBytes: number;
  }> {
    return this.#connection.calls.load;
  }

  get pending(): Signal<readonly PendingCall[]> {
    return this.#connection.calls.pending;
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
    this.#connection.calls.restore();
  }

  history(limit: number): readonly HistoryEntry[] {
    return this.#deps.ports.history.recent(this.id, limit);
  }

  start(): void {
    this.#ensureClient();
    this.#connection.dispatch({ kind: 'started', at: this.#deps.ports.clock.now() });
  }

  stop(): void {
    this.#connection.dispatch({ kind: 'stop-asked', at: this.#deps.ports.clock.now() });
  }

  reconnect(): void {
    this.#ensureClient();
    this.#connection.dispatch({ kind: 'reconnect-asked', at: this.#deps.ports.clock.now() });
  }

  startNewSession(): void {
    this.#ensureClient();
    this.#connection.dispatch({ kind: 'new-session-asked', at: this.#deps.ports.clock.now() });
  }

  woke(): void {
    this.#connection.woke();
  }

  rootsChanged(): void {
    this.#view?.rootsChanged();
  }

  callTool(name: string, args: JsonObject, options: ToolCallOptions): Promise<JsonObject> {
    if (!this.definition.enabled) return this.#refuse();
    return this.#ensureClient().callTool(name, args, options);
  }

  /** The extension ends or reloads: the session stays alive at the server. */
  async shutdown(): Promise<void> {
    const ended = this.#connection.shutdown();
    this.dispose();
    await ended;
  }

  /** The server was removed or redefined: its session is ended too. */
  async retire(): Promise<void> {
    const ended = this.#connection.retire();
    this.#deps.ports.records.remove(this.id, ownClient);
    this.dispose();
    await ended;
  }

  dispose(): void {
    this.#view = null;
    this.#store.dispose();
  }

  #refuse(): Promise<never> {
    const failure = aFailure('blocked', `${this.id} is disabled. Enable it first.`);
    return Promise.reject(new ConnectionError(failure));
  }

  /** Our views' client says hello as soon as it exists, which starts the connection. */
  #ensureClient(): ViewClient {
    if (this.#view) return this.#view;
    const view = this.#deps.ports.makeViewClient(this.#connection.end);
    const store = new Store();
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

  #connect(memory: SessionMemory): Connection {
    const { ports, refusal, waiting, tellUser, leftBehind } = this.#deps;
    return new Connection(
      {
        outside: { ...this.#reach, clock: ports.clock, random: ports.random },
        memory,
        journal: ports.journal,
        settings: () => this.#connectionSettings(),
        log: ports.logOf(this.id),
        events: {
          transition: (from, to, cause) =>
            ports.history.append(entryOf(this.id, ports.clock.now(), from, to, cause)),
          tellUser: (about) => tellUser(this, about),
          refusal,
          waiting: (life) => waiting(this.id, life),
          leftBehind: (count) => leftBehind(this, count),
          taskLeft: (entry) => this.#view && this.#leftBehind.follow(entry, this.#view),
        },
      },
      this.definition.enabled,
    );
  }

  #connectionSettings(): ConnectionSettings {
    const { backoff, crashLoop, calls, health, connectTimeout, notifyAfterAttempts } =
      this.#deps.settings();
    const { definition } = this;
    return {
      policy: {
        backoff,
        local: this.#reach.prober.isLocal,
        holdBudget: calls.holdBudget,
        notifyAfterAttempts,
        crashLoop,
      },
      health: definition.kind === 'http' ? { ...health, path: definition.health } : health,
      connectTimeout,
      ledger: {
        limits: calls,
        holdBudget: calls.holdBudget,
        bytesElsewhere: this.#deps.bytesElsewhere(this.id),
        repeatRight: ({ method, tool }) =>
          repeatRight(method, this.#annotations(tool), definition.trustHints),
      },
    };
  }

  #annotations(name: string | null): JsonObject | null {
    return this.#catalog.value.tools.find((tool) => tool.name === name)?.annotations ?? null;
  }
}

const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** The session id is a credential of sorts: its first characters tell two sessions apart, and no more. */
const factsOf = (record: SessionRecord): SessionFacts | null => {
  if (!record.welcome) return null;
  const info = record.welcome['serverInfo'];
  const server = isObject(info) ? info : {};
  return {
    idHint: record.sessionId === null ? null : `${record.sessionId.slice(0, 4)}…`,
    protocolVersion: record.protocolVersion,
    serverName: text(server['title']) ?? text(server['name']),
    serverVersion: text(server['version']),
    created: record.created,
    recoveries: record.recoveries,
  };
};
