// The part of the health report that is about the servers alone: how they are, what was written down of them, and what can be
// done. It holds without a gateway too. Not here: the gateway and its store (healthReport.ts).
import type { Say } from '../core/wording/say.ts';
import type { ChronicleReader } from '../runtime/chronicle.ts';
import { type GatewayHealth, isHealthy, type ServerPorts, serversHealth } from './health.ts';
import { adviceOnBad, adviceOnServer, type Advice } from './healthAdvice.ts';
import { type ServerHistory, serversHistory } from './healthHistory.ts';
import { adviceOnHistory } from './healthPastAdvice.ts';

export interface ServersReportPorts extends ServerPorts {
  readonly chronicle?: ChronicleReader;
  readonly say: Say;
}

// A type and not an interface: it goes out as a JSON object.
export type ServersReport = {
  readonly status: GatewayHealth['status'];
  readonly servers: GatewayHealth['servers'];
  /** What was written down of the servers; nothing of one of which there is none. */
  readonly history: Readonly<Record<string, ServerHistory>>;
  readonly recommendations: readonly Advice[];
};

const historyOf = (
  { chronicle, clean, say, clock }: ServersReportPorts,
  names: readonly string[],
): ServersReport['history'] =>
  chronicle ? serversHistory({ chronicle, clean, say }, names, clock.now()) : {};

const adviceOf = (
  { fleet, clock, clean, say }: ServersReportPorts,
  only: string | undefined,
  history: ServersReport['history'],
): readonly Advice[] => {
  const now = clock.now();
  const isMeant = (name: string): boolean => only === undefined || name === only;
  const servers = fleet.servers.value.filter(({ id }) => isMeant(id));
  const bad = fleet.bad.value.filter(({ name }) => isMeant(name));
  return [
    ...bad.map((each) => adviceOnBad(each, say)),
    ...servers.flatMap((server) => [
      ...adviceOnServer(server, now, say),
      ...adviceOnHistory(server, history[server.id], say),
    ]),
  ].map(({ server, text }) => ({ server, text: clean(text) }));
};

/** Of all servers, or of one; undefined where there is no such server. */
export const reportServers = (
  ports: ServersReportPorts,
  only?: string,
): ServersReport | undefined => {
  const servers = serversHealth(ports, only, ports.say);
  if (only !== undefined && !Object.hasOwn(servers, only)) return undefined;
  const history = historyOf(ports, Object.keys(servers));
  return {
    status: isHealthy(ports.fleet) ? 'healthy' : 'degraded',
    servers,
    history,
    recommendations: adviceOf(ports, only, history),
  };
};
