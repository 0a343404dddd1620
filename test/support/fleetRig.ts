// The product without an editor: a real fleet on real ports and a real store in a folder, built from the settings as a user
// writes them, and everything that it showed, written down. Knows no test runner, so that it can also be a process
// of its own that a test kills (fleetChild.ts).
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { realClock } from '../../src/base/clock.ts';
import { Store } from '../../src/base/disposable.ts';
import { Emitter, Source, whenever } from '../../src/base/signal.ts';
import { outcomeKey } from '../../src/core/calls/answers.ts';
import type { ConnectionState, StateKind } from '../../src/core/connection/state.ts';
import { type RawSettings, parseSettings } from '../../src/core/parseSettings.ts';
import { isObject, type JsonObject, type RpcMessage } from '../../src/core/rpc.ts';
import type { ServerDefinition, Settings } from '../../src/core/settings.ts';
import { describeRefusal } from '../../src/core/wording/refusal.ts';
import { describeWaiting } from '../../src/core/wording/waiting.ts';
import { type ReachDeps, reachServer } from '../../src/mcp/reach.ts';
import { ServerProcesses } from '../../src/mcp/stdio/serverProcesses.ts';
import { createViewClient } from '../../src/mcp/viewClient.ts';
import type { ClientEnd } from '../../src/runtime/clientEnd.ts';
import { MemoryOffers } from './memoryOffers.ts';
import { cleanReach } from '../../src/runtime/cleanReach.ts';
import { KnownSecrets } from '../../src/runtime/knownSecrets.ts';
import { secretsOf } from '../../src/host/knownSecrets.ts';
import { Fleet } from '../../src/runtime/fleet.ts';
import type { Log, Reach } from '../../src/runtime/ports.ts';
import type { Proof, ServerWatch, ToolCallOptions, UserNotice } from '../../src/runtime/watch.ts';
import { type AuthorizerOf, tellingSignIns } from '../../src/wiring/signedIn.ts';
import { realProcesses } from '../../src/store/processes.ts';
import { type WorkspaceStore, openWorkspaceStore } from '../../src/store/workspaceStore.ts';
import { Traffic } from './countedTraffic.ts';
import { HostDoom, type HostFate } from './hostDoom.ts';

/** One state that a server was seen in. */
export interface Sighting {
  readonly server: string;
  readonly state: ConnectionState;
  /** Steady time. */
  readonly at: number;
  /** The last proof as it was then. */
  readonly proof: Proof | null;
}

/** A tool result, reduced to what journeys ask of it. */
export interface Called {
  readonly text: string;
  readonly isError: boolean;
  /** What we said became of it; null where the server itself answered. */
  readonly outcome: 'not-run' | 'unknown' | null;
}

const fill = (message: string, ...args: readonly (string | number)[]): string =>
  message.replaceAll(/\{(\d)\}/g, (_, index: string) => String(args[Number(index)]));

const calledOf = (result: JsonObject): Called => {
  const content: unknown = result['content'];
  const first: unknown = Array.isArray(content) ? content[0] : undefined;
  const meta = isObject(result['_meta']) ? result['_meta'][outcomeKey] : undefined;
  const outcome = isObject(meta) ? meta['outcome'] : null;
  return {
    text: isObject(first) ? String(first['text']) : '',
    isError: result['isError'] === true,
    outcome: outcome === 'not-run' || outcome === 'unknown' ? outcome : null,
  };
};

/** What survives a reload of the window: settings and the workspace's storage. */
export interface RigOptions {
  readonly settings: RawSettings;
  /** Of the workspace's storage. */
  readonly folder: string;
  /** How this process dies, where it is one of its own. */
  readonly fate?: HostFate;
  /** Who has the credentials for a server; without it nobody signs in anywhere. */
  readonly authorizers?: AuthorizerOf;
}

export class FleetRig {
  readonly #options: RigOptions;
  readonly #settings: Source<Settings>;
  readonly #memento = new Map<string, unknown>();
  readonly #woke = new Emitter<'slept' | 'network' | 'focus'>();
  /** Everything since the rig was made, over all lives. */
  readonly sightings: Sighting[] = [];
  readonly notices: UserNotice['about'][] = [];
  /** How many calls were said to be left behind, each time. */
  readonly leftBehind: number[] = [];
  readonly log: string[] = [];
  /** What servers said to our client, answers included, over all lives and servers. */
  readonly heard: RpcMessage[] = [];
  readonly traffic = new Traffic();
  readonly #doom: HostDoom;
  #end: ClientEnd | null = null;
  #asked = 1;
  #life: { readonly fleet: Fleet; readonly store: WorkspaceStore; readonly ends: Store } | null;

  constructor(options: RigOptions) {
    this.#options = options;
    this.#doom = new HostDoom(options.fate ?? null);
    const { settings, complaints } = parseSettings(options.settings);
    if (complaints.length > 0) throw new Error(complaints.map(({ text }) => text).join('\n'));
    this.#settings = new Source(settings);
    this.#life = this.#open();
  }

  /** The server of this name; without one the first. */
  server(name?: string): ServerWatch {
    const fleet = this.#life?.fleet;
    const server = name === undefined ? fleet?.servers.value[0] : fleet?.get(name);
    if (server === undefined) throw new Error(`There is no server ${name ?? 'at all'}.`);
    return server;
  }

  /** The states in their order; one that only changed its particulars counts once. */
  states(name?: string): StateKind[] {
    const { id } = this.server(name);
    const kinds = this.sightings
      .filter(({ server }) => server === id)
      .map(({ state }) => state.kind);
    return kinds.filter((kind, index) => kind !== kinds[index - 1]);
  }

  /** Resolves when the server is in such a state. */
  async untilState(kind: StateKind, name?: string): Promise<ConnectionState> {
    const { state } = await whenever(
      this.server(name).life,
      (candidate) => candidate.state.kind === kind,
    );
    return state;
  }

  async call(
    tool: string,
    args: JsonObject = {},
    options: ToolCallOptions & { readonly server?: string } = {},
  ): Promise<Called> {
    return calledOf(await this.server(options.server).callTool(tool, args, options));
  }

  /** A person runs a call that an earlier life left behind. */
  async runPending(key: string): Promise<Called> {
    return calledOf(await this.server().runPending(key, {}));
  }

  /** Asks the server for something that our views do not, as a client at the gateway would. */
  async ask(method: string, params: JsonObject): Promise<RpcMessage> {
    const id = `asked-${this.#asked++}`;
    const answer = (): RpcMessage | undefined =>
      this.heard.find((message) => 'id' in message && message.id === id);
    this.#end?.send({ jsonrpc: '2.0', id, method, params });
    await until(() => answer() !== undefined);
    return answer() ?? { jsonrpc: '2.0', id, result: {} };
  }

  /** The laptop was opened again. */
  wake(): void {
    this.#woke.emit('slept');
  }

  /** The window reloads: everything of ours ends in order and is made anew on the same storage. */
  async reload(whileAway: () => Promise<void> = async () => undefined): Promise<void> {
    await this.close();
    await whileAway();
    this.#life = this.#open();
  }

  async close(): Promise<void> {
    const life = this.#life;
    this.#life = null;
    if (life === null) return;
    await life.fleet.shutdown();
    life.ends.dispose();
    life.store.dispose();
  }

  #open(): { readonly fleet: Fleet; readonly store: WorkspaceStore; readonly ends: Store } {
    const ends = new Store();
    const store = this.#openStore();
    const processes = ends.add(new ServerProcesses());
    const authorizerOf = this.#options.authorizers ?? (() => null);
    const authorizers = tellingSignIns(authorizerOf, (server) => fleet.unblock(server), ends);
    const fleet = new Fleet({
      ports: {
        clock: realClock,
        random: Math.random,
        records: store.records,
        history: store.history,
        journal: this.#doom.journal(store.journal),
        offers: new MemoryOffers(),
        version: '1.0.0',
        reach: (definition) => this.#reach(definition, { processes, authorizers }),
        makeViewClient: (end) => this.#makeView(end, ends),
        logOf: (server) => this.#logOf(server),
      },
      settings: this.#settings,
      wake: { onWake: (listener) => this.#woke.on(listener) },
      refusal: (life) => describeRefusal(life, realClock.now()),
      waiting: (server, life) => describeWaiting(server, life, realClock.now(), fill),
    });
    ends.add(fleet.onNotice(({ about }) => this.notices.push(about)));
    ends.add(fleet.onLeftBehind(({ count }) => this.leftBehind.push(count)));
    ends.add(fleet.servers.onChange((servers) => this.#watch(servers, ends)));
    fleet.open();
    return { fleet, store, ends };
  }

  #openStore(): WorkspaceStore {
    return openWorkspaceStore({
      folder: this.#options.folder,
      clock: realClock,
      log: this.#logOf('store'),
      memento: {
        get: (key) => this.#memento.get(key),
        update: async (key, value) => void this.#memento.set(key, value),
        keys: () => [...this.#memento.keys()],
      },
      sessionTtl: this.#settings.value.sessionTtl,
      historyEntries: this.#settings.value.historyEntries,
      allowsJournal: new Source(true),
      window: {
        id: randomUUID(),
        pid: process.pid,
        processes: realProcesses(),
        isOnlyOne: true,
        isWatched: async () => true,
      },
    });
  }

  #reach(server: ServerDefinition, outside: Pick<ReachDeps, 'processes' | 'authorizers'>): Reach {
    const { connectTimeout, maxMessageBytes, health } = this.#settings.value;
    const reach = reachServer(server, {
      clock: realClock,
      log: this.#logOf(server.name),
      connectTimeout,
      maxMessageBytes,
      probeTimeout: health.probeTimeout,
      ...outside,
      folder: () => this.#options.folder,
    });
    const secrets = new KnownSecrets();
    secrets.learn('settings', secretsOf(this.#settings.value));
    const dialer = this.#doom.dialer(this.traffic.counted(reach.dialer));
    return cleanReach({ ...reach, dialer }, secrets);
  }

  #makeView(end: ClientEnd, ends: Store): ReturnType<typeof createViewClient> {
    this.#end = end;
    ends.add(end.onMessage((message) => this.heard.push(message)));
    const log = this.#logOf('views');
    return createViewClient({ end, clock: realClock, log, version: '0.0.0', roots: () => [] });
  }

  #watch(servers: readonly ServerWatch[], ends: Store): void {
    for (const { id, life, proof } of servers) {
      const note = (state: ConnectionState): void =>
        void this.sightings.push({ server: id, state, at: realClock.steady(), proof: proof.value });
      note(life.value.state);
      ends.add(life.onChange(({ state }) => note(state)));
    }
  }

  #logOf(who: string): Log {
    const at =
      (level: string) =>
      (text: string): void =>
        void this.log.push(`${level} ${who}: ${text}`);
    return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  }
}

/** Waits until the condition holds; the limit of the test is the patience. */
export const until = async (condition: () => boolean | Promise<boolean>): Promise<void> => {
  while (!(await condition())) await delay(10);
};
