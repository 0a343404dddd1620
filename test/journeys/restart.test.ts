// A developer's server is killed and comes back; the agent's next call must not notice, whatever the server answers to the
// session of its former life.
import { expect, onTestFinished, test } from 'vitest';
import { FleetProcess } from '../support/fleetProcess.ts';
import { until } from '../support/fleetRig.ts';
import { startHidingRelay } from '../support/hidingRelay.ts';
import {
  aFolder,
  appended,
  aRig,
  aServer,
  inspect,
  notified,
  range,
  readyWith,
  recoveredBy,
  serversOf,
  sinceReady,
  untilListed,
} from './stage.ts';

const staleAnswers = [
  '404-32000',
  '404-32001',
  '404-text',
  '400-32000',
  '503',
  '200-error',
  'accept',
] as const;

test.for(staleAnswers)(
  '[restart-invisible] a server that answers %s to the old session is restarted, and the next call runs once',
  async (stale) => {
    const { server, rig } = await readyWith({ stale });
    expect(await rig.call('append', { text: 'before' })).toMatchObject({ isError: false });
    await server.process.restart();
    expect(await rig.call('append', { text: 'at once' })).toMatchObject({ isError: false });
    const { initializesSeen, initializeCount } = await inspect(rig);
    expect({ initializesSeen, initializeCount }).toEqual({
      initializesSeen: 1,
      initializeCount: 1,
    });
    expect(recoveredBy(rig)).toBe('new-session');
    await server.process.kill9();
    const whileDown = rig.call('append', { text: 'while down' });
    server.process.start();
    expect(await whileDown).toMatchObject({ isError: false });
    expect(appended(server)).toEqual(['before', 'at once', 'while down']);
    expect(sinceReady(rig)).toEqual(['ready', 'reconnecting', 'ready', 'reconnecting', 'ready']);
  },
);

test('[restart-invisible] servers that come back while we sleep take the first call after it, once', async () => {
  const servers = await Promise.all(
    staleAnswers.map(async (stale) => ({ stale, server: await aServer({ stale }) })),
  );
  const urls = new Map(servers.map(({ stale, server }) => [stale, server.url]));
  const settings = { servers: serversOf(staleAnswers, (stale) => urls.get(stale)) };
  const fleet = new FleetProcess({ settings, folder: aFolder() });
  onTestFinished(() => fleet.kill9());
  await Promise.all(staleAnswers.map((stale) => fleet.untilState('ready', stale)));
  fleet.freeze();
  await Promise.all(servers.map(({ server }) => server.process.restart()));
  const calls = staleAnswers.map((stale) => fleet.call('append', { text: stale }, stale));
  fleet.thaw();
  expect((await Promise.all(calls)).map(({ text }) => text)).toEqual(
    staleAnswers.map((stale) => `appended ${stale}`),
  );
  expect(servers.map(({ server }) => appended(server))).toEqual(
    staleAnswers.map((stale) => [stale]),
  );
});

test.for(['404-32001', 'accept'] as const)(
  '[proactive] a restart that a proxy hides from every socket is seen by health polling and repaired before the next call (%s)',
  async (stale) => {
    const server = await aServer({ stale });
    const relay = await startHidingRelay(Number(new URL(server.url).port));
    onTestFinished(() => relay.close());
    const rig = aRig(`http://127.0.0.1:${relay.port}/mcp`, { 'health.interval': 1000 });
    await rig.untilState('ready');
    await untilListed(rig);
    await until(() => rig.server().health.value !== null);
    await server.process.restart();
    await until(() => rig.states().includes('reconnecting'));
    await rig.untilState('ready');
    expect(
      rig
        .server()
        .history(5)
        .map(({ cause }) => cause),
    ).toContain('restart-seen');
    expect(recoveredBy(rig)).toBe('new-session');
    const seen = await server.requests();
    expect(seen.map(({ rpc }) => rpc)).toContain('initialize');
    expect(seen.filter(({ rpc }) => rpc === 'tools/call')).toEqual([]);
    expect(await rig.call('append', { text: 'after' })).toMatchObject({ isError: false });
    expect(appended(server)).toEqual(['after']);
  },
);

test('[proactive] a server that quietly accepts old sessions gets a new one before the next call reaches it', async () => {
  const { server, rig } = await readyWith({ stale: 'accept' });
  await rig.call('session_state');
  await server.process.restart();
  expect(await rig.call('session_state')).toMatchObject({ text: '{"counter":1}' });
  const order = (await server.requests()).map(({ rpc }) => rpc);
  expect(order.indexOf('initialize')).toBeGreaterThanOrEqual(0);
  expect(order.indexOf('initialize')).toBeLessThan(order.indexOf('tools/call'));
});

test('[resume-stream] a server that keeps sessions, events and work is restarted under a call: its answer and all notifications arrive once, in the same session', async () => {
  const { server, rig } = await readyWith({ events: 'kept', keepSessions: true, keepJobs: true });
  await until(() => rig.server().health.value !== null);
  await server.notify(2);
  let isAtWork = false;
  const onProgress = (): void => void (isAtWork = true);
  const call = rig.call('job', { text: 'a', ms: 1500 }, { onProgress });
  await until(() => isAtWork && notified(rig).length === 2);
  await server.process.restart();
  expect(await call).toMatchObject({ text: 'finished a', isError: false });
  expect([recoveredBy(rig), rig.traffic.sessions, rig.traffic.resumed]).toEqual([
    'same-session',
    1,
    1,
  ]);
  await server.notify(2);
  await until(() => notified(rig).length >= 4);
  expect(notified(rig)).toEqual(range(4));
  expect(server.ledger().filter(({ name }) => name === 'job')).toHaveLength(1);
});
