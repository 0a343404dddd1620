// A port keeper between two gateways, with real connections: what it holds, what it hands on, and when it goes.
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import { type AddressInfo, connect, createServer as createNet, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { realClock } from '../../../src/base/clock.ts';
import { meetListener } from '../../../src/gateway/keeperMeeting.ts';
import { KeeperDuty } from '../../../src/gateway/keeperDuty.ts';
import { type KeeperOrders, keptHeader, ordersFor } from '../../../src/gateway/keeperWords.ts';
import { eventually } from '../session/rig.ts';

const token = 'the-token-of-a-gateway';

/** One that nobody listens at. */
const aPort = async (): Promise<number> => {
  const server = createNet().listen(0, '127.0.0.1');
  await once(server, 'listening');
  // Listening at a port, its address is one.
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
};

class Keeping {
  readonly port: number;
  readonly duty: KeeperDuty;
  hasEnded = false;

  constructor(port: number, change: Partial<KeeperOrders>) {
    this.port = port;
    const terms = { port, inherits: false, knowsBegun: false, holdFor: 60_000, maxConnections: 16 };
    this.duty = new KeeperDuty({ ...ordersFor(token, terms), ...change }, realClock, () => {
      this.hasEnded = true;
    });
    onTestFinished(() => this.duty.dispose());
  }

  /** As a gateway of the next life does. */
  async comeBack(): Promise<Gateway> {
    const listener = await meetListener(this.port, token);
    if (listener.kind !== 'keeper') throw new Error(`There is ${listener.kind}.`);
    expect(await listener.leave()).toBe(true);
    return Gateway.at(this.port);
  }
}

const aKeeper = async (change: Partial<KeeperOrders> = {}): Promise<Keeping> => {
  const keeping = new Keeping(await aPort(), change);
  await keeping.duty.hold(null);
  return keeping;
};

interface Heard {
  readonly line: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Answers every request with its body, and writes down what it heard. */
class Gateway {
  readonly heard: Heard[] = [];
  readonly server: Server;

  constructor() {
    this.server = createServer((asked, response) => {
      let body = '';
      asked.on('data', (chunk: Buffer) => (body += String(chunk)));
      asked.on('end', () => {
        const { method, url, headers } = asked;
        this.heard.push({ line: `${method} ${url}`, headers, body });
        response.writeHead(200, { Connection: 'close' });
        if (method === 'GET') response.write('news');
        else response.end(`heard ${body}`);
      });
    });
    onTestFinished(() => {
      this.server.closeAllConnections();
      this.server.close();
    });
  }

  static async at(port: number): Promise<Gateway> {
    const gateway = new Gateway();
    gateway.server.listen(port, '127.0.0.1');
    await once(gateway.server, 'listening');
    return gateway;
  }
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

const post = (port: number, body: string, headers: Record<string, string> = {}): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const asked = request({
      ...{ host: '127.0.0.1', port, method: 'POST', path: '/mcp/files', agent: false },
      headers: { authorization: `Bearer ${token}`, ...headers },
    });
    asked.on('error', reject);
    asked.on('response', (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += String(chunk)));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    asked.end(body);
  });

/** A connection along which these bytes have gone out. */
const aConnection = async (port: number, bytes: string): Promise<Socket> => {
  const socket = connect({ host: '127.0.0.1', port });
  socket.on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  await new Promise((resolve) => socket.write(bytes, resolve));
  return socket;
};

const isClosed = (socket: Socket): (() => boolean) => {
  let closed = false;
  socket.once('close', () => (closed = true));
  socket.resume();
  return () => closed;
};

/** Resolves with why it fails. */
const failing = (answer: Promise<Answer>): Promise<string> =>
  answer.then(
    () => Promise.reject(new Error('It was answered.')),
    (error: unknown) => String(error),
  );

test('[gateway-never-drops] a request that comes while the gateway is away is answered by the next', async () => {
  const keeping = await aKeeper();
  const answers = ['one', 'two', 'three'].map((body) => post(keeping.port, body));
  const gateway = await keeping.comeBack();
  expect(await Promise.all(answers)).toEqual(
    ['one', 'two', 'three'].map((body) => ({ status: 200, text: `heard ${body}` })),
  );
  // Each of them once, as it came, with a mark.
  expect(gateway.heard.map(({ body }) => body).toSorted()).toEqual(['one', 'three', 'two']);
  for (const { line, headers } of gateway.heard) {
    expect(line).toBe('POST /mcp/files');
    expect(headers).toMatchObject({ [keptHeader]: '1', authorization: `Bearer ${token}` });
  }
  await eventually(() => keeping.hasEnded);
});

test('a request larger than what it keeps waits in its client, and arrives whole', async () => {
  const keeping = await aKeeper();
  const body = 'x'.repeat(3 * 1024 * 1024);
  const answer = post(keeping.port, body);
  const gateway = await keeping.comeBack();
  expect((await answer).status).toBe(200);
  expect(gateway.heard[0]?.body).toBe(body);
});

test('a request that is still being sent goes on', async () => {
  const keeping = await aKeeper();
  const socket = await aConnection(keeping.port, 'POST /mcp/fi');
  const gateway = await keeping.comeBack();
  socket.write('les HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nla');
  socket.write('te');
  await eventually(() => gateway.heard.length === 1);
  expect(gateway.heard[0]).toMatchObject({ line: 'POST /mcp/files', body: 'late' });
});

test('what its client has given up is nobody’s any more', async () => {
  const keeping = await aKeeper();
  const socket = await aConnection(keeping.port, 'POST /mcp/files HTTP/1.1\r\n');
  socket.destroy();
  await once(socket, 'close');
  const kept = post(keeping.port, 'kept');
  const gateway = await keeping.comeBack();
  await kept;
  expect(gateway.heard.map(({ body }) => body)).toEqual(['kept']);
});

test('a gateway that does not come back is said to be gone, in words', async () => {
  const keeping = await aKeeper({ holdFor: 50 });
  const idle = isClosed(await aConnection(keeping.port, ''));
  const answer = await post(keeping.port, 'in vain');
  expect(answer).toMatchObject({ status: 503 });
  expect(answer.text).toContain('Nothing was done.');
  await eventually(() => keeping.hasEnded && idle());
  await expect(post(keeping.port, 'later')).rejects.toThrow('ECONNREFUSED');
});

test('our bridge is told after a moment that it is away, and waits by itself', async () => {
  const { port } = await aKeeper();
  const bridge = await post(port, 'waits by itself', { 'mcp-lifeline-client': 'bridge' });
  expect(bridge.status).toBe(503);
  expect(bridge.text).toContain('is away');
});

test('a request of our bridge that meets the next gateway coming is answered by it', async () => {
  const keeping = await aKeeper();
  const answer = post(keeping.port, 'early', { 'mcp-lifeline-client': 'bridge' });
  await keeping.comeBack();
  expect(await answer).toEqual({ status: 200, text: 'heard early' });
});

test('monitors are told at once that it is away', async () => {
  const { port } = await aKeeper();
  const health = await fetch(`http://127.0.0.1:${port}/health`);
  expect(health.status).toBe(503);
  expect(await health.text()).toContain('is away');
});

test('nobody without the token sends it away', async () => {
  const keeping = await aKeeper();
  expect(await meetListener(keeping.port, 'another')).toEqual({ kind: 'other' });
  expect(keeping.hasEnded).toBe(false);
  await expect(Gateway.at(keeping.port)).rejects.toThrow('EADDRINUSE');
});

test('whoever is no keeper is asked for its health', async () => {
  const gateway = await Gateway.at(await aPort());
  const { port } = gateway.server.address() as AddressInfo;
  expect(await meetListener(port, token)).toEqual({ kind: 'other' });
  expect(gateway.heard.map(({ line }) => line)).toEqual(['GET /health']);
  expect(await meetListener(await aPort(), token)).toEqual({ kind: 'nobody' });
});

test('a gateway that dies before it has the port leaves the keeper there', async () => {
  const keeping = await aKeeper();
  const met = await meetListener(keeping.port, token);
  if (met.kind === 'keeper') met.stay();
  const kept = post(keeping.port, 'kept');
  await keeping.comeBack();
  expect(await kept).toEqual({ status: 200, text: 'heard kept' });
});

test('a gateway that takes its time to begin finds the keeper where it was', async () => {
  const keeping = await aKeeper();
  const met = await meetListener(keeping.port, token);
  const kept = post(keeping.port, 'kept');
  // Longer than it waits for whoever says nothing.
  await delay(1300);
  expect(met.kind === 'keeper' && (await met.leave())).toBe(true);
  await Gateway.at(keeping.port);
  expect(await kept).toEqual({ status: 200, text: 'heard kept' });
});

test('a keeper that has ended meanwhile has left', async () => {
  const keeping = await aKeeper();
  const met = await meetListener(keeping.port, token);
  keeping.duty.dispose();
  await delay(100);
  expect(met.kind === 'keeper' && (await met.leave())).toBe(false);
});

test('[bounded] so many connections are kept, and one more is not', async () => {
  const keeping = await aKeeper({ maxConnections: 2 });
  const calls = ['one', 'two', 'three'].map((body) => post(keeping.port, body));
  // Whichever comes last.
  await expect(Promise.any(calls.map(failing))).resolves.toMatch(/ECONNRESET|hang up/);
  const gateway = await keeping.comeBack();
  const settled = await Promise.allSettled(calls);
  expect(settled.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
  expect(gateway.heard).toHaveLength(2);
});

test('[bounded] strangers make room for one another, and never take it from those who know the token', async () => {
  const keeping = await aKeeper({ maxConnections: 1 });
  const known = post(keeping.port, 'known');
  const strangers: (() => boolean)[] = [];
  for (let count = 0; count < 64; count += 1)
    strangers.push(isClosed(await aConnection(keeping.port, 'POST /mcp/files HTTP/1.1\r\n')));
  expect(strangers.some((closed) => closed())).toBe(false);
  strangers.push(isClosed(await aConnection(keeping.port, '')));
  await eventually(() => strangers[0]?.() === true);
  expect(strangers.slice(1).some((closed) => closed())).toBe(false);
  await keeping.comeBack();
  expect(await known).toEqual({ status: 200, text: 'heard known' });
});

test('streams that wait for news go on for a moment, and do not keep it for ever', async () => {
  const keeping = await aKeeper();
  const line = `GET /mcp/files HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${token}\r\n\r\n`;
  const socket = await aConnection(keeping.port, line);
  let heard = '';
  socket.on('data', (chunk: Buffer) => (heard += String(chunk)));
  const closed = isClosed(socket);
  await keeping.comeBack();
  await eventually(() => heard.includes('news'));
  await eventually(() => closed() && keeping.hasEnded);
});

test('a port that another program has taken is not kept', async () => {
  const gateway = await Gateway.at(await aPort());
  const { port } = gateway.server.address() as AddressInfo;
  const keeping = new Keeping(port, {});
  await expect(keeping.duty.hold(null)).rejects.toThrow('is taken');
  expect(keeping.hasEnded).toBe(true);
});
