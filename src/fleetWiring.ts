// What every root does to have running servers: processes, dialers, the fleet, and who owns what is stored. No decisions.
import type { Clock } from './base/clock.ts';
import type { Store } from './base/disposable.ts';
import type { Signal } from './base/signal.ts';
import type { ServerDefinition, Settings } from './core/settings.ts';
import { describeRefusal } from './core/wording/refusal.ts';
import type { Say } from './core/wording/say.ts';
import { describeWaiting } from './core/wording/waiting.ts';
import { reachServer } from './mcp/reach.ts';
import { ServerProcesses } from './mcp/stdio/serverProcesses.ts';
import { createViewClient, type ViewClientDeps } from './mcp/viewClient.ts';
import { Fleet } from './runtime/fleet.ts';
import type { Log, Reach, WakeSource } from './runtime/ports.ts';
import type { WorkspaceStore } from './store/workspaceStore.ts';

export interface FleetParts {
  readonly clock: Clock;
  readonly logs: { readonly own: Log; of(serverId: string): Log };
  readonly settings: Signal<Settings>;
  readonly store: WorkspaceStore;
  readonly wake: WakeSource;
  /** Where programs start, and relative paths are meant from. */
  readonly folder: () => string;
  readonly roots: ViewClientDeps['roots'];
  readonly version: string;
  readonly say: Say;
}

const reachOf = (
  { clock, logs, settings, folder }: FleetParts,
  processes: ServerProcesses,
): ((definition: ServerDefinition) => Reach) => {
  // A prober remembers what its server offers, so that one definition must have one.
  const known = new WeakMap<ServerDefinition, Reach>();
  const make = (server: ServerDefinition): Reach => {
    const { connectTimeout, maxMessageBytes, health } = settings.value;
    const { probeTimeout } = health;
    const log = logs.of(server.name);
    const limits = { connectTimeout, maxMessageBytes, probeTimeout };
    return reachServer(server, { clock, log, ...limits, processes, folder });
  };
  return (definition) => {
    const reach = known.get(definition) ?? make(definition);
    known.set(definition, reach);
    return reach;
  };
};

/** Builds the fleet; `open` makes it run. Everything ends with `owner`. */
export const wireFleet = (parts: FleetParts, owner: Store): Fleet => {
  const { clock, logs, settings, store, wake, roots, version, say } = parts;
  // Before the fleet, so that it ends after it: links end their own processes in order, this one what is left.
  const processes = owner.add(new ServerProcesses());
  const fleet = new Fleet({
    ports: {
      clock,
      random: Math.random,
      version,
      records: store.records,
      history: store.history,
      journal: store.journal,
      offers: store.offers,
      reach: reachOf(parts, processes),
      makeViewClient: (end) => createViewClient({ end, clock, log: logs.own, version, roots }),
      logOf: (serverId) => logs.of(serverId),
    },
    settings,
    wake,
    refusal: (life) => describeRefusal(life, clock.now(), say),
    waiting: (server, life) => describeWaiting(server, life, clock.now(), say),
  });
  owner.add(fleet);
  owner.add(
    fleet.onLeftBehind(({ server, count }) =>
      logs.of(server.id).warn(`${count} calls from before may have run; see Pending Calls.`),
    ),
  );
  let owned = store.holdsLease();
  owner.add(
    store.lease.onChange((status) => {
      if (owned && status !== 'owner') fleet.yieldSessions();
      if (!owned && status === 'owner') fleet.restoreCalls();
      owned = status === 'owner';
    }),
  );
  return fleet;
};
