// Our own HTTP client against servers that say exactly these bytes.
import { createServer, type Socket } from 'node:net';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { realClock } from '../../../src/base/clock.ts';
import { aFailure } from '../../../src/core/connection/failure.ts';
import { readText } from '../../../src/mcp/body.ts';
import type { HttpAsk } from '../../../src/mcp/courier.ts';
import { DirectAnswer } from '../../../src/mcp/direct/answer.ts';
import { isDirect } from '../../../src/mcp/direct/courier.ts';
import { readHead } from '../../../src/mcp/direct/head.ts';
import { HttpCaller } from '../../../src/mcp/request.ts';
import { targetOf } from '../../../src/mcp/target.ts';

type Say = (socket: Socket, request: string, count: number) => void;

/** A server that answers each request, which comes in one write, with whatever the test says; and a caller of it. */
const aServer = async (say: Say) => {
  const sockets = new Set<Socket>();
  const requests: string[] = [];
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      requests.push(bytes.toString('latin1'));
      say(socket, requests.at(-1) ?? '', requests.length);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const target = targetOf(`http://127.0.0.1:${address.port}/mcp?a=b`);
  const deps = { target, clock: realClock, connectTimeout: 5000, pooled: true };
  const caller = new HttpCaller(deps);
  onTestFinished(async () => {
    caller.end(aFailure('closed', 'The test is over.'));
    for (const socket of sockets) socket.destroy();
    server.close();
    await once(server, 'close');
  });
  return { caller, sockets, requests, port: address.port };
};

const ask: HttpAsk = { method: 'POST', headers: { Accept: 'a/b' }, body: '{"ä":1}' };

/** What came of it, in a word. */
const told = async (caller: HttpCaller, asked: HttpAsk = ask): Promise<unknown> => {
  const reply = await caller.send(asked);
  if (reply.kind === 'failed') {
    const { error, written } = reply;
    const code = error instanceof Error && 'code' in error ? error.code : String(error);
    return { failed: code, written };
  }
  const { statusCode } = reply.message;
  const body = await readText(reply.message, 10_000, () => undefined);
  return { statusCode, body: body.kind === 'whole' ? body.text : body.kind };
};

const ok = (body: string): string =>
  `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

test('a request is what RFC 9112 asks for, in one write', async () => {
  const { caller, requests, port } = await aServer((socket) => socket.write(ok('yes')));
  expect(await told(caller)).toEqual({ statusCode: 200, body: 'yes' });
  expect(requests).toEqual([
    `POST /mcp?a=b HTTP/1.1\r\nAccept: a/b\r\nHost: 127.0.0.1:${port}\r\nContent-Length: 8\r\n` +
      `Connection: keep-alive\r\n\r\n${Buffer.from('{"ä":1}').toString('latin1')}`,
  ]);
});

test('a header beyond ASCII goes out byte by byte, and one that cannot be sent is refused', async () => {
  const { caller, requests } = await aServer((socket) => socket.write(ok('')));
  await told(caller, { method: 'GET', headers: { 'Last-Event-ID': 'caf\u00e9' } });
  expect(requests[0]).toContain('Last-Event-ID: caf\u00e9\r\n');
  const wrong = { method: 'GET', headers: { a: 'b\r\nc: d' } } as const;
  expect(await told(caller, wrong)).toEqual({ failed: 'ERR_INVALID_CHAR', written: false });
  expect(requests).toHaveLength(1);
});

test('a connection is used again, one that the server ends is not', async () => {
  const { caller, sockets } = await aServer((socket, _, count) =>
    socket.write(count === 2 ? ok('2').replace('\r\n', '\r\nConnection: close\r\n') : ok('x')),
  );
  for (let count = 0; count < 4; count += 1) await told(caller);
  expect(sockets.size).toBe(2);
});

test('a second request at the same time has a connection of its own', async () => {
  const open: Socket[] = [];
  const { caller, sockets } = await aServer((socket) => {
    open.push(socket);
    if (open.length === 2) for (const each of open) each.write(ok('x'));
  });
  await Promise.all([told(caller), told(caller)]);
  expect(sockets.size).toBe(2);
});

test('what is said before the answer is passed over, also cut into bytes', async () => {
  const { caller } = await aServer((socket) => {
    const text = `HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 100 -\r\n\r\n${ok('late')}`;
    void (async () => {
      for (const byte of text) await new Promise((resolve) => socket.write(byte, resolve));
    })();
  });
  expect(await told(caller)).toEqual({ statusCode: 200, body: 'late' });
});

test('a body that ends with its connection is whole', async () => {
  const { caller } = await aServer((socket) => socket.end('HTTP/1.1 200 OK\r\n\r\nall of it'));
  expect(await told(caller)).toEqual({ statusCode: 200, body: 'all of it' });
});

test.each([
  ['a length', 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\npart'],
  ['chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\npart'],
])('a body with %s that ends early is broken', async (_, text) => {
  const { caller } = await aServer((socket) => socket.end(text));
  expect(await told(caller)).toEqual({ statusCode: 200, body: 'broke' });
});

test.each([
  ['nothing', '', 'ECONNRESET'],
  ['half a head', 'HTTP/1.1 200 OK\r\nConte', 'ECONNRESET'],
  ['another protocol', 'SSH-2.0-OpenSSH_9.7\r\n', 'HPE_INVALID_CONSTANT'],
  ['a switch of protocols', 'HTTP/1.1 101 -\r\nUpgrade: x\r\n\r\n', 'HPE_PAUSED_UPGRADE'],
  ['a head without an end', `HTTP/1.1 200 OK\r\nX: ${'a'.repeat(17_000)}`, 'HPE_HEADER_OVERFLOW'],
])('an answer of %s is none, and the request may have run', async (_, text, code) => {
  const { caller } = await aServer((socket) => socket.end(text));
  expect(await told(caller)).toEqual({ failed: code, written: true });
});

test('what follows an answer unasked is never taken for the next one', async () => {
  const { caller, sockets } = await aServer((socket, _, count) =>
    socket.write(count === 1 ? ok('first') + ok('forged') : ok('second')),
  );
  expect(await told(caller)).toEqual({ statusCode: 200, body: 'first' });
  expect(await told(caller)).toEqual({ statusCode: 200, body: 'second' });
  expect(sockets.size).toBe(2);
});

test('what comes while nothing was asked ends the connection', async () => {
  const { caller, sockets } = await aServer((socket, _, count) => socket.write(ok(String(count))));
  expect(await told(caller)).toEqual({ statusCode: 200, body: '1' });
  const [socket] = sockets;
  const closed = new Promise((resolve) => socket?.once('close', resolve));
  socket?.write(ok('forged'));
  await closed;
  expect(await told(caller)).toEqual({ statusCode: 200, body: '2' });
  expect(sockets.size).toBe(2);
});

test('[at-most-once] a request on a kept connection that breaks may have run', async () => {
  const { caller, sockets } = await aServer((socket, _, count) =>
    count === 1 ? socket.write(ok('x')) : socket.destroy(),
  );
  await told(caller);
  expect(await told(caller)).toEqual({ failed: 'ECONNRESET', written: true });
  expect(sockets.size).toBe(1);
});

test('[bounded] of a body that nobody wants yet only a little is taken in', async () => {
  const asked: string[] = [];
  const answer = new DirectAnswer(readHead('HTTP/1.1 200 OK'), {
    pause: () => asked.push('pause'),
    resume: () => asked.push('resume'),
    cut: () => asked.push('cut'),
  });
  answer.take(Buffer.alloc(64 * 1024));
  expect(asked).toEqual([]);
  answer.take(Buffer.alloc(1));
  expect(asked).toEqual(['pause']);
  const read = readText(answer, 100_000, () => undefined);
  answer.end();
  expect(await read).toMatchObject({ kind: 'whole' });
  expect(asked).toEqual(['pause', 'resume']);
});

test('giving up closes the connection, before the answer and in it', async () => {
  const { caller, sockets } = await aServer((socket, _, count) => {
    if (count === 2) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\npart');
  });
  for (let count = 0; count < 2; count += 1) {
    const giveUp = new AbortController();
    const asked = told(caller, { ...ask, signal: giveUp.signal });
    await expect.poll(() => sockets.size).toBe(count + 1);
    const socket = [...sockets].at(-1);
    const closed = once(socket ?? process, 'close');
    giveUp.abort();
    await closed;
    expect(await asked).toMatchObject(count === 0 ? { written: true } : { body: 'broke' });
  }
});

test('only what is on this machine, in the clear and without a password goes this way', () => {
  const direct = (url: string): boolean => isDirect(targetOf(url));
  expect(['http://127.0.0.1:1/', 'http://localhost/', 'http://[::1]:3/'].map(direct)).toEqual([
    true,
    true,
    true,
  ]);
  const others = ['https://127.0.0.1/', 'http://example.com/', 'http://a:b@127.0.0.1/'];
  expect([...others, 'unix:///run/a.sock#/mcp'].map(direct)).toEqual([false, false, false, false]);
});
