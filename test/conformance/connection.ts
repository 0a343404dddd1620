// A connection of Lifeline's to one HTTP server, put together as the extension does it, without an editor around it.
import type { Clock } from '../../src/base/clock.ts';
import { repeatRight } from '../../src/core/calls/replay.ts';
import type { SessionRecord } from '../../src/core/record.ts';
import type {
  CallSettings,
  HealthSettings,
  HttpServer,
  OAuthWish,
} from '../../src/core/settings.ts';
import type { Authorizer } from '../../src/mcp/auth/ports.ts';
import { httpDialer } from '../../src/mcp/httpDialer.ts';
import { httpProber } from '../../src/mcp/prober.ts';
import { Connection } from '../../src/runtime/connection.ts';
import type { ConnectionSettings } from '../../src/runtime/connectionDeps.ts';
import type { Log, RecordStore } from '../../src/runtime/ports.ts';
import { SessionMemory } from '../../src/runtime/sessionMemory.ts';
import { MemoryJournal } from '../../src/store/memoryJournal.ts';

const health: HealthSettings = {
  path: '/health',
  interval: 10_000,
  reconnectingLocal: 1_000,
  reconnectingRemote: 5_000,
  idleInterval: 60_000,
  idleAfter: 300_000,
  pingInterval: 30_000,
  callSilence: 5_000,
  probeTimeout: 3_000,
};

const calls: CallSettings = {
  holdBudget: 45_000,
  patientHoldBudget: 300_000,
  maxHeld: 100,
  maxHeldBytes: 2 << 20,
  maxHeldBytesTotal: 8 << 20,
};

const settings: ConnectionSettings = {
  policy: {
    backoff: {
      delays: [0, 250, 500, 1_000, 2_000, 4_000, 8_000, 15_000, 30_000],
      localCap: 30_000,
      remoteCap: 60_000,
      stableAfter: 30_000,
    },
    local: true,
    holdBudget: calls.holdBudget,
    notifyAfterAttempts: 10,
    crashLoop: { exits: 5, within: 180_000 },
  },
  health,
  connectTimeout: 10_000,
  ledger: {
    limits: calls,
    holdBudget: calls.holdBudget,
    bytesElsewhere: 0,
    repeatRight: ({ method }) => repeatRight(method, null, false),
  },
};

// The suite shows what a client writes only when it fails, so the log may say everything.
export const log: Log = {
  debug: (text) => console.error(text),
  info: (text) => console.error(text),
  warn: (text) => console.error(text),
  error: (text) => console.error(text),
};

const memoryStore = (): RecordStore => {
  const records = new Map<string, SessionRecord>();
  const keyOf = (serverId: string, client: string): string => `${serverId} ${client}`;
  return {
    load: (serverId, client) => records.get(keyOf(serverId, client)) ?? null,
    save: (record) => void records.set(keyOf(record.serverId, record.client), record),
    remove: (serverId, client) => void records.delete(keyOf(serverId, client)),
  };
};

export const serverAt = (url: string, oauth: OAuthWish | false = false): HttpServer => ({
  kind: 'http',
  transport: 'http',
  name: 'server',
  url,
  headers: {},
  headersHelper: null,
  oauth,
  origin: { scope: 'user', folder: null },
  watch: [],
  health: health.path,
  autoStart: true,
  enabled: true,
  trustHints: false,
  connection: 'perClient',
});

export const openConnection = (
  server: HttpServer,
  clock: Clock,
  authorizer: Authorizer | null = null,
): Connection => {
  const { connectTimeout } = settings;
  const limits = { connectTimeout, maxMessageBytes: 64 << 20 };
  const dialer = httpDialer({ server, authorizer, ...limits, clock, log });
  const prober = httpProber({ server, authorizer, probeTimeout: health.probeTimeout, clock });
  const memory = new SessionMemory({
    store: memoryStore(),
    clock,
    serverId: server.name,
    client: 'conformance',
    fingerprint: server.url,
  });
  const outside = { dialer, prober, clock, random: Math.random };
  const events = {
    transition: () => {},
    tellUser: () => {},
    refusal: () => 'The server is not reachable.',
    waiting: () => 'Waiting for the server.',
    leftBehind: () => {},
    taskLeft: () => {},
  };
  const journal = new MemoryJournal();
  const journals = 'tool-calls' as const;
  const deps = { outside, memory, journal, journals, settings: () => settings, events, log };
  return new Connection(deps, server.enabled);
};
