// The gateway's port while no gateway is there: kept by a process of its own, by one that stood by where the gateway was killed.
import { expect, test } from 'vitest';
import { aServer } from '../../support/gatewayStage.ts';
import { aClient, aGateway, type Place, say } from '../headless/headlessProcess.ts';

const forTests = { lifeline: { 'gateway.keepPort': 10_000 } };

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
