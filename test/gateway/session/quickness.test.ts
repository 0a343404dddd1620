// When the stream of an answer is given its cursor: at once, unless its like has always been answered within a moment.
import { expect, test } from 'vitest';
import { aMoment, Quickness } from '../../../src/gateway/quickness.ts';
import { openRig } from './rig.ts';

const call = (name: string) =>
  ({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name } }) as const;

/** A call whose like was answered at once before; its response has not begun. */
const aSecondCall = async () => {
  const rig = await openRig();
  const client = await rig.guest();
  const first = await client.call(1);
  const { request, client: upstream } = await rig.server.request('tools/call');
  upstream.answer(request.id, {});
  await first.whole();
  const second = client.call(2);
  await rig.server.until(() => upstream.requests.length === 2);
  return { rig, upstream, second };
};

test('of what was never asked nobody knows, and what was quick is expected to be', () => {
  const quickness = new Quickness();
  expect(quickness.expects(call('write'))).toBe(false);
  quickness.took(call('write'), aMoment);
  expect(quickness.expects(call('write'))).toBe(true);
  expect(quickness.expects(call('read'))).toBe(false);
});

test('one slow answer counts for a while, and is forgiven', () => {
  const quickness = new Quickness();
  quickness.took(call('write'), 40);
  for (let index = 0; index < 9; index += 1) {
    quickness.took(call('write'), 1);
    expect(quickness.expects(call('write'))).toBe(false);
  }
  for (let index = 0; index < 5; index += 1) quickness.took(call('write'), 1);
  expect(quickness.expects(call('write'))).toBe(true);
});

test('[bounded] only so many kinds of requests are remembered, those asked lately', () => {
  const quickness = new Quickness();
  for (let index = 0; index <= 500; index += 1) quickness.took(call(`tool ${index}`), 1);
  expect(quickness.expects(call('tool 0'))).toBe(false);
  expect(quickness.expects(call('tool 1'))).toBe(true);
});

test('a quick answer goes out alone, and is in the log all the same', async () => {
  const rig = await openRig();
  const client = await rig.guest();
  const first = await client.call(1);
  const { request, client: upstream } = await rig.server.request('tools/call');
  upstream.answer(request.id, {});
  expect((await first.whole()).events).toHaveLength(2);
  const second = client.call(2);
  await rig.server.until(() => upstream.requests.length === 2);
  const id = upstream.requests[1]?.id ?? '';
  upstream.answer(id, { second: true });
  const { events, messages } = await (await second).whole();
  expect(events).toHaveLength(1);
  expect(messages).toMatchObject([{ id: 2, result: { second: true } }]);
  expect(rig.disk.log.readAfter(String(id), null)).toHaveLength(1);
  expect(rig.clock.pending).toBe(1);
});

test('a quick request that is slow this time gets its cursor after a moment [reload-survives]', async () => {
  const { rig, second } = await aSecondCall();
  await rig.clock.advance(aMoment);
  const opened = await (await second).until(({ events }) => events.length === 1);
  expect(opened.lastId).not.toBe('');
  expect(opened.messages).toEqual([]);
});

test('what is said before a quick answer begins the stream with its cursor', async () => {
  const { upstream, second } = await aSecondCall();
  const id = upstream.requests[1]?.id ?? '';
  upstream.notify('notifications/message', { data: 'working' }, id);
  upstream.answer(id, {});
  expect((await (await second).whole()).events).toHaveLength(3);
});
