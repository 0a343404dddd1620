// What is written down of calls, and when: always before it happens, so that a later life never knows less than it must.
import { describe, expect, it } from 'vitest';
import { aStableRig, type Rig } from '../support/connectionRig.ts';
import { OpenJournal } from '../support/openJournal.ts';

const aRig = async (): Promise<{ rig: Rig; journal: OpenJournal }> => {
  const journal = new OpenJournal();
  const rig = await aStableRig({ journal });
  return { rig, journal };
};

const isDown = async (rig: Rig): Promise<void> => {
  rig.server.refuseDialling();
  rig.server.dropLink();
  await rig.settle();
};

describe('a tool call', () => {
  it('is written down as sent before a byte of it leaves, and erased when it is answered', async () => {
    const { rig, journal } = await aRig();
    journal.lines = rig.server.seen;
    rig.client.call('write', { arguments: { text: 'a' } });
    await rig.settle();
    const [upstream = 0] = rig.server.waiting;
    expect(rig.server.news()).toEqual(['put sent without cursor', `1 tools/call ${upstream}`]);
    expect(journal.entries).toMatchObject([
      {
        serverId: 'server',
        client: 'client',
        clientId: 0,
        request: { method: 'tools/call', params: { name: 'write', arguments: { text: 'a' } } },
        phase: { kind: 'sent', sessionId: 's1', upstreamId: upstream, cursor: null },
      },
    ]);
    rig.server.answer(upstream);
    await rig.settle();
    expect(journal.entries).toEqual([]);
  });

  it('is written down before it leaves, as late as its link tells that it does', async () => {
    const { rig, journal } = await aRig();
    const link = rig.server.links.at(-1);
    if (link) link.tellsLeaving = true;
    for (const text of ['a', 'b']) rig.client.call('write', { arguments: { text } });
    await rig.settle();
    expect(journal.lines).toEqual([]);
    link?.leaving[0]?.();
    expect(journal.lines).toEqual(['put sent without cursor', 'put sent without cursor']);
  });

  it('is written down as held, then as sent', async () => {
    const { rig, journal } = await aRig();
    await isDown(rig);
    rig.client.call();
    expect(journal.lines).toEqual(['put held']);
    rig.server.acceptDialling();
    await rig.advance(1000);
    expect(journal.lines).toEqual(['put held', 'put sent without cursor']);
  });

  it('is erased when its client cancels it, held or on its way', async () => {
    const { rig, journal } = await aRig();
    rig.client.cancel(rig.client.call());
    await isDown(rig);
    rig.client.cancel(rig.client.call());
    await rig.settle();
    expect(journal.entries).toEqual([]);
    expect(journal.lines.filter((line) => line === 'remove')).toHaveLength(2);
  });

  it('is erased when its client was told the end of it', async () => {
    const { rig, journal } = await aRig();
    rig.client.call();
    rig.server.cutStream(null);
    await isDown(rig);
    rig.client.call();
    await rig.advance(60_000);
    expect(journal.entries).toEqual([]);
  });

  it('that is refused at once is not written down', async () => {
    const { rig, journal } = await aRig();
    rig.user('stop-asked');
    await rig.settle();
    expect(rig.client.outcome(rig.client.call())).toBe('not-run');
    expect(journal.lines).toEqual([]);
  });

  it('has its first cursor written down at once, and then the newest, not each', async () => {
    const { rig, journal } = await aRig();
    rig.client.call();
    await rig.settle();
    const [upstream = 0] = rig.server.waiting;
    journal.lines.length = 0;
    for (const cursor of ['c1', 'c2', 'c3'])
      rig.server.link.events.cursor(`request:${upstream}`, cursor);
    expect(journal.lines).toEqual(['put sent c1']);
    await rig.advance(250);
    expect(journal.lines).toEqual(['put sent c1', 'put sent c3']);
  });

  it('has its cursor written down when this life ends before that was due', async () => {
    const { rig, journal } = await aRig();
    rig.client.call();
    await rig.settle();
    rig.server.link.events.cursor(`request:${rig.server.waiting[0] ?? 0}`, 'c1');
    await rig.connection.shutdown();
    expect(journal.entries).toMatchObject([{ phase: { kind: 'sent', cursor: 'c1' } }]);
  });

  it('goes on where the journal is full, which is said once', async () => {
    const { rig, journal } = await aRig();
    journal.isFull = true;
    rig.server.answersCalls = true;
    const calls = [rig.client.call(), rig.client.call()];
    await rig.settle();
    expect(calls.map((call) => rig.client.outcome(call))).toEqual(['result', 'result']);
    expect(rig.warnings.filter((text) => text.includes('journal'))).toHaveLength(1);
  });

  it('that is too large to be kept is not even written out', async () => {
    const { rig, journal } = await aRig();
    rig.client.call('write', { arguments: { text: 'x'.repeat(2 ** 21) } });
    expect(journal.lines).toEqual([]);
    expect(rig.warnings.filter((text) => text.includes('journal'))).toHaveLength(1);
    rig.client.call('write', { arguments: { text: 'x'.repeat(2 ** 20) } });
    expect(journal.lines).toEqual(['put sent without cursor']);
  });

  it('is not called held any more when its step to sent cannot be written [at-most-once]', async () => {
    const { rig, journal } = await aRig();
    await isDown(rig);
    rig.client.call();
    journal.isFull = true;
    rig.server.acceptDialling();
    await rig.advance(1000);
    expect(rig.server.waiting).toHaveLength(1);
    expect(journal.entries).toEqual([]);
  });

  it('is pending for a screen, with its arguments and its deadline', async () => {
    const { rig } = await aRig();
    const running = rig.client.call('one', { arguments: { text: 'a' } });
    await isDown(rig);
    rig.client.call('two');
    const { pending } = rig.connection.calls;
    expect(pending.value).toMatchObject([
      { tool: 'two', phase: 'held', deadline: rig.clock.now() + 45_000, args: {}, result: null },
    ]);
    expect(rig.client.outcome(running)).toBe('unknown');
    let told = 0;
    pending.onChange(() => (told += 1));
    rig.client.call('three');
    rig.client.call('four');
    await rig.advance(100);
    expect([told, pending.value.length]).toEqual([1, 3]);
  });
});

it('nothing but tool calls is written down', async () => {
  const { rig, journal } = await aRig();
  rig.client.request('resources/read', { uri: 'file:///a' });
  await rig.settle();
  expect(journal.lines).toEqual([]);
  expect(rig.connection.calls.pending.value).toEqual([]);
});

describe('a call that became a task', () => {
  const asTask = async (rig: Rig): Promise<number | string> => {
    const call = rig.client.call('build', { task: { ttl: 1000 } });
    await rig.settle();
    rig.server.answer(rig.server.waiting[0] ?? 0, { task: { taskId: 't1', pollInterval: 200 } });
    await rig.settle();
    return call;
  };

  it('is passed on as it is, and stays written down until its result was fetched', async () => {
    const { rig, journal } = await aRig();
    const call = await asTask(rig);
    expect(rig.client.answersTo(call)).toMatchObject([{ result: { task: { taskId: 't1' } } }]);
    expect(journal.entries).toMatchObject([
      { phase: { kind: 'task', taskId: 't1', pollAfter: 200 } },
    ]);
    expect(rig.connection.calls.pending.value).toMatchObject([{ phase: 'running', tool: 'build' }]);
    rig.client.request('tasks/get', { taskId: 't1' });
    await rig.settle();
    expect(journal.phases).toEqual(['task']);
    rig.client.request('tasks/result', { taskId: 't1' });
    await rig.settle();
    expect([journal.phases, rig.connection.calls.pending.value]).toEqual([[], []]);
  });

  it('is erased when its client cancels the task, whatever the server says', async () => {
    const { rig, journal } = await aRig();
    await asTask(rig);
    await isDown(rig);
    rig.client.request('tasks/cancel', { taskId: 't1' });
    expect(journal.phases).toEqual([]);
  });

  it('still reports progress under the token of the call', async () => {
    const { rig } = await aRig();
    const call = rig.client.call('build', { task: {}, _meta: { progressToken: 'mine' } });
    await rig.settle();
    const [upstream = 0] = rig.server.waiting;
    rig.server.answer(upstream, { task: { taskId: 't1' } });
    await rig.settle();
    rig.server.say('notifications/progress', { progressToken: upstream, progress: 1 });
    expect(rig.client.heard.at(-1)).toMatchObject({ params: { progressToken: 'mine' } });
    expect(rig.client.outcome(call)).toBe('result');
  });
});
