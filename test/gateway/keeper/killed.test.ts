// What becomes of the connections of a gateway that is killed: its keeper held them too.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { aServer } from '../../support/gatewayStage.ts';
import {
  aClient,
  aGateway,
  type HeadlessProcess,
  type Place,
  say,
} from '../headless/headlessProcess.ts';
import { aWire, forTests, greeting, Wire } from './wire.ts';

/** What a keeper says for a gateway that may have read a request, and had not begun to answer. */
const sentBack = 'HTTP/1.1 307 Temporary Redirect\r\nLocation: #\r\n';

/** How many sockets the keeper of a gateway holds: that of the port, its input and its channel, and connections. */
const heldBy = (gateway: HeadlessProcess): number => {
  const children = readFileSync(`/proc/${gateway.pid}/task/${gateway.pid}/children`, 'utf8').trim();
  const folder = `/proc/${children.split(' ')[0]}/fd`;
  return readdirSync(folder).filter((name) => {
    try {
      return readlinkSync(join(folder, name)).startsWith('socket:');
    } catch {
      // It was closed since the folder was read.
      return false;
    }
  }).length;
};

// The one system that shows who holds what.
describe.runIf(process.platform === 'linux')('a gateway that is killed before it has read', () => {
  /** It stands still, as a process does while the system clears it away; whatever comes is there, and nobody reads it. */
  const standStill = (gateway: HeadlessProcess): void => {
    process.kill(gateway.pid, 'SIGSTOP');
  };

  const atPort = (place: Place, text: string): string =>
    text.replace('Host: 127.0.0.1', `Host: 127.0.0.1:${new URL(place.url).port}`);

  /** A gateway, and a connection to it along which a request was answered. */
  const aGreeted = async () => {
    const gateway = aGateway({}, forTests);
    const place = await gateway.start();
    const wire = new Wire(place);
    const greet = (on: Wire, id: number): Promise<void> =>
      on.send(atPort(place, greeting(id, place).join('')));
    await greet(wire, 1);
    await wire.hears('"id":1');
    return { gateway, place, greet, wire };
  };

  it('[gateway-never-drops] leaves requests to its keeper, along connections that it had', async () => {
    const { gateway, place, greet, wire: used } = await aGreeted();
    const fresh = await aWire(place);
    await expect.poll(() => heldBy(gateway)).toBe(5);
    standStill(gateway);
    await greet(used, 2);
    await greet(fresh, 3);
    await gateway.kill9();
    await gateway.start();
    await used.hears('"id":2');
    await fresh.hears('"id":3');
  });

  it('[gateway-never-drops] loses none that comes when it takes nothing any more', async () => {
    const gateway = aGateway({}, forTests);
    const place = await gateway.start();
    standStill(gateway);
    const wires = [await aWire(place), await aWire(place), await aWire(place)];
    await Promise.all(
      wires.map((wire, id) => wire.send(atPort(place, greeting(id, place).join('')))),
    );
    await gateway.kill9();
    await gateway.start();
    await Promise.all(wires.map((wire, id) => wire.hears(`"id":${id}`)));
  });

  it('[gateway-never-drops] lets a client send again what it had read in part', async () => {
    const gateway = aGateway({}, forTests);
    const place = await gateway.start();
    const [head, body] = greeting(1, place, 'Expect: 100-continue\r\n');
    const wire = new Wire(place);
    await wire.send(atPort(place, head));
    await wire.hears('100 Continue');
    standStill(gateway);
    await wire.send(body);
    await gateway.kill9();
    await wire.hears(sentBack);
    await expect.poll(() => wire.isClosed).toBe(true);
    await gateway.start();
  });

  it('[gateway-never-drops] has its keeper take what comes later, along a connection on which it had answered', async () => {
    const { gateway, greet, wire } = await aGreeted();
    await gateway.kill9();
    await delay(200);
    await greet(wire, 2);
    await gateway.start();
    await wire.hears('"id":2');
    expect(wire.heard).not.toContain(sentBack);
  });

  it('[clean-exit] has it end those on which nothing was asked when the next one is there, with words that fit a request on its way', async () => {
    const { gateway, wire } = await aGreeted();
    await gateway.kill9();
    await delay(200);
    expect(wire.isClosed).toBe(false);
    await gateway.start();
    await wire.hears(sentBack);
    await expect.poll(() => wire.isClosed).toBe(true);
  });

  /** Asks by hand in the session of a client. */
  const ask = async (
    place: Place,
    session: string | undefined,
    accept: string,
    params: object,
    redirect: 'follow' | 'manual' = 'follow',
  ): Promise<Response> =>
    fetch(place.url.replace('{name}', 'files'), {
      ...{ method: 'POST', redirect },
      headers: {
        ...{ Authorization: `Bearer ${place.token}`, Accept: accept },
        ...{ 'Content-Type': 'application/json', 'Mcp-Session-Id': session ?? '' },
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 'by-hand', method: 'tools/call', params }),
    });

  /** Nothing ends by itself in the time of a test. */
  const forLong = { lifeline: { 'gateway.keepPort': 60_000 } };

  const slow = { name: 'slow', arguments: { ms: 1500 } };

  it.each([
    ['keeps answers', 'kept', 'slept 1500'],
    ['keeps none', 'off', 'may have run'],
  ] as const)(
    '[at-most-once] lets a client ask again whose answer had not begun, and its call runs once at a server that %s',
    async (_, events, words) => {
      const server = await aServer({ events });
      const gateway = aGateway({ files: { url: server.url } }, forTests);
      const place = await gateway.start();
      const { transport } = await aClient(place, 'files');
      const asked = ask(place, transport?.sessionId, 'application/json', slow);
      await expect
        .poll(async () => (await server.requests()).some(({ tool }) => tool === 'slow'))
        .toBe(true);
      await gateway.kill9();
      await gateway.start();
      const answer = await asked;
      expect(answer.status).toBe(200);
      expect(await answer.text()).toContain(words);
      expect((await server.requests()).filter(({ tool }) => tool === 'slow')).toHaveLength(1);
    },
  );

  it('[at-most-once] knows the call of a client that takes its time to ask again', async () => {
    const server = await aServer();
    const gateway = aGateway({ files: { url: server.url } }, forTests);
    const place = await gateway.start();
    const client = await aClient(place, 'files');
    const session = client.transport?.sessionId;
    const asked = ask(place, session, 'application/json', slow, 'manual');
    await expect
      .poll(async () => (await server.requests()).some(({ tool }) => tool === 'slow'))
      .toBe(true);
    await gateway.kill9();
    await gateway.start();
    expect((await asked).status).toBe(307);
    // The session is in use again, and it is known that nobody will answer the call.
    expect(await say(client, 'echo', { text: 'meanwhile' })).toBe('meanwhile');
    await delay(2000);
    const answer = await ask(place, session, 'application/json', slow);
    expect(await answer.text()).toContain('may have run');
    expect((await server.requests()).filter(({ tool }) => tool === 'slow')).toHaveLength(1);
  });

  it('[at-most-once] has its keeper end an answer that had begun, at once', async () => {
    const server = await aServer({ events: 'kept' });
    const gateway = aGateway({ files: { url: server.url } }, forLong);
    const place = await gateway.start();
    const { transport } = await aClient(place, 'files');
    const accept = 'application/json, text/event-stream';
    const answer = await ask(place, transport?.sessionId, accept, slow);
    expect(answer.status).toBe(200);
    // The system may let this process go on before the gateway has shown what it has just written.
    await delay(200);
    await gateway.kill9();
    await expect(answer.text()).rejects.toThrow('terminated');
    await gateway.start();
  });
});
