// The process that takes what comes to a gateway's port, and brings it: what becomes of it, and of the gateway, when one of them is gone.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, test } from 'vitest';
import { realClock } from '../../../src/base/clock.ts';
import { KeeperHeirs } from '../../../src/gateway/keeperHeirs.ts';
import { type KeeperMessage, ordersFor } from '../../../src/gateway/keeperWords.ts';
import { handleOf } from '../../../src/gateway/sharedSockets.ts';
import { nodePath, projectRoot } from '../../support/serverProcess.ts';
import { aClient, aGateway, type HeadlessProcess, say } from '../headless/headlessProcess.ts';
import { forTests } from './wire.ts';

/** Of the keeper of a gateway. */
const keeperOf = ({ pid }: HeadlessProcess): number =>
  Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0]);

const answers = async (port: number): Promise<boolean> => {
  const socket = connect({ host: '127.0.0.1', port });
  const isThere = await once(socket, 'connect').then(
    () => true,
    () => false,
  );
  socket.destroy();
  return isThere;
};

// The one system that shows who has started whom.
describe.runIf(process.platform === 'linux')('when the keeper is killed', () => {
  it('[gateway-never-drops] its gateway listens itself again, and nothing that stands is cut', async () => {
    const gateway = aGateway({}, forTests);
    const place = await gateway.start();
    const client = await aClient(place, 'lifeline');
    const port = Number(new URL(place.url).port);
    const keeper = keeperOf(gateway);
    process.kill(keeper, 'SIGKILL');
    await expect.poll(() => gateway.log).toContain('the gateway takes them itself');
    expect(await answers(port)).toBe(true);
    expect(await say(client, 'session_health_check', {})).toContain('Lifeline: healthy');
    const another = await aClient(place, 'lifeline');
    expect(await say(another, 'session_health_check', {})).toContain('Lifeline: healthy');
    expect(await gateway.end()).toBe(0);
    expect(await answers(port)).toBe(false);
  });
});

/** A keeper whose gateway is this test; its port, and a socket that listens there. */
const aKeeper = async (): Promise<{
  readonly keeper: ChildProcess;
  readonly port: number;
  /** Says what a gateway says. */
  readonly say: (message: KeeperMessage) => void;
  readonly serve: () => Promise<void>;
}> => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  // Listening at a port, its address is one.
  const { port } = server.address() as AddressInfo;
  const keeper = spawn(nodePath, [`${projectRoot}src/keeper.ts`], {
    stdio: ['pipe', 'ignore', 'inherit', 'ignore', 'ipc'],
  });
  onTestFinished(() => {
    keeper.kill('SIGKILL');
    server.close();
  });
  await once(keeper, 'message');
  const tell = (message: KeeperMessage): void => void keeper.send(message);
  const terms = { port, knowsBegun: false, holdFor: 10_000, maxConnections: 16 };
  tell({ kind: 'orders', orders: ordersFor('the-token-of-a-gateway', terms) });
  return {
    ...{ keeper, port, say: tell },
    serve: async () => {
      const handle = handleOf(server) ?? undefined;
      keeper.send({ kind: 'serve' }, handle, { keepOpen: true });
      await once(keeper, 'message');
      server.close();
    },
  };
};

/** The gateway is gone: nothing more is said, and nothing is confirmed. */
const leave = (keeper: ChildProcess): void => {
  keeper.disconnect();
  keeper.stdin?.destroy();
};

describe('a keeper whose gateway is gone', () => {
  it('takes what comes', async () => {
    const { keeper, port, say: tell, serve } = await aKeeper();
    await serve();
    tell({ kind: 'alone' });
    leave(keeper);
    await delay(100);
    expect(keeper.exitCode).toBeNull();
    const away = await fetch(`http://127.0.0.1:${port}/health`);
    expect(away.status).toBe(503);
    await away.text();
  });

  it('leaves the port to the keeper of an earlier life that was not sent away yet', async () => {
    const { keeper, port, serve } = await aKeeper();
    await serve();
    leave(keeper);
    await once(keeper, 'exit');
    expect(keeper.exitCode).toBe(0);
    expect(await answers(port)).toBe(false);
  });

  it('has nothing to do where it was never told anything', async () => {
    const keeper = spawn(nodePath, [`${projectRoot}src/keeper.ts`], {
      stdio: ['pipe', 'ignore', 'inherit', 'ignore', 'ipc'],
    });
    onTestFinished(() => void keeper.kill('SIGKILL'));
    await once(keeper, 'message');
    leave(keeper);
    expect(await once(keeper, 'exit')).toEqual([0, null]);
  });
});

describe('what comes is brought', () => {
  const some = async (count: number): Promise<Socket[]> => {
    const came: Socket[] = [];
    const server = createServer((socket) => came.push(socket)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    for (let made = 0; made < count; made += 1) {
      const client = connect({ host: '127.0.0.1', port });
      client.on('error', () => undefined);
      onTestFinished(() => void client.destroy());
    }
    onTestFinished(() => {
      for (const socket of came) socket.destroy();
      server.close();
    });
    await expect.poll(() => came.length).toBe(count);
    return came;
  };

  test('[bounded] so many at a time, and one more is turned away', async () => {
    const heirs = new KeeperHeirs(realClock);
    const [one, two, three] = await some(3);
    if (!one || !two || !three) throw new Error('They did not come.');
    const arrived: (() => void)[] = [];
    const ids: number[] = [];
    const bring = (client: Socket): void =>
      heirs.bring(client, (id, _, brought) => {
        ids.push(id);
        arrived.push(brought);
      });
    for (let count = 0; count < 1023; count += 1) bring(one);
    bring(two);
    expect(two.destroyed).toBe(false);
    bring(three);
    expect(three.destroyed).toBe(true);
    // Odd numbers, so that they are nobody else's.
    expect(ids.every((id) => id % 2 === 1)).toBe(true);
    expect(new Set(ids).size).toBe(1024);
    arrived[0]?.();
    const [four] = await some(1);
    if (four) bring(four);
    expect(four?.destroyed).toBe(false);
  });

  test('one that the gateway has closed is closed, and its number is given away again', async () => {
    const heirs = new KeeperHeirs(realClock);
    const [one, two] = await some(2);
    if (!one || !two) throw new Error('They did not come.');
    const ids: number[] = [];
    heirs.bring(one, (id) => ids.push(id));
    heirs.close(1);
    expect(one.destroyed).toBe(true);
    heirs.bring(two, (id) => ids.push(id));
    expect(ids).toEqual([1, 1]);
    // Which was closed before.
    heirs.close(5);
    expect(two.destroyed).toBe(false);
  });
});
