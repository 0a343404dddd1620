// Many calls meet the same trouble in the same moment.
import { expect, test } from 'vitest';
import { type Called, type FleetRig, until } from '../support/fleetRig.ts';
import type { RestartableServer } from '../support/restartableServer.ts';
import { appended, range, readyWith } from './stage.ts';

const expectAllOnce = (server: RestartableServer): void => {
  expect(appended(server)).toHaveLength(32);
  expect(new Set(appended(server))).toEqual(new Set(range(32).map(String)));
};

const appendAll = (rig: FleetRig): Promise<Called>[] =>
  range(32).map((number) => rig.call('append', { text: `${number}` }));

const appendedAll = range(32).map((number) => ({
  text: `appended ${number}`,
  isError: false,
  outcome: null,
}));

test('[one-handshake] [at-most-once] 32 calls meet an expired session together: one handshake, 32 answers, and the write that was running is not done twice', async () => {
  const { server, rig } = await readyWith();
  const running = rig.call('slow', { ms: 60_000 });
  await until(() => server.ledger().some(({ name }) => name === 'slow'));
  await server.clearRequests();
  await server.expire();
  expect(await Promise.all(appendAll(rig))).toEqual(appendedAll);
  expectAllOnce(server);
  const seen = (await server.requests()).map(({ rpc }) => rpc);
  expect(seen.filter((rpc) => rpc === 'initialize')).toHaveLength(1);
  expect(seen.filter((rpc) => rpc === 'notifications/initialized')).toHaveLength(1);
  expect(await running).toMatchObject({ isError: true, outcome: 'unknown' });
  expect(server.ledger().filter(({ name }) => name === 'slow')).toHaveLength(1);
});

// Without a health endpoint nothing holds calls back when the push stream ends, so that all are on their way together.
test.for(['404-32001', '400-32000', '503', '200-error'] as const)(
  '[one-handshake] 32 calls on their way together are refused one by one (%s), which costs one handshake and no call',
  async (stale) => {
    const { server, rig } = await readyWith({ stale, health: false });
    await server.clearRequests();
    await server.expire();
    expect(await Promise.all(appendAll(rig))).toEqual(appendedAll);
    expectAllOnce(server);
    const seen = (await server.requests()).map(({ rpc }) => rpc);
    expect(seen.filter((rpc) => rpc === 'initialize')).toHaveLength(1);
    expect(seen.filter((rpc) => rpc === 'tools/call').length).toBeGreaterThan(40);
  },
);

test('[one-handshake] 32 calls that arrive while a restarted server is down share its one new session', async () => {
  const { server, rig } = await readyWith();
  await server.process.kill9();
  const calls = appendAll(rig);
  server.process.start();
  expect(await Promise.all(calls)).toEqual(appendedAll);
  expect(appended(server)).toEqual(range(32).map(String));
  const seen = (await server.requests()).map(({ rpc }) => rpc);
  expect(seen.filter((rpc) => rpc === 'initialize')).toHaveLength(1);
});

test('[one-handshake] a call on an expired session costs one handshake and the call, and nothing else before it', async () => {
  const { server, rig } = await readyWith();
  await server.clearRequests();
  await server.expire();
  expect(await rig.call('append', { text: 'once' })).toMatchObject({ isError: false });
  const posts = (await server.requests()).filter(({ method }) => method === 'POST');
  const fresh = posts.slice(posts.findIndex(({ rpc }) => rpc === 'initialize'));
  expect(fresh.slice(0, 2).map(({ rpc }) => rpc)).toEqual([
    'initialize',
    'notifications/initialized',
  ]);
  expect(posts.filter(({ rpc }) => rpc === 'initialize')).toHaveLength(1);
  expect(appended(server)).toEqual(['once']);
});
