// Calls that outlive whoever asked: a window reloads, or a server dies, while they run.
import { expect, test } from 'vitest';
import { until } from '../support/fleetRig.ts';
import { appended, readyWith } from './stage.ts';

type Ready = Awaited<ReturnType<typeof readyWith>>;

const pendingIn = (rig: Ready['rig']): string[] =>
  rig.server().pending.value.map(({ tool, phase }) => `${tool} ${phase}`);

/** The client knows the call by its task only. */
const isTask = (rig: Ready['rig']): boolean =>
  rig.heard.some((message) => 'result' in message && 'task' in message.result);

const builds = (server: Ready['server']): number =>
  server.ledger().filter(({ name }) => name === 'build').length;

test('[at-most-once] a call that runs as a task is followed across a restart of its server, and its caller sees only the result', async () => {
  const { server, rig } = await readyWith();
  const call = rig.call('build', { ms: 1500 });
  await until(() => isTask(rig));
  expect(pendingIn(rig)).toEqual(['build running']);
  await server.process.restart();
  expect(await call).toMatchObject({ text: 'built in 1500', isError: false });
  expect([builds(server), pendingIn(rig)]).toEqual([1, []]);
});

test('[reload-survives] a task is followed across a reload, and its result is kept for a person', async () => {
  const { server, rig } = await readyWith();
  const call = rig.call('build', { ms: 1000 });
  const ended = expect(call).rejects.toThrow('closed');
  await until(() => isTask(rig));
  expect(pendingIn(rig)).toEqual(['build running']);
  await rig.reload();
  await ended;
  await until(() => pendingIn(rig)[0] === 'build answered');
  const [{ key, result } = { key: '', result: null }] = rig.server().pending.value;
  expect(result).toMatchObject({ content: [{ text: 'built in 1000' }] });
  rig.server().discardPending(key);
  expect([builds(server), pendingIn(rig)]).toEqual([1, []]);
});

test('[reload-survives] a call on a server that keeps events finishes after a reload, and its answer is kept', async () => {
  const { server, rig } = await readyWith({ events: 'memory' });
  const call = rig.call('slow', { ms: 1500 });
  const ended = expect(call).rejects.toThrow('closed');
  const isAtWork = (): boolean => server.ledger().some(({ name }) => name === 'slow');
  await until(isAtWork);
  // By the time that another call has its answer we have read the cursor of this one, which its server sent before.
  await rig.call('echo', { text: 'x' });
  await rig.reload();
  await ended;
  expect(pendingIn(rig)).toEqual(['slow orphan-running']);
  await until(() => pendingIn(rig)[0] === 'slow answered');
  expect(server.ledger().filter(({ name }) => name === 'slow')).toHaveLength(1);
  expect(rig.leftBehind).toEqual([]);
});

test('[honest-unknown] without events a reload leaves a call that may have run, and says so once', async () => {
  const { server, rig } = await readyWith();
  const call = rig.call('slow', { ms: 60_000 });
  const ended = expect(call).rejects.toThrow('closed');
  await until(() => server.ledger().some(({ name }) => name === 'slow'));
  await rig.reload();
  await ended;
  expect([pendingIn(rig), rig.leftBehind]).toEqual([['slow orphan-unknown'], [1]]);
  await rig.reload();
  expect([pendingIn(rig), rig.leftBehind]).toEqual([['slow orphan-unknown'], [1]]);
});

test('[never-lost] a call that was held over a reload runs when a person says so, once', async () => {
  const { server, rig } = await readyWith();
  await server.process.kill9();
  await rig.untilState('reconnecting');
  const call = rig.call('append', { text: 'held' });
  const ended = expect(call).rejects.toThrow('closed');
  await until(() => pendingIn(rig)[0] === 'append held');
  await rig.reload();
  await ended;
  server.process.start();
  await rig.untilState('ready');
  expect([pendingIn(rig), appended(server)]).toEqual([['append orphan-held'], []]);
  const [{ key } = { key: '' }] = rig.server().pending.value;
  const run = rig.server().runPending(key, {});
  await expect(rig.server().runPending(key, {})).rejects.toThrow('already');
  expect(await run).toMatchObject({ content: [{ text: 'appended held' }] });
  expect([pendingIn(rig), appended(server)]).toEqual([[], ['held']]);
  await rig.reload();
  expect(pendingIn(rig)).toEqual([]);
});
