import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { expect, onTestFinished, test } from 'vitest';
import { Source } from '../../../src/base/signal.ts';
import { isResponse, type RpcMessage } from '../../../src/core/rpc.ts';
import { ownServerName } from '../../../src/gateway/ownServerName.ts';
import { withOwnServer } from '../../../src/gateway/ownServer.ts';
import { createClientTransport } from '../../../src/mcp/clientTransport.ts';
import type { AttachedClient, ClientSpec, ServerDirectory } from '../../../src/runtime/clients.ts';
import { aFailure } from '../../../src/core/connection/failure.ts';
import { aHealthRig, type HealthRig } from './healthRig.ts';

const spec: ClientSpec = { client: 'a', label: 'a test', isPatient: false, hello: null };

const nobody: ServerDirectory = {
  names: new Source<readonly string[]>([]),
  attach: () => undefined,
};

const attach = (rig: HealthRig): AttachedClient => {
  const directory = withOwnServer(nobody, { tool: rig.tool, version: '1.2.3', now: Date.now });
  const client = directory.attach(ownServerName, spec);
  if (client === undefined) throw new Error('Our own server is not there.');
  onTestFinished(() => client.dispose());
  return client;
};

const aClient = async (rig: HealthRig): Promise<Client> => {
  const client = new Client({ name: 'a test', version: '1' });
  await client.connect(createClientTransport(attach(rig).end));
  onTestFinished(() => client.close());
  return client;
};

/** Answers in the order in which they come. */
const answersOf = (client: AttachedClient): RpcMessage[] => {
  const answers: RpcMessage[] = [];
  client.end.onMessage((message) => answers.push(message));
  return answers;
};

test("the SDK's client lists the tool, calls it, and finds the result to be as declared", async () => {
  const rig = await aHealthRig();
  rig.add('dev', { kind: 'ready', since: Date.now(), recovered: 'first' });
  const failure = aFailure('refused', 'nobody there');
  rig.add('down', { kind: 'failed', since: 0, attempt: 2, phase: null, failure });
  const client = await aClient(rig);
  expect(client.getServerVersion()).toMatchObject({ name: 'mcp-lifeline', version: '1.2.3' });
  expect(client.getInstructions()).toContain('session_health_check');
  await client.ping();
  const { tools } = await client.listTools();
  expect(tools).toHaveLength(1);
  expect(tools[0]?.annotations).toMatchObject({ readOnlyHint: true });
  // The client checks the structured result against the output schema, which it knows from the list.
  const whole = await client.callTool({ name: 'session_health_check', arguments: {} });
  expect(whole.structuredContent).toMatchObject({
    status: 'degraded',
    servers: { dev: { state: 'ready' }, down: { state: 'failed' } },
  });
  const one = await client.callTool({ name: 'session_health_check', arguments: { server: 'dev' } });
  expect(Object.keys((one.structuredContent as { servers: object }).servers)).toEqual(['dev']);
});

test('a server that does not exist and a strange argument are told as results, which a model can read', async () => {
  const rig = await aHealthRig();
  rig.add('dev', { kind: 'idle' });
  const client = await aClient(rig);
  const call = (server: unknown) =>
    client.callTool({ name: 'session_health_check', arguments: { server } });
  expect(await call('nope')).toMatchObject({
    isError: true,
    content: [{ text: 'There is no server "nope". There are: dev.' }],
  });
  expect(await call(7)).toMatchObject({ isError: true });
  expect(JSON.stringify(await call('x'.repeat(10_000))).length).toBeLessThan(400);
});

test('every other request is answered with an error under its id, and notifications with nothing', async () => {
  const rig = await aHealthRig();
  const client = attach(rig);
  const answers = answersOf(client);
  for (const [id, method] of [
    ['a', 'prompts/list'],
    ['b', 'no/such/method'],
    ['c', 'tools/call'],
  ] as const) {
    client.end.send({ jsonrpc: '2.0', id, method, params: {} });
  }
  client.end.send({ jsonrpc: '2.0', method: 'notifications/initialized' });
  client.end.send({ jsonrpc: '2.0', id: 'd', result: {} });
  expect(answers).toMatchObject([
    { id: 'a', error: { code: -32601 } },
    { id: 'b', error: { code: -32601 } },
    { id: 'c', error: { code: -32602 } },
  ]);
});

test.each([
  ['2025-06-18', '2025-06-18'],
  ['2099-01-01', '2025-11-25'],
])('who asks for %s is offered %s', async (asked, offered) => {
  const rig = await aHealthRig();
  const client = attach(rig);
  const answers = answersOf(client);
  const params = { protocolVersion: asked, capabilities: {}, clientInfo: { name: 'a' } };
  client.end.send({ jsonrpc: '2.0', id: 1, method: 'initialize', params });
  expect(answers).toMatchObject([{ result: { protocolVersion: offered } }]);
});

test('[bounded] a client may have sixteen calls running, each is answered once, and one more is told so', async () => {
  const rig = await aHealthRig();
  const client = attach(rig);
  const answers = answersOf(client);
  const params = { name: 'session_health_check' };
  for (let id = 1; id <= 17; id += 1) {
    client.end.send({ jsonrpc: '2.0', id, method: 'tools/call', params });
  }
  expect(answers).toMatchObject([{ id: 17, error: { code: -32000 } }]);
  await expect.poll(() => answers.length).toBe(17);
  const ids = answers.filter(isResponse).map(({ id }) => Number(id));
  expect(ids.toSorted((one, other) => one - other)).toEqual(
    Array.from({ length: 17 }, (_, index) => index + 1),
  );
  client.end.send({ jsonrpc: '2.0', id: 18, method: 'tools/call', params });
  await expect.poll(() => answers.at(-1)).toMatchObject({ id: 18, result: {} });
});

test('a client that is disposed hears of its end once, and nothing after it', async () => {
  const rig = await aHealthRig();
  const client = attach(rig);
  const answers = answersOf(client);
  let ends = 0;
  client.end.onClose(() => (ends += 1));
  const params = { name: 'session_health_check' };
  client.end.send({ jsonrpc: '2.0', id: 1, method: 'tools/call', params });
  await client.leave();
  client.dispose();
  client.end.send({ jsonrpc: '2.0', id: 2, method: 'ping' });
  // The report that was under way is made, and is nobody's.
  await rig.tool({});
  expect([answers, ends]).toEqual([[], 1]);
  expect(client.claim()).toEqual([]);
});

test('other servers are attached as before', async () => {
  const rig = await aHealthRig();
  const known = attach(rig);
  const asked: string[] = [];
  const directory: ServerDirectory = {
    names: new Source<readonly string[]>(['dev']),
    attach: (server) => {
      asked.push(server);
      return server === 'dev' ? known : undefined;
    },
  };
  const both = withOwnServer(directory, { tool: rig.tool, version: '1', now: Date.now });
  expect(both.attach('dev', spec)).toBe(known);
  expect(both.attach('other', spec)).toBeUndefined();
  expect(both.names.value).toEqual(['dev']);
  expect(asked).toEqual(['dev', 'other']);
});
