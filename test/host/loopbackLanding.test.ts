// The listener on this machine to which a browser comes back from signing in: what it takes, and what it tells strangers.
import { once } from 'node:events';
import { request } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import { callbackAddress, type Loopback, openLoopback } from '../../src/host/loopbackLanding.ts';

const words = { language: 'de', done: 'You are in & done.', wrong: 'Not here.' };
let loopback: Loopback | undefined;

afterEach(() => loopback?.close());

const open = async (isBehindProxy = false): Promise<{ port: number; seen: string[] }> => {
  loopback = await openLoopback(words, { isBehindProxy, port: null });
  const seen: string[] = [];
  loopback.onReturn = (query) => {
    seen.push(query.toString());
    return query.get('state') === 'right';
  };
  return { port: loopback.port, seen };
};

const somebodyAt = async (host: string, port: number): Promise<Server> => {
  const server = createServer().listen(port, host);
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return server;
};

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

/** Of a listener that has just ended, so that hardly anybody else has it. */
const aFreePort = async (): Promise<number> => {
  const server = await somebodyAt('127.0.0.1', 0);
  const port = portOf(server);
  server.close();
  await once(server, 'close');
  return port;
};

interface Answer {
  readonly status: number | undefined;
  readonly body: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

const ask = (port: number, path: string, more: { host?: string; method?: string } = {}) =>
  new Promise<Answer>((resolve, reject) => {
    const { host = `127.0.0.1:${port}`, method = 'GET' } = more;
    const asked = request({ port, path, method, headers: { Host: host }, agent: false });
    asked.on('error', reject);
    asked.on('response', (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (part: string) => (body += part));
      response.on('end', () =>
        resolve({ status: response.statusCode, body, headers: response.headers }),
      );
    });
    asked.end();
  });

describe('the way back', () => {
  test('with the right state is told to who waits, and the page says that it is done', async () => {
    const { port, seen } = await open();
    const { status, body, headers } = await ask(port, '/signed-in?code=c-1&state=right');
    expect([status, seen]).toEqual([200, ['code=c-1&state=right']]);
    expect(body).toContain('You are in &#38; done.');
    expect(headers).toMatchObject({
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
    });
    expect(headers['content-security-policy']).toContain("default-src 'none'");
  });

  test('with another state is refused, and nothing of it stands on the page', async () => {
    const { port } = await open();
    const { status, body } = await ask(port, '/signed-in?code=c-1&state=<script>');
    expect(status).toBe(400);
    expect(body).toContain('Not here.');
    expect(body).not.toMatch(/script|c-1/);
  });
});

describe('a stranger', () => {
  test.each([
    ['another path', '/', {}],
    ['another method', '/signed-in?state=right', { method: 'POST' }],
    ['a name that was bound to this machine', '/signed-in?state=right', { host: 'evil.example' }],
    ['a name that begins like ours', '/signed-in?state=right', { host: '127.0.0.1.evil.example' }],
  ])('with %s learns nothing', async (_what, path, more) => {
    const { port, seen } = await open();
    const { status } = await ask(port, path, more);
    expect([status, seen]).toEqual([404, []]);
  });

  test('is judged by the editor where the editor forwards', async () => {
    const { port, seen } = await open(true);
    const { status } = await ask(port, '/signed-in?state=right', { host: 'my.editor.example' });
    expect([status, seen]).toEqual([200, ['state=right']]);
  });
});

describe('at a port of its own', () => {
  const openAt = async (port: number): Promise<Loopback> => {
    loopback = await openLoopback(words, { isBehindProxy: false, port });
    return loopback;
  };

  test('the way back is the address that clients are registered with, by either name', async () => {
    const port = await aFreePort();
    const { onReturn: _, ...opened } = await openAt(port);
    expect(callbackAddress(port)).toBe(`http://localhost:${port}/callback`);
    expect(opened).toMatchObject({ port, path: '/callback' });
    if (loopback) loopback.onReturn = (query) => query.get('state') === 'right';
    for (const host of ['localhost', '127.0.0.1'])
      expect((await ask(port, '/callback?state=right', { host: `${host}:${port}` })).status).toBe(
        200,
      );
    expect((await ask(port, '/signed-in?state=right')).status).toBe(404);
  });

  const addresses = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
  const loopbacks = ['127.0.0.1', '::1'].filter((host) =>
    addresses.some(({ address }) => address === host),
  );

  test.each(loopbacks)('it is not opened where somebody listens at %s', async (host) => {
    const port = portOf(await somebodyAt(host, 0));
    await expect(openAt(port)).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});
