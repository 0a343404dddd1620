// What goes both ways through the gateway: cancelling, progress, questions of a server to a client, subscriptions.
import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import {
  CreateMessageRequestSchema,
  ElicitRequestSchema,
} from '@modelcontextprotocol/sdk/types.js';
import { expect, test } from 'vitest';
import { isObject } from '../../../src/core/rpc.ts';
import { until } from '../../support/fleetRig.ts';
import { type Agent, sdkAgent } from '../../support/gatewayAgents.ts';
import type { GatewayProcess } from '../../support/gatewayProcess.ts';
import type { RawAnswer } from '../../support/gatewayRaw.ts';
import {
  type After,
  aClient,
  aGateway,
  aWayThrough,
  dev,
  runsOf,
} from '../../support/gatewayStage.ts';
import { freePort, nodePath, projectRoot, startServer } from '../../support/serverProcess.ts';

const methodsOf = (answer: RawAnswer): unknown[] => answer.messages.map(({ method }) => method);

const jobsRunning = async (origin: string): Promise<unknown> => {
  const health: unknown = await (await fetch(`${origin}/health`)).json();
  return isObject(health) && isObject(health['jobs']) ? health['jobs']['running'] : null;
};

test('a call that its client cancels ends at the server, and its stream ends', async () => {
  const { server, client } = await aWayThrough();
  const answer = await client.call(9, 'slow', { ms: 60_000 });
  await until(() => runsOf(server, 'slow') === 1);
  const params = { requestId: 9, reason: 'enough' };
  await (await client.post({ method: 'notifications/cancelled', params })).end();
  await until(async () => (await jobsRunning(server.process.origin)) === 0);
  await answer.end();
  expect(await client.say(10, 'echo', { text: 'on we go' })).toBe('on we go');
});

test('to cancel what is long answered harms nobody', async () => {
  const { client } = await aWayThrough();
  await client.say(1, 'echo', { text: 'done' });
  const late = await client.post({ method: 'notifications/cancelled', params: { requestId: 1 } });
  expect(late.status).toBe(202);
  expect(await client.say(1, 'echo', { text: 'again' })).toBe('again');
});

test('progress comes on the stream of its call, with the token of its client', async () => {
  const { gateway, client } = await aWayThrough();
  const other = await aClient(gateway);
  const [mine, theirs] = await Promise.all([
    client.call(1, 'slow', { ms: 300 }, { progressToken: 'mine' }),
    // The same id and nearly the same token, as two clients of one make have them.
    other.call(1, 'slow', { ms: 301 }, { progressToken: 1 }),
  ]);
  await Promise.all([mine.response(1), theirs.response(1)]);
  const tokens = (answer: RawAnswer): unknown[] =>
    answer.messages
      .filter(({ method }) => method === 'notifications/progress')
      .map(({ params }) => (isObject(params) ? params['progressToken'] : null));
  expect(tokens(mine).length).toBeGreaterThanOrEqual(3);
  expect(new Set(tokens(mine))).toEqual(new Set(['mine']));
  expect(new Set(tokens(theirs))).toEqual(new Set([1]));
});

/** A client that answers what it is asked with its own name. */
const answering =
  (name: string) =>
  (client: Client): void => {
    client.setRequestHandler(CreateMessageRequestSchema, () => ({
      role: 'assistant',
      content: { type: 'text', text: name },
      model: name,
    }));
    client.setRequestHandler(ElicitRequestSchema, () => ({
      action: 'accept',
      content: { username: name, email: `${name}@example.com` },
    }));
  };

const anAgent = async (gateway: GatewayProcess, name: string, after: After): Promise<Agent> => {
  const agent = await sdkAgent(gateway, dev, '2025-11-25', answering(name));
  after(() => agent.close());
  return agent;
};

const overStdio = {
  command: nodePath,
  args: [`${projectRoot}test/servers/conformanceStdio.ts`],
};

const overHttp = async (after: After): Promise<object> => {
  const port = await freePort();
  const server = startServer({ script: 'test/servers/conformanceServer.ts', port });
  after(() => server.stop());
  await server.waitListening();
  return { type: 'http', url: server.url };
};

/** What an agent is asked in its calls, it answers with its name. */
const expectOwnName = async (agent: Agent, name: string): Promise<void> => {
  const sampled = await agent.call('test_sampling', { prompt: `for ${name}` });
  expect(sampled.text).toBe(`LLM response: ${name}`);
  const elicited = await agent.call('test_elicitation', { message: `for ${name}` });
  expect(elicited.text).toContain(`"username":"${name}"`);
};

const connections = {
  'a connection each, over HTTP': overHttp,
  'a process each, over stdio': async () => ({ ...overStdio, connection: 'perClient' }),
};

for (const [how, makeEntry] of Object.entries(connections)) {
  test(`a server's questions reach the client whose call caused them, also two at once (${how})`, async ({
    onTestFinished,
  }) => {
    const gateway = await aGateway({ [dev]: await makeEntry(onTestFinished) });
    const ada = await anAgent(gateway, 'ada', onTestFinished);
    const bob = await anAgent(gateway, 'bob', onTestFinished);
    const rounds = Array.from({ length: 5 }, () => [
      expectOwnName(ada, 'ada'),
      expectOwnName(bob, 'bob'),
    ]);
    await Promise.all(rounds.flat());
    expect([...ada.trouble, ...bob.trouble]).toEqual([]);
  });
}

test('the questions of one process for all reach the client whose call it works on: over stdio a server does not say whom it means', async ({
  onTestFinished,
}) => {
  const gateway = await aGateway({ [dev]: overStdio });
  const ada = await anAgent(gateway, 'ada', onTestFinished);
  const bob = await anAgent(gateway, 'bob', onTestFinished);
  for (const _ of [1, 2, 3]) {
    await expectOwnName(bob, 'bob');
    await expectOwnName(ada, 'ada');
  }
});

test('[fresh-fallback] subscriptions and the log level survive a restart of the server', async () => {
  const { server, client } = await aWayThrough();
  const standalone = await client.get();
  const ask = async (id: string, method: string, params: object): Promise<void> => {
    const response = await (await client.post({ id, method, params })).response(id);
    expect(response['result']).toEqual({});
  };
  await ask('level', 'logging/setLevel', { level: 'error' });
  await ask('subscribe', 'resources/subscribe', { uri: 'test://note' });
  await server.process.restart();
  const state = await client.say(1, 'inspect');
  expect(state).toContain('"logLevel":"error"');
  expect(state).toContain('"subscriptions":["test://note"]');
  const heard = standalone.messages.length;
  await client.say(2, 'touch', { uri: 'test://note' });
  await standalone.until(
    () => methodsOf(standalone).slice(heard).includes('notifications/resources/updated'),
    'the update',
  );
});
