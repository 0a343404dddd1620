import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { describe, expect, test } from 'vitest';
import {
  aDoor,
  bearer,
  bytesOf,
  expectServed,
  json,
  receive,
  statusOf,
  stream,
} from './doorRig.ts';

describe('[bounded] a body', () => {
  const limit = 4096;
  const sized = (bytes: number): string => {
    const empty = JSON.stringify({ jsonrpc: '2.0', id: 7, method: 'x', params: { a: '' } });
    return empty.replace('""', `"${'a'.repeat(bytes - empty.length)}"`);
  };

  test('at the limit is taken, one byte over it is answered 413 under its id', async () => {
    const rig = await aDoor({ limits: { maxBodyBytes: limit } });
    expect((await rig.ask({ body: sized(limit) })).status).toBe(200);
    const { status, text } = await rig.ask({ body: sized(limit + 1) });
    expect([status, JSON.parse(text)]).toEqual([
      413,
      expect.objectContaining({
        id: 7,
        error: expect.objectContaining({ code: -32000 }) as unknown,
      }),
    ]);
    expect(text).toContain('mcpLifeline.gateway.maxBodyBytes');
    expect(rig.taken).toHaveLength(1);
    await expectServed(rig);
  });

  test('that announces too much is refused before it comes', async () => {
    const rig = await aDoor({ limits: { maxBodyBytes: limit } });
    const length = 'Content-Length: 5000000000';
    const reply = await rig.raw(
      bytesOf(rig.port, 'POST /mcp/dev HTTP/1.1', [bearer, json, length]),
    );
    expect(statusOf(reply)).toBe(413);
    const expecting = [bearer, json, length, 'Expect: 100-continue'];
    const asked = await rig.raw(bytesOf(rig.port, 'POST /mcp/dev HTTP/1.1', expecting));
    expect(statusOf(asked)).toBe(413);
  });

  test('in chunks without end is refused at the limit, and nothing past it is kept', async () => {
    const rig = await aDoor({ limits: { maxBodyBytes: limit } });
    const socket = await rig.open();
    const received = receive(socket);
    const headers = [bearer, json, 'Transfer-Encoding: chunked'];
    const spaces = Buffer.alloc(65_536, ' ');
    const chunk = Buffer.concat([Buffer.from('10000\r\n'), spaces, Buffer.from('\r\n')]);
    let sent = 0;
    const endless = function* (): Generator<Buffer> {
      yield Buffer.from(bytesOf(rig.port, 'POST /mcp/dev HTTP/1.1', headers));
      for (; sent < 200_000_000; sent += chunk.length) yield chunk;
    };
    const before = process.memoryUsage().arrayBuffers;
    // The door ends the connection, which is what is wanted.
    await pipeline(Readable.from(endless()), socket).catch(() => undefined);
    expect(statusOf(await received)).toBe(413);
    // Cut long before all of it was sent.
    expect(sent).toBeLessThan(50_000_000);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * 1024 * 1024);
    await expectServed(rig);
  });

  test('of somebody without the token is not read, however large', async () => {
    const rig = await aDoor();
    const answer = await rig.ask({
      headers: { 'content-type': 'application/json' },
      body: Buffer.alloc(3_000_000, ' '),
    });
    expect(answer.status).toBe(401);
    await expectServed(rig);
  });
});

describe('[bounded] whoever is slow', () => {
  const hasty = { headersTimeout: 100, requestTimeout: 3_600_000, checkEvery: 50 };
  const slowBody = { headersTimeout: 100, requestTimeout: 300, checkEvery: 50 };

  test.each<[string, typeof hasty, (port: number) => string]>([
    [
      'with its header',
      hasty,
      (port) => `POST /mcp/dev HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nX-Slow: `,
    ],
    [
      'with its body',
      slowBody,
      (port) =>
        bytesOf(port, 'POST /mcp/dev HTTP/1.1', [bearer, json, 'Content-Length: 100'], '{"json'),
    ],
    ['to say anything', hasty, () => ''],
  ])('%s is answered 408 and cut, while others are served', async (_, limits, begin) => {
    const rig = await aDoor({ limits });
    const reply = rig.raw(begin(rig.port));
    await expectServed(rig);
    expect(statusOf(await reply)).toBe(408);
    expect(rig.taken).toHaveLength(1);
  });

  test('to read a stream keeps it for ever', async () => {
    const rig = await aDoor({ limits: slowBody, handle: stream });
    const socket = await rig.open();
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
    const get = [bearer, 'Accept: text/event-stream'];
    socket.write(bytesOf(rig.port, 'GET /mcp/dev HTTP/1.1', get));
    await expect.poll(() => text).toContain(': open');
    // Somebody silent comes and is cut by the same limits meanwhile.
    expect(statusOf(await rig.raw(''))).toBe(408);
    expect(socket.destroyed).toBe(false);
  });
});
