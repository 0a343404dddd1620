// A client's session at the gateway: who gets one, who keeps it, and when it is over.
import { expect, test } from 'vitest';
import { isObject } from '../../../src/core/rpc.ts';
import type { RawAnswer } from '../../support/gatewayRaw.ts';
import { aGateway, aStranger, aWayThrough, dev, runsOf } from '../../support/gatewayStage.ts';
import { nodePath, projectRoot } from '../../support/serverProcess.ts';

const errorIn = async (answer: RawAnswer): Promise<Readonly<Record<string, unknown>>> => {
  await answer.end();
  const [message] = answer.messages;
  const error = message?.['error'];
  return { id: message?.['id'], code: isObject(error) ? error['code'] : null };
};

test('DELETE ends a session; afterwards its id is good for nothing, and each refusal names the request', async () => {
  const { client } = await aWayThrough();
  expect((await client.delete()).status).toBeLessThan(300);
  const refused = await client.call('after', 'echo', { text: 'x' });
  expect(refused.status).toBe(404);
  expect(await errorIn(refused)).toMatchObject({ id: 'after' });
  expect((await client.get()).status).toBe(404);
  expect((await client.hello()).client.session).not.toBe(client.session);
});

test('a session that is ended after the gateway has died is ended at its server too', async () => {
  const { gateway, client, server } = await aWayThrough();
  await client.say(1, 'echo', { text: 'x' });
  await gateway.restart();
  expect((await client.delete()).status).toBeLessThan(300);
  const goodbyes = async (): Promise<number> =>
    (await server.requests()).filter(({ method }) => method === 'DELETE').length;
  await expect.poll(goodbyes, { timeout: 10_000 }).toBe(1);
});

test('an ended session stays ended when the gateway has died', async () => {
  const { gateway, client } = await aWayThrough();
  await client.delete();
  await gateway.restart();
  expect((await client.call(1, 'echo', { text: 'x' })).status).toBe(404);
});

test('[gateway-never-drops] an id that nobody here knows is adopted, and its client is told to read the lists again', async () => {
  const { gateway } = await aWayThrough();
  const client = aStranger(gateway, undefined, { session: 'an-id-of-another-life' });
  const standalone = await client.get();
  expect(standalone.status).toBe(200);
  expect(await client.say(1, 'echo', { text: 'still here' })).toBe('still here');
  await standalone.until(
    () => standalone.messages.some(({ method }) => method === 'notifications/tools/list_changed'),
    'a changed list of tools',
  );
});

test('[reload-survives] [gateway-never-drops] a session goes on after the death of the gateway, with what the server remembers of it', async () => {
  const { gateway, client, server } = await aWayThrough();
  expect(await client.say(1, 'session_state')).toBe('{"counter":1}');
  await gateway.restart();
  expect(await client.say(2, 'session_state')).toBe('{"counter":2}');
  expect(await client.say(3, 'inspect')).toContain('"initializeCount":1');
  expect(runsOf(server, 'session_state')).toBe(2);
});

test('each hello gets a session of its own, whatever id it came with, also two at once', async () => {
  const { client } = await aWayThrough();
  const [one, other] = await Promise.all([client.hello(), client.hello()]);
  const sessions = [client.session, one.client.session, other.client.session];
  expect(new Set(sessions).size).toBe(3);
  expect(await one.client.say(1, 'session_state')).toBe('{"counter":1}');
  expect(await other.client.say(1, 'session_state')).toBe('{"counter":1}');
});

test('a second standalone stream takes the place of the first, which ends', async () => {
  const { client } = await aWayThrough();
  const first = await client.get();
  const second = await client.get();
  expect([first.status, second.status]).toEqual([200, 200]);
  await first.end();
  await client.say(1, 'notify', { count: 1 });
  await second.until(
    () => second.messages.some(({ method }) => method === 'notifications/message'),
    'the notification',
  );
  expect(first.messages.some(({ method }) => method === 'notifications/message')).toBe(false);
});

test('what was said while no stream was open is there for the cursor of the last one', async () => {
  const { client } = await aWayThrough();
  const first = await client.get();
  await client.say(1, 'notify', { count: 1 });
  const numbers = (answer: RawAnswer): unknown[] =>
    answer.messages.flatMap(({ method, params }) => {
      const data = isObject(params) ? params['data'] : null;
      return method === 'notifications/message' && isObject(data) ? [data['number']] : [];
    });
  await first.until(() => numbers(first).length === 1, 'the first notification');
  first.drop();
  await client.say(2, 'notify', { count: 2 });
  const second = await client.get({ lastEventId: first.events.at(-1)?.id ?? '' });
  await second.until(() => numbers(second).length === 2, 'the two others');
  expect(numbers(second)).toEqual([2, 3]);
});

test('a question of the era without sessions is refused at once, so that its client falls back', async () => {
  const { client, gateway } = await aWayThrough();
  for (const asking of [client, aStranger(gateway, undefined, { protocolVersion: '2026-07-28' })]) {
    const answer = await asking.post({ id: 'probe', method: 'server/discover', params: {} });
    expect(answer.status).toBe(400);
    expect(await errorIn(answer)).toEqual({ id: 'probe', code: -32000 });
  }
});

test('errors name the request that they answer, whatever kind its id is', async () => {
  const { client } = await aWayThrough();
  for (const id of [0, 17, 'text', '17']) {
    const answer = await client.post({ id, method: 'no/such/method', params: {} });
    const response = await answer.response(id);
    expect(response['id']).toBe(id);
    expect(response['error']).toBeDefined();
  }
  const tool = await client.call(5, 'no_such_tool');
  expect((await tool.response(5))['id']).toBe(5);
});

test('a request without a session is refused at once, and not with an invitation to sign in', async () => {
  const { gateway } = await aWayThrough();
  const stranger = aStranger(gateway);
  const get = await stranger.get();
  expect(get.status).toBeGreaterThanOrEqual(400);
  expect(get.status).toBeLessThan(500);
  expect(get.status).not.toBe(401);
  const post = await stranger.call('lost', 'echo', { text: 'x' });
  expect(post.status).toBe(400);
  expect(await errorIn(post)).toMatchObject({ id: 'lost' });
});

test('ping is answered by the gateway, also while the server is away', async () => {
  const { client, server } = await aWayThrough();
  await server.process.kill9();
  const answer = await client.post({ id: 'ping', method: 'ping' });
  expect((await answer.response('ping'))['result']).toEqual({});
});

test('a client that speaks an older revision is answered in it, also where all share one process that speaks a newer one', async () => {
  const gateway = await aGateway({
    [dev]: { command: nodePath, args: [`${projectRoot}test/servers/conformanceStdio.ts`] },
  });
  for (const version of ['2025-06-18', '2025-11-25', '2025-03-26']) {
    const { welcome } = await aStranger(gateway).hello(version);
    expect(welcome['protocolVersion']).toBe(version);
    expect(welcome['serverInfo']).toMatchObject({ name: 'lifeline-conformance' });
  }
});
