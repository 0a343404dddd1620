// When the stream of an answer is given its cursor: at once, unless its like has always been answered within a moment.
import { expect, test } from 'vitest';
import { readLargeResult } from '../../../src/core/resultText.ts';
import { aMoment, Quickness } from '../../../src/gateway/quickness.ts';
import { openRig } from './rig.ts';

const method = 'prompts/get';

const asking = (name: string, of: string = method) =>
  ({ jsonrpc: '2.0', id: 1, method: of, params: { name } }) as const;

/** A request whose like was answered at once before; its response has not begun. */
const aSecondOne = async (accept?: string) => {
  const rig = await openRig();
  const client = await rig.guest();
  const ask = (id: number) =>
    client.request(id, method, { name: 'write' }, accept === undefined ? {} : { accept });
  const first = await ask(1);
  const { request, client: upstream } = await rig.server.request(method);
  upstream.answer(request.id, {});
  await first.whole();
  const second = ask(2);
  await rig.server.until(() => upstream.requests.length === 2);
  return { rig, client, upstream, second, ask };
};

test('of what was never asked nobody knows, and what was quick is expected to be', () => {
  const quickness = new Quickness();
  expect(quickness.expects(asking('write'))).toBe(false);
  quickness.took(asking('write'), aMoment);
  expect(quickness.expects(asking('write'))).toBe(true);
  expect(quickness.expects(asking('read'))).toBe(false);
});

test('[reload-survives] a call of a tool has its cursor at once, however quick its like has been', () => {
  const quickness = new Quickness();
  quickness.took(asking('write', 'tools/call'), 0);
  expect(quickness.expects(asking('write', 'tools/call'))).toBe(false);
});

test('who calls with many others waits for them, which is no slowness of the tool, and is soon forgotten', () => {
  const quickness = new Quickness();
  quickness.crowded(32);
  expect(quickness.moment).toBe(aMoment + 31);
  quickness.took(asking('write'), aMoment + 31);
  expect(quickness.expects(asking('write'))).toBe(true);
  quickness.crowded(1);
  expect(quickness.moment).toBeGreaterThan(30);
  for (let index = 0; index < 500; index += 1) quickness.crowded(1);
  expect(quickness.moment).toBe(aMoment);
});

test('[bounded] however many call, nobody waits longer than that for a cursor', () => {
  const quickness = new Quickness();
  quickness.crowded(32);
  const longest = quickness.moment;
  quickness.crowded(33);
  expect(quickness.moment).toBe(longest);
  quickness.crowded(1000);
  expect(quickness.moment).toBe(longest);
});

test('one slow answer counts for a while, and is forgiven', () => {
  const quickness = new Quickness();
  quickness.took(asking('write'), 10 * aMoment);
  for (let index = 0; index < 9; index += 1) {
    quickness.took(asking('write'), 1);
    expect(quickness.expects(asking('write'))).toBe(false);
  }
  for (let index = 0; index < 5; index += 1) quickness.took(asking('write'), 1);
  expect(quickness.expects(asking('write'))).toBe(true);
});

test('[bounded] only so many kinds of requests are remembered, those asked lately', () => {
  const quickness = new Quickness();
  for (let index = 0; index <= 500; index += 1) quickness.took(asking(`tool ${index}`), 1);
  expect(quickness.expects(asking('tool 0'))).toBe(false);
  expect(quickness.expects(asking('tool 1'))).toBe(true);
});

test('a quick answer goes out alone, as plain JSON, and nothing of it is kept', async () => {
  const { rig, upstream, second } = await aSecondOne();
  const id = upstream.requests[1]?.id ?? '';
  upstream.answer(id, { second: true });
  const answer = await (await second).whole();
  expect(answer.type).toBe('application/json');
  expect(answer.json).toEqual({ jsonrpc: '2.0', id: 2, result: { second: true } });
  expect(rig.disk.log.readAfter(String(id), null)).toEqual([]);
  expect(rig.clock.pending).toBe(1);
});

test('to a client that takes only events a quick answer is one, and is kept', async () => {
  const { rig, upstream, second } = await aSecondOne('text/event-stream');
  const id = upstream.requests[1]?.id ?? '';
  upstream.answer(id, {});
  expect((await (await second).whole()).events).toMatchObject([{ message: { id: 2 } }]);
  expect(rig.disk.log.readAfter(String(id), null)).toHaveLength(1);
});

test('[never-lost] a quick answer whose client has hung up is kept for when it asks again', async () => {
  const { rig, client, upstream, second, ask } = await aSecondOne();
  client.hangUp();
  await expect(second).rejects.toThrow('socket hang up');
  await rig.silence();
  upstream.answer(upstream.requests[1]?.id ?? '', { second: true });
  const again = await (await ask(2)).whole();
  expect(again.messages).toMatchObject([{ id: 2, result: { second: true } }]);
  expect(upstream.requests).toHaveLength(2);
});

test('[never-lost] a quick answer that meets a dead connection is kept as well', async () => {
  const { rig, client, upstream, second, ask } = await aSecondOne();
  const broken = expect(second).rejects.toThrow();
  client.reset();
  // In the same turn: the gateway has not heard of it.
  upstream.answer(upstream.requests[1]?.id ?? '', { second: true });
  await broken;
  await rig.silence();
  const again = await (await ask(2)).whole();
  expect(again.messages).toMatchObject([{ id: 2, result: { second: true } }]);
  expect(upstream.requests).toHaveLength(2);
});

test('a large answer reaches its client as it was said, and is kept', async () => {
  const rig = await openRig();
  const client = await rig.guest();
  const answer = await client.call(1);
  const { request, client: upstream } = await rig.server.request('tools/call');
  const { lastId: cursor } = await answer.until(({ events }) => events.length === 1);
  const text = 'x'.repeat(200_000);
  upstream.answer(request.id, { text });
  await answer.whole();
  expect(answer.messages).toEqual([{ jsonrpc: '2.0', id: 1, result: { text } }]);
  const again = await (await client.get({ cursor })).whole();
  expect(again.messages).toEqual(answer.messages);
  expect(again.lastId).toBe(answer.lastId);
});

/** A large result as a link reads it: in the words of its server, which JSON made anew would not have, and in several parts. */
const inTheWordsOfItsServer = (id: string | number) => {
  const result = `{ "text" : "${'ü'.repeat(100_000)}" }`;
  const text = `{"result":${result},"jsonrpc":"2.0","id":7}`;
  const bytes = Buffer.from(text);
  const parts = [10, 5001, 70_000, bytes.length].map((end, index, ends) =>
    bytes.subarray(ends[index - 1] ?? 0, end),
  );
  const read = readLargeResult(text, parts);
  if (!read) throw new Error('It is no large result.');
  return { message: { ...read, id }, said: `{"jsonrpc":"2.0","id":2,"result":${result}}` };
};

test('a large result goes on in the bytes that came, as an event that is kept', async () => {
  const { rig, client, upstream, second } = await aSecondOne('text/event-stream');
  const id = upstream.requests[1]?.id ?? '';
  await rig.clock.advance(aMoment);
  const answer = await (await second).until(({ events }) => events.length === 1);
  const { lastId: cursor } = answer;
  const { message, said } = inTheWordsOfItsServer(id);
  upstream.say(message);
  await answer.whole();
  expect(answer.text).toContain(`data: ${said}\n\n`);
  const again = await (await client.get({ cursor })).whole();
  expect(again.messages).toEqual(answer.messages);
});

test('a large result that was quick goes on in the bytes that came, alone', async () => {
  const { upstream, second } = await aSecondOne();
  const { message, said } = inTheWordsOfItsServer(upstream.requests[1]?.id ?? '');
  upstream.say(message);
  const answer = await (await second).whole();
  expect([answer.type, answer.text === said]).toEqual(['application/json', true]);
});

test('a quick request that is slow this time gets its cursor after a moment [reload-survives]', async () => {
  const { rig, second } = await aSecondOne();
  await rig.clock.advance(aMoment);
  const opened = await (await second).until(({ events }) => events.length === 1);
  expect(opened.lastId).not.toBe('');
  expect(opened.messages).toEqual([]);
});

test('what is said before a quick answer begins the stream with its cursor', async () => {
  const { upstream, second } = await aSecondOne();
  const id = upstream.requests[1]?.id ?? '';
  upstream.notify('notifications/message', { data: 'working' }, id);
  upstream.answer(id, {});
  expect((await (await second).whole()).events).toHaveLength(3);
});
