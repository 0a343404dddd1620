import { expect, test } from 'vitest';
import { eventually, openRig } from './rig.ts';
import { aWelcome } from './servers.ts';

const note = 'notifications/message';

test('[gateway-never-drops] what the server says of its own accord comes on the GET stream, in order', async () => {
  const rig = await openRig();
  const client = await rig.guest();
  const stream = await client.get();
  expect(stream.status).toBe(200);
  for (const data of [1, 2, 3]) rig.server.last.notify(note, { data });
  await stream.until(({ messages }) => messages.length === 3);
  expect(stream.messages.map((message) => message['params'])).toEqual([
    { data: 1 },
    { data: 2 },
    { data: 3 },
  ]);
});

test('what is said before anybody listens is told to the first who does', async () => {
  const rig = await openRig();
  const client = await rig.guest();
  rig.server.last.notify(note, { data: 'early' });
  const stream = await client.get();
  await stream.until(({ messages }) => messages.length === 1);
  rig.server.last.notify(note, { data: 'late' });
  await stream.until(({ messages }) => messages.length === 2);
  expect(stream.messages).toMatchObject([
    { params: { data: 'early' } },
    { params: { data: 'late' } },
  ]);
});

test.for(['2025-11-25', '2025-06-18', '2025-03-26'])(
  'the stream of a client of %s begins with an empty event only if its revision knows such events',
  async (version) => {
    const rig = await openRig();
    rig.server.welcome = { ...aWelcome, protocolVersion: version };
    const client = await rig.guest('gemini-cli', version);
    // Gemini never sends the header; what counts is what was agreed on.
    client.protocolVersion = null;
    const stream = await client.get();
    rig.server.last.notify(note);
    await stream.until(({ messages }) => messages.length === 1);
    const isPrimed = stream.events.some(({ message }) => message === null);
    expect(isPrimed).toBe(version === '2025-11-25');
  },
);

test('a client that takes an empty event for broken JSON never gets one, not even from the log', async () => {
  const before = await openRig();
  before.server.welcome = { ...aWelcome, protocolVersion: '2025-06-18' };
  const client = await before.guest('gemini-cli', '2025-06-18');
  before.server.last.notify(note, { data: 1 });
  const first = await client.get();
  await first.until(({ messages }) => messages.length === 1);
  const rig = await before.die();
  const again = client.at(rig.url());
  await (await again.request(1, 'ping')).whole();
  rig.server.last.notify(note, { data: 2 });
  const second = await again.get({ cursor: first.lastId });
  await second.until(({ messages }) => messages.length === 1);
  expect(second.messages).toMatchObject([{ params: { data: 2 } }]);
  for (const { events } of [first, second])
    expect(events.filter(({ message }) => message === null)).toEqual([]);
});

test('a second listener takes the place of the first, whose stream ends', async () => {
  const rig = await openRig();
  const client = await rig.guest();
  const first = await client.get();
  const second = await client.get();
  await first.whole();
  rig.server.last.notify(note);
  await second.until(({ messages }) => messages.length === 1);
  expect(first.messages).toEqual([]);
});

test('[gateway-never-drops] a listener that comes back with its cursor misses nothing and gets nothing twice', async () => {
  const rig = await openRig();
  const client = await rig.guest();
  const first = await client.get();
  rig.server.last.notify(note, { data: 1 });
  await first.until(({ messages }) => messages.length === 1);
  await first.cut();
  await rig.silence();
  rig.server.last.notify(note, { data: 2 });
  const second = await client.get({ cursor: first.lastId });
  rig.server.last.notify(note, { data: 3 });
  await second.until(({ messages }) => messages.length === 2);
  expect(second.messages).toMatchObject([{ params: { data: 2 } }, { params: { data: 3 } }]);
});

test('a listener that comes back without a cursor gets what nobody heard', async () => {
  const rig = await openRig();
  const client = await rig.guest();
  const first = await client.get();
  rig.server.last.notify(note, { data: 1 });
  await first.until(({ messages }) => messages.length === 1);
  await first.cut();
  await rig.silence();
  rig.server.last.notify(note, { data: 2 });
  const second = await client.get();
  await second.until(({ messages }) => messages.length === 1);
  expect(second.messages).toMatchObject([{ params: { data: 2 } }]);
});

test('after a death of the gateway a cursor is good, and who has none is not told old stories', async () => {
  const before = await openRig();
  const client = await before.guest();
  const first = await client.get();
  before.server.last.notify(note, { data: 1 });
  before.server.last.notify(note, { data: 2 });
  await first.until(({ messages }) => messages.length === 2);
  const cursor = first.events[1]?.id ?? '';
  const rig = await before.die();
  const again = client.at(rig.url());
  await (await again.request(1, 'ping')).whole();
  rig.server.last.notify(note, { data: 3 });
  const without = await again.get();
  await without.until(({ messages }) => messages.length === 1);
  expect(without.messages).toMatchObject([{ params: { data: 3 } }]);
  const resumed = await again.get({ cursor });
  await resumed.until(({ messages }) => messages.length === 2);
  expect(resumed.messages).toMatchObject([{ params: { data: 2 } }, { params: { data: 3 } }]);
});

test('a cursor that nobody knows any more gets a fresh stream, and word to look again', async () => {
  const rig = await openRig();
  const client = await rig.guest();
  const first = await client.get();
  rig.server.last.notify(note);
  await first.until(({ messages }) => messages.length === 1);
  rig.disk.log.forgetAll();
  for (const cursor of [first.lastId, 'nonsense']) {
    const stream = await client.get({ cursor });
    expect(stream.status).toBe(200);
    await stream.until(({ messages }) => messages.length === 3);
    expect(stream.methods).toEqual([
      'notifications/tools/list_changed',
      'notifications/resources/list_changed',
      'notifications/prompts/list_changed',
    ]);
  }
});

test("another client's cursor opens nothing of his", async () => {
  const rig = await openRig();
  const one = await rig.guest();
  const his = await one.get();
  rig.server.last.notify(note, { data: 'secret' });
  await his.until(({ messages }) => messages.length === 1);
  const call = await (await one.request(1, 'tools/list')).whole();
  const other = await rig.guest();
  for (const cursor of [his.events[0]?.id ?? '', call.events[0]?.id ?? '']) {
    const stream = await other.get({ cursor });
    await stream.until(({ messages }) => messages.length === 3);
    expect(stream.text).not.toContain('secret');
    expect(stream.text).not.toContain('"result"');
  }
});

test('what a call causes comes on its stream: progress, messages, questions', async () => {
  const rig = await openRig();
  const client = await rig.guest();
  const stream = await client.get();
  const params = { name: 'write', _meta: { progressToken: 'p' } };
  const answer = await client.request(1, 'tools/call', params);
  const { request, client: upstream } = await rig.server.request('tools/call');
  upstream.notify(note, { data: 'caused' }, request.id);
  upstream.notify('notifications/progress', { progressToken: 'p', progress: 1 });
  upstream.say({ jsonrpc: '2.0', id: 'server-1', method: 'sampling/createMessage' }, request.id);
  upstream.notify('notifications/progress', { progressToken: 'other', progress: 1 });
  await answer.until(({ messages }) => messages.length === 3);
  await client.post({ jsonrpc: '2.0', id: 'server-1', result: { model: 'm' } });
  await rig.server.until(() => upstream.sent.some((message) => 'result' in message));
  upstream.answer(request.id, {});
  await answer.whole();
  expect(answer.methods).toEqual([
    note,
    'notifications/progress',
    'sampling/createMessage',
    undefined,
  ]);
  await stream.until(({ messages }) => messages.length === 1);
  expect(stream.messages).toMatchObject([{ params: { progressToken: 'other' } }]);
});

test('what a call causes goes to the listener where the call takes plain JSON', async () => {
  const rig = await openRig();
  const client = await rig.guest();
  const stream = await client.get();
  const asked = client.call(1, 'write', { accept: 'application/json' });
  const { request, client: upstream } = await rig.server.request('tools/call');
  upstream.notify(note, {}, request.id);
  await stream.until(({ messages }) => messages.length === 1);
  upstream.answer(request.id, {});
  await (await asked).whole();
});

test('what a call causes while its stream is cut is there when it is resumed', async () => {
  const rig = await openRig();
  const client = await rig.guest();
  const answer = await client.call(1);
  const { request, client: upstream } = await rig.server.request('tools/call');
  const cursor = (await answer.until(({ events }) => events.length === 1)).lastId;
  await answer.cut();
  await rig.silence();
  upstream.notify(note, {}, request.id);
  const resumed = await client.get({ cursor });
  await resumed.until(({ messages }) => messages.length === 1);
  upstream.answer(request.id, {});
  await resumed.whole();
  expect(resumed.methods).toEqual([note, undefined]);
});

test('every open stream shows a sign of life again and again', async () => {
  const rig = await openRig();
  const client = await rig.guest();
  const stream = await client.get();
  const answer = await client.call(1);
  await eventually(() => rig.gateway.openStreams === 2);
  const timers = rig.clock.pending;
  await rig.clock.advance(45_000);
  await stream.until(({ text }) => text.split(': keepalive').length === 4);
  await answer.until(({ text }) => text.split(': keepalive').length === 4);
  // One timer for all of them.
  expect(rig.clock.pending).toBe(timers);
  expect(timers).toBe(1);
});
