// Servers that stay away for long, or stand there and say nothing. These journeys wait in real time, so they run side by side.
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type FleetRig, until } from '../support/fleetRig.ts';
import type { RestartableServer } from '../support/restartableServer.ts';
import { figure, notified, range, readyWith, sinceReady } from './stage.ts';

/** What the promise says is one second; the rest is for a busy machine. */
const soon = 2_000;

const outage = async (server: RestartableServer, rig: FleetRig, length: number): Promise<void> => {
  await server.process.kill9();
  const from = rig.sightings.length;
  const killedAt = Date.now();
  await delay(length);
  const meanwhile = rig.sightings.slice(from);
  expect(meanwhile.map(({ state }) => state.kind)).not.toContain('ready');
  // Nothing has proven anything since, and the age of the last proof shows it.
  expect(rig.server().proof.value?.at).toBeLessThanOrEqual(killedAt);
  server.process.start();
  await server.process.waitListening();
  const acceptsAt = performance.now();
  await rig.untilState('ready');
  const took = figure(
    `ready again after ${length / 1000} s of outage, since it accepts`,
    acceptsAt,
  );
  expect(took).toBeLessThan(soon);
  expect(rig.server().proof.value?.at).toBeGreaterThan(killedAt);
};

test.concurrent('[truth-on-screen] [never-give-up] a server is away for longer than calls are held: suspended, never ready from memory, and ready at once when it is back', async ({
  onTestFinished,
}) => {
  const settings = { 'calls.holdBudget': 5_000 };
  const { server, rig } = await readyWith({}, settings, onTestFinished);
  await outage(server, rig, 12_000);
  expect(sinceReady(rig)).toEqual(['ready', 'reconnecting', 'suspended', 'ready']);
});

test.concurrent('[truth-on-screen] [never-lost] a server is away for 40 seconds: reconnecting all the while, and the call that waited is run', async ({
  onTestFinished,
}) => {
  const { server, rig } = await readyWith({}, {}, onTestFinished);
  await server.process.kill9();
  await rig.untilState('reconnecting');
  const held = rig.call('append', { text: 'patient' });
  await outage(server, rig, 40_000);
  expect(await held).toMatchObject({ text: 'appended patient', isError: false });
  expect(sinceReady(rig)).toEqual(['ready', 'reconnecting', 'ready']);
});

test.concurrent('[never-give-up] after ten tries the user is told once, and trying goes on', async ({
  onTestFinished,
}) => {
  const settings = { 'backoff.delays': [0, 100], 'backoff.localCap': 100 };
  const { server, rig } = await readyWith({}, settings, onTestFinished);
  await server.process.kill9();
  await until(() => rig.server().life.value.tries > 30);
  expect(rig.notices).toEqual(['not-recovering']);
  server.process.start();
  await rig.untilState('ready');
  expect(rig.notices).toEqual(['not-recovering']);
});

test.concurrent('[dead-detected] [honest-unknown] a server that freezes under a call is found out, and its caller is told that it may have run', async ({
  onTestFinished,
}) => {
  const { server, rig } = await readyWith({}, {}, onTestFinished);
  const call = rig.call('slow', { ms: 600_000 });
  await until(() => server.ledger().some(({ name }) => name === 'slow'));
  await server.freeze(true);
  const frozenAt = performance.now();
  expect(await call).toMatchObject({ isError: true, outcome: 'unknown' });
  figure('from the freeze of the server to the answer of the waiting call', frozenAt);
  expect(rig.server().life.value.state.kind).toBe('reconnecting');
  await server.freeze(false);
  await rig.untilState('ready');
  expect(server.ledger().filter(({ name }) => name === 'slow')).toHaveLength(1);
});

test.concurrent.for([true, false])(
  '[dead-detected] [truth-on-screen] a frozen server that nobody calls is found out at the default settings (health endpoint: %s)',
  async (health, { onTestFinished }) => {
    const { server, rig } = await readyWith({ health }, {}, onTestFinished);
    await server.freeze(true);
    const frozenAt = performance.now();
    await rig.untilState('reconnecting');
    const took = figure(`a frozen server, health endpoint ${health}, is found out`, frozenAt);
    expect(took).toBeLessThan(60_000);
    await server.freeze(false);
    await rig.untilState('ready');
  },
);

test.concurrent('[wake] a server that died while the computer slept is found out on waking, and not at the next ping', async ({
  onTestFinished,
}) => {
  // So that nothing but waking can find it out.
  const settings = { 'health.pingInterval': 3_600_000 };
  const { server, rig } = await readyWith({ health: false }, settings, onTestFinished);
  await server.freeze(true);
  const wokeAt = performance.now();
  rig.wake();
  await rig.untilState('reconnecting');
  figure('from waking to knowing that the server is gone', wokeAt);
  await server.freeze(false);
  await rig.untilState('ready');
});

test.concurrent('[dead-detected] a slow call on a living server is not mistaken for a dead one', async ({
  onTestFinished,
}) => {
  const { server, rig } = await readyWith({}, {}, onTestFinished);
  expect(await rig.call('slow', { ms: 14_000 })).toMatchObject({ text: 'slept 14000' });
  expect(sinceReady(rig)).toEqual(['ready']);
  expect(server.ledger().filter(({ name }) => name === 'slow')).toHaveLength(1);
});

test.concurrent('[resume-stream] [dead-detected] a push stream that became a black hole is found out by its missing keepalives, and nothing said meanwhile is lost or doubled', async ({
  onTestFinished,
}) => {
  const { server, rig } = await readyWith({ events: 'memory' }, {}, onTestFinished);
  await server.notify(1);
  await until(() => notified(rig).length === 1);
  // Only a server that sends keepalives can be missed; the SDK's sends one every 15 s.
  await delay(16_000);
  expect(await server.cut('blackhole', 'standalone')).toBe(1);
  const cutAt = performance.now();
  await server.notify(3);
  await until(() => notified(rig).length >= 4);
  figure('from the black hole to the notifications that it had swallowed', cutAt);
  await server.notify(1);
  await until(() => notified(rig).includes(5));
  expect(notified(rig)).toEqual(range(5));
  expect(sinceReady(rig)).toEqual(['ready']);
});
