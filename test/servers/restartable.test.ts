// The tests' own server is tested, since every journey's verdict rests on it.
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { expect, onTestFinished, test } from 'vitest';
import { type RestartableOptions, startRestartable } from '../support/restartableServer.ts';

const started = async (options: RestartableOptions) => {
  const server = await startRestartable(options);
  onTestFinished(() => server.stop());
  return server;
};

const connected = async (url: string) => {
  const client = new Client({ name: 'test', version: '0' });
  const transport = new StreamableHTTPClientTransport(new URL(url), {
    reconnectionOptions: {
      initialReconnectionDelay: 20,
      maxReconnectionDelay: 20,
      reconnectionDelayGrowFactor: 1,
      maxRetries: 2,
    },
  });
  await client.connect(transport);
  onTestFinished(() => client.close());
  return { client, transport };
};

const textOf = (result: unknown): string =>
  (result as { content: { text: string }[] }).content[0]?.text ?? '';

const call = async (
  client: Client,
  name: string,
  args: Record<string, unknown> = {},
): Promise<string> => textOf(await client.callTool({ name, arguments: args }));

const post = (url: string, session: string): Promise<Response> =>
  fetch(url, {
    method: 'POST',
    headers: {
      accept: 'application/json, text/event-stream',
      'content-type': 'application/json',
      'mcp-session-id': session,
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 7, method: 'ping' }),
  });

test.each([
  ['404-32000', 404, '"Session expired"'],
  ['404-32001', 404, '"Session not found"'],
  ['404-text', 404, 'Session not found'],
  ['400-32000', 400, 'No valid session ID'],
  ['503', 503, 'No active session'],
  ['200-error', 200, '"id":7'],
] as const)('a stale session is answered %s', async (stale, status, words) => {
  const server = await started({ stale });
  const answer = await post(server.url, 'stale');
  expect(answer.status).toBe(status);
  expect(await answer.text()).toContain(words);
});

test('with `accept` a restart is seen only by health and by lost state', async () => {
  const server = await started({ stale: 'accept' });
  const health = async (): Promise<Record<string, unknown>> =>
    (await (await fetch(`${server.process.origin}/health`)).json()) as Record<string, unknown>;
  const { client } = await connected(server.url);
  await call(client, 'session_state');
  expect(await call(client, 'session_state')).toBe('{"counter":2}');
  const before = await health();
  await server.process.restart();
  expect(await call(client, 'session_state')).toBe('{"counter":1}');
  expect((await health())['instanceId']).not.toBe(before['instanceId']);
});

test('a server that keeps its sessions goes on with them after a kill', async () => {
  const server = await started({ keepSessions: true, events: 'kept' });
  const { client } = await connected(server.url);
  await client.setLoggingLevel('warning');
  await client.subscribeResource({ uri: 'test://note' });
  await call(client, 'session_state');
  await server.process.restart();
  expect(await call(client, 'session_state')).toBe('{"counter":2}');
  expect(JSON.parse(await call(client, 'inspect'))).toMatchObject({
    logLevel: 'warning',
    subscriptions: ['test://note'],
    initializeCount: 1,
    initializesSeen: 0,
    protocolVersion: '2025-11-25',
  });
});

test('kept events are replayed after a kill from the cursor, and only those of its stream', async () => {
  const server = await started({ keepSessions: true, events: 'kept' });
  const { transport, client } = await connected(server.url);
  const session = transport.sessionId ?? '';
  const listen = async (lastEventId: string | null, last: string): Promise<string> => {
    const abort = new AbortController();
    const answer = await fetch(server.url, {
      headers: {
        accept: 'text/event-stream',
        'mcp-session-id': session,
        ...(lastEventId === null ? {} : { 'last-event-id': lastEventId }),
      },
      signal: abort.signal,
    });
    expect(answer.status).toBe(200);
    let text = '';
    const decoder = new TextDecoder();
    const reader = answer.body?.getReader();
    while (reader !== undefined && !text.includes(last)) {
      const part: { value?: Uint8Array } = await reader.read();
      text += decoder.decode(part.value, { stream: true });
    }
    abort.abort();
    return text;
  };
  // The SDK's own standalone stream has to make room.
  await client.close();
  const first = await listen(null, 'data: \n\n');
  const cursor = /^id: (.*)$/mu.exec(first)?.[1] ?? '';
  await server.notify(2);
  await server.process.restart();
  const replayed = await listen(cursor, '"number":2');
  expect(replayed).toContain('"number":1');
  expect(replayed).not.toContain('serverInfo');
});

test('an executed call is in the ledger although the server was killed in its middle', async () => {
  const server = await started({});
  const { client } = await connected(server.url);
  await call(client, 'append', { text: 'a' });
  const lost = call(client, 'slow', { ms: 60_000 });
  lost.catch(() => {});
  await expect.poll(() => server.ledger().length).toBe(2);
  await server.process.kill9();
  expect(server.ledger()).toEqual([
    { name: 'append', args: { text: 'a' } },
    { name: 'slow', args: { ms: 60_000 } },
  ]);
});

test.each(['rst', 'end'] as const)(
  'an answer stream cut by %s is resumed from its cursor',
  async (how) => {
    const server = await started({ events: 'memory' });
    const { client } = await connected(server.url);
    const answer = call(client, 'slow', { ms: 300 });
    await expect.poll(() => server.ledger().length).toBe(1);
    expect(await server.cut(how, 'post')).toBe(1);
    expect(await answer).toBe('slept 300');
    const resumed = (await server.requests()).filter((request) => request.lastEventId !== null);
    expect(resumed).toHaveLength(1);
  },
);

test('a grown tool is announced and listed', async () => {
  const server = await started({ tools: ['extra'] });
  const { client } = await connected(server.url);
  const announced = new Promise<void>((resolve) => {
    client.setNotificationHandler(ToolListChangedNotificationSchema, () => resolve());
  });
  await expect
    .poll(async () => (await server.requests()).some((request) => request.method === 'GET'))
    .toBe(true);
  await call(client, 'grow');
  await announced;
  const names = (await client.listTools()).tools.map((tool) => tool.name);
  expect(names).toEqual(expect.arrayContaining(['extra', 'grown_2']));
});

test('a frozen server keeps still, and goes on when it thaws', async () => {
  const server = await started({});
  const { client } = await connected(server.url);
  await server.freeze(true);
  await expect(client.ping({ timeout: 100 })).rejects.toThrow('timed out');
  await server.freeze(false);
  await client.ping({ timeout: 5_000 });
});

test('expired sessions are unknown', async () => {
  const server = await started({});
  const { client } = await connected(server.url);
  await server.expire();
  await expect(client.ping()).rejects.toThrow('Session not found');
});
