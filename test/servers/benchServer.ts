// The server that benchmarks measure: small and large answers, and nothing else that takes time. With PROXY_TO it is a bare
// reverse proxy instead, the least that anything between a client and a server can cost; with PROXY_PRIMES too one that begins
// each answer with a cursor before the server has answered, the least that anything can cost whose answers can be resumed.
import { randomUUID } from 'node:crypto';
import {
  Agent,
  type ClientRequest,
  createServer,
  type IncomingMessage,
  request as httpRequest,
  type ServerResponse,
} from 'node:http';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { z } from 'zod';

const megabyte = 1_000_000;
const port = Number(process.env['PORT']);
const target = process.env['PROXY_TO'];
const primes = process.env['PROXY_PRIMES'] !== undefined;
const sessions = new Map<string, StreamableHTTPServerTransport>();

const createMcp = (): McpServer => {
  const server = new McpServer({ name: 'bench', version: '1.0.0' });
  server.registerTool('echo', { inputSchema: { text: z.string() } }, ({ text }) => ({
    content: [{ type: 'text', text }],
  }));
  server.registerTool('large', { inputSchema: { megabytes: z.number() } }, ({ megabytes }) => ({
    content: [{ type: 'text', text: 'x'.repeat(megabytes * megabyte) }],
  }));
  return server;
};

const transportOf = async (id: string | undefined): Promise<StreamableHTTPServerTransport> => {
  const known = id === undefined ? undefined : sessions.get(id);
  if (known) return known;
  const transport = new StreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    onsessioninitialized: (session) => void sessions.set(session, transport),
  });
  await createMcp().connect(transport);
  return transport;
};

const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  if (request.url !== '/mcp') return void response.writeHead(404).end();
  const id = request.headers['mcp-session-id'];
  const transport = await transportOf(typeof id === 'string' ? id : undefined);
  await transport.handleRequest(request, response);
};

const agent = new Agent({ keepAlive: true });

const relay = (
  address: string,
  request: IncomingMessage,
  response: ServerResponse,
): ClientRequest => {
  const { method, headers, url = '/' } = request;
  const options = { method, headers, agent };
  const onward = httpRequest(new URL(url, address), options, (answer) => {
    if (!response.headersSent) response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  onward.once('error', () => response.destroy());
  response.once('close', () => onward.destroy());
  return onward;
};

/** Only the answer of a call is begun early: which session a greeting gets, and whether a message has an answer, is the server's word. */
const relayPrimed = async (
  address: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const body = Buffer.concat(parts);
  if (body.includes('"tools/call"')) {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' });
    response.write(`id: ${randomUUID()}\nretry: 2000\ndata: \n\n`);
  }
  relay(address, request, response).end(body);
};

createServer((request, response) => {
  if (target === undefined) void serve(request, response);
  else if (primes) void relayPrimed(target, request, response);
  else request.pipe(relay(target, request, response));
}).listen(port, '127.0.0.1');
