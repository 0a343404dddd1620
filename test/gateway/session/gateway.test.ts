import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { inEnglish } from '../../../src/core/wording/english.ts';
import { aDefinition, FakeServer } from '../../support/fakeFleet.ts';
import { eventually, openRig, Rig } from './rig.ts';

/** Another program, or the window that is just being reloaded, at a port. */
const aNeighbour = async (
  port = 0,
): Promise<{ readonly server: Server; readonly port: number }> => {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const address = server.address();
  return { server, port: typeof address === 'object' && address ? address.port : 0 };
};

test('[gateway-never-drops] the port is kept over every life', async () => {
  const first = await openRig();
  const url = first.url();
  await first.gateway.stop();
  const second = await first.die();
  expect(second.url()).toBe(url);
  expect(second.disk.door.port).toBe(Number(new URL(url).port));
});

test('[gateway-never-drops] a port that is taken is asked for until it is free, and serves beside the other one then', async () => {
  const { server, port } = await aNeighbour();
  const rig = new Rig({});
  rig.servers.add('files');
  rig.disk.door.port = port;
  await rig.gateway.open();
  const meanwhile = rig.url();
  expect(meanwhile).not.toContain(`:${port}/`);
  // Clients know the old one.
  expect(rig.disk.door.port).toBe(port);
  const client = await rig.guest();
  server.close();
  await once(server, 'close');
  await rig.clock.advance(250);
  await eventually(() => rig.url().includes(`:${port}/`));
  for (const url of [meanwhile, rig.url()])
    expect((await (await client.at(url).request(1, 'tools/list')).whole()).status).toBe(200);
  expect(rig.clock.pending).toBe(1);
});

test('a port of another program is asked for less and less often', async () => {
  const { port } = await aNeighbour();
  const rig = new Rig({});
  rig.disk.door.port = port;
  await rig.gateway.open();
  await rig.clock.advance(600_000);
  expect(rig.url()).not.toContain(`:${port}/`);
  // Whether it is a keeper that would leave is asked outside of this clock.
  await eventually(() => rig.clock.pending === 1);
});

test('the port of the settings is preferred to the last one', async () => {
  const { server, port } = await aNeighbour();
  server.close();
  await once(server, 'close');
  const rig = new Rig({ settings: { port } });
  rig.servers.add('files');
  rig.disk.door.port = 1;
  await rig.gateway.open();
  expect(rig.url()).toBe(`http://127.0.0.1:${port}/mcp/files`);
});

test('a URL says the name as a path does, and is none while the gateway is closed', async () => {
  const rig = new Rig({});
  expect(rig.gateway.url('files')).toBeNull();
  await rig.gateway.open();
  expect(rig.gateway.url('my files/ü')).toMatch(/\/mcp\/my%20files%2F%C3%BC$/);
  expect(rig.gateway.url('{name}')).toMatch(/\/mcp\/\{name\}$/);
});

test('it has a server of its own, with its health', async () => {
  const rig = await openRig();
  const client = rig.client('lifeline');
  await client.hello();
  const tools = await (await client.request(1, 'tools/list')).whole();
  expect(tools.messages).toMatchObject([{ result: { tools: [{ name: 'session_health_check' }] } }]);
  expect(rig.gateway.sessions.value).toMatchObject([{ server: 'lifeline' }]);
});

test('it counts the sessions of each server apart', async () => {
  const rig = await openRig();
  rig.fleet.servers.set([new FakeServer(aDefinition('files'), { kind: 'idle' })]);
  for (const server of ['files', 'lifeline', 'lifeline']) await rig.client(server).hello();
  const report = await rig.gateway.report(undefined, inEnglish);
  expect(report?.gateway.sessions.total).toBe(3);
  expect(report?.servers['files']?.sessions?.total).toBe(1);
});
