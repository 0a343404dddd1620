// What every root does to have running servers: processes, dialers, the fleet, and who owns what is stored. No decisions.
import type { Clock } from '../base/clock.ts';
import type { Store } from '../base/disposable.ts';
import type { Signal } from '../base/signal.ts';
import type { ServerDefinition, Settings } from '../core/settings.ts';
import { hasVariables } from '../core/template.ts';
import { describeRefusal } from '../core/wording/refusal.ts';
import type { Say } from '../core/wording/say.ts';
import { describeWaiting } from '../core/wording/waiting.ts';
import type { NetworkWatch } from '../mcp/network.ts';
import { reachServer } from '../mcp/reach.ts';
import { ServerProcesses } from '../mcp/stdio/serverProcesses.ts';
import { isLocal, targetOf } from '../mcp/target.ts';
import { createViewClient, type ViewClientDeps } from '../mcp/viewClient.ts';
import { cleanReach } from '../runtime/cleanReach.ts';
import { Chronicler } from '../runtime/chronicler.ts';
import { Fleet } from '../runtime/fleet.ts';
import { lateReach } from '../runtime/lateReach.ts';
import type { KnownSecrets } from '../runtime/knownSecrets.ts';
import type { Log, Reach, WakeSource } from '../runtime/ports.ts';
import type { Resolver } from '../runtime/resolver.ts';
import { type AuthorizerOf, tellingSignIns } from './signedIn.ts';
import type { WorkspaceStore } from '../store/workspaceStore.ts';

export interface FleetParts {
  readonly clock: Clock;
  readonly logs: { readonly own: Log; of(serverId: string): Log };
  readonly secrets: KnownSecrets;
  readonly settings: Signal<Settings>;
  readonly store: WorkspaceStore;
  readonly wake: WakeSource;
  /** Writes down what happens; it must end after the fleet. */
  readonly chronicler: Chronicler;
  /** Where programs start, and relative paths are meant from. */
  readonly folder: () => string;
  readonly roots: ViewClientDeps['roots'];
  readonly version: string;
  readonly say: Say;
  /** Says before each attempt what an entry means then, or why it may not be used. */
  readonly resolver: Resolver;
  /** Who has the credentials for a server; without it nobody signs in anywhere. */
  readonly authorizers?: AuthorizerOf;
}

/** Whether it is on this machine, as far as its entry tells before anything is filled in. */
const seemsLocal = (server: ServerDefinition): boolean =>
  server.kind === 'stdio' || (!hasVariables(server.url) && isLocal(targetOf(server.url)));

const reachOf = (
  { clock, logs, secrets, settings, folder, resolver }: FleetParts,
  processes: ServerProcesses,
  authorizers: AuthorizerOf,
): ((definition: ServerDefinition) => Reach) => {
  // A prober remembers what its server offers, so that one definition must have one.
  const known = new WeakMap<ServerDefinition, Reach>();
  const build = (server: ServerDefinition): Reach => {
    const { connectTimeout, maxMessageBytes, health } = settings.value;
    const { probeTimeout } = health;
    const log = logs.of(server.name);
    const limits = { connectTimeout, maxMessageBytes, probeTimeout };
    return reachServer(server, { clock, log, ...limits, processes, folder, authorizers });
  };
  return (definition) => {
    const isNear = seemsLocal(definition);
    const make = (): Reach =>
      cleanReach(lateReach({ definition, resolver, build, isLocal: isNear }), secrets);
    const reach = known.get(definition) ?? make();
    known.set(definition, reach);
    return reach;
  };
};

/** Begins to write down what happens. To be called before the fleet is wired, so that it hears the fleet's end. */
export const wireChronicler = (
  { clock, store, network }: Pick<FleetParts, 'clock' | 'store'> & { network: NetworkWatch },
  owner: Store,
): Chronicler => {
  const isGuest = (): boolean => store.lease.value === 'waiting';
  const chronicler = new Chronicler({ clock, store: store.history, random: Math.random, isGuest });
  owner.add(chronicler);
  owner.add(network.onSlept((length) => chronicler.slept(length)));
  chronicler.open();
  return chronicler;
};

/** Builds the fleet; `open` makes it run. Everything ends with `owner`. */
export const wireFleet = (parts: FleetParts, owner: Store): Fleet => {
  const { clock, logs, settings, store, wake, roots, version, say } = parts;
  const authorizerOf = parts.authorizers ?? (() => null);
  const authorizers = tellingSignIns(authorizerOf, (server) => fleet.unblock(server), owner);
  // Before the fleet, so that it ends after it: links end their own processes in order, this one what is left.
  const processes = owner.add(new ServerProcesses());
  const fleet = new Fleet({
    ports: {
      clock,
      random: Math.random,
      version,
      records: store.records,
      history: store.history,
      witness: parts.chronicler,
      journal: store.journal,
      offers: store.offers,
      reach: reachOf(parts, processes, authorizers),
      makeViewClient: (end) => createViewClient({ end, clock, log: logs.own, version, roots }),
      logOf: (serverId) => logs.of(serverId),
    },
    settings,
    wake,
    refusal: (life) => describeRefusal(life, clock.now()),
    waiting: (server, life) => describeWaiting(server, life, clock.now(), say),
  });
  owner.add(fleet);
  parts.chronicler.follow(fleet);
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
