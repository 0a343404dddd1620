// A small MCP server to look at: a few tools, notes that last as long as it does, and the health endpoint that Lifeline
// polls. `npm start` runs it, kills it and starts it again. Its port comes in PORT.
import { randomUUID } from 'node:crypto';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { z } from 'zod';

const instanceId = randomUUID();
const version = '1.0.0';
const maxSteps = 100;
const maxNotes = 1_000;
const notes: string[] = [];
const sessions = new Map<string, StreamableHTTPServerTransport>();
let opened = 0;

const text = (words: string) => ({ content: [{ type: 'text' as const, text: words }] });

const addReadOnlyTools = (server: McpServer): void => {
  const readOnly = { readOnlyHint: true, openWorldHint: false };
  server.registerTool(
    'add',
    {
      description: 'Adds two numbers.',
      inputSchema: { a: z.number(), b: z.number() },
      annotations: readOnly,
    },
    ({ a, b }) => text(String(a + b)),
  );
  server.registerTool(
    'now',
    { description: 'Tells the time of the server.', annotations: readOnly },
    () => text(new Date().toISOString()),
  );
  server.registerTool(
    'list_notes',
    { description: 'Lists the notes taken since the server started.', annotations: readOnly },
    () => text(notes.length === 0 ? 'There are no notes.' : notes.join('\n')),
  );
};

const addChangingTools = (server: McpServer): void => {
  server.registerTool(
    'append_note',
    { description: 'Takes a note.', inputSchema: { note: z.string().min(1).max(1_000) } },
    ({ note }) => {
      if (notes.length >= maxNotes) throw new Error(`There is room for ${maxNotes} notes only.`);
      notes.push(note);
      return text(`Note ${notes.length} taken.`);
    },
  );
  server.registerTool(
    'slow_count',
    {
      description: 'Counts, one step a second, and reports progress.',
      inputSchema: { steps: z.number().int().min(1).max(maxSteps) },
    },
    async ({ steps }, { _meta, sendNotification, signal }) => {
      const progressToken = _meta?.progressToken;
      for (let step = 1; step <= steps; step += 1) {
        await delay(1_000, undefined, { signal });
        if (progressToken === undefined) continue;
        const params = { progressToken, progress: step, total: steps };
        await sendNotification({ method: 'notifications/progress', params });
      }
      return text(`Counted to ${steps}.`);
    },
  );
};

/** A new session, known by its id from the moment that the client is told it. */
const openSession = async (): Promise<StreamableHTTPServerTransport> => {
  const transport = new StreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    onsessioninitialized: (id) => {
      opened += 1;
      sessions.set(id, transport);
    },
    onsessionclosed: (id) => {
      sessions.delete(id);
    },
  });
  const server = new McpServer({ name: 'demo', version });
  addReadOnlyTools(server);
  addChangingTools(server);
  await server.connect(transport);
  return transport;
};

const answer = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
};

const health = () => ({
  status: 'ok',
  uptime_secs: Math.round(process.uptime()),
  version,
  instanceId,
  // `opened` counts those that have ended too.
  sessions: { total: sessions.size, connected: sessions.size, opened },
});

const serveMcp = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const id = request.headers['mcp-session-id'];
  if (typeof id !== 'string') {
    await (await openSession()).handleRequest(request, response);
    return;
  }
  const known = sessions.get(id);
  if (known !== undefined) await known.handleRequest(request, response);
  else {
    // What the specification asks for: the client is to start a new session.
    const error = { code: -32001, message: 'Session not found' };
    answer(response, 404, { jsonrpc: '2.0', id: null, error });
  }
};

const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const { pathname } = new URL(request.url ?? '/', 'http://127.0.0.1');
  if (pathname === '/health') answer(response, 200, health());
  else if (pathname === '/mcp') await serveMcp(request, response);
  else answer(response, 404, { error: 'There is nothing here; try /mcp or /health.' });
};

const server = createServer((request, response) => {
  serve(request, response).catch((error: unknown) => {
    console.error(error);
    if (!response.headersSent) answer(response, 500, { error: 'The demo server failed.' });
  });
});
// Whoever started it holds its input; when that one is gone, however it ended, so is this.
process.stdin.on('end', () => process.exit(0)).resume();
server.listen(Number(process.env['PORT'] ?? '0'), '127.0.0.1');
