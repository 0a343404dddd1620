// A fleet in virtual time, with a fake server behind every definition.
import { onTestFinished } from 'vitest';
import { Emitter, Source } from '../../src/base/signal.ts';
import type { HistoryEntry } from '../../src/core/history.ts';
import { parseSettings } from '../../src/core/parseSettings.ts';
import type { JsonObject } from '../../src/core/rpc.ts';
import type { BadServer, HttpServer, ServerDefinition, Settings } from '../../src/core/settings.ts';
import type { ClientEnd } from '../../src/runtime/clientEnd.ts';
import { Fleet } from '../../src/runtime/fleet.ts';
import type { ServerPorts, ViewClient } from '../../src/runtime/ports.ts';
import type { Catalog, ServerWatch, Tool } from '../../src/runtime/watch.ts';
import { MemoryOffers } from './memoryOffers.ts';
import { FakeClient } from './fakeClient.ts';
import { FakeDialer } from './fakeDialer.ts';
import { FakeProber } from './fakeProber.ts';
import { inWords } from './connectionRig.ts';
import type { Witness } from '../../src/runtime/chronicle.ts';
import { MemoryJournal } from '../../src/store/memoryJournal.ts';
import { MemoryRecords } from './memoryRecords.ts';
import { VirtualClock } from './virtualClock.ts';

export const aServer = (name: string, more: Partial<HttpServer> = {}): HttpServer => ({
  kind: 'http',
  transport: 'http',
  name,
  url: `http://127.0.0.1/${name}`,
  headers: {},
  headersHelper: null,
  oauth: false,
  origin: { scope: 'user', folder: null },
  watch: [],
  health: '/health',
  autoStart: true,
  enabled: true,
  trustHints: false,
  connection: 'perClient',
  ...more,
});

const theSettings = (
  servers: readonly (ServerDefinition | BadServer)[],
  more: Partial<Settings> = {},
): Settings => ({ ...parseSettings({}).settings, servers, ...more });

/** The views' client without the SDK: says hello when it is made, and answers a call when the server does. */
class PlainView implements ViewClient {
  readonly catalog: Source<Catalog>;
  readonly client: FakeClient;
  rootsChanges = 0;

  constructor(end: ClientEnd, tools: readonly Tool[]) {
    this.catalog = new Source<Catalog>({ listedAt: null, tools: [], resources: [], prompts: [] });
    this.client = new FakeClient(end);
    this.client.hello('views');
    // Lists come when the server was asked, not with the client.
    queueMicrotask(() => this.catalog.set({ listedAt: 0, tools, resources: [], prompts: [] }));
  }

  refresh(): void {}
  rootsChanged(): void {
    this.rootsChanges += 1;
  }
  callTool(name: string, args: JsonObject): Promise<JsonObject> {
    const id = this.client.call(name, { arguments: args });
    return Promise.resolve({ id, outcome: () => this.client.outcome(id) });
  }
  followTask(): Promise<never> {
    return new Promise(() => {});
  }
  dispose(): void {
    this.catalog.dispose();
  }
}

export class VirtualFleet {
  readonly clock = new VirtualClock();
  readonly records = new MemoryRecords();
  readonly journal = new MemoryJournal();
  readonly settings: Source<Settings>;
  readonly fleet: Fleet;
  /** By name; one that was removed and came back is the same. */
  readonly dialers = new Map<string, FakeDialer>();
  readonly probers = new Map<string, FakeProber>();
  readonly views: PlainView[] = [];
  readonly history: HistoryEntry[] = [];
  readonly notices: string[] = [];
  readonly tools: Tool[] = [];
  /** Is told what happens, from when the fleet is opened. */
  witness: Witness | null = null;
  readonly #wakes = new Emitter<'slept' | 'network' | 'focus'>();

  constructor(servers: readonly (ServerDefinition | BadServer)[]) {
    this.settings = new Source(theSettings(servers));
    this.fleet = new Fleet({
      ports: this.#ports,
      settings: this.settings,
      wake: { onWake: (listener) => this.#wakes.on(listener) },
      refusal: (life) => `The server is ${life.state.kind}.`,
      waiting: (server) => `Waiting for ${server}`,
    });
    this.fleet.onNotice(({ server, about }) => this.notices.push(`${server.id}: ${about}`));
    onTestFinished(() => this.fleet.dispose());
  }

  async open(): Promise<this> {
    this.fleet.open();
    await this.settle();
    return this;
  }

  /** The settings were changed. */
  async configure(
    servers: readonly (ServerDefinition | BadServer)[],
    more: Partial<Settings> = {},
  ): Promise<void> {
    this.settings.set(theSettings(servers, more));
    await this.settle();
  }

  settle(): Promise<void> {
    return this.clock.advance(0);
  }

  wake(why: 'slept' | 'network' | 'focus'): void {
    this.#wakes.emit(why);
  }

  server(name: string): ServerWatch {
    const server = this.fleet.get(name);
    if (!server) throw new Error(`There is no server ${name}.`);
    return server;
  }

  dialer(name: string): FakeDialer {
    const dialer = this.dialers.get(name) ?? new FakeDialer();
    this.dialers.set(name, dialer);
    return dialer;
  }

  prober(name: string): FakeProber {
    const prober = this.probers.get(name) ?? new FakeProber(this.clock);
    this.probers.set(name, prober);
    return prober;
  }

  /** `name: state` of every server, in order. */
  get states(): string[] {
    return this.fleet.servers.value.map(
      ({ id, life }) => `${id}: ${inWords(life.value.state, this.clock.now())}`,
    );
  }

  get #ports(): ServerPorts {
    return {
      clock: this.clock,
      random: () => 1,
      records: this.records,
      history: {
        append: (entry) => void this.history.push(entry),
        recent: (id, limit) =>
          this.history
            .filter((entry) => entry.serverId === id)
            .toReversed()
            .slice(0, limit),
      },
      witness: {
        moved: (...args) => this.witness?.moved(...args),
        looked: (...args) => this.witness?.looked(...args),
        resumed: (...args) => this.witness?.resumed(...args),
        call: (...args) => this.witness?.call(...args),
      },
      journal: this.journal,
      offers: new MemoryOffers(),
      version: '1.0.0',
      reach: ({ name }) => ({ dialer: this.dialer(name), prober: this.prober(name) }),
      makeViewClient: (end) => {
        const view = new PlainView(end, this.tools);
        this.views.push(view);
        return view;
      },
      logOf: () => ({ debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }),
    };
  }
}
