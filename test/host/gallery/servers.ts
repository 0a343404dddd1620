// One server in every state there is, with everything that a view can show of it.
import { aFailure } from '../../../src/core/connection/failure.ts';
import type { ConnectionState } from '../../../src/core/connection/state.ts';
import type { HistoryEntry } from '../../../src/core/history.ts';
import type { Catalog } from '../../../src/runtime/watch.ts';
import { galleryClients } from './clients.ts';
import { pendingCalls } from './pending.ts';
import { aDefinition, aTool, type FakeFleet, FakeServer } from '../../support/fakeFleet.ts';

const second = 1000;
const minute = 60 * second;

const catalog = (now: number): Catalog => ({
  listedAt: now - 3 * minute,
  tools: [
    aTool('search', {
      title: 'Search the index',
      description:
        'Finds documents that match a query. Answers the best ten, each with an excerpt.',
      inputSchema: {
        type: 'object',
        required: ['query'],
        properties: {
          query: { type: 'string', description: 'What to look for', minLength: 3 },
          limit: {
            type: 'integer',
            description: 'How many to answer',
            minimum: 1,
            maximum: 50,
            default: 10,
          },
          order: {
            enum: ['relevance', 'date'],
            default: 'relevance',
            description: 'Order of the answers',
          },
          exact: { type: 'boolean', default: false },
          apiKey: { type: 'string', description: 'Key of the index' },
        },
      },
      annotations: { readOnlyHint: true },
    }),
    aTool('create_issue', {
      description: 'Creates an issue with labels and assignees.',
      inputSchema: {
        type: 'object',
        required: ['title', 'labels', 'place'],
        properties: {
          title: { type: 'string' },
          labels: { type: 'array', items: { type: 'string' } },
          place: {
            type: 'object',
            required: ['owner', 'repository'],
            properties: {
              owner: { type: 'string' },
              repository: { type: 'string' },
              branch: { type: 'string' },
            },
          },
          token: { type: 'string', description: 'Access token' },
        },
      },
    }),
    aTool('drop_table', {
      description: 'Removes a table.',
      annotations: { destructiveHint: true },
    }),
    aTool('ping', { description: 'Answers pong.', annotations: { readOnlyHint: true } }),
  ],
  resources: [
    {
      uri: 'file:///readme.md',
      name: 'readme.md',
      description: 'What this is',
      mimeType: 'text/markdown',
    },
    { uri: 'demo://static/1', name: 'Static 1', description: null, mimeType: null },
  ],
  prompts: [{ name: 'review', description: 'Reviews a change' }],
});

const states = (now: number): Readonly<Record<string, ConnectionState>> => ({
  'issue-tracker': { kind: 'ready', since: now - 5 * minute, recovered: 'same-session' },
  search: { kind: 'ready', since: now - minute, recovered: 'new-session' },
  weather: {
    kind: 'degraded',
    since: now - minute,
    recovered: 'first',
    troubles: ['push-stream-down'],
  },
  'dev-server': {
    kind: 'reconnecting',
    since: now - 20 * second,
    attempt: 4,
    phase: { kind: 'waiting', until: now + 90 * second },
    failure: aFailure('refused', 'connect ECONNREFUSED 127.0.0.1:3000'),
  },
  staging: {
    kind: 'suspended',
    since: now - 12 * minute,
    attempt: 17,
    phase: { kind: 'waiting', until: now + 20 * minute },
    failure: aFailure('unresolved', 'getaddrinfo ENOTFOUND staging.example.com'),
  },
  github: {
    kind: 'needs-auth',
    since: now - minute,
    attempt: 1,
    failure: aFailure('unauthorized', 'HTTP 401', { status: 401 }),
  },
  files: {
    kind: 'crash-loop',
    since: now - 2 * minute,
    exits: 5,
    failure: aFailure('process-exited', "exit code 1: Error: Cannot find module 'left-pad'"),
  },
  legacy: {
    kind: 'failed',
    since: now - 4 * minute,
    attempt: 2,
    phase: { kind: 'waiting', until: now + 30 * minute },
    failure: aFailure('not-mcp', 'the answer is text/html', { status: 200 }),
  },
  starting: { kind: 'connecting', since: now },
  notes: { kind: 'idle' },
  browser: { kind: 'stopped', since: now - minute },
  archive: { kind: 'disabled' },
});

const eventsOf = (serverId: string, now: number): HistoryEntry[] => [
  {
    serverId,
    at: now - 5 * minute,
    from: 'reconnecting',
    to: 'ready',
    cause: 'attempt-succeeded',
    epoch: 3,
    attempt: null,
    nextTry: null,
    recovered: 'new-session',
    failure: null,
    detail: null,
  },
  {
    serverId,
    at: now - 5 * minute - second,
    from: 'reconnecting',
    to: 'reconnecting',
    cause: 'attempt-failed',
    epoch: 2,
    attempt: 2,
    nextTry: now - 5 * minute,
    recovered: null,
    failure: 'refused',
    detail: 'connect ECONNREFUSED',
  },
  {
    serverId,
    at: now - 6 * minute,
    from: 'ready',
    to: 'reconnecting',
    cause: 'lost',
    epoch: 1,
    attempt: 1,
    nextTry: null,
    recovered: null,
    failure: 'closed',
    detail: 'socket hang up',
  },
];

const dress = (server: FakeServer, now: number): void => {
  server.entries.push(...eventsOf(server.id, now));
  server.proof.set({ at: now - 3 * second, by: 'ping' });
  server.session.set({
    idHint: '7f3a…91',
    protocolVersion: '2025-11-25',
    serverName: `${server.id}-mcp`,
    serverVersion: '1.4.2',
    created: now - 50 * minute,
    recoveries: 2,
  });
  server.catalog.set(catalog(now));
  server.health.set({
    at: now - 3 * second,
    steadyAt: 0,
    latency: 11.6,
    status: 200,
    body: {
      status: 'ok',
      uptimeSecs: 7384,
      version: '1.4.2',
      instanceId: 'a41c',
      sessions: { total: 5, connected: 3 },
      jobs: { pending: 1, running: 2 },
    },
  });
};

/** Answers slowly with progress, as a real tool does. */
const answerSlowly: FakeServer['answer'] = async (name, args, { signal, onProgress }) => {
  for (let step = 1; step <= 4; step++) {
    signal?.throwIfAborted();
    onProgress?.({ progress: step, total: 4, message: `step ${step}` });
    await new Promise((resolve) => setTimeout(resolve, 600));
  }
  if (name === 'drop_table')
    throw new Error(
      'The connection broke while the call ran. It may have run; check before repeating.',
    );
  return { content: [{ type: 'text', text: JSON.stringify({ name, args, found: [1, 2, 3] }) }] };
};

export const fillGallery = (fleet: FakeFleet, now: number, only?: readonly string[]): void => {
  const servers = Object.entries(states(now))
    .filter(([name]) => only?.includes(name) ?? true)
    .map(([name, state]) => new FakeServer(aDefinition(name), state));
  for (const server of servers) {
    if (!['idle', 'disabled', 'connecting'].includes(server.life.value.state.kind))
      dress(server, now);
    server.answer = answerSlowly;
  }
  fleet.servers.set(servers);
  const reason = "The entry needs a 'url' (HTTP server) or a 'command' (stdio server).";
  fleet.bad.set(only ? [] : [{ kind: 'bad', name: 'typo', reason }]);
  for (const [name, clients] of Object.entries(galleryClients(now)))
    fleet.get(name)?.clients.set(clients);
  fleet.get('dev-server')?.calls.set({ held: 2, running: 0, heldBytes: 100 });
  if (only) return;
  for (const [name, calls] of Object.entries(pendingCalls(now)))
    fleet.get(name)?.pending.set(calls);
};
