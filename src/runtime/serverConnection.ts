// A connection to one configured server on behalf of one client, put together from the settings and the ports: the same for
// our own views and for every program at the gateway, save for who is told what.
// Not here: what a connection does (connection.ts) and who asks for one (server.ts, serverClients.ts).
import type { Millis } from '../base/clock.ts';
import { repeatRight } from '../core/calls/replay.ts';
import { entryOf, type HistoryEntry } from '../core/history.ts';
import type { Life } from '../core/connection/state.ts';
import { fingerprintOf } from '../core/record.ts';
import { isObject, type JsonObject, type RpcId } from '../core/rpc.ts';
import type { ServerDefinition, Settings } from '../core/settings.ts';
import { CallTally } from './callTally.ts';
import type { Whose } from './chronicle.ts';
import { Connection } from './connection.ts';
import type { ConnectionEvents, ConnectionSettings } from './connectionDeps.ts';
import type { OfferStore } from './gatewayPorts.ts';
import type { Journaled } from './journalKeeper.ts';
import type { Reach, ServerPorts } from './ports.ts';
import { factsOf } from './sessionFacts.ts';
import { SessionMemory } from './sessionMemory.ts';
import { watchReach } from './watchedReach.ts';
import type { Catalog } from './watch.ts';

/** What all connections to one server have in common. */
export interface ServerFacts {
  readonly ports: ServerPorts;
  readonly reach: Reach;
  readonly definition: () => ServerDefinition;
  readonly settings: () => Settings;
  /** Bytes that the held calls of all servers take, for all their clients. */
  readonly heldBytes: () => number;
  readonly annotationsOf: (tool: string | null) => JsonObject | null;
  readonly refusal: (life: Life) => string;
  readonly waiting: (server: string, life: Life) => string;
}

/** Whose connection it is. */
export interface ConnectionOwner {
  /** Its key in records and journal. */
  readonly client: string;
  readonly journals: Journaled;
  /** Whether the client of this request is there. */
  readonly hears: (clientId: RpcId) => boolean;
  readonly holdBudget: () => Millis;
  readonly events: Pick<ConnectionEvents, 'tellUser' | 'leftBehind' | 'taskLeft'>;
  /** How the program calls itself; null for the server's own connection, whose transitions are the history of the server. */
  readonly label: string | null;
}

export const memoryOf = ({ ports, definition }: ServerFacts, client: string): SessionMemory =>
  new SessionMemory({
    store: ports.records,
    clock: ports.clock,
    serverId: definition().name,
    client,
    fingerprint: fingerprintOf(definition()),
  });

/**
 * The annotations of a tool as the server listed it; null where it has none, or none are known. Calls of an earlier life are
 * judged before our views have listed anything in this one: then by what a program was told of it last.
 */
export const marksOf = (
  name: string | null,
  { listedAt, tools }: Catalog,
  offers: OfferStore,
  definition: ServerDefinition,
): JsonObject | null => {
  if (listedAt !== null) return tools.find((tool) => tool.name === name)?.annotations ?? null;
  const offer = offers.load(definition.name, fingerprintOf(definition));
  const listed = offer?.lists['tools/list']?.['tools'];
  const remembered: readonly unknown[] = Array.isArray(listed) ? listed : [];
  const tool = remembered.find((entry) => isObject(entry) && entry['name'] === name);
  return isObject(tool) && isObject(tool['annotations']) ? tool['annotations'] : null;
};

/**
 * A program may be downloaded when it is first started (`npx`, `uvx`, `docker run`), and killed over it would begin anew
 * each time. One that fails exits, which is heard at once; only one that hangs is waited for so long.
 */
const firstStart: Millis = 3 * 60_000;

const settingsFor = (
  facts: ServerFacts,
  owner: ConnectionOwner,
  ownBytes: number,
): ConnectionSettings => {
  const { backoff, crashLoop, calls, health, connectTimeout, notifyAfterAttempts } =
    facts.settings();
  const definition = facts.definition();
  const holdBudget = owner.holdBudget();
  return {
    policy: {
      backoff,
      local: facts.reach.prober.isLocal,
      holdBudget,
      notifyAfterAttempts,
      crashLoop,
    },
    health: definition.kind === 'http' ? { ...health, path: definition.health } : health,
    connectTimeout:
      definition.kind === 'stdio' ? Math.max(connectTimeout, firstStart) : connectTimeout,
    ledger: {
      limits: calls,
      holdBudget,
      bytesElsewhere: facts.heldBytes() - ownBytes,
      repeatRight: ({ method, tool }) =>
        repeatRight(method, facts.annotationsOf(tool), definition.trustHints),
    },
  };
};

/** How a connection is watched for the chronicle, where one is kept. */
const watched = ({ ports, reach, definition }: ServerFacts, owner: ConnectionOwner) => {
  const { clock, witness } = ports;
  const { name, kind } = definition();
  const { client, label } = owner;
  const whose: Whose = { serverId: name, client, label, startsProcess: kind === 'stdio' };
  if (!witness) return { reach, tally: null, moved: () => undefined };
  const moved = (entry: HistoryEntry, memory: SessionMemory): void =>
    witness.moved(whose, entry, factsOf(memory.record.value));
  return {
    reach: watchReach(reach, clock, {
      looked: (look) => witness.looked(whose, { ...look, serverId: name }),
      resumed: () => witness.resumed(whose),
    }),
    tally: new CallTally(clock, (news) => witness.call(whose, news)),
    moved,
  };
};

export const makeConnection = (
  facts: ServerFacts,
  owner: ConnectionOwner,
  memory: SessionMemory,
): Connection => {
  const { ports, refusal, waiting } = facts;
  const { reach, tally, moved } = watched(facts, owner);
  const { name, enabled } = facts.definition();
  // Known only when the connection is there, which asks for its settings while it is made.
  let ownBytes = (): number => 0;
  const connection = new Connection(
    {
      outside: { ...reach, clock: ports.clock, random: ports.random },
      memory,
      journal: ports.journal,
      journals: owner.journals,
      hears: owner.hears,
      settings: () => settingsFor(facts, owner, ownBytes()),
      ...(tally && { tally }),
      log: ports.logOf(name),
      events: {
        ...owner.events,
        transition: (from, to, cause) => {
          const entry = entryOf(name, ports.clock.now(), from, to, cause);
          if (owner.label === null) ports.history.append(entry);
          moved(entry, memory);
        },
        refusal,
        waiting: (life) => waiting(name, life),
      },
    },
    enabled,
  );
  ownBytes = () => connection.calls.load.value.heldBytes;
  return connection;
};
