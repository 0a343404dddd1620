// Calls that arrive while their server is down wait in a queue with an order, a length and deadlines.
import { expect, test } from 'vitest';
import { until } from '../support/fleetRig.ts';
import { appended, inspect, range, readyWith } from './stage.ts';

test('[never-lost] [bounded] a hundred calls wait for a server that is down and run in order, each once; one more is refused at once, and one that was cancelled never runs', async () => {
  const { server, rig } = await readyWith();
  await server.process.kill9();
  await rig.untilState('reconnecting');
  const cancelled = new AbortController();
  const calls = range(100).map((number) => {
    const options = number === 50 ? { signal: cancelled.signal } : {};
    return rig.call('append', { text: `${number}` }, options);
  });
  await until(() => rig.server().calls.value.held === 100);
  const surplus = await rig.call('append', { text: 'surplus' });
  expect(surplus).toMatchObject({ isError: true, outcome: 'not-run' });
  expect(surplus.text).toContain('too many calls are waiting');
  expect(rig.server().calls.value.held).toBe(100);
  cancelled.abort();
  await expect(calls[49]).rejects.toThrow('cancelled');
  await rig.untilState('reconnecting');
  server.process.start({ START_DELAY: '4000' });
  const answers = await Promise.allSettled(calls);
  const others = range(100).filter((number) => number !== 50);
  expect(answers.filter(({ status }) => status === 'rejected')).toHaveLength(1);
  expect(appended(server)).toEqual(others.map(String));
  await inspect(rig);
  expect(appended(server)).toHaveLength(99);
});

test('[never-lost] [honest-unknown] a held call is answered at its deadline, in words that say it was not run, and never runs later', async () => {
  const { server, rig } = await readyWith({}, { 'calls.holdBudget': 1500 });
  await server.process.kill9();
  await rig.untilState('reconnecting');
  const late = await rig.call('append', { text: 'late' });
  expect(late).toMatchObject({ isError: true, outcome: 'not-run' });
  expect(late.text).toMatch(/was not run.*safe to try again/u);
  await rig.untilState('suspended');
  const refused = await rig.call('append', { text: 'refused' });
  expect(refused).toMatchObject({ isError: true, outcome: 'not-run' });
  expect(refused.text).toMatch(/down for \d+ s.*(next try is in|A try to reach it runs now)/u);
  server.process.start();
  await rig.untilState('ready');
  expect(await rig.call('append', { text: 'in time' })).toMatchObject({ isError: false });
  expect(appended(server)).toEqual(['in time']);
});

test('[bounded] held calls may take so many bytes and no more', async () => {
  const { server, rig } = await readyWith({}, { 'calls.maxHeldBytes': 100_000 });
  await server.process.kill9();
  await rig.untilState('reconnecting');
  const large = 'x'.repeat(60_000);
  const first = rig.call('append', { text: large });
  await until(() => rig.server().calls.value.held >= 1);
  expect(await rig.call('append', { text: large })).toMatchObject({
    isError: true,
    outcome: 'not-run',
  });
  server.process.start();
  expect(await first).toMatchObject({ isError: false });
  expect(appended(server)).toEqual([large]);
});
