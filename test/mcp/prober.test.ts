// Asking a server how it is: every answer that real ones give, and every way not to answer.
import { expect, onTestFinished, test } from 'vitest';
import { realClock } from '../../src/base/clock.ts';
import { ConnectionError } from '../../src/core/connection/failure.ts';
import type { HttpServer } from '../../src/core/settings.ts';
import { httpProber } from '../../src/mcp/prober.ts';
import { VirtualClock } from '../support/virtualClock.ts';
import { startTcpTrap, type Trap } from '../servers/trapServer.ts';
import { aServer, trapped, until } from './linkRig.ts';

const never = new AbortController().signal;

const proberOf = (url: string, more: Partial<HttpServer> = {}, clock = realClock) =>
  httpProber({ server: aServer(url, more), probeTimeout: 3_000, clock });

const probing = async (trap: Trap, more: Partial<HttpServer> = {}) => {
  const server = await trapped(trap);
  return { server, prober: proberOf(server.url, more) };
};

const kindOf = async (asking: Promise<unknown>): Promise<string> => {
  const error: unknown = await asking.catch((reason: unknown) => reason);
  return error instanceof ConnectionError ? error.failure.kind : `no failure: ${String(error)}`;
};

test('a JSON body is read, and the reading says when', async () => {
  const { server, prober } = await probing((_, answer) =>
    answer.json({
      status: 'ok',
      uptime_secs: 12,
      version: '1.2.3',
      sessions: { total: 2, connected: 1 },
    }),
  );
  const reading = await prober.health(never);
  expect(reading).toMatchObject({
    status: 200,
    body: { status: 'ok', uptimeSecs: 12, version: '1.2.3', sessions: { total: 2, connected: 1 } },
  });
  expect(reading?.latency).toBeGreaterThanOrEqual(0);
  expect(server.seen[0]).toMatchObject({ method: 'GET', path: '/health' });
  expect(server.seen[0]?.headers).not.toHaveProperty('mcp-session-id');
});

test.for(['✓ Ok', '', '<html>', 'x'.repeat(100_000)])(
  'a body that is no JSON is up all the same',
  async (text) => {
    const { prober } = await probing((_, answer) => answer.status(200, text));
    expect(await prober.health(never)).toMatchObject({ status: 200, body: { status: null } });
  },
);

test.for([400, 404, 405])('%s means that there is no such endpoint', async (status) => {
  const { prober } = await probing((_, answer) => answer.status(status, '<html>'));
  expect(await prober.health(never)).toBeNull();
});

const html = { 'Content-Type': 'text/html; charset=utf-8' };

test.for<[what: string, trap: Trap]>([
  ['a web page', (_, answer) => answer.status(200, '<!DOCTYPE html>', html)],
  ['a redirect to another place', (_, answer) => answer.status(302, '', { location: '/login' })],
  [
    'a redirect to a web page',
    ({ path }, answer) =>
      path === '/page'
        ? answer.status(200, '<html>', html)
        : answer.status(307, '', { location: '/page' }),
  ],
])('%s in its place means that there is no such endpoint', async ([, trap]) => {
  const { prober } = await probing(trap);
  expect(await prober.health(never)).toBeNull();
});

test.for([401, 500, 503])('%s is an answer that is not well', async (status) => {
  const { prober } = await probing((_, answer) => answer.status(status));
  expect(await prober.health(never)).toMatchObject({ status });
});

test('switched off it asks nobody', async () => {
  const { server, prober } = await probing((_, answer) => answer.status(200), { health: false });
  expect(await prober.health(never)).toBeNull();
  expect(server.seen).toEqual([]);
});

test('credentials go to the own origin only', async () => {
  const other = await trapped((_, answer) => answer.status(200));
  const headers = { Authorization: 'Bearer x' };
  const own = await probing((_, answer) => answer.status(200), { headers, health: '/up?x=1' });
  await own.prober.health(never);
  await proberOf(own.server.url, {
    headers,
    health: `http://127.0.0.1:${other.port}/health`,
  }).health(never);
  expect(own.server.seen[0]).toMatchObject({
    path: '/up?x=1',
    headers: { authorization: 'Bearer x' },
  });
  expect(other.seen[0]?.headers).not.toHaveProperty('authorization');
});

test('a server that does not answer is given 3 s', async () => {
  const clock = new VirtualClock();
  const server = await trapped(() => {});
  const asking = kindOf(proberOf(server.url, {}, clock).health(never));
  await until(() => server.seen.length === 1);
  await clock.advance(3_000);
  expect(await asking).toBe('timeout');
  expect(clock.pending).toBe(0);
});

test('a body that trickles for ever is given 3 s', async () => {
  const clock = new VirtualClock();
  const server = await trapped((_, answer) => void answer.stream().raw('{'));
  const asking = kindOf(proberOf(server.url, {}, clock).health(never));
  await until(() => server.seen.length === 1);
  await clock.advance(3_000);
  expect(await asking).toBe('timeout');
  await until(() => server.sockets.size === 0);
});

test('nobody there, and giving up, are failures with a name', async () => {
  const { server, prober } = await probing(() => {});
  const giveUp = new AbortController();
  const asking = kindOf(prober.health(giveUp.signal));
  await until(() => server.seen.length === 1);
  giveUp.abort();
  expect(await asking).toBe('cancelled');
  await server.close();
  expect(await kindOf(prober.health(never))).toBe('refused');
});

test('every probe makes its own connection and leaves none', async () => {
  const { server, prober } = await probing((_, answer) => answer.json({}));
  await prober.health(never);
  await prober.health(never);
  expect(server.accepted()).toBe(2);
  await until(() => server.sockets.size === 0);
});

test('a listener is seen by a bare connection, also one that never speaks', async () => {
  const server = await startTcpTrap(() => {});
  onTestFinished(() => server.close());
  const prober = proberOf(server.url);
  expect(await prober.listening(never)).toBe(true);
  await until(() => server.sockets.size === 0);
  await server.close();
  expect(await prober.listening(never)).toBe(false);
});

test('of a remote server a bare connection says nothing', async () => {
  expect(await proberOf('https://mcp.example.com/mcp').listening(never)).toBeNull();
});

test.for([
  ['http://localhost:3000/mcp', true],
  ['http://app.localhost/mcp', true],
  ['http://127.0.0.1/mcp', true],
  ['http://127.8.9.1/mcp', true],
  ['http://[::1]:80/mcp', true],
  ['unix:///run/a.sock#/mcp', true],
  ['http://192.168.0.1/mcp', false],
  ['http://localhost.example.com/mcp', false],
  ['http://127.0.0.1.example.com/mcp', false],
  ['https://example.com/mcp', false],
] as const)('%s is local: %s', ([url, local]) => {
  expect(proberOf(url).isLocal).toBe(local);
});

test.for(['nonsense', 'ftp://example.com/mcp'])('the URL %s is a bad setting', async (url) => {
  expect(await kindOf(Promise.resolve().then(() => proberOf(url)))).toBe('bad-config');
});
