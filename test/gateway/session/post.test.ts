import { expect, test } from 'vitest';
import { openRig } from './rig.ts';

test('a request is answered with its own id, on a stream that begins with a cursor before the server has answered', async () => {
  const rig = await openRig();
  const client = await rig.guest();
  const answer = await client.call(7);
  const { request, client: upstream } = await rig.server.request('tools/call');
  expect(answer.status).toBe(200);
  expect(answer.type).toBe('text/event-stream');
  await answer.until(({ events }) => events.length === 1);
  expect(answer.events).toMatchObject([{ retry: 2000, message: null }]);
  expect(answer.lastId).not.toBe('');
  // One write for the headers and the cursor.
  expect(answer.chunks).toHaveLength(1);

  upstream.answer(request.id, { content: [] });
  await answer.whole();
  expect(answer.messages).toEqual([{ jsonrpc: '2.0', id: 7, result: { content: [] } }]);
  expect(answer.chunks).toHaveLength(2);
});

test('an id that is a text comes back as that text', async () => {
  const rig = await openRig();
  const client = await rig.guest();
  const answer = await (await client.request('a.b "ü"\n', 'tools/list')).whole();
  expect(answer.messages[0]?.['id']).toBe('a.b "ü"\n');
});

test('two requests of the same moment are answered each on its own stream, in any order', async () => {
  const rig = await openRig();
  const client = await rig.guest();
  const [one, two] = await Promise.all([client.call(1, 'one'), client.call(2, 'two')]);
  await rig.server.until(() => rig.server.last.requests.length === 2);
  for (const request of rig.server.last.requests.toReversed())
    rig.server.last.answer(request.id, { from: request.params?.['name'] });
  await Promise.all([one.whole(), two.whole()]);
  expect(one.messages).toEqual([{ jsonrpc: '2.0', id: 1, result: { from: 'one' } }]);
  expect(two.messages).toEqual([{ jsonrpc: '2.0', id: 2, result: { from: 'two' } }]);
});

test('a client that takes only JSON gets one body, and signs of life until then', async () => {
  const rig = await openRig();
  const client = await rig.guest();
  const asked = client.call(1, 'write', { accept: 'application/json' });
  const { request, client: upstream } = await rig.server.request('tools/call');
  await rig.clock.advance(15_000);
  const answer = await asked;
  await answer.until(({ text }) => text === ' ');
  upstream.answer(request.id, { content: [] });
  await answer.whole();
  expect(answer.type).toBe('application/json');
  expect(answer.json).toEqual({ jsonrpc: '2.0', id: 1, result: { content: [] } });
});

test('a client that takes only events gets its pong as one', async () => {
  const rig = await openRig();
  const client = await rig.guest();
  const answer = await (
    await client.request(3, 'ping', {}, { accept: 'text/event-stream' })
  ).whole();
  expect(answer.messages).toEqual([{ jsonrpc: '2.0', id: 3, result: {} }]);
});

test('a ping is answered by the gateway, in a session and without one', async () => {
  const rig = await openRig();
  const client = await rig.guest();
  const inside = await (await client.request(1, 'ping')).whole();
  const outside = await (await rig.client().request(2, 'ping')).whole();
  expect(inside.json).toEqual({ jsonrpc: '2.0', id: 1, result: {} });
  expect(outside.json).toEqual({ jsonrpc: '2.0', id: 2, result: {} });
  expect(rig.server.last.requests).toEqual([]);
});

test('notifications and responses are taken with 202 and passed on as they are', async () => {
  const rig = await openRig();
  const client = await rig.guest();
  const told = await (await client.notify('notifications/roots/list_changed')).whole();
  const response = { jsonrpc: '2.0', id: 'server-1', result: { roots: [] } };
  const taken = await (await client.post(response)).whole();
  expect([told.status, told.text, taken.status, taken.text]).toEqual([202, '', 202, '']);
  const { sent } = rig.server.last;
  expect(sent.slice(1)).toMatchObject([{ method: 'notifications/roots/list_changed' }, response]);
});

test('a cancelled call is cancelled upstream under the id that it has there, and its stream ends', async () => {
  const rig = await openRig();
  const client = await rig.guest();
  const answer = await client.call(5);
  const { request, client: upstream } = await rig.server.request('tools/call');
  await client.notify('notifications/cancelled', { requestId: 5, reason: 'enough' });
  await answer.whole();
  expect(answer.messages).toMatchObject([{ id: 5, error: { code: -32800 } }]);
  expect(upstream.sent.at(-1)).toMatchObject({
    method: 'notifications/cancelled',
    params: { requestId: request.id, reason: 'enough' },
  });
  // What it says all the same is nobody's.
  upstream.answer(request.id, {});
  await (await client.notify('notifications/cancelled', { requestId: 5 })).whole();
  expect(
    upstream.sent.filter(
      (message) => 'method' in message && message.method === 'notifications/cancelled',
    ),
  ).toHaveLength(1);
});

test('a client that hangs up cancels nothing', async () => {
  const rig = await openRig();
  const client = await rig.guest();
  const answer = await client.call(1);
  const { request, client: upstream } = await rig.server.request('tools/call');
  const cursor = (await answer.until(({ events }) => events.length === 1)).lastId;
  await answer.cut();
  const resumed = await client.get({ cursor });
  upstream.answer(request.id, { content: [] });
  await resumed.whole();
  expect(resumed.messages).toEqual([{ jsonrpc: '2.0', id: 1, result: { content: [] } }]);
  expect(upstream.sent.filter((message) => !('id' in message))).toEqual([]);
});

test('the same request sent again while the first runs joins it: one call upstream, and both are answered', async () => {
  const rig = await openRig();
  const client = await rig.guest();
  const first = await client.call(1);
  const { request, client: upstream } = await rig.server.request('tools/call');
  const second = await client.call(1);
  const third = client.call(1, 'write', { accept: 'application/json' });
  // The joined ones are there when a later request is.
  await (await client.request(2, 'ping')).whole();
  upstream.answer(request.id, { content: [] });
  await Promise.all([first.whole(), second.whole()]);
  expect(upstream.requests).toHaveLength(1);
  expect(first.messages).toEqual(second.messages);
  expect((await (await third).whole()).json).toMatchObject({ id: 1, result: { content: [] } });
});

test('another request under the id of one that runs is another call', async () => {
  const rig = await openRig();
  const client = await rig.guest();
  await client.call(1, 'one');
  await client.call(1, 'two');
  await rig.server.until(() => rig.server.last.requests.length === 2);
});

test('the same request sent again is a new one once its answer was delivered, and the lost answer until then', async () => {
  const rig = await openRig();
  const client = await rig.guest();
  const lost = await client.call(1);
  const { request, client: upstream } = await rig.server.request('tools/call');
  await lost.cut();
  await rig.silence();
  upstream.answer(request.id, { content: [], first: true });
  const again = await (await client.call(1)).whole();
  expect(again.messages).toMatchObject([{ id: 1, result: { first: true } }]);
  const third = client.call(1);
  await rig.server.until(() => upstream.requests.length === 2);
  await third;
  // The first one's cursor must never find the second one's answer.
  expect(new Set(upstream.requests.map(({ id }) => id)).size).toBe(2);
});

test('a second answer to one request is dropped, whether or not the first was delivered', async () => {
  const rig = await openRig();
  const client = await rig.guest();
  const lost = await client.call(1);
  const { request, client: upstream } = await rig.server.request('tools/call');
  const cursor = (await lost.until(({ events }) => events.length === 1)).lastId;
  await lost.cut();
  await rig.silence();
  upstream.answer(request.id, { first: true });
  upstream.answer(request.id, { second: true });
  const answer = await (await client.get({ cursor })).whole();
  expect(answer.messages).toEqual([{ jsonrpc: '2.0', id: 1, result: { first: true } }]);
  expect(rig.disk.log.readAfter(String(request.id), null)).toHaveLength(1);
});

test('an id too long to come back with every event is refused with it', async () => {
  const rig = await openRig();
  const client = await rig.guest();
  const id = 'x'.repeat(5000);
  const answer = await (await client.call(id)).whole();
  expect(answer.status).toBe(200);
  expect(answer.json).toMatchObject({ id, error: { code: -32600 } });
});

test('without a session only a greeting and a ping are answered; the id comes back', async () => {
  const rig = await openRig();
  const client = rig.client();
  const call = await (await client.call(9)).whole();
  expect([call.status, call.json['id']]).toEqual([400, 9]);
  expect((await (await client.notify('notifications/initialized')).whole()).status).toBe(400);
  // 405 is what clients take for "no such stream here" without a word.
  expect((await (await client.get()).whole()).status).toBe(405);
  expect((await (await client.delete()).whole()).status).toBe(400);
});

test('a probe for the stateless revision is answered as clients expect of one who has only sessions', async () => {
  const rig = await openRig();
  const answer = await (await rig.client().request(1, 'server/discover')).whole();
  expect([answer.status, answer.json['id']]).toEqual([400, 1]);
  expect(answer.json).toMatchObject({ error: { code: -32000 } });
});
