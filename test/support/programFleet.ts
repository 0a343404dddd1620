// A window with one server and the programs that use it through the gateway, in virtual time. What is stored outlives a reload.
import { onTestFinished } from 'vitest';
import { Source } from '../../src/base/signal.ts';
import { aFailure } from '../../src/core/connection/failure.ts';
import { replacing } from '../../src/core/calls/journal.ts';
import { parseSettings } from '../../src/core/parseSettings.ts';
import type { HttpServer, Settings } from '../../src/core/settings.ts';
import type { ClientEnd } from '../../src/runtime/clientEnd.ts';
import type { AttachedClient } from '../../src/runtime/clients.ts';
import { Fleet } from '../../src/runtime/fleet.ts';
import type { ViewClient } from '../../src/runtime/ports.ts';
import type { Catalog, ServerWatch, Tool } from '../../src/runtime/watch.ts';
import { MemoryJournal } from '../../src/store/memoryJournal.ts';
import { FakeClient } from './fakeClient.ts';
import { FakeDialer } from './fakeDialer.ts';
import { FakeProber } from './fakeProber.ts';
import { MemoryOffers } from './memoryOffers.ts';
import { MemoryRecords } from './memoryRecords.ts';
import { VirtualClock } from './virtualClock.ts';
import { aServer } from './virtualFleet.ts';

export interface Program {
  readonly attached: AttachedClient;
  readonly client: FakeClient;
}

const never = (): Promise<never> => new Promise(() => {});

export class ProgramFleet {
  readonly clock = new VirtualClock();
  readonly records = new MemoryRecords();
  readonly journal = new MemoryJournal();
  readonly offers = new MemoryOffers();
  readonly server = new FakeDialer();
  readonly settings: Source<Settings>;
  readonly notices: string[] = [];
  /** What the views will have listed, a moment after they were made. */
  tools: readonly Tool[] = [];
  #fleet: Fleet;

  constructor(more: Partial<HttpServer> = {}) {
    const { settings } = parseSettings({});
    this.settings = new Source<Settings>({ ...settings, servers: [aServer('a', more)] });
    this.#fleet = this.#begin();
    onTestFinished(() => this.#fleet.dispose());
  }

  /** A program comes; `isKnown`: it said hello in an earlier life. */
  program(name: string, isKnown = false): Program {
    const hello = isKnown ? { clientInfo: { name } } : null;
    const spec = { client: name, label: name, isPatient: false, hello };
    const attached = this.#fleet.attach('a', spec);
    if (!attached) throw new Error('The server cannot be used.');
    const client = new FakeClient(attached.end);
    if (!isKnown) client.hello(name);
    return { attached, client };
  }

  /** As a screen sees it. */
  get watch(): ServerWatch {
    const watch = this.#fleet.get('a');
    if (!watch) throw new Error('There is no such server.');
    return watch;
  }

  get fleet(): Fleet {
    return this.#fleet;
  }

  settle(): Promise<void> {
    return this.clock.advance(0);
  }

  /** The window reloads: the stores stay, and so does the server. */
  async reload(): Promise<void> {
    await this.#fleet.shutdown();
    this.#fleet = this.#begin();
  }

  goDown(): void {
    this.server.refuseDialling();
    this.dropLinks();
  }

  dropLinks(): void {
    for (const link of this.server.links) link.events.lost(aFailure('closed', 'gone'));
  }

  /** Answers whatever still waits, on every link. */
  answerAll(): void {
    for (const link of this.server.links)
      for (const id of link.open) this.server.answer(id, { content: ['done'] }, link);
  }

  /** How often a method reached the server. */
  count(method: string): number {
    return this.server.got.filter((message) => 'method' in message && message.method === method)
      .length;
  }

  /** Ids of the calls that are written down for anybody. */
  get kept(): readonly unknown[] {
    const clients = ['one', 'two', 'lifeline'];
    return clients.flatMap((name) => this.journal.load('a', name).map(({ clientId }) => clientId));
  }

  #begin(): Fleet {
    const { clock, records, journal, offers, server, settings } = this;
    const prober = new FakeProber(clock);
    const fleet = new Fleet({
      ports: {
        ...{ clock, records, journal, offers },
        random: () => 1,
        version: '1',
        history: { append: () => {}, recent: () => [] },
        reach: () => ({ dialer: server, prober }),
        makeViewClient: (end) => this.#view(end),
        logOf: () => ({ debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }),
      },
      settings,
      wake: { onWake: () => ({ dispose: () => {} }) },
      refusal: (life) => `The server is ${life.state.kind}.`,
      waiting: (name) => `Waiting for ${name}`,
    });
    fleet.onNotice(({ about }) => this.notices.push(about));
    fleet.open();
    return fleet;
  }

  #view(end: ClientEnd): ViewClient {
    const client = new FakeClient(end);
    client.hello('views');
    const none: Catalog = { listedAt: null, tools: [], resources: [], prompts: [] };
    const catalog = new Source(none);
    const listed = this.clock.after(50, () =>
      catalog.set({ ...none, listedAt: 1, tools: this.tools }),
    );
    return {
      catalog,
      refresh: () => {},
      rootsChanged: () => {},
      callTool: (name, args, _options, replaces = '') => {
        client.call(name, { arguments: args, _meta: replacing(replaces) });
        return never();
      },
      followTask: never,
      dispose: () => listed.dispose(),
    };
  }
}
