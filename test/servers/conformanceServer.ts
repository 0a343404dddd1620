// The conformance server over HTTP: sessions, streams that can be resumed, and no entry for pages of other hosts.
// Its port is PORT; it ends with whoever holds its input.
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js';
import { createConformanceMcp } from './conformance/mcp.ts';
import { Doom } from './doom.ts';
import { EventShelf } from './restartable/eventLog.ts';
import { refuseStale, sendJson } from './restartable/stale.ts';
import { asWebRequest, readBody, Streams } from './restartable/wire.ts';

interface Session {
  readonly transport: WebStandardStreamableHTTPServerTransport;
  /** What was agreed in the handshake. */
  readonly protocolVersion: string;
}

interface Hello {
  readonly method?: string;
  readonly id?: unknown;
  readonly params?: { readonly protocolVersion?: string };
}

const retryInterval = 200;
const versionHeader = 'mcp-protocol-version';
const sessions = new Map<string, Session>();
const events = new EventShelf(null);
const streams = new Streams(new Doom(undefined));

const parse = (text: string): Hello => {
  try {
    return JSON.parse(text === '' ? '{}' : text) as Hello;
  } catch {
    // The SDK's transport answers what it cannot parse.
    return {};
  }
};

const open = async (hello: Hello): Promise<Session> => {
  const id = randomUUID();
  const transport = new WebStandardStreamableHTTPServerTransport({
    sessionIdGenerator: () => id,
    eventStore: events.logOf(id),
    retryInterval,
    onsessionclosed: () => void sessions.delete(id),
  });
  await createConformanceMcp().connect(transport);
  const session = { transport, protocolVersion: hello.params?.protocolVersion ?? '' };
  sessions.set(id, session);
  return session;
};

/**
 * The suite's own requests say 2025-03-26, in sessions in which its client agreed on a later version. What was agreed
 * holds: otherwise the SDK would neither prime the stream nor let a tool hang up.
 */
const asAgreed = (request: Request, { protocolVersion }: Session): Request => {
  if (request.headers.has(versionHeader)) request.headers.set(versionHeader, protocolVersion);
  return request;
};

const serveMcp = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const text = await readBody(request);
  const body = parse(text);
  const id = request.headers['mcp-session-id'];
  const known = typeof id === 'string' ? sessions.get(id) : undefined;
  if (known === undefined && id !== undefined)
    return refuseStale(response, '404-32001', body.id ?? null);
  if (known === undefined && body.method !== 'initialize') {
    const error = { code: -32000, message: 'Bad Request: Mcp-Session-Id header is required' };
    return sendJson(response, 400, { jsonrpc: '2.0', error, id: body.id ?? null });
  }
  const session = known ?? (await open(body));
  const asked = asAgreed(asWebRequest(request, text), session);
  const answer = await session.transport.handleRequest(asked);
  await streams.pass(answer, response, request.method === 'GET' ? 'standalone' : 'post');
};

const isHere = (authority: string): boolean =>
  /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/i.test(authority);

/** A page whose name was bent to this address still says its own name. */
const mayEnter = ({ headers }: IncomingMessage): boolean =>
  isHere(headers.host ?? '') &&
  (headers.origin === undefined || isHere(headers.origin.replace(/^https?:\/\//, '')));

const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  if (!mayEnter(request)) {
    const error = { code: -32000, message: 'Only pages and programs of this machine may ask.' };
    return sendJson(response, 403, { jsonrpc: '2.0', error, id: null });
  }
  if (new URL(request.url ?? '/', 'http://localhost').pathname === '/mcp')
    return serveMcp(request, response);
  return void response.writeHead(404).end('Not found');
};

const server = createServer((request, response) => {
  serve(request, response).catch((error: unknown) => {
    console.error(error);
    response.destroy();
  });
});
server.listen(Number(process.env['PORT'] ?? 0), '127.0.0.1');
process.stdin.on('end', () => process.exit(0)).resume();
process.on('SIGTERM', () => process.exit(0));
