// Calls of programs that never come back for them: a person decides about them in the end, and nothing runs twice by it.
import { describe, expect, it } from 'vitest';
import { ProgramFleet } from '../support/programFleet.ts';

const minute = 60_000;
const patience = 10 * minute;

const pending = (rig: ProgramFleet): string[] =>
  rig.watch.pending.value.map(({ tool, phase }) => `${tool} ${phase}`);
const keyOf = (rig: ProgramFleet): string => rig.watch.pending.value[0]?.key ?? '';

describe.each(['perClient', 'shared'] as const)('a call that nobody claims (%s)', (connection) => {
  /** A life in which the program's call is held, and the next one, without the program. */
  const held = async (): Promise<ProgramFleet> => {
    const rig = new ProgramFleet({ connection });
    const { client } = rig.program('one');
    await rig.clock.advance(31_000);
    rig.goDown();
    client.request('tools/call', { name: 'write', arguments: { to: 'list' } }, 'old');
    client.request('resources/read', { uri: 'x' }, 'read');
    await rig.settle();
    await rig.reload();
    rig.server.acceptDialling();
    return rig;
  };

  it('is offered after ten minutes of a life, and is not run by that', async () => {
    const rig = await held();
    await rig.clock.advance(patience - 1);
    expect([pending(rig), rig.kept.length]).toEqual([[], 2]);
    await rig.clock.advance(1);
    expect(pending(rig)).toEqual(['write orphan-held']);
    expect(rig.watch.pending.value[0]?.args).toEqual({ to: 'list' });
    await rig.clock.advance(10 * patience);
    expect([rig.count('tools/call'), rig.count('resources/read')]).toEqual([0, 0]);
  });

  it('is kept alone: what is no tool call can be asked again', async () => {
    const rig = await held();
    await rig.clock.advance(patience);
    expect(rig.kept).toHaveLength(1);
    expect(rig.journal.load('a', 'one')).toEqual([]);
  });

  it('is its program’s where that comes in time, however often it goes again', async () => {
    const rig = await held();
    await rig.clock.advance(patience - minute);
    rig.server.refuseDialling();
    const { attached } = rig.program('one', true);
    expect(attached.claim()).toEqual(['old', 'read']);
    attached.dispose();
    await rig.clock.advance(2 * minute);
    expect(pending(rig).filter((line) => line.includes('orphan'))).toEqual([]);
  });

  it('runs once where a person says so, and is gone for its program', async () => {
    const rig = await held();
    await rig.clock.advance(patience);
    void rig.watch.runPending(keyOf(rig), {});
    await rig.settle();
    expect(rig.count('tools/call')).toBe(1);
    const { attached, client } = rig.program('one', true);
    expect(attached.claim()).toEqual([]);
    rig.answerAll();
    await rig.clock.advance(minute);
    expect([client.outcome('old'), rig.count('tools/call'), rig.kept]).toEqual(['none', 1, []]);
  });

  it('is gone for everybody where a person discards it', async () => {
    const rig = await held();
    await rig.clock.advance(patience);
    rig.watch.discardPending(keyOf(rig));
    const { attached, client } = rig.program('one', true);
    expect(attached.claim()).toEqual([]);
    await rig.clock.advance(minute);
    expect([client.outcome('old'), pending(rig), rig.kept]).toEqual(['none', [], []]);
    expect(rig.count('tools/call')).toBe(0);
  });

  it('is answered as unknown to a program that comes late, once, and stays with the person', async () => {
    const rig = await held();
    await rig.clock.advance(patience);
    const late = rig.program('one', true);
    expect(late.attached.claim()).toEqual([]);
    expect(late.client.outcome('old')).toBe('unknown');
    expect(JSON.stringify(late.client.answersTo('old'))).toContain('Pending Calls');
    late.attached.dispose();
    const again = rig.program('one', true);
    again.attached.claim();
    expect(again.client.outcome('old')).toBe('none');
    await rig.clock.advance(minute);
    expect([pending(rig), rig.count('tools/call')]).toEqual([['write orphan-held'], 0]);
  });

  it('is offered over a further reload, and its program is told then, once', async () => {
    const rig = await held();
    await rig.clock.advance(patience);
    await rig.reload();
    expect(pending(rig)).toEqual(['write orphan-held']);
    const { attached, client } = rig.program('one', true);
    attached.claim();
    expect(client.outcome('old')).toBe('unknown');
    await rig.reload();
    const later = rig.program('one', true);
    later.attached.claim();
    expect([later.client.outcome('old'), pending(rig)]).toEqual(['none', ['write orphan-held']]);
  });

  it('is not told to another program', async () => {
    const rig = await held();
    await rig.clock.advance(patience);
    const { attached, client } = rig.program('two', true);
    attached.claim();
    await rig.settle();
    expect(client.answersTo('old')).toEqual([]);
  });

  it('has its ten minutes anew when the calls of another window come', async () => {
    const rig = await held();
    await rig.clock.advance(patience - minute);
    rig.fleet.restoreCalls();
    await rig.clock.advance(patience - 1);
    expect(pending(rig)).toEqual([]);
    await rig.clock.advance(1);
    expect(pending(rig)).toEqual(['write orphan-held']);
  });
});

it('a call that was sent and may have run is offered as such [honest-unknown]', async () => {
  const rig = new ProgramFleet();
  const { client } = rig.program('one');
  await rig.settle();
  client.request('tools/call', { name: 'write' }, 'old');
  await rig.settle();
  await rig.reload();
  await rig.clock.advance(patience);
  expect(pending(rig)).toEqual(['write orphan-unknown']);
  const late = rig.program('one', true);
  late.attached.claim();
  expect(JSON.stringify(late.client.answersTo('old'))).toContain('may have run');
});

it.each(['perClient', 'shared'] as const)(
  'a call that runs for long is nobody’s but its program’s (%s)',
  async (connection) => {
    const rig = new ProgramFleet({ connection });
    const { client, attached } = rig.program('one');
    await rig.settle();
    client.request('tools/call', { name: 'write' }, 'long');
    await rig.clock.advance(5 * patience);
    expect(pending(rig)).toEqual(['write running']);
    rig.answerAll();
    await rig.settle();
    expect([client.outcome('long'), rig.kept]).toEqual(['result', []]);
    attached.dispose();
  },
);

it('a task is its program’s to ask after, in a later life too', async () => {
  const rig = new ProgramFleet();
  const { client } = rig.program('one');
  await rig.settle();
  client.request('tools/call', { name: 'write', task: {} }, 'task');
  await rig.settle();
  for (const link of rig.server.links)
    for (const id of link.open)
      rig.server.answer(id, { task: { taskId: 't', status: 'working' } }, link);
  await rig.settle();
  await rig.clock.advance(3 * patience);
  expect(pending(rig)).toEqual(['write running']);
  await rig.reload();
  rig.program('one', true).attached.claim();
  await rig.clock.advance(3 * patience);
  expect(pending(rig)).toEqual(['write running']);
});

it('an answer that nobody came for is shown to a person', async () => {
  const rig = new ProgramFleet({ connection: 'shared' });
  const { attached, client } = rig.program('one');
  await rig.settle();
  client.request('tools/call', { name: 'write' }, 'old');
  await rig.settle();
  attached.dispose();
  rig.answerAll();
  await rig.settle();
  expect(pending(rig)).toEqual([]);
  await rig.clock.advance(2 * patience);
  expect(rig.watch.pending.value).toMatchObject([
    { phase: 'answered', result: { content: ['done'] } },
  ]);
});

it('a call is offered though its program is there, where that can no longer claim it', async () => {
  const rig = new ProgramFleet({ connection: 'shared' });
  const { client } = rig.program('one');
  await rig.clock.advance(31_000);
  rig.goDown();
  client.request('tools/call', { name: 'write' }, 'old');
  await rig.settle();
  await rig.reload();
  rig.server.acceptDialling();
  const [server] = rig.settings.value.servers;
  if (server?.kind !== 'http') throw new Error('It is another server.');
  rig.settings.set({
    ...rig.settings.value,
    servers: [{ ...server, connection: 'perClient' }],
  });
  const { attached } = rig.program('one', true);
  expect(attached.claim()).toEqual([]);
  await rig.clock.advance(2 * patience);
  expect(pending(rig)).toEqual(['write orphan-held']);
  expect(rig.count('tools/call')).toBe(0);
});

it('nothing is left when the server goes', async () => {
  const rig = new ProgramFleet();
  await rig.settle();
  await rig.fleet.shutdown();
  expect(rig.clock.pending).toBe(0);
});
