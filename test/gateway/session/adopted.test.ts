import { expect, test } from 'vitest';
import { eventually, openRig } from './rig.ts';
import { Servers } from './servers.ts';

const lists = (...names: readonly string[]): readonly string[] =>
  names.map((name) => `notifications/${name}/list_changed`);

test('[gateway-never-drops] an id that nobody knows is adopted: greeted for, answered, and told to look again', async () => {
  const rig = await openRig();
  const client = rig.client();
  client.sessionId = 'from-long-ago';
  client.protocolVersion = '2025-11-25';
  const answer = await (await client.request(4, 'tools/list')).whole();
  expect(answer.status).toBe(200);
  expect(answer.messages).toMatchObject([{ id: 4, result: { tools: [] } }]);
  expect(rig.server.last.sent[0]).toMatchObject({
    method: 'initialize',
    params: {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'unknown client' },
    },
  });
  const stream = await client.get();
  await stream.until(({ messages }) => messages.length > 0);
  // Only what the server has, by its welcome.
  expect(stream.methods).toEqual(lists('tools'));
});

test('an adopted client that does not say its revision is taken to speak the one before', async () => {
  const rig = await openRig();
  const client = rig.client();
  client.sessionId = 'x';
  await (await client.notify('notifications/initialized')).whole();
  expect(rig.disk.sessions.load('x')).toMatchObject({ protocolVersion: '2025-06-18', hello: null });
  const rest = await (await client.request(1, 'tools/list')).whole();
  expect(rest.status).toBe(200);
  expect(rig.server.attached).toHaveLength(1);
});

test('an adopted client is known after a death, and not greeted for again', async () => {
  const before = await openRig();
  const client = before.client();
  client.sessionId = 'x';
  await (await client.request(1, 'tools/list')).whole();
  const rig = await before.die();
  await (await client.at(rig.url()).request(2, 'tools/list')).whole();
  const { spec, sent } = rig.server.last;
  expect(spec.hello).toMatchObject({ clientInfo: { name: 'unknown client' } });
  expect(sent).toHaveLength(1);
});

test('a GET adopts as well, and a server that does not welcome costs no answer', async () => {
  const rig = await openRig();
  rig.server.greets = false;
  const client = rig.client();
  client.sessionId = 'x';
  const stream = await client.get({ cursor: 'what-another-life-said' });
  expect(stream.status).toBe(200);
  await stream.until(({ messages }) => messages.length === 3);
  expect(stream.methods).toEqual(lists('tools', 'resources', 'prompts'));
});

test('only an id that its own client ended is refused, in this life and in the next; its upstream session is ended', async () => {
  const before = await openRig();
  const client = await before.guest();
  const { promise, resolve } = Promise.withResolvers<void>();
  before.server.goodbye = promise;
  const stream = await client.get();
  const call = await client.call(1);
  await before.server.request('tools/call');
  expect((await (await client.delete()).whole()).status).toBe(204);
  await Promise.all([stream.whole(), call.whole()]);
  expect(before.server.last.hasLeft).toBe(true);
  await before.clock.advance(1000);
  expect(before.server.attached).toHaveLength(1);
  resolve();
  expect(before.gateway.sessions.value).toEqual([]);
  for (const next of [() => Promise.resolve(before), () => before.die()]) {
    const rig = await next();
    const gone = client.at(rig.url());
    const answer = await (await gone.request(3, 'tools/list')).whole();
    expect([answer.status, answer.json['id']]).toEqual([404, 3]);
    expect((await (await gone.get()).whole()).status).toBe(404);
    expect((await (await gone.delete()).whole()).status).toBe(404);
  }
});

test('a session of an earlier life is ended upstream as well', async () => {
  const before = await openRig();
  const client = await before.guest();
  const rig = await before.die();
  expect((await (await client.at(rig.url()).delete()).whole()).status).toBe(204);
  await eventually(() => rig.server.attached.length === 2 && rig.server.last.hasLeft);
});

test('the end of an id that nobody knows is done at once, and adopts nobody', async () => {
  const rig = await openRig();
  const client = rig.client();
  client.sessionId = 'x';
  expect((await (await client.delete()).whole()).status).toBe(204);
  expect(rig.server.attached).toEqual([]);
});

test("a session of one server is none of another's", async () => {
  const servers = new Servers();
  servers.add('files');
  servers.add('web');
  const before = await openRig({ servers });
  const client = await before.guest();
  for (const next of [() => Promise.resolve(before), () => before.die()]) {
    const rig = await next();
    const other = rig.client('web');
    other.sessionId = client.sessionId;
    expect((await (await other.request(1, 'tools/list')).whole()).status).toBe(404);
    expect((await (await other.delete()).whole()).status).toBe(404);
  }
  expect((await (await client.request(1, 'tools/list')).whole()).status).toBe(200);
});

test('a server that does not exist is refused with 404 and the id, to a greeting and to a stranger', async () => {
  const rig = await openRig();
  const client = rig.client('nowhere');
  const hello = await (await client.request(0, 'initialize', {})).whole();
  expect([hello.status, hello.json['id']]).toEqual([404, 0]);
  expect(hello.text).toContain('nowhere');
  client.sessionId = 'x';
  expect((await (await client.request(1, 'tools/list')).whole()).status).toBe(404);
  expect(rig.disk.sessions.all()).toEqual([]);
});

test('[gateway-never-drops] a server that is removed costs no status: calls are answered in words, lists are empty, and it may come back', async () => {
  const rig = await openRig();
  const client = await rig.guest();
  const stream = await client.get();
  const running = await client.call(1);
  await rig.server.request('tools/call');
  rig.servers.remove('files');
  await rig.clock.advance(100);
  await running.whole();
  expect(running.messages).toMatchObject([{ id: 1, result: { isError: true } }]);
  const call = await (await client.call(2)).whole();
  expect(call.status).toBe(200);
  expect(call.messages).toMatchObject([{ id: 2, result: { isError: true } }]);
  expect(call.text).toContain('nothing was run');
  const list = await (await client.request(3, 'tools/list')).whole();
  expect(list.messages).toMatchObject([{ id: 3, result: { tools: [] } }]);
  const prompt = await (await client.request(4, 'prompts/get')).whole();
  expect(prompt.messages).toMatchObject([{ id: 4, error: { code: -32010 } }]);
  expect((await (await client.notify('notifications/x')).whole()).status).toBe(202);
  await stream.until(({ messages }) => messages.length === 3);

  const back = rig.servers.add('files');
  await stream.until(({ messages }) => messages.length === 6);
  expect(stream.methods.slice(3)).toEqual(lists('tools', 'resources', 'prompts'));
  const again = client.request(5, 'prompts/get');
  const { request } = await back.request('prompts/get');
  back.last.answer(request.id, { messages: [] });
  expect((await (await again).whole()).messages).toMatchObject([{ id: 5, result: {} }]);
});

test('a server that is redefined is attached again; what still runs there is answered, what does not is unknown', async () => {
  const rig = await openRig();
  const client = await rig.guest();
  const [kept, lost] = [await client.call(1, 'kept'), await client.call(2, 'lost')];
  await rig.server.until(() => rig.server.last.requests.length === 2);
  const [first, second] = rig.server.last.requests;
  rig.server.closeCall(rig.server.last.spec.client, second?.id ?? '');
  rig.server.last.close();
  await rig.clock.advance(100);
  expect(rig.server.attached).toHaveLength(2);
  await lost.whole();
  expect(lost.messages).toMatchObject([{ id: 2, result: { isError: true } }]);
  rig.server.last.answer(first?.id ?? '', { content: [] });
  await kept.whole();
  expect(kept.messages).toMatchObject([{ id: 1, result: { content: [] } }]);
});

test('the first answers are there when the server is not: a greeting is answered within its limit with a welcome of ours', async () => {
  const rig = await openRig();
  rig.server.greets = false;
  const client = rig.client();
  const asked = client.hello();
  await rig.server.until(
    () => rig.server.attached.length === 1 && rig.server.last.sent.length === 1,
  );
  await rig.clock.advance(5000);
  const answer = await asked;
  expect(answer.status).toBe(200);
  expect(answer.json).toMatchObject({
    id: 0,
    result: { protocolVersion: '2025-11-25', capabilities: { tools: { listChanged: true } } },
  });
  expect((await (await client.request(1, 'tools/list')).whole()).status).toBe(200);
  // Too late to be of interest.
  rig.server.last.answer(
    rig.server.last.sent[0] && 'id' in rig.server.last.sent[0]
      ? (rig.server.last.sent[0].id ?? '')
      : '',
    {},
  );
});

test('two greetings of one client are two sessions, and an old id that comes with one is of no interest', async () => {
  const rig = await openRig();
  const client = await rig.guest();
  const first = client.sessionId;
  await Promise.all([client.hello(), client.hello()]);
  expect(client.sessionId).not.toBe(first);
  expect(rig.gateway.sessions.value).toHaveLength(3);
});

test('a greeting of a client that hung up leaves nothing behind', async () => {
  const rig = await openRig();
  rig.server.greets = false;
  const client = rig.client();
  const asked = client.hello();
  await rig.server.until(
    () => rig.server.attached.length === 1 && rig.server.last.sent.length === 1,
  );
  client.hangUp();
  await expect(asked).rejects.toThrow();
  await eventually(() => rig.server.last.hasLeft);
  await rig.clock.advance(5000);
  expect(rig.disk.sessions.all()).toEqual([]);
});

test('[never-lost] the first request after a server was taken away and came back is answered by it, and runs once', async () => {
  const rig = await openRig();
  const client = await rig.guest();
  rig.servers.remove('files');
  // Nobody listens, so that nobody is told when it is there again.
  await rig.clock.advance(1000);
  const server = rig.servers.add('files');
  const call = await client.call(1);
  const { request } = await server.request('tools/call');
  server.last.answer(request.id, { content: [] });
  await call.whole();
  expect(call.messages).toEqual([{ jsonrpc: '2.0', id: 1, result: { content: [] } }]);
  expect(server.last.requests).toHaveLength(1);
});
