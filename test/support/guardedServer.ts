// Real MCP servers that let in only who brings the right credential, over Streamable HTTP and over the transport of 2024. Each
// ends with its test.
import { randomUUID } from 'node:crypto';
import { createServer, type RequestListener } from 'node:http';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { onTestFinished } from 'vitest';

type Handler = (...args: Parameters<RequestListener>) => Promise<unknown>;
type IsRight = (authorization: string | undefined) => boolean;

/** Its tool `hello` answers so. */
export const greeting = 'you are in';

const anMcp = (): McpServer => {
  const mcp = new McpServer({ name: 'guarded', version: '1' });
  mcp.registerTool('hello', {}, () => ({ content: [{ type: 'text', text: greeting }] }));
  return mcp;
};

const streamable = (): Handler => {
  const sessions = new Map<string, StreamableHTTPServerTransport>();
  return async (request, response) => {
    const known = sessions.get(String(request.headers['mcp-session-id']));
    if (known) return known.handleRequest(request, response);
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => void sessions.set(id, transport),
    });
    await anMcp().connect(transport as Parameters<McpServer['connect']>[0]);
    return transport.handleRequest(request, response);
  };
};

/** Nothing but GET for the stream, and POST where the stream says. */
const legacy = (): Handler => {
  const sessions = new Map<string, { readonly handlePostMessage: Handler }>();
  return async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const known = sessions.get(url.searchParams.get('sessionId') ?? '');
    if (request.method === 'POST' && known) return known.handlePostMessage(request, response);
    if (request.method !== 'GET') return response.writeHead(405).end();
    // oxlint-disable-next-line typescript/no-deprecated -- What is tested is the way to just these servers.
    const transport = new SSEServerTransport('/messages', response);
    sessions.set(transport.sessionId, transport);
    return anMcp().connect(transport);
  };
};

const speakers = { streamable, legacy } as const;

/** Returns its port; 0 where it listens on a socket. */
export const startGuarded = async (
  speaks: keyof typeof speakers,
  isRight: IsRight,
  socket?: string,
): Promise<number> => {
  const handle = speakers[speaks]();
  const server = createServer((request, response) => {
    if (isRight(request.headers.authorization)) void handle(request, response);
    else response.writeHead(401).end();
  });
  await new Promise<void>((resolve) =>
    socket === undefined ? server.listen(0, '127.0.0.1', resolve) : server.listen(socket, resolve),
  );
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
};
