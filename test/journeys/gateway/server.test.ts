// What a client at the gateway sees of a server that is away, comes late, goes, or forgets: nothing but answers.
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { isObject } from '../../../src/core/rpc.ts';
import type { Json, RawAnswer } from '../../support/gatewayRaw.ts';
import {
  aClient,
  aGateway,
  aServer,
  aStranger,
  aWayThrough,
  runsOf,
} from '../../support/gatewayStage.ts';
import { sdkAgent } from '../../support/gatewayAgents.ts';
import { freePort, startServer } from '../../support/serverProcess.ts';
import { appended, range } from '../stage.ts';

const toolsIn = (response: Json): unknown[] => {
  const { result } = response;
  const tools: unknown = isObject(result) ? result['tools'] : undefined;
  return Array.isArray(tools)
    ? tools.map((tool: unknown) => (isObject(tool) ? tool['name'] : null))
    : [];
};

const told = (answer: RawAnswer, method: string): boolean =>
  answer.messages.some((message) => message['method'] === method);

/** Less than any client waits for a handshake; the promise is two seconds, and the machine may be busy. */
const promptly = 5000;

describe.concurrent('a server that is not there', () => {
  test('[gateway-never-drops] a hello is answered and the lists can be read; when the server comes, its client is told', async ({
    onTestFinished,
  }) => {
    const port = await freePort();
    const url = `http://127.0.0.1:${port}/mcp`;
    const gateway = await aGateway(url, onTestFinished);
    const stranger = aStranger(gateway, onTestFinished);
    const started = performance.now();
    const { client, welcome } = await stranger.hello();
    expect(performance.now() - started).toBeLessThan(promptly);
    expect(welcome['capabilities']).toMatchObject({ tools: { listChanged: true } });
    const standalone = await client.get();
    expect(standalone.status).toBe(200);
    const list = async (id: string): Promise<unknown[]> =>
      toolsIn(await (await client.post({ id, method: 'tools/list' })).response(id));
    expect(await list('early')).toEqual([]);
    // A call is not refused: the server may be here in a moment.
    const held = await client.call('held', 'append', { text: 'early' });
    await held.until(() => held.events.length > 0, 'a first event');
    const server = await aServer({ port }, onTestFinished);
    await standalone.until(
      () => told(standalone, 'notifications/tools/list_changed'),
      'a changed list of tools',
    );
    expect(await list('late')).toContain('append');
    expect(await held.response('held')).toMatchObject({
      result: { content: [{ text: 'appended early' }] },
    });
    expect(appended(server)).toEqual(['early']);
  });

  test('a known server that is away is welcomed in its own words, and lists what it listed', async ({
    onTestFinished,
  }) => {
    const { server, gateway, client } = await aWayThrough({ name: 'well-known' }, onTestFinished);
    const listed = await client.post({ id: 1, method: 'tools/list' });
    const names = toolsIn(await listed.response(1));
    await server.process.kill9();
    await gateway.restart();
    const { client: later, welcome } = await aStranger(gateway, onTestFinished).hello();
    expect(welcome['serverInfo']).toMatchObject({ name: 'well-known' });
    const again = await later.post({ id: 1, method: 'tools/list' });
    expect(toolsIn(await again.response(1))).toEqual(names);
  });

  test('[never-lost] calls made in an outage of five seconds are answered, and run in their order', async ({
    onTestFinished,
  }) => {
    const { server, client } = await aWayThrough({}, onTestFinished);
    await client.say('first', 'echo', { text: 'there' });
    await server.process.kill9();
    const numbers = range(10);
    const answers: RawAnswer[] = [];
    // Each is taken before the next is sent: that is the order they have.
    for (const number of numbers)
      answers.push(await client.call(number, 'append', { text: String(number) }));
    await delay(5000);
    expect(answers.map(({ messages }) => messages)).toEqual(numbers.map(() => []));
    server.process.start();
    await Promise.all(answers.map((answer, index) => answer.response(index + 1)));
    expect(appended(server)).toEqual(numbers.map(String));
  });

  test('[gateway-never-drops] a silent standalone stream is kept alive by comments', async ({
    onTestFinished,
  }) => {
    const { client } = await aWayThrough({}, onTestFinished);
    const standalone = await client.get();
    // One may come with the headers; the next one keeps the stream alive.
    await standalone.until(() => standalone.comments > 1, 'comments');
    expect(standalone.isOver).toBe(false);
  }, 30_000);
});

const stale = ['404-32001', '404-text', '400-32000', '503', '200-error', 'accept'] as const;

describe.concurrent('a server that forgets', () => {
  for (const answer of stale) {
    test(`[restart-invisible] twenty calls after its sessions expired succeed, each once (${answer})`, async ({
      onTestFinished,
    }) => {
      const { server, gateway } = await aWayThrough({ stale: answer }, onTestFinished);
      const agent = await sdkAgent(gateway, 'dev');
      onTestFinished(() => agent.close());
      await agent.call('echo', { text: 'there' });
      await server.expire();
      const texts = range(20).map(String);
      const said = await Promise.all(texts.map((text) => agent.call('append', { text })));
      expect(said.map(({ text }) => text)).toEqual(texts.map((text) => `appended ${text}`));
      expect(runsOf(server, 'append')).toBe(20);
      expect(agent.trouble).toEqual([]);
      expect(agent.wire?.count('initialize')).toBe(1);
    });
  }

  test('[restart-invisible] a restart with another list of tools: the call succeeds, and the client is told', async ({
    onTestFinished,
  }) => {
    const { server, client } = await aWayThrough({}, onTestFinished);
    const standalone = await client.get();
    const listed = await client.post({ id: 1, method: 'tools/list' });
    expect(toolsIn(await listed.response(1))).not.toContain('brand_new');
    await server.process.restart({ TOOLS: 'brand_new' });
    expect(await client.say(2, 'append', { text: 'x' })).toBe('appended x');
    await standalone.until(
      () => told(standalone, 'notifications/tools/list_changed'),
      'a changed list of tools',
    );
    const again = await client.post({ id: 3, method: 'tools/list' });
    expect(toolsIn(await again.response(3))).toContain('brand_new');
  });
});

test('two clients of one server do not see each other, and neither sees the other server', async () => {
  const server = await aServer();
  const port = await freePort();
  const other = startServer({ script: 'test/servers/conformanceServer.ts', port });
  try {
    await other.waitListening();
    const gateway = await aGateway({
      dev: { type: 'http', url: server.url },
      other: { type: 'http', url: other.url },
    });
    const [ada, bob] = await Promise.all([aClient(gateway), aClient(gateway)]);
    const eve = await aClient(gateway, undefined, { server: 'other' });
    expect(await ada.say(1, 'session_state')).toBe('{"counter":1}');
    expect(await bob.say(1, 'session_state')).toBe('{"counter":1}');
    expect(await ada.say(2, 'session_state')).toBe('{"counter":2}');
    expect(await eve.say(1, 'test_simple_text')).toContain('simple text');
    expect(runsOf(server, 'session_state')).toBe(3);
  } finally {
    await other.stop();
  }
});
