// How the gateway and its servers are, in the shape of `GET /health`: from the signals that the views derive from, at the
// moment it is asked, never from a copy. Not here: advice and words (healthReport.ts), and who may ask (guard.ts).
import type { Clock, Millis } from '../base/clock.ts';
import type { Signal } from '../base/signal.ts';
import {
  type ConnectionState,
  failureOf,
  isUp,
  type Recovered,
  type StateKind,
} from '../core/connection/state.ts';
import type { FailureKind } from '../core/connection/failure.ts';
import { sayDetail } from '../core/wording/detail.ts';
import type { Say } from '../core/wording/say.ts';
import { inEnglish } from '../core/wording/english.ts';
import type { EventLogStatus } from '../runtime/gatewayPorts.ts';
import type { FleetWatch, Proof, ServerWatch } from '../runtime/watch.ts';
import type { DoorPlace } from './door.ts';
import type { HealthAnswers } from './doorRequests.ts';

/** Of clients at the gateway. `connected`: those with a stream open now, or a request running. */
export type SessionCounts = { readonly total: number; readonly connected: number };

export interface GatewayFacts {
  readonly version: string;
  /** Of this life of the gateway: another one after every start. */
  readonly instanceId: string;
  /** Reading of the steady clock when it started. */
  readonly startedAt: Millis;
  readonly place: Signal<DoorPlace>;
  /** Of all servers, or of one. */
  readonly sessions: (server?: string) => SessionCounts;
}

/** What is needed to tell of the servers, whether there is a gateway or not. */
export interface ServerPorts {
  /** Left out where there is none. */
  readonly gateway?: Pick<GatewayFacts, 'sessions'>;
  readonly fleet: FleetWatch;
  readonly clock: Clock;
  /** Takes credentials and the user's home out of a text. */
  readonly clean: (text: string) => string;
}

export interface HealthPorts extends ServerPorts {
  readonly gateway: GatewayFacts;
  readonly store: Signal<EventLogStatus>;
}

export type FailureHealth = {
  readonly kind: FailureKind;
  readonly status: number | null;
  readonly detail: string;
};

// Types and not interfaces, because they go out as JSON objects, which an interface cannot be assigned to.
export type ServerHealth = {
  readonly state: StateKind | 'bad-settings';
  readonly sinceMs: number | null;
  readonly attempt: number | null;
  readonly nextTryInMs: number | null;
  /** How long ago the connection last proved to work; null where it never has. */
  readonly proofAgeMs: number | null;
  readonly proofBy: Proof['by'] | null;
  readonly recovered: Recovered | null;
  /** Of programs that use it through the gateway; null where there is none. */
  readonly sessions: SessionCounts | null;
  readonly calls: { readonly held: number; readonly running: number };
  readonly failure: FailureHealth | null;
  /** Why its settings cannot be used. */
  readonly reason: string | null;
};

export type GatewayHealth = {
  readonly status: 'healthy' | 'degraded';
  readonly uptime_secs: number;
  readonly version: string;
  readonly sessions: SessionCounts;
  readonly jobs: { readonly pending: number; readonly running: number };
  readonly instanceId: string;
  readonly gateway: {
    readonly port: number | null;
    readonly store: EventLogStatus['used'];
  };
  readonly servers: Readonly<Record<string, ServerHealth>>;
};

// An error text may be as long as a server likes.
const longestDetail = 500;

const nextTryOf = (state: ConnectionState, now: Millis): number | null => {
  const phase = 'phase' in state ? state.phase : null;
  if (phase === null) return null;
  return phase.kind === 'trying' ? 0 : Math.max(0, phase.until - now);
};

const failureHealth = (state: ConnectionState, clean: ServerPorts['clean'], say: Say) => {
  const failure = failureOf(state);
  if (failure === null) return null;
  const { kind, status } = failure;
  // Cleaned whole: half a credential would no longer be known for one.
  return { kind, status, detail: clean(sayDetail(failure, say)).slice(0, longestDetail) };
};

const serverHealth = (
  server: ServerWatch,
  { gateway, clock, clean }: ServerPorts,
  say: Say,
): ServerHealth => {
  const { state } = server.life.value;
  const now = clock.now();
  const proof = server.proof.value;
  const { held, running } = server.calls.value;
  // A wall clock that was set back would make negative ages.
  const ageOf = (at: Millis): number => Math.max(0, now - at);
  return {
    state: state.kind,
    sinceMs: 'since' in state ? ageOf(state.since) : null,
    attempt: 'attempt' in state ? state.attempt : null,
    nextTryInMs: nextTryOf(state, now),
    proofAgeMs: proof === null ? null : ageOf(proof.at),
    proofBy: proof?.by ?? null,
    recovered: 'recovered' in state ? state.recovered : null,
    sessions: gateway?.sessions(server.id) ?? null,
    calls: { held, running },
    failure: failureHealth(state, clean, say),
    reason: null,
  };
};

const badHealth = (reason: string, clean: ServerPorts['clean']): ServerHealth => ({
  state: 'bad-settings',
  sinceMs: null,
  attempt: null,
  nextTryInMs: null,
  proofAgeMs: null,
  proofBy: null,
  recovered: null,
  sessions: null,
  calls: { held: 0, running: 0 },
  failure: null,
  reason: clean(reason).slice(0, longestDetail),
});

/** What works, rests, or is switched off on purpose is as it should be. */
const isWell = (state: ConnectionState): boolean =>
  isUp(state) || ['idle', 'disabled', 'stopping', 'stopped'].includes(state.kind);

/** All servers, or one, by name; empty where there is no such server. Programs read English. */
export const serversHealth = (
  ports: ServerPorts,
  only?: string,
  say: Say = inEnglish,
): GatewayHealth['servers'] => {
  const { fleet, clean } = ports;
  const wanted = (name: string): boolean => only === undefined || name === only;
  const bad = fleet.bad.value
    .filter(({ name }) => wanted(name))
    .map(({ name, reason }): [string, ServerHealth] => [name, badHealth(reason, clean)]);
  const good = fleet.servers.value
    .filter(({ id }) => wanted(id))
    .map((server): [string, ServerHealth] => [server.id, serverHealth(server, ports, say)]);
  return Object.fromEntries([...bad, ...good]);
};

export const isHealthy = ({ bad, servers }: FleetWatch): boolean =>
  bad.value.length === 0 && servers.value.every(({ life }) => isWell(life.value.state));

export const gatewayHealth = (ports: HealthPorts): GatewayHealth => {
  const { gateway, fleet, store, clock } = ports;
  const place = gateway.place.value;
  const servers = fleet.servers.value;
  const sum = (of: (server: ServerWatch) => number): number =>
    servers.reduce((total, server) => total + of(server), 0);
  return {
    status: isHealthy(fleet) ? 'healthy' : 'degraded',
    uptime_secs: Math.floor((clock.steady() - gateway.startedAt) / 1000),
    version: gateway.version,
    sessions: gateway.sessions(),
    jobs: {
      pending: sum(({ calls }) => calls.value.held),
      running: sum(({ calls }) => calls.value.running),
    },
    instanceId: gateway.instanceId,
    gateway: { port: place.kind === 'open' ? place.port : null, store: store.value.used },
    servers: serversHealth(ports),
  };
};

/** What `/health` says, for the door. */
export const healthAnswers = (ports: HealthPorts): HealthAnswers => ({
  // How the servers are is nobody's business without the token: this says that the gateway itself lives.
  brief: () => {
    const { uptime_secs, instanceId } = gatewayHealth(ports);
    return { status: 'healthy', uptime_secs, instanceId };
  },
  whole: () => gatewayHealth(ports),
  of: (name) => {
    const servers = serversHealth(ports, name);
    return Object.hasOwn(servers, name) ? { name, ...servers[name] } : null;
  },
});
