// Event stores with a real Redis behind them, and a client that looks into it past them.
import { createClient } from '@redis/client';
import { expect, onTestFinished } from 'vitest';
import { realClock } from '../../../src/base/clock.ts';
import type { EventStoreSettings } from '../../../src/core/settings.ts';
import { encodeName } from '../../../src/store/events/eventId.ts';
import type { Events } from '../../../src/store/events/events.ts';
import { openEvents, type OpenedEvents } from '../../../src/store/events/openEvents.ts';
import { connectRedis } from '../../../src/store/events/redisClient.ts';
import type { RedisConnection } from '../../../src/store/events/redisWire.ts';
import type { RedisServer } from '../../support/redisServer.ts';
import { RememberingLog, aFolder } from '../fixtures.ts';

export interface Gateway extends OpenedEvents {
  readonly log: RememberingLog;
}

/** The event store of one process, in a folder of its own. */
export const aGateway = (
  redisUrl: string,
  settings: Partial<EventStoreSettings> = {},
  folder = aFolder(),
): Gateway => {
  const log = new RememberingLog();
  const opened = openEvents({ folder, log, settings: { kind: 'redis', redisUrl, ...settings } });
  onTestFinished(() => opened.dispose());
  return { ...opened, log };
};

const patience = { timeout: 15_000, interval: 10 };

export const uses = (events: Events, used: 'redis' | 'sqlite'): Promise<void> =>
  expect.poll(() => events.status.value.used, patience).toBe(used);

export const keyOf = (stream: string): string => `mcp-lifeline:events:${encodeName(stream)}`;

const makeClient = (url: string) => createClient({ url, RESP: 2 });

export const aRedisClient = async (server: RedisServer): Promise<ReturnType<typeof makeClient>> => {
  const client = makeClient(server.url);
  client.on('error', () => undefined);
  onTestFinished(() => (client.isOpen ? client.destroy() : undefined));
  await client.connect();
  return client;
};

/** A connection as the store has it. */
export const aConnection = async (server: RedisServer): Promise<RedisConnection> => {
  const connection = await connectRedis({
    clock: realClock,
    url: server.url,
    timeout: 3000,
    signal: new AbortController().signal,
    lost: () => undefined,
  });
  onTestFinished(() => connection.dispose());
  return connection;
};

/** Waits until Redis has so many events of a stream, and returns their numbers. */
export const copiedOf = async (
  connection: RedisConnection,
  stream: string,
  count: number,
): Promise<readonly number[]> => {
  await expect.poll(async () => (await connection.read(stream)).length, patience).toBe(count);
  return (await connection.read(stream)).map(({ seq }) => seq);
};
