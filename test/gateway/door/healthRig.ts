// A fleet in any state, a store in any mood, and a real door in front of them: for what is reported of them.
import { randomUUID } from 'node:crypto';
import { onTestFinished } from 'vitest';
import { realClock } from '../../../src/base/clock.ts';
import { Source } from '../../../src/base/signal.ts';
import { redact } from '../../../src/core/redact.ts';
import { Door, usualLimits } from '../../../src/gateway/door.ts';
import { healthAnswers } from '../../../src/gateway/health.ts';
import { reportHealth, type ReportPorts } from '../../../src/gateway/healthReport.ts';
import { createHealthTool } from '../../../src/gateway/ownServerTool.ts';
import type { EventLogStatus, EventLogTest } from '../../../src/runtime/gatewayPorts.ts';
import type { ConnectionState } from '../../../src/core/connection/state.ts';
import { FakeFleet, FakeServer, aDefinition } from '../../support/fakeFleet.ts';
import { theToken } from './doorRig.ts';

export const sayPlainly = (text: string, ...args: (string | number)[]): string =>
  text.replaceAll(/\{(\d)\}/g, (_, index: string) => String(args[Number(index)]));

export const theHome = '/home/somebody';

const storeAtRest: EventLogStatus = {
  wanted: 'sqlite',
  used: 'sqlite',
  fallback: null,
  events: 3,
  bytes: 2000,
};

export class HealthRig {
  readonly fleet = new FakeFleet();
  readonly store = new Source<EventLogStatus>(storeAtRest);
  readonly ports: ReportPorts;
  readonly door: Door;
  storeTest: () => Promise<EventLogTest> = () => Promise.resolve({ kind: 'ok', tookMs: 1 });

  constructor() {
    const instanceId = randomUUID();
    const log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
    this.door = new Door({
      token: theToken,
      limits: { ...usualLimits, maxBodyBytes: 4096, maxConnections: 16 },
      handle: (_request, response) => void response.end(),
      // Asked only once the door is open, and by then the ports are there.
      health: {
        brief: () => healthAnswers(this.ports).brief(),
        whole: () => healthAnswers(this.ports).whole(),
        of: (server) => healthAnswers(this.ports).of(server),
      },
      mayShare: () => true,
      sayGoodbye: (response) => void response.end(),
      clock: realClock,
      log,
    });
    this.ports = {
      gateway: {
        version: '1.2.3',
        instanceId,
        startedAt: realClock.steady() - 61_000,
        place: this.door.place,
        sessions: (server) =>
          server === undefined ? { total: 5, connected: 2 } : { total: 3, connected: 1 },
      },
      fleet: this.fleet,
      store: this.store,
      log: { selfTest: () => this.storeTest() },
      denied: () => this.door.denied,
      clock: realClock,
      clean: (text) => redact(text, [theToken, 's3cret-header'], [theHome]),
      say: sayPlainly,
    };
  }

  add(name: string, state: ConnectionState): FakeServer {
    const server = new FakeServer(aDefinition(name), state);
    this.fleet.servers.set([...this.fleet.servers.value, server]);
    return server;
  }

  get tool(): ReturnType<typeof createHealthTool> {
    return createHealthTool({
      report: (server) => reportHealth(this.ports, server),
      names: () => this.fleet.servers.value.map(({ id }) => id),
      say: sayPlainly,
    });
  }
}

export const aHealthRig = async (): Promise<HealthRig> => {
  const rig = new HealthRig();
  onTestFinished(() => rig.door.dispose());
  await rig.door.open(0);
  return rig;
};
