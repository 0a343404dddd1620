// The health report: what `GET /health` says, what was tried just now, and what can be done about it. For the tool
// session_health_check and the editor's report; as data here, as words in healthReportText.ts.
import type { Say } from '../core/wording/say.ts';
import type { EventLog, EventLogTest } from '../runtime/gatewayPorts.ts';
import type { ChronicleReader } from '../runtime/chronicle.ts';
import type { Denied } from './door.ts';
import { adviceOnBad, adviceOnGateway, adviceOnServer, type Advice } from './healthAdvice.ts';
import { adviceOnHistory } from './healthPastAdvice.ts';
import { gatewayHealth, type GatewayHealth, type HealthPorts, serversHealth } from './health.ts';
import { type ServerHistory, serversHistory } from './healthHistory.ts';
import { checkDoor, checkStore, type Check } from './selfCheck.ts';

export interface ReportPorts extends HealthPorts {
  readonly log: Pick<EventLog, 'selfTest'>;
  /** What the door refused, and how often. */
  readonly denied: () => ReadonlyMap<Denied, number>;
  readonly chronicle?: ChronicleReader;
  readonly say: Say;
}

// A type and not an interface: it goes out as a JSON object.
export type HealthReport = {
  readonly status: GatewayHealth['status'];
  readonly version: string;
  readonly uptime_secs: number;
  readonly gateway: {
    readonly port: number | null;
    /** The port that was wanted and could not be had. */
    readonly wantedPort: number | null;
    readonly check: Check;
    readonly sessions: GatewayHealth['sessions'];
    readonly jobs: GatewayHealth['jobs'];
    readonly refused: Readonly<Record<string, number>>;
  };
  readonly store: {
    readonly wanted: string;
    readonly used: string;
    /** Why it is not the wanted one, and for how long. */
    readonly fallback: { readonly sinceMs: number; readonly reason: string } | null;
    readonly events: number;
    readonly bytes: number;
    readonly test: EventLogTest;
  };
  readonly servers: GatewayHealth['servers'];
  /** What was written down of the servers; nothing of one of which there is none. */
  readonly history: Readonly<Record<string, ServerHistory>>;
  readonly recommendations: readonly Advice[];
};

const storeOf = (ports: ReportPorts, test: EventLogTest): HealthReport['store'] => {
  const { wanted, used, fallback, events, bytes } = ports.store.value;
  const now = ports.clock.now();
  return {
    wanted,
    used,
    fallback:
      fallback === null
        ? null
        : { sinceMs: Math.max(0, now - fallback.since), reason: ports.clean(fallback.reason) },
    events,
    bytes,
    test: test.kind === 'ok' ? test : { kind: 'failed', reason: ports.clean(test.reason) },
  };
};

const historyOf = (ports: ReportPorts, names: readonly string[]): HealthReport['history'] => {
  const { chronicle, clean, say, clock } = ports;
  return chronicle ? serversHistory({ chronicle, clean, say }, names, clock.now()) : {};
};

const adviceOf = (
  ports: ReportPorts,
  only: string | undefined,
  checks: { readonly door: Check; readonly storeTest: EventLogTest },
  history: HealthReport['history'],
): readonly Advice[] => {
  const { gateway, fleet, store, clock, say, clean } = ports;
  const now = clock.now();
  const measured = {
    place: gateway.place.value,
    ...checks,
    store: store.value,
    denied: ports.denied(),
    now,
  };
  const isMeant = (name: string): boolean => only === undefined || name === only;
  const servers = fleet.servers.value.filter(({ id }) => isMeant(id));
  const bad = fleet.bad.value.filter(({ name }) => isMeant(name));
  return [
    ...adviceOnGateway(measured, say),
    ...bad.map((each) => adviceOnBad(each, say)),
    ...servers.flatMap((server) => [
      ...adviceOnServer(server, now, say),
      ...adviceOnHistory(server, history[server.id], say),
    ]),
  ].map(({ server, text }) => ({ server, text: clean(text) }));
};

/** Of all servers, or of one; undefined where there is no such server. */
export const reportHealth = async (
  ports: ReportPorts,
  only?: string,
): Promise<HealthReport | undefined> => {
  const { gateway, clock, log } = ports;
  const known = serversHealth(ports, only);
  if (only !== undefined && !Object.hasOwn(known, only)) return undefined;
  const [door, storeTest] = await Promise.all([
    checkDoor(gateway.place.value, gateway.instanceId, clock),
    checkStore(log, clock),
  ]);
  // Read after the checks, so that everything in the report is of one moment.
  const health = gatewayHealth(ports);
  const place = gateway.place.value;
  const { status, version, uptime_secs, sessions, jobs } = health;
  const servers = serversHealth(ports, only);
  const history = historyOf(ports, Object.keys(servers));
  return {
    status,
    version,
    uptime_secs,
    gateway: {
      port: health.gateway.port,
      wantedPort: place.kind === 'open' ? (place.instead?.wanted ?? null) : null,
      check: door.kind === 'ok' ? door : { kind: 'failed', reason: ports.clean(door.reason) },
      sessions,
      jobs,
      refused: Object.fromEntries(ports.denied()),
    },
    store: storeOf(ports, storeTest),
    servers,
    history,
    recommendations: adviceOf(ports, only, { door, storeTest }, history),
  };
};
