// Calls that an earlier life left behind: what still runs is listened to, what never ran waits for a person, and nothing runs
// by itself.
import { describe, expect, it } from 'vitest';
import { replacing } from '../../src/core/calls/journal.ts';
import type { PendingCall } from '../../src/runtime/watch.ts';
import { aStableRig, type Rig, type RigOptions } from '../support/connectionRig.ts';
import { OpenJournal } from '../support/openJournal.ts';

const pending = (rig: Rig): readonly PendingCall[] => rig.connection.calls.pending.value;
const phases = (rig: Rig): string[] => pending(rig).map(({ phase }) => phase);
const keyOf = (rig: Rig): string => pending(rig)[0]?.key ?? '';

/** A life that ends while a call is where the test leaves it, and the next one. */
const reloaded = async (
  leave: (rig: Rig) => void | Promise<void>,
  meanwhile: (rig: Rig) => void = () => {},
): Promise<{ before: Rig; rig: Rig; journal: OpenJournal }> => {
  const journal = new OpenJournal();
  const before = await aStableRig({ journal });
  await leave(before);
  await before.settle();
  const options: RigOptions = { journal };
  await before.connection.shutdown();
  meanwhile(before);
  const rig = await before.reload(options);
  return { before, rig, journal };
};

const sentWith = (cursor: string | null) => async (rig: Rig) => {
  rig.client.call('write', { arguments: { text: 'a' } });
  await rig.settle();
  const [upstream = 0] = rig.server.waiting;
  rig.server.link.events.cursor(`request:${upstream}`, cursor);
};

const held = (rig: Rig): void => {
  rig.server.refuseDialling();
  rig.server.dropLink();
  rig.client.call('write', { arguments: { text: 'a' } });
};

const connect = async (rig: Rig): Promise<void> => {
  rig.server.acceptDialling();
  rig.client.hello();
  await rig.settle();
};

describe('a call that was sent', () => {
  it('is resumed in its session, and its answer is kept for a person [reload-survives]', async () => {
    const { rig, journal } = await reloaded(sentWith('c4'));
    expect(pending(rig)).toMatchObject([
      { tool: 'write', phase: 'orphan-running', args: { text: 'a' }, result: null },
    ]);
    await connect(rig);
    const resumed = rig.server.seen.find((line) => line.startsWith('2 resume'));
    expect(resumed).toMatch(/from c4$/);
    rig.server.answer(rig.server.waiting[0] ?? 0, { content: ['done'] });
    await rig.settle();
    expect(pending(rig)).toMatchObject([{ phase: 'answered', result: { content: ['done'] } }]);
    expect(journal.phases).toEqual(['answered']);
    expect(rig.leftBehind).toEqual([]);
    // Its old id means another call to the client of this life.
    expect(rig.client.answersTo(0)).toEqual([]);
  });

  it('has no progress and no cause for a client of this life, which may use the same token and id', async () => {
    const { rig } = await reloaded(async (before) => {
      before.client.request('tools/call', { name: 'write', _meta: { progressToken: 5 } }, 5);
      await before.settle();
      before.server.link.events.cursor(`request:${before.server.waiting[0] ?? 0}`, 'c4');
    });
    await connect(rig);
    const [upstream = 0] = rig.server.waiting;
    const causes: unknown[] = [];
    rig.connection.end.onMessage((_message, cause) => causes.push(cause));
    rig.client.heard.length = 0;
    rig.server.say('notifications/progress', { progressToken: upstream, progress: 1 });
    expect(rig.client.heard).toEqual([]);
    const log = { jsonrpc: '2.0', method: 'notifications/message', params: {} } as const;
    rig.server.link.events.message(log, `request:${upstream}`);
    expect(causes).toEqual([null]);
  });

  it('shows its answer until it is discarded, over further reloads', async () => {
    const { rig, journal } = await reloaded(sentWith('c4'));
    await connect(rig);
    rig.server.answer(rig.server.waiting[0] ?? 0);
    await rig.settle();
    const next = await rig.reload();
    expect(phases(next)).toEqual(['answered']);
    next.connection.calls.discard(keyOf(next));
    expect([pending(next), journal.entries]).toEqual([[], []]);
  });

  it('is unknown when its session is gone, which is told once [honest-unknown]', async () => {
    const { rig, journal } = await reloaded(sentWith('c4'), ({ server }) => server.forgetSession());
    expect(phases(rig)).toEqual(['orphan-running']);
    await connect(rig);
    expect(rig.state).toBe('ready new-session');
    expect([phases(rig), journal.phases]).toEqual([['orphan-unknown'], ['unknown']]);
    expect(rig.leftBehind).toEqual([1]);
    expect((await rig.reload()).leftBehind).toEqual([]);
    expect(rig.server.count('tools/call')).toBe(1);
  });

  it('is unknown at once without a cursor [honest-unknown]', async () => {
    const { rig, journal } = await reloaded(sentWith(null));
    expect([phases(rig), journal.phases, rig.leftBehind]).toEqual([
      ['orphan-unknown'],
      ['unknown'],
      [1],
    ]);
    await connect(rig);
    await rig.advance(60_000);
    expect(rig.server.count('tools/call')).toBe(1);
  });

  it('waits for a server that is away, for longer than any caller would', async () => {
    const { rig } = await reloaded(sentWith('c4'), ({ server }) => server.refuseDialling());
    rig.client.hello();
    await rig.advance(600_000);
    expect(phases(rig)).toEqual(['orphan-running']);
    rig.server.acceptDialling();
    await rig.advance(60_000);
    expect(rig.server.count('resume')).toBe(1);
  });

  it('goes on unheard when it is discarded', async () => {
    const { rig, journal } = await reloaded(sentWith('c4'));
    await connect(rig);
    rig.connection.calls.discard(keyOf(rig));
    await rig.settle();
    expect([pending(rig), journal.entries, rig.server.count('cancelled')]).toEqual([[], [], 0]);
    expect(rig.connection.calls.load.value.running).toBe(0);
  });
});

describe('a call that was never sent', () => {
  it('does not run by itself: nobody waits for it [at-most-once]', async () => {
    const { rig, journal } = await reloaded(held);
    await connect(rig);
    await rig.advance(60_000);
    expect([phases(rig), journal.phases]).toEqual([['orphan-held'], ['held']]);
    expect(rig.server.count('tools/call')).toBe(0);
    expect(rig.leftBehind).toEqual([]);
  });

  it('runs when a person says so, under the same entry, and the server hears nothing of that', async () => {
    const { rig, journal } = await reloaded(held);
    await connect(rig);
    const key = keyOf(rig);
    journal.lines = [];
    const _meta = { progressToken: 5, ...replacing(key) };
    const call = rig.client.call('write', { arguments: { text: 'a' }, _meta });
    expect(journal.lines).toEqual(['put sent without cursor']);
    expect(journal.entries.map((entry) => entry.key)).toEqual([key]);
    expect(phases(rig)).toEqual(['running']);
    await rig.settle();
    const [upstream = 0] = rig.server.waiting;
    expect(rig.server.got.at(-1)).toMatchObject({
      params: { name: 'write', arguments: { text: 'a' }, _meta: { progressToken: upstream } },
    });
    expect(JSON.stringify(rig.server.got)).not.toContain('replaces');
    rig.server.answer(upstream);
    await rig.settle();
    expect([rig.client.outcome(call), pending(rig), journal.entries]).toEqual(['result', [], []]);
  });

  it('can only be taken over where it is known: a client cannot write to any entry that it names', async () => {
    const { rig, journal } = await reloaded(held);
    await connect(rig);
    rig.client.call('write', { _meta: replacing('of another client') });
    expect(journal.entries.map(({ key }) => key)).not.toContain('of another client');
    expect(phases(rig)).toEqual(['orphan-held', 'running']);
  });

  it('stays when the run was refused', async () => {
    const { rig, journal } = await reloaded(held);
    rig.user('stop-asked');
    rig.server.acceptDialling();
    const stopped = await rig.reload({ enabled: false });
    const call = stopped.client.call('write', { _meta: replacing(keyOf(stopped)) });
    expect(stopped.client.outcome(call)).toBe('not-run');
    expect([phases(stopped), journal.phases]).toEqual([['orphan-held'], ['held']]);
  });
});

describe('a task', () => {
  const asTask = async (rig: Rig): Promise<void> => {
    rig.client.call('build', { task: {} });
    await rig.settle();
    rig.server.answer(rig.server.waiting[0] ?? 0, { task: { taskId: 't1', pollInterval: 5 } });
  };

  it('is handed to whoever asks after tasks, and its result is kept', async () => {
    const { rig } = await reloaded(asTask);
    expect([rig.tasksLeft, phases(rig)]).toEqual([['t1'], ['orphan-running']]);
    rig.connection.calls.orphans.answered(keyOf(rig), {
      jsonrpc: '2.0',
      id: 0,
      error: { code: -1, message: 'it broke' },
    });
    expect(pending(rig)).toMatchObject([{ phase: 'answered', result: { isError: true } }]);
  });

  it('that a resumed call was answered with is handed over as well', async () => {
    const { rig } = await reloaded(async (life) => {
      life.client.call('build', { task: {} });
      await life.settle();
      life.server.link.events.cursor(`request:${life.server.waiting[0] ?? 0}`, 'c1');
    });
    await connect(rig);
    rig.server.answer(rig.server.waiting[0] ?? 0, { task: { taskId: 't2' } });
    await rig.settle();
    expect([rig.tasksLeft, phases(rig)]).toEqual([['t2'], ['orphan-running']]);
  });

  it('of another definition of the server is none of ours', async () => {
    const journal = new OpenJournal();
    const before = await aStableRig({ journal });
    await asTask(before);
    await before.settle();
    await before.connection.shutdown();
    before.records.remove('server', 'client');
    const rig = await before.reload({ journal });
    expect([rig.tasksLeft, phases(rig)]).toEqual([[], ['orphan-unknown']]);
  });
});

it('two lives that begin in the same moment give their calls different keys', async () => {
  const { rig, journal } = await reloaded(held);
  const next = await (async () => {
    rig.client.call('another');
    return rig.reload();
  })();
  next.client.call('third');
  expect(new Set(journal.entries.map(({ key }) => key)).size).toBe(3);
});

describe('a window that gets the stored calls of another', () => {
  it('offers those, and leaves its own running ones alone', async () => {
    const journal = new OpenJournal();
    const other = await aStableRig({ journal });
    held(other);
    await other.settle();
    const [left] = journal.entries;
    const rig = await aStableRig({ journal: new OpenJournal() });
    rig.client.call('write', { arguments: { text: 'own' } });
    await rig.settle();
    if (left) rig.journal.put({ ...left, key: 'of another window' });
    rig.connection.calls.restore();
    rig.connection.calls.restore();
    expect(pending(rig).map(({ phase, args }) => [phase, args['text']])).toEqual([
      ['orphan-held', 'a'],
      ['running', 'own'],
    ]);
  });
});
