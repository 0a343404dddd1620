import { expect, onTestFinished, test } from 'vitest';
import { realClock } from '../../src/base/clock.ts';
import { whenever } from '../../src/base/signal.ts';
import { isResponse, resultOf, type JsonObject, type RpcRequest } from '../../src/core/rpc.ts';
import { sayError } from '../../src/core/wording/saidError.ts';
import type { ViewClient } from '../../src/runtime/ports.ts';
import { createViewClient } from '../../src/mcp/viewClient.ts';
import { ScriptedEnd, type Script } from '../support/scriptedEnd.ts';

const everything = { tools: {}, resources: {}, prompts: {} };

const welcome = (capabilities: JsonObject): JsonObject => ({
  protocolVersion: '2025-11-25',
  capabilities,
  serverInfo: { name: 'scripted', version: '1' },
});

const aTool = (name: string): JsonObject => ({ name, inputSchema: { type: 'object' } });

/** A server of these answers by method; a function sees the request, undefined leaves it open. */
const aServer =
  (
    answers: Record<string, JsonObject | Error | Script>,
    capabilities: JsonObject = everything,
  ): Script =>
  (request) => {
    const answer = answers[request.method];
    if (typeof answer === 'function') return answer(request);
    if (answer !== undefined) return answer;
    if (request.method === 'initialize') return welcome(capabilities);
    return { tools: [], resources: [], prompts: [], content: [] };
  };

const listening = (script: Script) => {
  const end = new ScriptedEnd(script);
  const warnings: string[] = [];
  const log = {
    debug: () => {},
    info: () => {},
    warn: (text: string) => warnings.push(text),
    error: () => {},
  };
  const roots = [{ uri: 'file:///folder', name: 'folder' }];
  const client = createViewClient({
    end,
    clock: realClock,
    log,
    version: '0.0.0',
    roots: () => roots,
  });
  onTestFinished(() => client.dispose());
  return { end, client, warnings, roots };
};

const toolNames = (client: ViewClient): string[] =>
  client.catalog.value.tools.map((tool) => tool.name);
const listed = (client: ViewClient) =>
  whenever(client.catalog, (catalog) => catalog.listedAt !== null);

test('every page of every offered list comes into the catalog', async () => {
  const { client } = listening(
    aServer({
      'tools/list': ({ params }) =>
        params?.['cursor'] === 'second'
          ? { tools: [aTool('b')] }
          : { tools: [aTool('a')], nextCursor: 'second' },
      'resources/list': { resources: [{ uri: 'a://1', name: 'one', mimeType: 'text/plain' }] },
      'prompts/list': { prompts: [{ name: 'greet', description: 'Says hello.' }] },
    }),
  );
  const catalog = await listed(client);
  expect(toolNames(client)).toEqual(['a', 'b']);
  expect(catalog.resources).toEqual([
    { uri: 'a://1', name: 'one', description: null, mimeType: 'text/plain' },
  ]);
  expect(catalog.prompts).toEqual([{ name: 'greet', description: 'Says hello.' }]);
});

test('lists that the server does not offer are not asked for', async () => {
  const { client, end } = listening(
    aServer({ 'tools/list': { tools: [aTool('a')] } }, { tools: {} }),
  );
  await listed(client);
  expect(end.requests('tools/list')).toHaveLength(1);
  expect(end.requests('resources/list')).toHaveLength(0);
  expect(end.requests('prompts/list')).toHaveLength(0);
});

test('a list that a replaced server announces is asked for although the first one had none', async () => {
  const { client, end } = listening(
    aServer({ 'prompts/list': { prompts: [{ name: 'new' }] } }, { tools: {} }),
  );
  await listed(client);
  end.notify('notifications/prompts/list_changed');
  const catalog = await whenever(client.catalog, ({ prompts }) => prompts.length > 0);
  expect(catalog.prompts[0]?.name).toBe('new');
});

test('a server that pages for ever is cut off', async () => {
  let page = 0;
  const { client, end, warnings } = listening(
    aServer({
      'tools/list': () => ({ tools: [aTool(`t${(page += 1)}`)], nextCursor: String(page) }),
    }),
  );
  await listed(client);
  expect(end.requests('tools/list')).toHaveLength(50);
  expect(warnings).toEqual([
    'The server has more tools than are listed here; the rest is not shown.',
  ]);
});

test('a list_changed notification reads that list again and no other', async () => {
  const { client, end } = listening(aServer({ 'tools/list': { tools: [aTool('old')] } }));
  await listed(client);
  end.become(aServer({ 'tools/list': { tools: [aTool('grown')] } }));
  end.notify('notifications/tools/list_changed');
  await whenever(client.catalog, () => toolNames(client).includes('grown'));
  expect(end.requests('resources/list')).toHaveLength(1);
});

test('however often a refresh is asked while one runs, one more follows', async () => {
  const { client, end } = listening(aServer({ 'tools/list': () => undefined }, { tools: {} }));
  const lists = (): readonly RpcRequest[] => end.requests('tools/list');
  await end.until(() => lists().length === 1);
  client.refresh();
  client.refresh();
  end.notify('notifications/tools/list_changed');
  expect(lists()).toHaveLength(1);
  end.say(resultOf(lists()[0]?.id ?? 0, { tools: [aTool('first')] }));
  await end.until(() => lists().length === 2);
  const changed = whenever(client.catalog, () => toolNames(client).includes('second'));
  end.say(resultOf(lists()[1]?.id ?? 0, { tools: [aTool('second')] }));
  await changed;
  expect(lists()).toHaveLength(2);
});

test('a list that fails leaves the last good one, and the others go on', async () => {
  const { client, end, warnings } = listening(
    aServer({ 'tools/list': { tools: [aTool('kept')] } }),
  );
  await listed(client);
  end.become(
    aServer({
      'tools/list': new Error('broken'),
      'prompts/list': { prompts: [{ name: 'later' }] },
    }),
  );
  client.refresh();
  await whenever(client.catalog, ({ prompts }) => prompts.length > 0);
  expect(toolNames(client)).toEqual(['kept']);
  expect(warnings).toEqual(['The list of tools could not be read, the last one is kept: broken']);
});

test('an answer that is no list does not empty the catalog', async () => {
  const { client, end } = listening(aServer({ 'tools/list': { tools: [aTool('kept')] } }));
  await listed(client);
  end.become(
    aServer({ 'tools/list': { content: [] }, 'prompts/list': { prompts: [{ name: 'later' }] } }),
  );
  client.refresh();
  await whenever(client.catalog, ({ prompts }) => prompts.length > 0);
  expect(toolNames(client)).toEqual(['kept']);
});

test('a tool result reaches the caller as the server sent it, without validation', async () => {
  const odd = {
    content: [{ type: 'hologram' }],
    structuredContent: { not: 'as declared' },
    extra: 1,
  };
  const { client, end } = listening(
    aServer({
      'tools/list': {
        tools: [{ ...aTool('odd'), outputSchema: { type: 'object', required: ['other'] } }],
      },
      'tools/call': odd,
    }),
  );
  await listed(client);
  await expect(client.callTool('odd', { a: 1 }, {})).resolves.toEqual(odd);
  expect(end.requests('tools/call')[0]?.params).toMatchObject({ name: 'odd', arguments: { a: 1 } });
});

test('a call made before the handshake is done waits for it', async () => {
  const { client, end } = listening(
    aServer({ initialize: () => undefined, 'tools/call': { content: [] } }),
  );
  const call = client.callTool('early', {}, {});
  await end.until(() => end.requests('initialize').length === 1);
  expect(end.requests('tools/call')).toHaveLength(0);
  end.say(resultOf(end.requests('initialize')[0]?.id ?? 0, welcome(everything)));
  await expect(call).resolves.toEqual({ content: [] });
});

test('a refused handshake is tried again by the next call', async () => {
  const { client, end } = listening(
    aServer({ initialize: new Error('The server is switched off.') }),
  );
  await expect(client.callTool('any', {}, {})).rejects.toThrow('The server is switched off.');
  end.become(aServer({ 'tools/call': { content: [] } }));
  await expect(client.callTool('any', {}, {})).resolves.toEqual({ content: [] });
});

test('progress reaches the caller', async () => {
  const { client, end } = listening(aServer({ 'tools/call': () => undefined }));
  await listed(client);
  const seen: unknown[] = [];
  const heard = new Promise<void>((resolve) => {
    const call = client.callTool(
      'slow',
      {},
      { onProgress: (progress) => resolve(void seen.push(progress)) },
    );
    call.catch(() => {});
  });
  await end.until(() => end.requests('tools/call').length === 1);
  const params = end.requests('tools/call')[0]?.params?.['_meta'];
  const progressToken = (params as { progressToken: number }).progressToken;
  end.notify('notifications/progress', { progressToken, progress: 1, total: 2, message: 'half' });
  await heard;
  expect(seen).toEqual([{ progress: 1, total: 2, message: 'half' }]);
});

test('cancelling a call tells the server and rejects in plain words', async () => {
  const { client, end } = listening(aServer({ 'tools/call': () => undefined }));
  await listed(client);
  const cancel = new AbortController();
  const call = client.callTool('slow', {}, { signal: cancel.signal });
  const rejected = expect(call).rejects.toThrow(/^The call was cancelled\.$/u);
  await end.until(() => end.requests('tools/call').length === 1);
  cancel.abort();
  await rejected;
  const id = end.requests('tools/call')[0]?.id;
  expect(end.notifications('notifications/cancelled')[0]?.params).toMatchObject({ requestId: id });
});

test('cancelling after the answer sends nothing', async () => {
  const { client, end } = listening(aServer({}));
  const cancel = new AbortController();
  await client.callTool('quick', {}, { signal: cancel.signal });
  cancel.abort();
  expect(end.notifications('notifications/cancelled')).toHaveLength(0);
});

test('an error answer rejects with the words of whoever answered', async () => {
  const { client } = listening(aServer({ 'tools/call': new Error('Unknown tool: x') }));
  await expect(client.callTool('x', {}, {})).rejects.toThrow(/^Unknown tool: x$/u);
});

test('an answer that the SDK would drop rejects instead of hanging', async () => {
  const { client } = listening(aServer({ 'tools/call': { content: [], _meta: null } }));
  const refusal: unknown = await client.callTool('x', {}, {}).catch((error: unknown) => error);
  expect(String(refusal)).toContain('does not follow the protocol');
  expect(sayError(refusal, (message) => `<${message}>`)).toMatch(/^<The server sent .*>$/);
});

test('the server learns the workspace folders when it asks, and hears when they change', async () => {
  const { client, end, roots } = listening(aServer({}));
  await listed(client);
  roots.push({ uri: 'file:///other', name: 'other' });
  client.rootsChanged();
  await end.until(() => end.notifications('notifications/roots/list_changed').length === 1);
  end.say({ jsonrpc: '2.0', id: 'theirs', method: 'roots/list' });
  await end.until(() => end.sent.some(isResponse));
  expect(end.sent.find(isResponse)).toEqual(
    resultOf('theirs', {
      roots: [
        { uri: 'file:///folder', name: 'folder' },
        { uri: 'file:///other', name: 'other' },
      ],
    }),
  );
});

test('a call that waits when the connection is ended rejects', async () => {
  const { client, end } = listening(aServer({ 'tools/call': () => undefined }));
  await listed(client);
  const call = client.callTool('slow', {}, {});
  const rejected = expect(call).rejects.toThrow(/^The connection was closed\.$/u);
  await end.until(() => end.requests('tools/call').length === 1);
  end.end();
  await rejected;
});

test('disposing ends the subscriptions and whatever waits', async () => {
  const { client, end } = listening(aServer({ 'tools/call': () => undefined }));
  await listed(client);
  const rejected = expect(client.callTool('slow', {}, {})).rejects.toThrow(
    'The connection was closed.',
  );
  await end.until(() => end.requests('tools/call').length === 1);
  client.dispose();
  await rejected;
  expect(end.listeners).toBe(0);
  await expect(client.callTool('late', {}, {})).rejects.toThrow('The connection was closed.');
});
