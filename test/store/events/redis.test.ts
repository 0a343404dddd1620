// The copy in Redis while Redis is there. Not here: what happens when it is not (redisOutage.test.ts).
import { expect, it } from 'vitest';
import { placeOf } from '../../../src/store/events/eventId.ts';
import { sdkEventStore } from '../../../src/store/events/sdkEvents.ts';
import { aRedis } from '../../support/redisServer.ts';
import { answer, note, said } from './eventFixtures.ts';
import { aConnection, aGateway, aRedisClient, copiedOf, keyOf, uses } from './redisFixtures.ts';

const numbersOf = (ids: readonly string[]): readonly (number | undefined)[] =>
  ids.map((id) => placeOf(id)?.seq);

it('every event is copied in order under its own number, large and empty ones too', async () => {
  const redis = await aRedis();
  const { events } = aGateway(redis.url);
  const messages = [null, note('a'), answer(7, 'large '.repeat(20_000)), note('ü \ud83d\ude00')];
  const ids = messages.map((message) => events.append('ü s', message));
  const connection = await aConnection(redis);
  expect(await copiedOf(connection, 'ü s', 4)).toEqual(numbersOf(ids));
  await uses(events, 'redis');
  expect(events.status.value.fallback).toBeNull();
});

it('another process can resume a stream after any of its events, and go on with it', async () => {
  const redis = await aRedis();
  const [one, other] = [aGateway(redis.url), aGateway(redis.url)];
  const messages = [{}, note('a'), answer(7, 'large '.repeat(20_000)), note('b')] as const;
  const ids: string[] = [];
  for (const message of messages)
    ids.push(await sdkEventStore(one.events, 'session').storeEvent('call', message as never));
  await copiedOf(await aConnection(redis), 'session/call', 4);
  await uses(other.events, 'redis');
  const store = sdkEventStore(other.events, 'session');
  expect(await store.getStreamIdForEventId(ids[1] ?? '')).toBe('call');
  const sent: unknown[] = [];
  const send = (id: string, message: unknown): Promise<void> =>
    Promise.resolve(void sent.push([id, message]));
  expect(await store.replayEventsAfter(ids[1] ?? '', { send })).toBe('call');
  expect(sent).toEqual([
    [ids[2], messages[2]],
    [ids[3], messages[3]],
  ]);
  const next = await store.storeEvent('call', note('c') as never);
  expect(placeOf(next)?.seq).toBeGreaterThan(placeOf(ids[3] ?? '')?.seq ?? Infinity);
  await copiedOf(await aConnection(redis), 'session/call', 5);
  expect(await sdkEventStore(one.events, 'session').getStreamIdForEventId(next)).toBe('call');
  expect(said(one.events.readAfter('session/call', ids[3] ?? ''))).toEqual(['c']);
});

it('another process knows no cursor of a stream that nobody wrote, and none of which something is gone', async () => {
  const redis = await aRedis();
  const [one, other] = [aGateway(redis.url), aGateway(redis.url)];
  const ids = ['a', 'b'].map((text) => one.events.append('session/call', note(text)));
  await copiedOf(await aConnection(redis), 'session/call', 2);
  const client = await aRedisClient(redis);
  await client.xTrim(keyOf('session/call'), 'MAXLEN', 1);
  await uses(other.events, 'redis');
  const store = sdkEventStore(other.events, 'session');
  const unknown = [ids[0] ?? '', (ids[1] ?? '').replace('call', 'none')];
  expect(await Promise.all(unknown.map((id) => store.getStreamIdForEventId(id)))).toEqual([
    undefined,
    undefined,
  ]);
  expect(await store.getStreamIdForEventId(ids[1] ?? '')).toBe('call');
});

it('two processes that write to one stream at the same time lose nothing, and agree on the order', async () => {
  const redis = await aRedis();
  const [one, other] = [aGateway(redis.url), aGateway(redis.url)];
  await Promise.all([uses(one.events, 'redis'), uses(other.events, 'redis')]);
  const ids: string[] = [];
  for (let index = 0; index < 50; index += 1) {
    ids.push(one.events.append('s/s', note(`one ${index}`)));
    ids.push(other.events.append('s/s', note(`other ${index}`)));
    if (index % 7 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  const numbers = await copiedOf(await aConnection(redis), 's/s', 100);
  expect(numbers).toEqual(numbersOf(ids).toSorted((first, second) => (first ?? 0) - (second ?? 0)));
});

it('an event that comes too late for its place in Redis is put there all the same', async () => {
  const redis = await aRedis();
  const connection = await aConnection(redis);
  const later = (Date.now() + 3_600_000) * 1000;
  const limits = { maxEvents: 1000, ttl: 3_600_000 };
  const body = JSON.stringify(note('later'));
  expect(await connection.add('s', [{ seq: later, body }], limits)).toBe('added');
  const { events } = aGateway(redis.url);
  const ids = ['a', 'b'].map((text) => events.append('s', note(text)));
  expect(await copiedOf(connection, 's', 3)).toEqual([...numbersOf(ids), later]);
});

it('a dropped stream is gone from Redis too, and one of the same name begins anew', async () => {
  const redis = await aRedis();
  const { events } = aGateway(redis.url);
  const connection = await aConnection(redis);
  events.append('s', note('a'));
  events.append('t', note('x'));
  await copiedOf(connection, 's', 1);
  events.drop('s');
  const again = events.append('s', note('b'));
  await expect
    .poll(async () => (await connection.read('s')).map(({ seq }) => seq))
    .toEqual(numbersOf([again]));
  await copiedOf(connection, 't', 1);
});

it('Redis keeps a stream for as long as the settings say, and about as many events [bounded]', async () => {
  const redis = await aRedis();
  const { events } = aGateway(redis.url, { maxEvents: 100, ttl: 600_000 });
  for (let index = 0; index < 1000; index += 1) events.append('s', note(String(index)));
  await uses(events, 'redis');
  await events.selfTest();
  const client = await aRedisClient(redis);
  // Redis trims whole nodes of a hundred entries.
  expect(await client.xLen(keyOf('s'))).toBeLessThanOrEqual(200);
  const left = await client.pTTL(keyOf('s'));
  expect([left > 0, left <= 600_000]).toEqual([true, true]);
});

it('a key that is something else is left alone, said once; the others are copied', async () => {
  const redis = await aRedis();
  const client = await aRedisClient(redis);
  await client.set(keyOf('s'), 'somebody`s');
  const { events, log } = aGateway(redis.url);
  for (const stream of ['s', 't', 's']) events.append(stream, note('a'));
  await copiedOf(await aConnection(redis), 't', 1);
  await uses(events, 'redis');
  expect(await client.get(keyOf('s'))).toBe('somebody`s');
  expect(said(events.readAfter('s', null))).toEqual(['a', 'a']);
  expect(log.complaints).toEqual([expect.stringContaining('something else')]);
});

it('the self-test goes to Redis and back, and leaves nothing there', async () => {
  const redis = await aRedis();
  const { events } = aGateway(redis.url);
  await uses(events, 'redis');
  expect(await events.selfTest()).toMatchObject({ kind: 'ok' });
  const client = await aRedisClient(redis);
  await expect.poll(() => client.dbSize()).toBe(0);
});

it('the self-test says that Redis does not keep what it is given', async () => {
  const redis = await aRedis();
  const { events } = aGateway(redis.url);
  await uses(events, 'redis');
  const client = await aRedisClient(redis);
  // Takes the stream away as soon as it is written.
  const thief = setInterval(() => void client.flushDb().catch(() => undefined), 0);
  const tests = [];
  for (let index = 0; index < 20; index += 1) tests.push(await events.selfTest());
  clearInterval(thief);
  const reason = 'an event did not come back from Redis';
  expect(tests).toContainEqual(expect.objectContaining({ kind: 'failed', reason }));
});

it('a user who does not want Redis any more is taken at his word at once', async () => {
  const redis = await aRedis();
  const { events, settings } = aGateway(redis.url);
  await uses(events, 'redis');
  settings.set({ ...settings.value, kind: 'sqlite' });
  expect(events.status.value).toMatchObject({ wanted: 'sqlite', used: 'sqlite', fallback: null });
  const client = await aRedisClient(redis);
  events.append('s', note('a'));
  await events.selfTest();
  expect(await client.dbSize()).toBe(0);
  settings.set({ ...settings.value, kind: 'redis' });
  await copiedOf(await aConnection(redis), 's', 1);
});

it('a user of Redis who may not ask for its run id is served all the same', async () => {
  const redis = await aRedis();
  const admin = await aRedisClient(redis);
  await admin.sendCommand([
    'ACL',
    'SETUSER',
    'limited',
    'on',
    '>word',
    '~*',
    '&*',
    '+@all',
    '-info',
  ]);
  const { events } = aGateway(redis.url.replace('redis://', 'redis://limited:word@'));
  const id = events.append('s', note('x'));
  await uses(events, 'redis');
  expect(await copiedOf(await aConnection(redis), 's', 1)).toEqual(numbersOf([id]));
});
