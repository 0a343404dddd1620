import { expect, test } from 'vitest';
import { aMoment } from '../../../src/gateway/quickness.ts';
import { eventually, openRig } from './rig.ts';

const hour = 3_600_000;

test('[bounded] one more client than there may be takes the place of the one unused for longest', async () => {
  const rig = await openRig({ settings: { maxSessions: 3 } });
  const clients = [];
  for (const name of ['a', 'b', 'c']) {
    await rig.clock.advance(10);
    clients.push(await rig.guest(name));
  }
  const [a, b] = clients;
  await (await a?.request(1, 'ping'))?.whole();
  await rig.clock.advance(10);
  await a?.get();
  await rig.guest('d');
  expect(rig.gateway.sessions.value.map(({ label }) => label)).toEqual(['a', 'c', 'd']);
  // Its connection is given up, but not its client: it is adopted like any stranger.
  expect((await (await b?.request(2, 'tools/list'))?.whole())?.status).toBe(200);
  expect(rig.gateway.sessions.value.map(({ label }) => label)).toEqual([
    'a',
    'd',
    'unknown client',
  ]);
  expect(rig.disk.sessions.all()).toHaveLength(3);
});

test('[bounded] those who listen or wait stay while others can go, and go when all do', async () => {
  const rig = await openRig({ settings: { maxSessions: 2 } });
  const [waiting, listening] = [await rig.guest('waiting'), await rig.guest('listening')];
  const call = await waiting.call(1);
  const stream = await listening.get();
  await rig.guest('third');
  await stream.whole();
  expect(rig.gateway.sessions.value.map(({ label }) => label)).toEqual(['waiting', 'third']);
  expect(call.ended).toBe('no');
});

test('[bounded] ended sessions are remembered, but not for ever', async () => {
  const rig = await openRig();
  for (let count = 0; count < 1001; count += 1) {
    const client = await rig.guest();
    await client.delete();
  }
  expect(rig.disk.sessions.all()).toHaveLength(1000);
});

test('[bounded] an ended session is not one of those that make room', async () => {
  const rig = await openRig({ settings: { maxSessions: 2 } });
  const ended = await rig.guest('ended');
  await (await ended.delete()).whole();
  for (const name of ['a', 'b', 'c']) await rig.guest(name);
  expect((await (await ended.request(1, 'tools/list')).whole()).status).toBe(404);
  expect(rig.gateway.sessions.value.map(({ label }) => label)).toEqual(['b', 'c']);
});

test('[bounded] a client with too many open requests is told so, and those that run go on', async () => {
  const rig = await openRig({ settings: { maxConnections: 2000 } });
  const client = await rig.guest();
  const json = { accept: 'application/json' };
  const asked = Array.from({ length: 1000 }, (_, id) => client.call(id, 'write', json));
  await rig.server.until(() => rig.server.last.requests.length === 1000);
  const last = await (await client.call(1000)).whole();
  expect(last.messages).toMatchObject([{ id: 1000, result: { isError: true } }]);
  for (const { id } of rig.server.last.requests) rig.server.last.answer(id, {});
  for (const answer of await Promise.all(asked))
    expect((await answer.whole()).json).toHaveProperty('result');
});

test('a silent client gives its connection back, and has it again with its next word', async () => {
  const rig = await openRig({ settings: { idleAfter: hour } });
  const client = await rig.guest();
  const first = rig.server.last;
  await rig.clock.advance(hour + 60_000);
  expect(first.isDisposed).toBe(true);
  expect(first.hasLeft).toBe(false);
  await (await client.request(1, 'tools/list')).whole();
  expect(rig.server.attached).toHaveLength(2);
  expect(rig.server.last.spec).toMatchObject({ client: first.spec.client, label: 'a client' });
  expect(rig.server.last.spec.hello).not.toBeNull();
});

test('a client that listens, or waits for an answer, is not silent', async () => {
  const rig = await openRig({ settings: { idleAfter: hour } });
  const [listening, waiting] = [await rig.guest('l'), await rig.guest('w')];
  await listening.get();
  await waiting.call(1);
  await rig.clock.advance(2 * hour);
  expect(rig.server.attached.map(({ isDisposed }) => isDisposed)).toEqual([false, false]);
  // What was last heard of them is written down now and then only.
  expect(rig.disk.sessions.saves).toBeLessThan(2 + 2 * 121);
  expect(rig.disk.sessions.all().every(({ lastSeen }) => rig.clock.now() - lastSeen < 90_000)).toBe(
    true,
  );
});

test('clients that were not heard of for long are forgotten', async () => {
  const rig = await openRig({ settings: { idleAfter: hour } });
  await rig.guest();
  await rig.clock.advance(26 * hour);
  expect(rig.disk.sessions.all()).toEqual([]);
});

const aLot = 'x'.repeat(1_500_000);
const saidAll = 20;

/** Much more is said than a socket takes, to a client that reads nothing. */
const anUnreadStream = async () => {
  const rig = await openRig();
  const client = await rig.guest();
  const stream = await client.get({ isRead: false });
  for (let data = 0; data < saidAll; data += 1)
    rig.server.last.notify('notifications/message', { data, aLot });
  return { rig, client, stream };
};

test('[bounded] what a client does not read waits in the log, and comes in order when it reads', async () => {
  const { rig, stream } = await anUnreadStream();
  stream.read();
  await stream.until(({ text }) => text.length > saidAll * aLot.length);
  rig.server.last.notify('notifications/message', { data: saidAll });
  await stream.until(({ messages }) => messages.length > saidAll);
  const data = stream.messages.map(({ params }) => params);
  expect(data).toMatchObject(Array.from({ length: saidAll + 1 }, (_, index) => ({ data: index })));
});

test('[bounded] nothing but the log keeps what a client does not read', async () => {
  const { rig, stream } = await anUnreadStream();
  rig.disk.log.forgetAll();
  rig.server.last.notify('notifications/message', { data: 'last' });
  stream.read();
  await stream.until(({ text }) => text.includes('"last"'));
  expect(stream.messages.length).toBeLessThan(saidAll / 2);
});

test('[bounded] a client that reads nothing for long is cut, and comes back for the rest', async () => {
  const { rig, client, stream } = await anUnreadStream();
  await rig.clock.advance(75_000);
  stream.read();
  await stream.over();
  expect(stream.ended).toBe('cut');
  const rest = await client.get({ cursor: stream.lastId });
  const left = saidAll - stream.messages.length;
  await rest.until(({ text }) => text.length > left * aLot.length);
  expect(rest.messages).toHaveLength(left);
  expect(rest.messages[0]).toMatchObject({ params: { data: saidAll - left } });
});

test('[bounded] a client that was cut and lost its cursor gets what was never written to it', async () => {
  const { rig, client, stream } = await anUnreadStream();
  await stream.cut();
  await rig.silence();
  const rest = await client.get();
  await rest.until(({ text }) => text.length > aLot.length);
  rig.server.last.notify('notifications/message', { data: 'end' });
  await rest.until(({ chunks }) => chunks.at(-1)?.endsWith('"end"}}\n\n') === true);
  expect(rest.messages.slice(-2)).toMatchObject([
    { params: { data: saidAll - 1 } },
    { params: { data: 'end' } },
  ]);
});

test('[bounded] only so many answers that nobody took are held against a repeated request', async () => {
  const rig = await openRig();
  const client = await rig.guest();
  const json = { accept: 'application/json' };
  const asked = Array.from({ length: 101 }, (_, id) => client.call(id, 'write', json));
  await rig.server.until(() => rig.server.last.requests.length === 101);
  const { requests } = rig.server.last;
  client.hangUp();
  await Promise.allSettled(asked);
  await rig.silence();
  for (const { id } of requests) rig.server.last.answer(id, {});
  const again = client.at(rig.url());
  await (await again.call(100)).whole();
  expect(rig.server.last.requests).toHaveLength(101);
  const ids = requests.map(({ id }) => id);
  // Sockets arrive in any order, so that the first of these is not the first that was sent.
  const first = Number(/\.(\d+)\.$/.exec(String(ids[0]))?.[1]);
  const last = again.call(first);
  await rig.server.until(() => rig.server.last.requests.length === 102);
  // Its like was answered at once before, so that its stream begins a moment later.
  await rig.clock.advance(aMoment);
  await last;
});

test('a slow reader of an answer gets all that was said before it, in order', async () => {
  const rig = await openRig();
  const client = await rig.guest();
  const answer = await client.call(1, 'write', { isRead: false });
  const { request, client: upstream } = await rig.server.request('tools/call');
  for (let data = 0; data < 4; data += 1)
    upstream.notify('notifications/message', { data, aLot }, request.id);
  upstream.answer(request.id, {});
  answer.read();
  await answer.whole();
  const data = answer.messages.map(({ params }) => params);
  expect(data).toMatchObject([{ data: 0 }, { data: 1 }, { data: 2 }, { data: 3 }, undefined]);
});

test('a slow reader of an answer gets it, whatever was said before it', async () => {
  const rig = await openRig();
  const client = await rig.guest();
  const answer = await client.call(1, 'write', { isRead: false });
  const { request, client: upstream } = await rig.server.request('tools/call');
  for (let data = 0; data < 4; data += 1)
    upstream.notify('notifications/message', { data, aLot }, request.id);
  upstream.answer(request.id, { aLot });
  // The log may be too small for it.
  rig.disk.log.forgetAll();
  answer.read();
  await answer.whole();
  expect(answer.messages.at(-1)).toMatchObject({ id: 1, result: { aLot } });
});

test('an answer that is larger than all limits of a socket arrives whole', async () => {
  const rig = await openRig();
  const client = await rig.guest();
  const answer = await client.call(1);
  const { request, client: upstream } = await rig.server.request('tools/call');
  const text = 'y'.repeat(12_000_000);
  upstream.answer(request.id, { text });
  await answer.whole();
  expect(answer.messages).toMatchObject([{ result: { text } }]);
});

test('[clean-exit] a stopped gateway has no timer, no connection and no attachment left', async () => {
  const rig = await openRig();
  const client = await rig.guest();
  const [stream, call] = [await client.get(), await client.call(1)];
  const stopped = rig.gateway.stop();
  await rig.clock.advance(100);
  await stopped;
  await Promise.all([stream.over(), call.over()]);
  await eventually(() => rig.clock.pending === 0);
  expect(rig.gateway.openStreams).toBe(0);
  expect(rig.server.last.isDisposed).toBe(true);
  expect(rig.server.last.hasLeft).toBe(false);
});

test('views hear of clients that come and go, and see no id', async () => {
  const rig = await openRig();
  const seen: unknown[] = [];
  const ear = rig.gateway.sessions.onChange((views) =>
    seen.push(views.map(({ connected }) => connected)),
  );
  const client = await rig.guest('claude-code');
  const stream = await client.get();
  await stream.cut();
  await rig.silence();
  await client.delete();
  ear.dispose();
  expect(seen).toEqual([[false], [true], [false], []]);
  await rig.guest('claude-code');
  expect(JSON.stringify(rig.gateway.sessions.value)).not.toContain(
    rig.disk.sessions.all().find(({ ended }) => !ended)?.id,
  );
  expect(rig.gateway.sessions.value).toMatchObject([{ label: 'claude-code', server: 'files' }]);
});
