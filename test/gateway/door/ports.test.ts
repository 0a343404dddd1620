import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import {
  aDoor,
  bearer,
  bytesOf,
  expectServed,
  json,
  ping,
  receive,
  statusOf,
  stream,
} from './doorRig.ts';

/** Another program that has a port. */
const occupant = async (): Promise<{ readonly server: Server; readonly port: number }> => {
  const server = createServer();
  onTestFinished(() => void server.close());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, port: (server.address() as AddressInfo).port };
};

const end = (server: Server): Promise<unknown> => {
  const closed = once(server, 'close');
  server.close();
  return closed;
};

test('a wanted port that is free is taken', async () => {
  const { server, port } = await occupant();
  await end(server);
  const rig = await aDoor({ port });
  expect(rig.door.place.value).toEqual({ kind: 'open', port, ports: [port], instead: null });
  await expectServed(rig);
});

test('a wanted port that is taken is said so, another serves meanwhile, and later both', async () => {
  const { server, port } = await occupant();
  const rig = await aDoor({ port });
  const other = rig.port;
  expect(rig.door.place.value).toEqual({
    kind: 'open',
    port: other,
    ports: [other],
    instead: { wanted: port, code: 'EADDRINUSE' },
  });
  expect(await rig.door.tryPort(port)).toBe(false);
  expect(rig.port).toBe(other);
  await end(server);
  const told: unknown[] = [];
  rig.door.place.onChange((place) => told.push(place));
  expect(await rig.door.tryPort(port)).toBe(true);
  expect(told).toEqual([{ kind: 'open', port, ports: [port, other], instead: null }]);
  await expectServed(rig);
  // Who came to the first one goes on there; the other's Host is not its own.
  const at = (host: number): string => bytesOf(host, 'GET /health HTTP/1.1', ['Connection: close']);
  for (const [here, host, status] of [
    [other, other, 200],
    [other, port, 403],
  ] as const) {
    const socket = connect(here, '127.0.0.1');
    const received = receive(socket);
    socket.write(at(host));
    expect(statusOf(await received)).toBe(status);
  }
  expect(await rig.door.tryPort(port)).toBe(true);
});

test('[locked-door] it listens at no address of the network', async () => {
  const rig = await aDoor();
  const addresses = Object.values(networkInterfaces())
    .flatMap((each) => each ?? [])
    .filter(({ internal, family }) => !internal && family === 'IPv4')
    .map(({ address }) => address);
  for (const host of [...addresses, '127.0.0.2']) {
    const socket = connect(rig.port, host);
    const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ECONNREFUSED');
  }
});

test('[clean-exit] stopping ends streams where they are, answers what waits, and lets nobody in', async () => {
  const rig = await aDoor({
    handle: (request, response) => {
      // The POST waits for ever, as one that is held does.
      if (request.kind === 'get') stream(request, response);
    },
  });
  const streaming = await rig.open();
  const heard = receive(streaming);
  streaming.write(bytesOf(rig.port, 'GET /mcp/dev HTTP/1.1', [bearer, 'Accept: */*']));
  const headers = [bearer, json, `Content-Length: ${ping().length}`];
  const waiting = rig.raw(bytesOf(rig.port, 'POST /mcp/dev HTTP/1.1', headers, ping()));
  const silent = await rig.open();
  const { port } = rig;
  await expect.poll(() => rig.taken.length).toBe(2);
  await rig.door.stop(5_000);
  // The last chunk says that nothing was cut off.
  expect(await heard).toMatch(/: open\n\n\r\n0\r\n\r\n$/);
  expect(statusOf(await waiting)).toBe(503);
  await expect.poll(() => silent.destroyed).toBe(true);
  expect(rig.door.place.value).toEqual({ kind: 'closed' });
  expect(rig.door.connections).toBe(0);
  const late = connect(port, '127.0.0.1');
  const [error] = (await once(late, 'error')) as [NodeJS.ErrnoException];
  expect(error.code).toBe('ECONNREFUSED');
});

test('[clean-exit] stopping cuts what does not end within its limit, and can be asked for twice', async () => {
  const rig = await aDoor({
    handle: (_request, response) => {
      // More than any buffer between takes, for a reader that does not read.
      response.writeHead(200);
      response.write(Buffer.alloc(64 * 1024 * 1024));
    },
  });
  const socket = await rig.open();
  socket.write(bytesOf(rig.port, 'GET /mcp/dev HTTP/1.1', [bearer, 'Accept: */*']));
  socket.pause();
  await expect.poll(() => rig.taken.length).toBe(1);
  await Promise.all([rig.door.stop(50), rig.door.stop(50)]);
  await expect.poll(() => rig.door.connections).toBe(0);
  rig.door.dispose();
});

test('[clean-exit] a door that is closed while it opens stays closed', async () => {
  const rig = await aDoor();
  const opening = rig.door.open(0);
  rig.door.dispose();
  expect((await opening).kind).toBe('closed');
  expect(rig.door.place.value.kind).toBe('closed');
});
