// A gateway of a test over real sockets: acted servers behind it, raw clients before it, and a clock that the test moves.
import { onTestFinished } from 'vitest';
import { Gateway } from '../../../src/gateway/gateway.ts';
import { parseSettings } from '../../../src/core/parseSettings.ts';
import type { GatewaySettings } from '../../../src/core/settings.ts';
import { FakeFleet } from '../../support/fakeFleet.ts';
import { VirtualClock } from '../../support/virtualClock.ts';
import { Disk } from './disk.ts';
import { HttpClient } from './httpClient.ts';
import { type ActedServer, Servers } from './servers.ts';

export const token = 'a-token-of-a-test-1234';

const quiet = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

export interface RigOptions {
  readonly disk?: Disk;
  readonly servers?: Servers;
  readonly clock?: VirtualClock;
  readonly settings?: Partial<GatewaySettings>;
  readonly comeBackAfter?: number;
}

export class Rig {
  readonly disk: Disk;
  readonly servers: Servers;
  readonly clock: VirtualClock;
  readonly fleet = new FakeFleet();
  readonly gateway: Gateway;
  readonly #options: RigOptions;

  constructor(options: RigOptions) {
    this.#options = options;
    this.disk = options.disk ?? new Disk();
    this.servers = options.servers ?? new Servers();
    this.clock = options.clock ?? new VirtualClock();
    const { settings } = parseSettings({});
    this.gateway = new Gateway({
      token,
      version: '1.0.0',
      directory: this.servers,
      fleet: this.fleet,
      events: this.disk.log,
      sessions: this.disk.sessions,
      door: this.disk.door,
      settings: () => ({ ...settings, gateway: { ...settings.gateway, ...options.settings } }),
      clock: this.clock,
      log: quiet,
      clean: (text) => text,
      ...(options.comeBackAfter === undefined ? {} : { comeBackAfter: options.comeBackAfter }),
    });
    onTestFinished(() => this.gateway.dispose());
  }

  /** A server of the usual name. */
  get server(): ActedServer {
    return this.servers.get('files');
  }

  url(server = 'files'): string {
    return this.gateway.url(server) ?? '';
  }

  client(server = 'files'): HttpClient {
    return new HttpClient(this.url(server), token);
  }

  /** One that has said hello. */
  async guest(name?: string, version?: string): Promise<HttpClient> {
    const client = this.client();
    await client.hello(name, version);
    return client;
  }

  /** The gateway has seen that nobody listens or waits any more. */
  async silence(): Promise<void> {
    await eventually(() => this.gateway.openStreams === 0);
  }

  /** This process dies without a word, and another takes its place on the same disk. */
  async die(options: RigOptions = {}): Promise<Rig> {
    this.gateway.dispose();
    const { disk, servers, clock } = this;
    return await openRig({ ...this.#options, disk, servers, clock, ...options });
  }
}

/** Waits for what nobody tells of. */
export const eventually = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 2));
};

export const openRig = async (options: RigOptions = {}): Promise<Rig> => {
  const rig = new Rig(options);
  if (rig.servers.names.value.length === 0) rig.servers.add('files');
  await rig.gateway.open();
  return rig;
};
