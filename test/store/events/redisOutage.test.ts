// Redis that goes away: killed, frozen, started anew with or without what it had, or never there. What was acknowledged is never
// lost, and nobody waits.
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { EventLogStatus } from '../../../src/runtime/gatewayPorts.ts';
import { placeOf } from '../../../src/store/events/eventId.ts';
import type { Events } from '../../../src/store/events/events.ts';
import { freePort } from '../../support/serverProcess.ts';
import { aRedis } from '../../support/redisServer.ts';
import { aFolder } from '../fixtures.ts';
import { note, said } from './eventFixtures.ts';
import { aConnection, aGateway, copiedOf, uses } from './redisFixtures.ts';

const streams = ['one', 'two', 'three'];

/** Appends without a pause, round the streams, until it is ended; every id that was given counts as acknowledged. */
class Load {
  readonly ids = new Map<string, string[]>(streams.map((name) => [name, []]));
  slowest = 0;
  readonly #over = new AbortController();
  readonly #done: Promise<void>;

  constructor(events: Events) {
    this.#done = this.#run(events);
    onTestFinished(() => this.end());
  }

  get count(): number {
    return [...this.ids.values()].reduce((sum, ids) => sum + ids.length, 0);
  }

  async end(): Promise<void> {
    this.#over.abort();
    await this.#done;
  }

  async #run(events: Events): Promise<void> {
    for (let index = 0; !this.#over.signal.aborted; index += 1) {
      const name = streams[index % streams.length] ?? '';
      const begun = performance.now();
      this.ids.get(name)?.push(events.append(name, note(`${name} ${index}`)));
      this.slowest = Math.max(this.slowest, performance.now() - begun);
      await delay(1);
    }
  }
}

const more = async (load: Load, count: number): Promise<void> => {
  const wanted = load.count + count;
  await expect.poll(() => load.count, { timeout: 15_000 }).toBeGreaterThan(wanted);
};

const told = (events: Events): EventLogStatus[] => {
  const heard: EventLogStatus[] = [];
  events.status.onChange((status) => {
    if (heard.at(-1)?.used !== status.used) heard.push(status);
  });
  return heard;
};

const numbersOf = (ids: readonly string[] = []): readonly (number | undefined)[] =>
  ids.map((id) => placeOf(id)?.seq);

describe.each([
  ['that keeps nothing on disk', false],
  ['that keeps everything on disk', true],
])('a Redis %s', (_name, persistent) => {
  it('is killed with kill -9 under load, twice: announced, nothing acknowledged is lost, in order, and back [gateway-never-drops]', async () => {
    const redis = await aRedis({ persistent });
    const { events, log } = aGateway(redis.url, { maxEvents: 100_000 });
    await uses(events, 'redis');
    const heard = told(events);
    const load = new Load(events);
    for (let round = 0; round < 2; round += 1) {
      await more(load, 50);
      await redis.kill();
      await uses(events, 'sqlite');
      expect(events.status.value).toMatchObject({ wanted: 'redis', used: 'sqlite' });
      expect(events.status.value.fallback?.reason).not.toBe('');
      await more(load, 50);
      await redis.start();
      await uses(events, 'redis');
    }
    await more(load, 50);
    await load.end();
    const connection = await aConnection(redis);
    for (const name of streams) {
      const ids = load.ids.get(name) ?? [];
      expect(events.readAfter(name, null).map(({ id }) => id)).toEqual(ids);
      expect(await copiedOf(connection, name, ids.length)).toEqual(numbersOf(ids));
    }
    expect(heard.map(({ used }) => used)).toEqual(['sqlite', 'redis', 'sqlite', 'redis']);
    const lines = log.lines.filter((line) => line.includes('Redis'));
    expect(lines.map((line) => line.split(':')[0])).toEqual(['warn', 'info', 'warn', 'info']);
    expect(lines[0]).toMatch(/Redis cannot be used \(.+\)/);
    expect(lines[1]).toMatch(/Redis is back after \d+ s; \d+ events were written to it/);
  });
});

it('a stream that got nothing new while Redis was away is in the new Redis too', async () => {
  const redis = await aRedis();
  const { events } = aGateway(redis.url);
  const ids = ['a', 'b'].map((text) => events.append('quiet', note(text)));
  await copiedOf(await aConnection(redis), 'quiet', 2);
  await redis.kill();
  await uses(events, 'sqlite');
  await redis.start();
  await uses(events, 'redis');
  expect(await copiedOf(await aConnection(redis), 'quiet', 2)).toEqual(numbersOf(ids));
});

it('a stream that begins while Redis is silent is in it when it answers again', async () => {
  const redis = await aRedis({ persistent: true });
  const { events } = aGateway(redis.url);
  events.append('before', note('x'));
  await copiedOf(await aConnection(redis), 'before', 1);
  redis.freeze();
  await uses(events, 'sqlite');
  const meanwhile = events.append('meanwhile', note('y'));
  redis.thaw();
  await uses(events, 'redis');
  expect(await copiedOf(await aConnection(redis), 'meanwhile', 1)).toEqual(numbersOf([meanwhile]));
});

it('what this process had when it was killed itself is copied by the next', async () => {
  const redis = await aRedis();
  await redis.kill();
  const folder = aFolder();
  const first = aGateway(redis.url, {}, folder);
  const ids = ['a', 'b'].map((text) => first.events.append('s', note(text)));
  first.dispose();
  await redis.start();
  const second = aGateway(redis.url, {}, folder);
  expect(second.events.streamOf(ids[0] ?? '')).toBe('s');
  expect(await copiedOf(await aConnection(redis), 's', 2)).toEqual(numbersOf(ids));
});

it('what an earlier life had is copied also where Redis was there before anybody asked for it', async () => {
  const redis = await aRedis();
  const folder = aFolder();
  const first = aGateway('', { kind: 'sqlite' }, folder);
  const ids = ['a', 'b'].map((text) => first.events.append('s', note(text)));
  first.dispose();
  const { events } = aGateway(redis.url, {}, folder);
  const heard = told(events);
  await expect.poll(() => heard.at(-1)?.used).toBe('redis');
  events.append('t', null);
  expect(await copiedOf(await aConnection(redis), 's', 2)).toEqual(numbersOf(ids));
});

it('a stream that was dropped while Redis was away is gone when it is back', async () => {
  const redis = await aRedis({ persistent: true });
  const { events } = aGateway(redis.url);
  events.append('s', note('a'));
  await copiedOf(await aConnection(redis), 's', 1);
  await redis.kill();
  await uses(events, 'sqlite');
  events.drop('s');
  await redis.start();
  await uses(events, 'redis');
  await copiedOf(await aConnection(redis), 's', 0);
});

it('a Redis that is there and says nothing is left after a few seconds; no call waits for it', async () => {
  const redis = await aRedis();
  const { events } = aGateway(redis.url);
  await uses(events, 'redis');
  redis.freeze();
  const load = new Load(events);
  await uses(events, 'sqlite');
  expect(events.status.value.fallback?.reason).toContain('did not answer');
  const recalled = events.recall('elsewhere');
  expect(recalled).toBeNull();
  await load.end();
  // Far below the seconds that a silent Redis takes to be noticed.
  expect(load.slowest).toBeLessThan(1000);
  expect(events.readAfter('one', null)).toHaveLength(load.ids.get('one')?.length ?? -1);
  expect(await events.selfTest()).toMatchObject({ kind: 'ok' });
});

it('one that was never there is said once, without its password', async () => {
  const port = await freePort();
  const { events, log } = aGateway(`redis://user:hush-hush@127.0.0.1:${port}`);
  events.append('s', note('a'));
  await expect.poll(() => log.complaints.length).toBe(1);
  await delay(600);
  expect(log.complaints).toHaveLength(1);
  expect(events.status.value.fallback?.reason).toMatch(/ECONNREFUSED/);
  expect(JSON.stringify([log.lines, events.status.value])).not.toContain('hush');
  expect(said(events.readAfter('s', null))).toEqual(['a']);
});

it('a wrong password is said without it, and the right one works [keep-secrets]', async () => {
  const redis = await aRedis({ password: 'p-ss:w?rd-7' });
  const wrong = redis.url.replace(':p-ss:w?rd-7@', ':hush-hush@');
  const { events, log, settings } = aGateway(wrong);
  await expect.poll(() => log.complaints.length).toBe(1);
  expect(log.complaints[0]).toMatch(/WRONGPASS|invalid/);
  expect(JSON.stringify([log.lines, events.status.value])).not.toContain('hush');
  const right = redis.url.replace('p-ss:w?rd-7', encodeURIComponent('p-ss:w?rd-7'));
  settings.set({ ...settings.value, redisUrl: right });
  await uses(events, 'redis');
});

it('an address that is none is said, without what it holds', async () => {
  const { events, log } = aGateway('redis://user:hush-hush@:no-port:');
  await expect.poll(() => log.complaints.length).toBe(1);
  expect(JSON.stringify([log.lines, events.status.value])).not.toContain('hush');
});
