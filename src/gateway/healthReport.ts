// The health report: what `GET /health` says, what was tried just now, and what can be done about it. For the tool
// session_health_check and the editor's report; as data here, as words in healthReportText.ts.
import { sayReason } from '../core/wording/detail.ts';
import type { EventLog, EventLogTest } from '../runtime/gatewayPorts.ts';
import type { Denied } from './door.ts';
import { adviceOnGateway, type Advice } from './healthAdvice.ts';
import { gatewayHealth, type GatewayHealth, type HealthPorts, serversHealth } from './health.ts';
import { checkDoor, checkStore, type Check } from './selfCheck.ts';
import { reportServers, type ServersReport, type ServersReportPorts } from './serversReport.ts';

export interface ReportPorts extends HealthPorts, Omit<ServersReportPorts, 'gateway'> {
  readonly log: Pick<EventLog, 'selfTest'>;
  /** What the door refused, and how often. */
  readonly denied: () => ReadonlyMap<Denied, number>;
}

// A type and not an interface: it goes out as a JSON object.
export type HealthReport = ServersReport & {
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
};

const storeOf = (ports: ReportPorts, test: EventLogTest): HealthReport['store'] => {
  const { wanted, used, fallback, events, bytes } = ports.store.value;
  const { say } = ports;
  const now = ports.clock.now();
  return {
    wanted,
    used,
    fallback:
      fallback === null
        ? null
        : {
            sinceMs: Math.max(0, now - fallback.since),
            reason: ports.clean(sayReason(fallback, say)),
          },
    events,
    bytes,
    test: test.kind === 'ok' ? test : { kind: 'failed', reason: ports.clean(sayReason(test, say)) },
  };
};

const adviceOf = (
  ports: ReportPorts,
  checks: { readonly door: Check; readonly storeTest: EventLogTest },
): readonly Advice[] => {
  const { gateway, store, clock, say, clean } = ports;
  const measured = {
    place: gateway.place.value,
    ...checks,
    store: store.value,
    denied: ports.denied(),
    now: clock.now(),
  };
  return adviceOnGateway(measured, say).map(({ server, text }) => ({ server, text: clean(text) }));
};

/** Of all servers, or of one; undefined where there is no such server. */
export const reportHealth = async (
  ports: ReportPorts,
  only?: string,
): Promise<HealthReport | undefined> => {
  const { gateway, clock, log, say } = ports;
  const isThere = (name: string): boolean => Object.hasOwn(serversHealth(ports, name), name);
  if (only !== undefined && !isThere(only)) return undefined;
  const [door, storeTest] = await Promise.all([
    checkDoor(gateway.place.value, gateway.instanceId, clock, say),
    checkStore(log, clock, say),
  ]);
  // Read after the checks, so that everything in the report is of one moment.
  const health = gatewayHealth(ports);
  const place = gateway.place.value;
  const { version, uptime_secs, sessions, jobs } = health;
  const ofServers = reportServers(ports, only);
  // It may have been taken out of the settings while the checks ran.
  if (ofServers === undefined) return undefined;
  return {
    ...ofServers,
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
    recommendations: [...adviceOf(ports, { door, storeTest }), ...ofServers.recommendations],
  };
};
