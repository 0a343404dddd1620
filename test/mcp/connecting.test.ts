// Connecting, and what is known about a request when it fails: was a byte of it written?
import { execFileSync } from 'node:child_process';
import { rm, mkdtemp } from 'node:fs/promises';
import { createServer } from 'node:http';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { realClock } from '../../src/base/clock.ts';
import { targetOf } from '../../src/mcp/target.ts';
import { startKillable } from '../servers/killable.ts';
import { startTcpTrap } from '../servers/trapServer.ts';
import { aCall, cursorIn, inShort, linkInto, linkTo, onPost, trapped } from './linkRig.ts';

test('a call to nobody was not sent', async () => {
  const server = await trapped(() => {});
  await server.close();
  const { link } = linkTo(server.url);
  expect(inShort(await link.exchange(aCall(), {}))).toBe('not-sent refused');
});

test('a call to a name that does not resolve was not sent', async () => {
  const { link } = linkTo('http://name.invalid/mcp');
  expect(inShort(await link.exchange(aCall(), {}))).toBe('not-sent unresolved');
});

test('a call to a server whose certificate nobody trusts was not sent', async () => {
  const server = await trapped(() => {}, { selfSigned: true });
  const { link } = linkTo(server.url);
  expect(inShort(await link.exchange(aCall(), {}))).toBe('not-sent certificate');
  expect(server.seen).toEqual([]);
});

test('a call to a server that speaks no TLS was not sent', async () => {
  const server = await trapped(() => {});
  const { link } = linkTo(server.url.replace('http:', 'https:'));
  expect(inShort(await link.exchange(aCall(), {}))).toMatch(/^not-sent /);
  expect(server.seen).toEqual([]);
});

test('a handshake of TLS that hangs runs into the limit for connecting, and the call was not sent', async () => {
  const server = await startTcpTrap(() => {});
  onTestFinished(() => server.close());
  const { link } = linkTo(server.url.replace('http:', 'https:'), { connectTimeout: 50 });
  expect(inShort(await link.exchange(aCall(), {}))).toBe('not-sent timeout');
});

test('a header that cannot be sent is a bad setting', async () => {
  const { link, server } = await linkInto(() => {}, { headers: { Authorization: 'two\nlines' } });
  expect(inShort(await link.exchange(aCall(), {}))).toBe('not-sent bad-config');
  expect(server.seen).toEqual([]);
});

test('a server that speaks no HTTP leaves the outcome unknown', async () => {
  const server = await startTcpTrap((socket) => void socket.end('SSH-2.0-OpenSSH_9\r\n'));
  onTestFinished(() => server.close());
  const { link } = linkTo(server.url);
  expect(inShort(await link.exchange(aCall(), {}))).toBe('broken not-mcp');
});

test('a server that takes a call and dies leaves the outcome unknown', async () => {
  const { link } = await linkInto((_, answer) => answer.reset());
  const fate = await link.exchange(aCall(), {});
  expect([inShort(fate), cursorIn(fate)]).toEqual(['broken closed', null]);
});

test('no timer of ours runs while an answer is waited for', async () => {
  const timers = new Set<object>();
  const clock = {
    ...realClock,
    after: (delay: number, run: () => void) => {
      const timer = realClock.after(delay, run);
      timers.add(timer);
      return { dispose: () => (timers.delete(timer), timer.dispose()) };
    },
  };
  const { link, server } = await linkInto(() => {}, { clock });
  const fate = link.exchange(aCall(), {});
  await expect.poll(() => server.seen.length).toBe(1);
  expect(timers.size).toBe(0);
  await link.close(false);
  expect(inShort(await fate)).toBe('broken closed');
});

test('a kept connection to a killed server is not used for the next call', async () => {
  const first = await startKillable();
  const { link } = linkTo(`http://127.0.0.1:${first.port}/mcp`);
  expect(inShort(await link.exchange(aCall(1), {}))).toBe('answered');
  await first.kill();
  const second = await startKillable(first.port);
  onTestFinished(() => second.kill());
  expect(await link.exchange(aCall(2), {})).toMatchObject({
    kind: 'answered',
    response: { result: { pid: second.pid } },
  });
});

test.runIf(process.platform === 'linux')(
  'a server that was killed while our process was busy is known to be gone before the next call is written',
  async () => {
    const server = await startKillable();
    onTestFinished(() => server.kill());
    const { link } = linkTo(`http://127.0.0.1:${server.port}/mcp`);
    for (const id of [1, 2, 3]) await link.exchange(aCall(id), {});
    // Nothing of our event loop runs here: the farewell stays in the kernel.
    // The sockets close when the last thread has ended, not when the process is called dead.
    const proc = `/proc/${server.pid}`;
    const waitGone = `kill -9 ${server.pid}; until grep -q ') Z' ${proc}/stat && [ $(ls ${proc}/task | wc -l) = 1 ]; do :; done`;
    execFileSync('sh', ['-c', waitGone]);
    expect(inShort(await link.exchange(aCall(4), {}))).toBe('not-sent refused');
  },
);

test('a kept connection is not used beyond what the server announced', async () => {
  const { link, server } = await linkInto(
    onPost(({ request }, answer) => answer.result(request.id, {}, { 'Keep-Alive': 'timeout=1' })),
  );
  await link.exchange(aCall(1), {});
  await link.exchange(aCall(2), {});
  expect(server.accepted()).toBe(2);
});

test('after sleep a kept connection is left behind', async () => {
  const { link, server } = await linkInto(
    onPost(({ request }, answer) => answer.result(request.id)),
  );
  await link.exchange(aCall(1), {});
  link.reset();
  await expect.poll(() => server.sockets.size).toBe(0);
  expect(inShort(await link.exchange(aCall(2), {}))).toBe('answered');
});

test.skipIf(process.platform === 'win32')('a server on a Unix socket is a server', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'link-'));
  const server = createServer((request, response) => {
    response.setHeader('Content-Type', 'application/json');
    response.end(JSON.stringify({ jsonrpc: '2.0', id: 7, result: { path: request.url } }));
  });
  server.listen(join(folder, 'a.sock'));
  await once(server, 'listening');
  onTestFinished(async () => {
    server.close();
    server.closeAllConnections();
    await rm(folder, { recursive: true });
  });
  const { link } = linkTo(`unix://${folder}/a.sock#/mcp`);
  expect(await link.exchange(aCall(), {})).toMatchObject({
    response: { result: { path: '/mcp' } },
  });
});

test.for([
  ['unix:///run/my%20app.sock#/mcp', '/run/my app.sock', '/mcp'],
  ['pipe:///pipe/mcp#/sub', '\\\\.\\pipe\\mcp', '/sub'],
  ['http://127.0.0.1:3000/mcp?x=1', null, '/mcp?x=1'],
] as const)('%s leads to the socket %s and the path %s', ([url, socketPath, path]) => {
  const target = targetOf(url);
  expect(target.socketPath).toBe(socketPath);
  expect(target.url.pathname + target.url.search).toBe(path);
});
