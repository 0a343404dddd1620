// An MCP server that wants a token of the authorization server beside it: `echo` needs `mcp:read`, `write` needs `mcp:write` too.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { z } from 'zod';
import { plantedSession } from '../support/planted.ts';
import type { OAuthProvider } from './oauthProvider.ts';

export interface OAuthResource {
  readonly url: string;
  /** Every `Authorization` that came, in order; null where there was none. */
  readonly seen: readonly (string | null)[];
  /** Texts that `echo` and `write` were called with. */
  readonly calls: readonly string[];
  /** Refuses every token from now on. */
  refusesAll: boolean;
  /** Refuses with 403 and not a word about rights. */
  forbids: boolean;
  /** A right that `write` needs besides. */
  wantsMore: string | null;
  close(): Promise<void>;
}

const largest = 2 ** 20;

const readBody = async (request: IncomingMessage): Promise<string> => {
  let text = '';
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > largest) throw new Error('The body is too large.');
  }
  return text;
};

const json = (
  response: ServerResponse,
  status: number,
  body: unknown,
  challenge?: string,
): void => {
  const headers = {
    'content-type': 'application/json',
    ...(challenge === undefined ? {} : { 'www-authenticate': challenge }),
  };
  response.writeHead(status, headers).end(JSON.stringify(body));
};

const callIn = (body: unknown): string | null => {
  const read = z
    .object({ method: z.literal('tools/call'), params: z.object({ name: z.string() }) })
    .safeParse(body);
  return read.success ? read.data.params.name : null;
};

class Resource implements OAuthResource {
  readonly seen: (string | null)[] = [];
  readonly calls: string[] = [];
  refusesAll = false;
  forbids = false;
  wantsMore: string | null = null;
  url = '';
  readonly #provider: () => OAuthProvider;
  readonly #sessions = new Map<string, StreamableHTTPServerTransport>();
  readonly #server = createServer((request, response) => {
    this.#serve(request, response).catch((error: unknown) => {
      console.error(error);
      response.destroy();
    });
  });

  constructor(provider: () => OAuthProvider) {
    this.#provider = provider;
  }

  async listen(port: number): Promise<void> {
    this.#server.listen(port, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('No port was given.');
    this.url = `http://127.0.0.1:${address.port}/mcp`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', this.url);
    const metadata = '/.well-known/oauth-protected-resource/mcp';
    if (pathname === metadata) return json(response, 200, this.#metadata());
    if (pathname !== '/mcp') return json(response, 404, { error: 'There is nothing here.' });
    const text = request.method === 'POST' ? await readBody(request) : '';
    const body: unknown = text === '' ? undefined : JSON.parse(text);
    const more = this.wantsMore === null ? [] : [this.wantsMore];
    const needs = callIn(body) === 'write' ? ['mcp:read', 'mcp:write', ...more] : ['mcp:read'];
    if (this.forbids) return json(response, 403, { error: 'Not from here.' });
    if (await this.#isAllowed(request, response, needs))
      await this.#answer(request, response, body);
  }

  async #isAllowed(
    request: IncomingMessage,
    response: ServerResponse,
    needs: readonly string[],
  ): Promise<boolean> {
    const { authorization } = request.headers;
    this.seen.push(authorization ?? null);
    const token = /^Bearer (.+)$/.exec(authorization ?? '')?.[1];
    const granted = token === undefined ? null : await this.#provider().scopesOf(token);
    const where = `resource_metadata="${new URL('/.well-known/oauth-protected-resource/mcp', this.url).href}"`;
    if (granted === null || this.refusesAll) {
      json(response, 401, { error: 'invalid_token' }, `Bearer ${where}, scope="mcp:read"`);
      return false;
    }
    if (needs.every((scope) => granted.includes(scope))) return true;
    const asks = `Bearer error="insufficient_scope", scope="${needs.join(' ')}", ${where}`;
    json(response, 403, { error: 'insufficient_scope' }, asks);
    return false;
  }

  async #answer(request: IncomingMessage, response: ServerResponse, body: unknown): Promise<void> {
    const id = request.headers['mcp-session-id'];
    if (typeof id !== 'string') {
      await (await this.#open()).handleRequest(request, response, body);
      return;
    }
    const known = this.#sessions.get(id);
    if (known) await known.handleRequest(request, response, body);
    else json(response, 404, { error: 'Session not found' });
  }

  async #open(): Promise<StreamableHTTPServerTransport> {
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: plantedSession,
      onsessioninitialized: (id) => void this.#sessions.set(id, transport),
    });
    const server = new McpServer({ name: 'protected', version: '1.0.0' });
    for (const name of ['echo', 'write'])
      server.registerTool(name, { inputSchema: { text: z.string() } }, ({ text }) => {
        this.calls.push(`${name} ${text}`);
        return { content: [{ type: 'text', text }] };
      });
    await server.connect(transport);
    return transport;
  }

  #metadata() {
    return {
      resource: this.url,
      authorization_servers: [this.#provider().issuer],
      scopes_supported: ['mcp:read'],
    };
  }
}

export const startOAuthResource = async (
  provider: () => OAuthProvider,
  port = 0,
): Promise<OAuthResource> => {
  const resource = new Resource(provider);
  await resource.listen(port);
  return resource;
};
