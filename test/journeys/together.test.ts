// Many calls meet the same trouble in the same moment.
import { expect, test } from 'vitest';
import { until } from '../support/fleetRig.ts';
import { appended, range, readyWith } from './stage.ts';

test('[one-handshake] [at-most-once] 32 calls meet an expired session together: one handshake, 32 answers, and the write that was running is not done twice', async () => {
  const { server, rig } = await readyWith();
  const running = rig.call('slow', { ms: 60_000 });
  await until(() => server.ledger().some(({ name }) => name === 'slow'));
  await server.clearRequests();
  await server.expire();
  const calls = range(32).map((number) => rig.call('append', { text: `${number}` }));
  const answers = await Promise.all(calls);
  expect(answers).toEqual(
    range(32).map((number) => ({ text: `appended ${number}`, isError: false, outcome: null })),
  );
  expect(appended(server)).toHaveLength(32);
  expect(new Set(appended(server))).toEqual(new Set(range(32).map(String)));
  const seen = (await server.requests()).map(({ rpc }) => rpc);
  expect(seen.filter((rpc) => rpc === 'initialize')).toHaveLength(1);
  expect(seen.filter((rpc) => rpc === 'notifications/initialized')).toHaveLength(1);
  expect(await running).toMatchObject({ isError: true, outcome: 'unknown' });
  expect(server.ledger().filter(({ name }) => name === 'slow')).toHaveLength(1);
});

test('[one-handshake] 32 calls that arrive while a restarted server is down share its one new session', async () => {
  const { server, rig } = await readyWith();
  await server.process.kill9();
  const calls = range(32).map((number) => rig.call('append', { text: `${number}` }));
  server.process.start();
  expect((await Promise.all(calls)).map(({ text }) => text)).toEqual(
    range(32).map((number) => `appended ${number}`),
  );
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
