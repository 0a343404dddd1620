import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import {
  aDoor,
  bearer,
  bytesOf,
  expectServed,
  json,
  ping,
  posting,
  receive,
  statusOf,
  stream,
} from './doorRig.ts';

describe('[locked-door] who has no right to come in', () => {
  test.each(['/mcp/dev', '/mcp/no-such-server', '/mcp/lifeline'])(
    'learns nothing at %s, and is answered the same each time',
    async (path) => {
      const rig = await aDoor();
      const { authorization: _, ...headers } = posting;
      const none = await rig.ask({ path, headers, body: ping() });
      const known = await rig.ask({ path: '/mcp/dev', headers, body: ping() });
      const wrong = { ...posting, authorization: 'Bearer the-wrong-one' };
      const guessed = await rig.ask({ path, headers: wrong, body: ping() });
      expect([none.status, guessed.status]).toEqual([401, 401]);
      expect(none.headers['www-authenticate']).toBe('Bearer');
      expect(none.text).toBe(known.text);
      for (const { text } of [none, guessed]) expect(text).not.toMatch(/dev|no-such|lifeline/);
      expect(rig.taken).toEqual([]);
      await expectServed(rig);
    },
  );

  test('is told 403 for a foreign Host or Origin, even with the token', async () => {
    const rig = await aDoor();
    const host = { ...posting, host: 'evil.example.com' };
    const origin = { ...posting, origin: 'http://evil.example.com' };
    const own = { ...posting, origin: `http://localhost:${rig.port}` };
    expect((await rig.ask({ headers: host, body: ping() })).status).toBe(403);
    expect((await rig.ask({ headers: origin, body: ping() })).status).toBe(403);
    expect((await rig.ask({ headers: own, body: ping() })).status).toBe(200);
    // No page may read an answer, or ask whether it may send a request with a token.
    const preflight = await rig.ask({ method: 'OPTIONS', headers: own });
    expect([preflight.status, preflight.headers.allow]).toEqual([405, 'GET, POST, DELETE']);
    expect(Object.keys(preflight.headers).join()).not.toContain('access-control');
  });

  test('is answered at once where it looks for OAuth metadata, a page or another method', async () => {
    const rig = await aDoor();
    const wellKnown = '/.well-known/oauth-authorization-server/mcp/dev';
    expect((await rig.ask({ method: 'GET', path: wellKnown, headers: {} })).status).toBe(404);
    expect((await rig.ask({ path: '/register', body: '{}' })).status).toBe(404);
    expect((await rig.ask({ method: 'GET', path: '/', headers: {} })).status).toBe(404);
    expect((await rig.ask({ method: 'PUT', body: ping() })).status).toBe(405);
    expect((await rig.ask({ path: '/health', body: '{}' })).headers.allow).toBe('GET');
    expect((await rig.ask({ method: 'GET', headers: {} })).status).toBe(401);
  });
});

describe('[locked-door] bytes that are no request', () => {
  const small = { maxHeaderBytes: 16 * 1024 };

  test('a header of 16 KiB and more is answered 431, one below is read', async () => {
    const rig = await aDoor({ limits: small });
    const bomb = { ...posting, 'x-bomb': 'a'.repeat(16 * 1024) };
    const large = { ...posting, 'x-large': 'a'.repeat(15 * 1024) };
    expect((await rig.ask({ headers: large, body: ping() })).status).toBe(200);
    expect((await rig.ask({ headers: bomb, body: ping() })).status).toBe(431);
    const many = Array.from({ length: 5000 }, (_, index) => `X-${index}: 1`);
    const reply = await rig.raw(bytesOf(rig.port, 'POST /mcp/dev HTTP/1.1', many));
    expect(statusOf(reply)).toBe(431);
    await expectServed(rig);
  });

  test('a Host that hides behind a thousand headers is seen', async () => {
    const rig = await aDoor();
    const filler = Array.from({ length: 2001 }, () => 'a:1');
    const headers = [...filler, bearer, json, 'Host: evil.example.com', 'Connection: close'];
    const reply = await rig.raw(bytesOf(rig.port, 'GET /mcp/dev HTTP/1.1', headers));
    expect(statusOf(reply)).toBe(400);
    expect(rig.taken).toEqual([]);
  });

  test.each<[string, (port: number) => string]>([
    ['garbage', () => '\u0000\u0001\u0002 what is this\r\n\r\n'],
    ['a TLS hello', () => '\u0016\u0003\u0001\u0002\u0000\u0001\u0000'],
    ['HTTP/2', () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['no Host', () => 'GET /health HTTP/1.1\r\n\r\n'],
    [
      'two lengths',
      (port) =>
        bytesOf(
          port,
          'POST /mcp/dev HTTP/1.1',
          [bearer, 'Content-Length: 2', 'Content-Length: 30'],
          '{}',
        ),
    ],
    [
      'a length and chunks',
      (port) =>
        bytesOf(
          port,
          'POST /mcp/dev HTTP/1.1',
          [bearer, json, 'Content-Length: 4', 'Transfer-Encoding: chunked'],
          '0\r\n\r\nGET /mcp/x HTTP/1.1\r\n\r\n',
        ),
    ],
    [
      'chunks in disguise',
      (port) =>
        bytesOf(
          port,
          'POST /mcp/dev HTTP/1.1',
          [bearer, json, 'Transfer-Encoding: xchunked'],
          '0\r\n\r\n',
        ),
    ],
    [
      'chunks and more',
      (port) =>
        bytesOf(
          port,
          'POST /mcp/dev HTTP/1.1',
          [bearer, json, 'Transfer-Encoding: chunked, identity'],
          '0\r\n\r\n',
        ),
    ],
    ['a folded header', (port) => bytesOf(port, 'GET /health HTTP/1.1', ['X: 1', ' Host: evil'])],
    ['a space before the colon', (port) => bytesOf(port, 'GET /health HTTP/1.1', ['Origin : x'])],
    ['a bare line feed', (port) => `GET /health HTTP/1.1\nHost: 127.0.0.1:${port}\n\n`],
    [
      'a negative length',
      (port) => bytesOf(port, 'POST /mcp/dev HTTP/1.1', [bearer, json, 'Content-Length: -1']),
    ],
    [
      'a chunk of a strange size',
      (port) =>
        bytesOf(
          port,
          'POST /mcp/dev HTTP/1.1',
          [bearer, json, 'Transfer-Encoding: chunked'],
          '0x2\r\n{}\r\n0\r\n\r\n',
        ),
    ],
  ])('%s is refused, and nothing of it gets in', async (_, bytes) => {
    const rig = await aDoor();
    const reply = await rig.raw(bytes(rig.port));
    expect(statusOf(reply)).toBe(400);
    expect(reply.match(/HTTP\/1\.1 /g)).toHaveLength(1);
    expect(rig.taken).toEqual([]);
    await expectServed(rig);
  });

  test('a request inside the body of another is a body', async () => {
    const rig = await aDoor();
    const inner = bytesOf(rig.port, 'POST /mcp/inner HTTP/1.1', [bearer, json], '');
    const outer = [json, `Content-Length: ${inner.length}`, 'Connection: close'];
    // Without the token: the body is passed over, and not read as the next request.
    const reply = await rig.raw(bytesOf(rig.port, 'POST /mcp/outer HTTP/1.1', outer, inner));
    expect(statusOf(reply)).toBe(401);
    expect(rig.taken).toEqual([]);
  });

  test('CONNECT and an upgrade lead nowhere', async () => {
    const rig = await aDoor();
    expect(await rig.raw(bytesOf(rig.port, 'CONNECT 127.0.0.1:22 HTTP/1.1'))).toBe('');
    const upgrade = ['Connection: Upgrade', 'Upgrade: websocket'];
    const socket = await rig.open();
    const received = receive(socket);
    socket.write(bytesOf(rig.port, 'GET /mcp/dev HTTP/1.1', upgrade));
    socket.end();
    expect(statusOf(await received)).toBe(401);
  });

  test('garbage after a request ends its connection, and a stream on it', async () => {
    const rig = await aDoor({ handle: stream });
    const get = bytesOf(rig.port, 'GET /mcp/dev HTTP/1.1', [bearer, 'Accept: */*']);
    const socket = await rig.open();
    const received = receive(socket);
    socket.write(get);
    await once(socket, 'data');
    socket.write('\u0000garbage\r\n\r\n');
    // Nothing is written into the stream that has begun.
    const reply = await received;
    expect(reply).toContain(': open');
    expect(reply).not.toContain('HTTP/1.1 400');
  });

  test('[bounded] eight requests wait for their turn on one connection, and a ninth ends it', async () => {
    const rig = await aDoor({ handle: stream });
    const get = bytesOf(rig.port, 'GET /mcp/dev HTTP/1.1', [bearer, 'Accept: */*']);
    const eight = await rig.open();
    eight.write(get.repeat(8));
    await expect.poll(() => rig.taken.length).toBe(8);
    expect(eight.destroyed).toBe(false);
    expect(await rig.raw(get.repeat(9))).toBe('');
    expect(rig.taken).toHaveLength(16);
    expect(rig.door.denied.get('pipelined')).toBe(1);
  });
});

test('[keep-secrets] what is refused is counted, and logged once for each kind without a word of it', async () => {
  const rig = await aDoor();
  for (let time = 0; time < 5; time += 1) {
    await rig.ask({ headers: { authorization: 'Bearer guess-me' }, path: '/mcp/secret-name' });
  }
  expect(rig.door.denied.get('wrong-token')).toBe(5);
  expect(rig.logged).toHaveLength(1);
  expect(rig.logged.join()).not.toMatch(/guess-me|secret-name/);
});
