// *Clear Stored Sessions*, as the gateway does its part.
import { expect, test } from 'vitest';
import { forgetStored } from '../../../src/gateway/forgetting.ts';
import type { HttpClient } from './httpClient.ts';
import { openRig, type Rig } from './rig.ts';

/** A client of an earlier life that has not come back, with an answer that waits for it. */
const aResting = async (rig: Rig): Promise<{ next: Rig; client: HttpClient; cursor: string }> => {
  const client = await rig.guest('resting');
  const answer = await client.call(1);
  const { lastId: cursor } = await answer.until(({ events }) => events.length === 1);
  client.hangUp();
  await rig.silence();
  const { request, client: upstream } = await rig.server.request('tools/call');
  upstream.answer(request.id, { content: [] });
  return { next: await rig.die(), client, cursor };
};

test('a session that rests is forgotten with what waited for it; its client comes back to a new one', async () => {
  const { next: rig, client, cursor } = await aResting(await openRig());
  expect(rig.disk.log.streams).not.toEqual([]);
  expect(rig.gateway.forgetResting()).toBe(1);
  expect(rig.disk.sessions.all()).toEqual([]);
  expect(rig.disk.log.streams).toEqual([]);
  expect(rig.gateway.sessions.value).toEqual([]);
  const again = client.at(rig.url());
  const answer = await (await again.request(2, 'tools/list')).whole();
  expect([answer.status, answer.messages[0]]).toMatchObject([200, { id: 2, result: {} }]);
  expect((await again.get({ cursor })).status).toBe(200);
  expect(rig.gateway.sessions.value).toMatchObject([{ label: 'unknown client' }]);
});

test('a session in use stays, with what was said on it, and so does what is no session of a client', async () => {
  const { next: rig } = await aResting(await openRig());
  const used = await rig.guest('used');
  const cursor = (await (await used.request(1, 'tools/list')).whole()).lastId;
  rig.disk.log.append('somebody else', null);
  expect(rig.gateway.forgetResting()).toBe(1);
  expect(rig.gateway.sessions.value).toMatchObject([{ label: 'used' }]);
  expect(rig.disk.log.streams).toContain('somebody else');
  const before = rig.server.attached.length;
  expect((await used.get({ cursor })).status).toBe(200);
  expect(rig.server.attached).toHaveLength(before);
  expect(rig.gateway.forgetResting()).toBe(0);
});

test('what a client had ended is forgotten too, and counts for nobody', async () => {
  const rig = await openRig({ settings: { maxSessions: 1 } });
  const client = await rig.guest();
  await (await client.delete()).whole();
  expect(rig.gateway.forgetResting()).toBe(0);
  expect(rig.disk.sessions.all()).toEqual([]);
  await rig.guest('first');
  await rig.guest('second');
  expect(rig.gateway.sessions.value).toMatchObject([{ label: 'second' }]);
});

test('while the gateway is off, all that is stored is forgotten', async () => {
  const rig = await openRig();
  await (await (await rig.guest()).request(1, 'tools/list')).whole();
  await rig.gateway.stop();
  const { sessions: store, log } = rig.disk;
  expect(forgetStored({ store, log }, new Set()).usable).toBe(1);
  expect([store.all(), log.streams]).toEqual([[], []]);
});
