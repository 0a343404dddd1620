// A real MCP server that tests kill, restart, starve and break. Its behaviour comes from the environment
// (restartable/environment.ts); `/admin` is the test's door and `/health` what servers of this kind offer.
import { randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import { Doom } from './doom.ts';
import { readEnvironment } from './restartable/environment.ts';
import { JobBook } from './restartable/jobs.ts';
import { type Session, Sessions } from './restartable/sessions.ts';
import { refuseStale, sendJson } from './restartable/stale.ts';
import { TaskBook } from './restartable/tasks.ts';
import { addExtraTool, type House, notify } from './restartable/tools.ts';
import { asWebRequest, type Cut, readBody, type StreamKind, Streams } from './restartable/wire.ts';

const environment = readEnvironment(process.env);
const instanceId = randomUUID();
const extraTools = [...environment.extraTools];
const doom = new Doom(environment.doomFile);
const streams = new Streams(doom);
let running = 0;
let initializesSeen = 0;
/** A frozen server takes connections and requests, and never says a word. */
let frozen = false;

const executed = (name: string, args: unknown): void => {
  const { ledgerFile } = environment;
  if (ledgerFile === null) return;
  doom.around(() => {
    const file = openSync(ledgerFile, 'a');
    writeSync(file, `${JSON.stringify({ name, args })}\n`);
    fsyncSync(file);
    closeSync(file);
  });
};

const house: House = {
  name: environment.name,
  version: environment.version,
  executed,
  changed: () => sessions.save(),
  extraTools: () => extraTools,
  grow: () => {
    const name = `grown_${extraTools.length + 1}`;
    extraTools.push(name);
    // Registering a tool makes the SDK announce the change.
    for (const session of sessions.all) addExtraTool(session.mcp, house, name);
    return name;
  },
  touch: (uri) => {
    for (const { mcp, state } of sessions.all) {
      if (!state.subscriptions.includes(uri)) continue;
      mcp.server.sendResourceUpdated({ uri }).catch((error: unknown) => console.error(error));
    }
  },
  facts: () => ({ instanceId, initializesSeen }),
  running: (change) => {
    running += change;
  },
  tasks: new TaskBook(environment.taskFile),
  jobs: new JobBook(environment.jobFile),
};
const sessions = new Sessions(environment, house);

interface SeenRequest {
  readonly method: string;
  readonly rpc: string | null;
  readonly tool: string | null;
  readonly id: unknown;
  readonly session: string | null;
  readonly lastEventId: string | null;
  readonly protocolVersion: string | null;
}

const seen: SeenRequest[] = [];
const seenLimit = 2000;

interface Body {
  readonly method?: string;
  readonly id?: unknown;
  readonly params?: { readonly name?: string };
}

const headerOf = (request: IncomingMessage, name: string): string | null => {
  const value = request.headers[name];
  return typeof value === 'string' ? value : null;
};

const note = (request: IncomingMessage, body: Body): void => {
  if (seen.length === seenLimit) seen.shift();
  seen.push({
    method: request.method ?? '',
    rpc: body.method ?? null,
    tool: body.params?.name ?? null,
    id: body.id ?? null,
    session: headerOf(request, 'mcp-session-id'),
    lastEventId: headerOf(request, 'last-event-id'),
    protocolVersion: headerOf(request, 'mcp-protocol-version'),
  });
};

const parse = (text: string): Body => {
  try {
    return JSON.parse(text === '' ? '{}' : text) as Body;
  } catch {
    // The SDK's transport answers what it cannot parse.
    return {};
  }
};

const sessionFor = async (id: string | null, body: Body): Promise<Session | undefined> => {
  const known = id === null ? undefined : sessions.get(id);
  if (known !== undefined) return known;
  if (body.method === 'initialize') return sessions.open(body);
  return id !== null && environment.stale === 'accept' ? sessions.makeUp(id) : undefined;
};

/** The SDK primes only answer streams; a standalone stream without a first cursor would lose what comes in a gap. */
const primingOf = async (session: Session, request: IncomingMessage): Promise<string> => {
  if (request.method !== 'GET' || session.events === null || headerOf(request, 'last-event-id'))
    return '';
  return `id: ${await session.events.storeEvent('_GET_stream', {} as JSONRPCMessage)}\ndata: \n\n`;
};

/** The SDK knows nothing of what an earlier life began: it can replay an answer, and not wait for it. */
const jobsOf = async (session: Session, request: IncomingMessage): Promise<void> => {
  const cursor = headerOf(request, 'last-event-id');
  const stream = cursor === null ? undefined : await session.events?.getStreamIdForEventId(cursor);
  if (stream !== undefined) await house.jobs.finished(stream);
};

const serveMcp = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const text = await readBody(request);
  const body = parse(text);
  note(request, body);
  if (body.method === 'initialize') initializesSeen += 1;
  if (frozen) return;
  const id = headerOf(request, 'mcp-session-id');
  const session = await sessionFor(id, body);
  if (session === undefined) {
    if (id !== null && environment.stale !== 'accept')
      return refuseStale(response, environment.stale, body.id);
    const error = { code: -32000, message: 'Bad Request: Server not initialized' };
    return sendJson(response, 400, { jsonrpc: '2.0', error, id: null });
  }
  await jobsOf(session, request);
  const answer = await session.transport.handleRequest(asWebRequest(request, text));
  const kind: StreamKind = request.method === 'GET' ? 'standalone' : 'post';
  const first = answer.status === 200 ? await primingOf(session, request) : '';
  await streams.pass(answer, response, kind, first);
};

const serveHealth = (response: ServerResponse): void => {
  if (frozen) return;
  const total = sessions.all.length;
  sendJson(response, 200, {
    status: 'ok',
    uptime_secs: process.uptime(),
    version: environment.version,
    instanceId,
    sessions: { total, connected: total },
    jobs: { pending: 0, running },
  });
};

const administer: Record<string, (query: URLSearchParams) => unknown> = {
  cut: (query) => ({
    cut: streams.cut(
      (query.get('how') ?? 'end') as Cut,
      (query.get('which') ?? 'all') as StreamKind | 'all',
    ),
  }),
  expire: async () => {
    await sessions.expire();
    return {};
  },
  freeze: (query) => {
    frozen = query.get('on') !== 'false';
    if (frozen) streams.cut('blackhole', 'all');
    return { frozen };
  },
  notify: async (query) => {
    const count = Number(query.get('count') ?? 1);
    for (const { mcp, state } of sessions.all) await notify(mcp, state, count, 0);
    sessions.save();
    return {};
  },
  requests: (query) => (query.get('clear') === 'true' ? seen.splice(0) : seen),
  sessions: () => sessions.all.map(({ id, state }) => ({ id, ...state })),
};

const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1');
  if (url.pathname === '/mcp') return serveMcp(request, response);
  if (url.pathname === '/health' && environment.health) return serveHealth(response);
  const action = url.pathname.startsWith('/admin/') ? administer[url.pathname.slice(7)] : undefined;
  if (action === undefined) return void response.writeHead(404).end('Not found');
  return sendJson(response, 200, await action(url.searchParams));
};

await delay(environment.startDelay);
await sessions.restore();
const server = createServer((request, response) => {
  serve(request, response).catch((error: unknown) => {
    console.error(error);
    response.destroy();
  });
});
server.listen(environment.port, '127.0.0.1');
// A server without a test is of no use: it ends with whoever holds its input.
process.stdin.on('end', () => process.exit(0)).resume();
process.on('SIGTERM', () => process.exit(0));
