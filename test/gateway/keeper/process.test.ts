// The gateway's port while no gateway is there: kept by a process of its own, by one that stood by where the gateway was killed.
import { expect, test } from 'vitest';
import { aServer } from '../../support/gatewayStage.ts';
import { aClient, aGateway, type Place, say } from '../headless/headlessProcess.ts';
import { aWire, forTests, type Wire } from './wire.ts';

const healthOf = async ({ url }: Place): Promise<number> => {
  const { status, body } = await fetch(new URL('/health', url), {
    headers: { Connection: 'close' },
  });
  await body?.cancel();
  return status;
};

test('[gateway-never-drops] calls that are made after a kill wait for the next gateway, and run once', async () => {
  const server = await aServer({ events: 'kept' });
  const gateway = aGateway({ files: { url: server.url } }, forTests);
  const place = await gateway.start();
  const client = await aClient(place, 'files');
  await say(client, 'echo', { text: 'before' });
  await gateway.kill9();
  const calls = ['one', 'two', 'three'].map((text) => say(client, 'append', { text }));
  // A client that is new comes in as well.
  const another = aClient(place, 'files');
  expect(await healthOf(place)).toBe(503);
  expect(await gateway.start()).toEqual(place);
  expect(await Promise.all(calls)).toEqual(['appended one', 'appended two', 'appended three']);
  expect(await say(await another, 'echo', { text: 'hello' })).toBe('hello');
  expect(await healthOf(place)).toBe(200);
  const appended = (await server.requests()).filter(({ tool }) => tool === 'append');
  expect(appended).toHaveLength(3);
});

test('[gateway-never-drops] a gateway that is started again by others loses no call in between', async () => {
  const server = await aServer({ events: 'kept' });
  const gateway = aGateway({ files: { url: server.url } }, { ...forTests, more: ['--restarts'] });
  const client = await aClient(await gateway.start(), 'files');
  let isOver = false;
  const asked: string[] = [];
  const answers: string[] = [];
  const call = async (caller: number): Promise<void> => {
    while (!isOver) {
      const text = `${caller}.${asked.length}`;
      asked.push(text);
      answers.push(await say(client, 'append', { text }));
    }
  };
  const callers = [1, 2, 3].map(call);
  await expect.poll(() => answers.length).toBeGreaterThan(3);
  expect(await gateway.end()).toBe(0);
  await gateway.start();
  const before = answers.length;
  await expect.poll(() => answers.length, { timeout: 20_000 }).toBeGreaterThan(before + 3);
  isOver = true;
  await Promise.all(callers);
  expect(answers.toSorted()).toEqual(asked.map((text) => `appended ${text}`).toSorted());
});

test('[gateway-never-drops] nobody is refused while one gateway gives way to the next', async () => {
  const gateway = aGateway({}, { ...forTests, more: ['--restarts'] });
  const place = await gateway.start();
  let isOver = false;
  const seen = new Map<number | string, number>();
  const knock = async (): Promise<void> => {
    while (!isOver) {
      // A connection of its own each time.
      const outcome = await fetch(place.url.replace('{name}', 'lifeline'), {
        method: 'DELETE',
        headers: { Authorization: `Bearer ${place.token}`, Connection: 'close' },
      }).then(
        async ({ status, body }) => {
          await body?.cancel();
          return status;
        },
        (error: unknown) => String(error),
      );
      seen.set(outcome, (seen.get(outcome) ?? 0) + 1);
    }
  };
  const knocking = [1, 2, 3, 4].map(knock);
  for (let life = 0; life < 3; life += 1) {
    await gateway.end();
    await gateway.start();
  }
  isOver = true;
  await Promise.all(knocking);
  // Without a session there is nothing to delete, and the gateway says so.
  expect([...seen.keys()]).toEqual([400]);
});

test('[reload-survives] a call that runs when the gateway is to end may end first, also where its server keeps no answers', async () => {
  const server = await aServer();
  const gateway = aGateway({ files: { url: server.url } }, { ...forTests, more: ['--restarts'] });
  const client = await aClient(await gateway.start(), 'files');
  const called = say(client, 'slow', { ms: 500 });
  await expect
    .poll(async () => (await server.requests()).some(({ tool }) => tool === 'slow'))
    .toBe(true);
  expect(await gateway.end()).toBe(0);
  expect(await called).toBe('slept 500');
});

test('[clean-exit] a gateway that is ended leaves its port at once, and no process', async () => {
  const gateway = aGateway({}, forTests);
  const place = await gateway.start();
  expect(await gateway.end()).toBe(0);
  await expect(healthOf(place)).rejects.toThrow('fetch failed');
});

test('with 0 nobody keeps the port', async () => {
  const gateway = aGateway({}, { lifeline: { 'gateway.keepPort': 0 }, more: ['--restarts'] });
  const place = await gateway.start();
  await gateway.kill9();
  await expect(healthOf(place)).rejects.toThrow('fetch failed');
  expect(await gateway.start()).toEqual(place);
  await gateway.end();
  await expect(healthOf(place)).rejects.toThrow('fetch failed');
});

test('a gateway with another token does not get the port', async () => {
  const gateway = aGateway({}, forTests);
  const place = await gateway.start();
  await gateway.kill9();
  const other = aGateway({}, { more: ['--port', new URL(place.url).port] });
  await expect(other.start()).rejects.toThrow('cannot be had: another program uses it');
  expect(await gateway.start()).toEqual(place);
});

test('[clean-exit] a connection that the gateway cuts is cut, though its keeper holds it too', async () => {
  const few = { lifeline: { 'gateway.keepPort': 10_000, 'gateway.maxConnections': 8 } };
  const place = await aGateway({}, few).start();
  const wires: Wire[] = [];
  for (let count = 0; count < 8; count += 1) wires.push(await aWire(place));
  expect(wires.some(({ isClosed }) => isClosed)).toBe(false);
  await aWire(place);
  // The oldest makes room.
  await expect.poll(() => wires[0]?.isClosed).toBe(true);
});
