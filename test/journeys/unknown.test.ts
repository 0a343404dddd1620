// A server dies while a call runs on it. Nobody can know whether it was done, so nothing is done twice, and the caller
// hears the truth at once.
import { expect, test } from 'vitest';
import type { RestartableServer } from '../support/restartableServer.ts';
import { until } from '../support/fleetRig.ts';
import { aRig, aServer, figure, inspect, readyWith, untilListed } from './stage.ts';

const executions = (server: RestartableServer, tool: string): number =>
  server.ledger().filter(({ name }) => name === tool).length;

test('[honest-unknown] [break-heard] [at-most-once] a server killed under a call: its caller hears at once that it may have run, and it is not run again', async () => {
  const { server, rig } = await readyWith();
  const call = rig.call('slow', { ms: 60_000 });
  await until(() => executions(server, 'slow') === 1);
  await server.process.kill9();
  const killedAt = performance.now();
  const { text, isError, outcome } = await call;
  figure('from the kill of the server to the honest answer', killedAt);
  expect({ isError, outcome }).toEqual({ isError: true, outcome: 'unknown' });
  expect(text).toContain('may have run; check before repeating');
  // Nobody brought the server back for this answer.
  await rig.untilState('reconnecting');
  server.process.start();
  await rig.untilState('ready');
  await inspect(rig);
  expect(executions(server, 'slow')).toBe(1);
});

test('[safe-replay] a read-only call on a trusted server that is killed under it is repeated once, and the caller sees only the result', async () => {
  const server = await aServer();
  const rig = aRig(null, { servers: { dev: { url: server.url, trustHints: true } } });
  await rig.untilState('ready');
  await untilListed(rig);
  const call = rig.call('slow_read', { ms: 300 });
  await until(() => executions(server, 'slow_read') === 1);
  await server.process.restart();
  expect(await call).toEqual({ text: 'slept 300', isError: false, outcome: null });
  expect(executions(server, 'slow_read')).toBe(2);
});

test('[safe-replay] it is not repeated where the user has not trusted the hints of the server', async () => {
  const { server, rig } = await readyWith();
  const call = rig.call('slow_read', { ms: 60_000 });
  await until(() => executions(server, 'slow_read') === 1);
  await server.process.restart();
  expect(await call).toMatchObject({ isError: true, outcome: 'unknown' });
  await inspect(rig);
  expect(executions(server, 'slow_read')).toBe(1);
});

test('[safe-replay] a repeated call whose answer is lost again ends as unknown, after two runs', async () => {
  const server = await aServer();
  const rig = aRig(null, { servers: { dev: { url: server.url, trustHints: true } } });
  await rig.untilState('ready');
  await untilListed(rig);
  const call = rig.call('slow_read', { ms: 60_000 });
  await until(() => executions(server, 'slow_read') === 1);
  await server.process.restart();
  await until(() => executions(server, 'slow_read') === 2);
  await server.process.restart();
  expect(await call).toMatchObject({ isError: true, outcome: 'unknown' });
  await inspect(rig);
  expect(executions(server, 'slow_read')).toBe(2);
});
