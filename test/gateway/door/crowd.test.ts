import { once } from 'node:events';
import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import {
  aDoor,
  bearer,
  bytesOf,
  type DoorRig,
  expectServed,
  json,
  ping,
  receive,
  statusOf,
  stream,
} from './doorRig.ts';

/** A connection on which a stream is open. */
const listening = async (rig: DoorRig): Promise<Socket> => {
  const socket = await rig.open();
  socket.write(bytesOf(rig.port, 'GET /mcp/dev HTTP/1.1', [bearer, 'Accept: */*']));
  await once(socket, 'data');
  return socket;
};

/** A connection whose request was answered, and that is kept. */
const resting = async (rig: DoorRig): Promise<Socket> => {
  const socket = await rig.open();
  const headers = [bearer, json, `Content-Length: ${ping().length}`];
  socket.write(bytesOf(rig.port, 'POST /mcp/resting HTTP/1.1', headers, ping()));
  await once(socket, 'data');
  return socket;
};

test('[bounded] [locked-door] ten thousand connections make room for each other, and those that are served notice nothing', async () => {
  const rig = await aDoor({
    limits: { maxConnections: 512 },
    handle: (request, response) => {
      if (request.kind === 'get') stream(request, response);
      else response.end(JSON.stringify({ jsonrpc: '2.0', id: 1, result: { served: 'dev' } }));
    },
  });
  const streams = [await listening(rig), await listening(rig)];
  const before = process.memoryUsage();
  const perBatch = 500;
  for (let batch = 0; batch < 20; batch += 1) {
    const comers = await Promise.all(Array.from({ length: perBatch }, () => rig.open()));
    // A third say nothing, a third begin a request, and a third ask without a token.
    for (const [index, socket] of comers.entries()) {
      if (index % 3 === 1) socket.write('POST /mcp/dev HTTP/1.1\r\nX: ');
      if (index % 3 === 2) socket.write(bytesOf(rig.port, 'GET /mcp/dev HTTP/1.1'));
    }
    await expectServed(rig);
    expect(rig.door.connections).toBeLessThanOrEqual(512);
  }
  expect(streams.map(({ destroyed }) => destroyed)).toEqual([false, false]);
  const after = process.memoryUsage();
  // The sockets of the test are in this process too: 10,000 of them, without the door's.
  expect(after.heapUsed - before.heapUsed).toBeLessThan(100 * 1024 * 1024);
  expect(rig.door.dropped).toBeGreaterThan(9_000);
});

test('[bounded] strangers go first, then who rests, and nobody who is served', async () => {
  const rig = await aDoor({
    limits: { maxConnections: 4 },
    handle: (request, response) => {
      if (request.kind === 'get') stream(request, response);
      else response.end('{}');
    },
  });
  const served = [await listening(rig), await listening(rig)];
  const rests = await resting(rig);
  const stranger = await rig.open();
  const gone = once(stranger, 'close');
  const next = await rig.open();
  await gone;
  expect(rests.destroyed).toBe(false);
  // The stranger that took the place is served now, so that the one who rests has to go.
  next.write(bytesOf(rig.port, 'GET /mcp/dev HTTP/1.1', [bearer, 'Accept: */*']));
  await once(next, 'data');
  const rested = once(rests, 'close');
  served.push(next, await listening(rig));
  await rested;
  expect(served.map(({ destroyed }) => destroyed)).toEqual([false, false, false, false]);
});

test('[bounded] who rested and is served again is not dropped', async () => {
  const rig = await aDoor({
    limits: { maxConnections: 2 },
    handle: (request, response) => {
      if (request.kind === 'get') stream(request, response);
      else response.end('{}');
    },
  });
  const socket = await resting(rig);
  socket.write(bytesOf(rig.port, 'GET /mcp/dev HTTP/1.1', [bearer, 'Accept: */*']));
  await once(socket, 'data');
  await listening(rig);
  expect(statusOf(await rig.raw(''))).toBe(503);
  expect([socket.destroyed, rig.door.dropped]).toEqual([false, 0]);
});

test('[bounded] when all connections are served, one more is told so at once, and comes in when one ends', async () => {
  const rig = await aDoor({ limits: { maxConnections: 3 }, handle: stream });
  const served = [await listening(rig), await listening(rig), await listening(rig)];
  const reply = await rig.raw(bytesOf(rig.port, 'GET /health HTTP/1.1'));
  expect(statusOf(reply)).toBe(503);
  expect(reply).toContain('Retry-After: 1');
  expect(rig.door.denied.get('turned-away')).toBe(1);
  served[0]?.destroy();
  await expect.poll(() => rig.door.connections).toBe(2);
  expect((await rig.ask({ method: 'GET', path: '/health', headers: {} })).status).toBe(200);
});

test('a connection serves one request after another', async () => {
  const rig = await aDoor();
  const socket = await rig.open();
  const received = receive(socket);
  const headers = [bearer, json, `Content-Length: ${ping().length}`];
  for (let time = 0; time < 20; time += 1) {
    socket.write(bytesOf(rig.port, 'POST /mcp/dev HTTP/1.1', headers, ping()));
    await once(socket, 'data');
  }
  expect(rig.taken).toHaveLength(20);
  expect(rig.door.connections).toBe(1);
  socket.end();
  expect((await received).match(/HTTP\/1\.1 200/g)).toHaveLength(20);
});
