// What happens to the programs of a server when a person, the settings or the editor does something to that server, and what a
// person learns of a program's trouble.
import { describe, expect, it } from 'vitest';
import { ProgramFleet } from '../support/programFleet.ts';

const kinds = ['perClient', 'shared'] as const;

/** An entry that means the same server: its sessions go on. */
const change = (rig: ProgramFleet): void => {
  const [server] = rig.settings.value.servers;
  if (server?.kind !== 'http') throw new Error('It is another server.');
  rig.settings.set({ ...rig.settings.value, servers: [{ ...server, health: '/other' }] });
};

describe.each(kinds)('the programs of a server (%s)', (connection) => {
  it('are told when it is replaced and keeps its sessions, and find its successor [gateway-never-drops]', async () => {
    const rig = new ProgramFleet({ connection });
    const { client } = rig.program('one');
    await rig.settle();
    change(rig);
    await rig.settle();
    expect(client.isClosed).toBe(true);
    const after = rig.program('one', true);
    after.client.request('resources/read', { uri: 'x' }, 'next');
    await rig.clock.advance(1000);
    expect(after.client.outcome('next')).toBe('result');
    expect(rig.server.count('goodbye')).toBe(0);
  });

  it('are stopped with it, those that come later too, and start with it', async () => {
    const rig = new ProgramFleet({ connection });
    const before = rig.program('one');
    await rig.settle();
    rig.watch.stop();
    await rig.settle();
    const dialled = rig.server.count('dial');
    const { client } = rig.program('two');
    const call = client.call('write');
    await rig.clock.advance(3000);
    expect([rig.server.count('dial'), client.outcome('hello')]).toEqual([dialled, 'result']);
    expect(client.outcome(call)).toBe('not-run');
    rig.watch.start();
    await rig.settle();
    rig.server.answersCalls = true;
    const again = [before.client.call('write'), client.call('write')] as const;
    await rig.clock.advance(1000);
    expect([before.client.outcome(again[0]), client.outcome(again[1])]).toEqual([
      'result',
      'result',
    ]);
  });

  it('find nothing to use once the editor ends', async () => {
    const rig = new ProgramFleet({ connection });
    rig.server.stall('dial');
    const { client } = rig.program('one');
    client.request('tools/list');
    await rig.settle();
    await rig.fleet.shutdown();
    const spec = { client: 'two', label: 'two', isPatient: false, hello: null };
    expect(rig.fleet.attach('a', spec)).toBeUndefined();
    expect(rig.clock.pending).toBe(0);
  });

  it('leave no record when they leave, and one that comes twice is there once', async () => {
    const rig = new ProgramFleet({ connection });
    const { client } = rig.program('one');
    await rig.settle();
    client.request('logging/setLevel', { level: 'error' });
    await rig.settle();
    const again = rig.program('one', true);
    await rig.settle();
    expect(rig.watch.clients.value).toHaveLength(1);
    const open = rig.server.links.filter(({ isClosed }) => !isClosed);
    expect(open).toHaveLength(connection === 'shared' ? 1 : 2);
    await again.attached.leave();
    expect(rig.watch.clients.value).toEqual([]);
    expect(rig.records.load('a', 'one')).toBeNull();
  });

  it('and its own views are counted together, and told only of what changed', async () => {
    const rig = new ProgramFleet({ connection });
    const { client, attached } = rig.program('one');
    await rig.settle();
    const loads: unknown[] = [];
    rig.watch.calls.onChange((load) => loads.push(load));
    client.call('write');
    await rig.settle();
    expect(loads).toEqual([{ held: 0, running: 1, heldBytes: 0 }]);
    expect(rig.watch.clients.value[0]?.calls.value).toMatchObject({ held: 0, running: 1 });
    rig.answerAll();
    await rig.settle();
    client.request('ping');
    rig.server.say('notifications/tools/list_changed');
    await rig.clock.advance(60_000);
    expect(loads).toHaveLength(2);
    attached.dispose();
    expect(rig.watch.calls.value).toEqual({ held: 0, running: 0, heldBytes: 0 });
    expect(loads).toHaveLength(2);
  });
});

it('a call of a program that goes is no call of the server’s any more', async () => {
  const rig = new ProgramFleet();
  const { client, attached } = rig.program('one');
  await rig.settle();
  client.call('write');
  await rig.settle();
  attached.dispose();
  expect(rig.watch.calls.value.running).toBe(0);
});

it('a call that waits is shown as held, for its program too', async () => {
  const rig = new ProgramFleet({ connection: 'shared' });
  const { client } = rig.program('one');
  await rig.clock.advance(31_000);
  rig.goDown();
  client.call('write');
  await rig.settle();
  expect(rig.watch.clients.value[0]?.calls.value).toEqual({ held: 1, running: 0 });
});

it('an answer that came while its program was away is told once [never-lost]', async () => {
  const rig = new ProgramFleet({ connection: 'shared' });
  const { client, attached } = rig.program('one');
  await rig.settle();
  client.request('tools/call', { name: 'write' }, 'old');
  await rig.settle();
  attached.dispose();
  rig.answerAll();
  await rig.settle();
  const outcomes: string[] = [];
  for (let time = 0; time < 2; time += 1) {
    const back = rig.program('one', true);
    back.attached.claim();
    outcomes.push(back.client.outcome('old'));
    back.attached.dispose();
  }
  expect([outcomes, rig.kept]).toEqual([['result', 'none'], []]);
});

describe('on a shared server without sessions, as programs are, after a reload', () => {
  const reloaded = async (isUp: boolean): Promise<ProgramFleet> => {
    const rig = new ProgramFleet({ connection: 'shared' });
    rig.server.keepsSessions = false;
    const before = rig.program('one');
    await rig.clock.advance(31_000);
    if (!isUp) rig.goDown();
    before.client.request('tools/call', { name: 'write' }, 'old');
    before.client.request('resources/read', { uri: 'x' }, 'read');
    await rig.settle();
    await rig.reload();
    rig.server.acceptDialling();
    rig.server.answersCalls = true;
    return rig;
  };

  it('held calls run, once [never-lost] [at-most-once]', async () => {
    const rig = await reloaded(false);
    const { attached, client } = rig.program('one', true);
    expect(attached.claim()).toEqual(['old', 'read']);
    await rig.clock.advance(5000);
    expect([client.outcome('old'), client.outcome('read')]).toEqual(['result', 'result']);
    expect([rig.count('tools/call'), rig.kept]).toEqual([1, []]);
  });

  it('sent calls are unknown, and not written again [at-most-once] [honest-unknown]', async () => {
    const rig = await reloaded(true);
    const { attached, client } = rig.program('one', true);
    attached.claim();
    await rig.clock.advance(5000);
    expect(client.outcome('old')).toBe('unknown');
    expect([rig.count('tools/call'), rig.kept]).toEqual([1, []]);
  });

  it('a call is none of another program’s', async () => {
    const rig = await reloaded(false);
    const { attached, client } = rig.program('two', true);
    expect(attached.claim()).toEqual([]);
    await rig.clock.advance(5000);
    expect([rig.count('tools/call'), client.answersTo('old')]).toEqual([0, []]);
  });
});

describe('trouble of a program', () => {
  it('is told by the server’s own connection, which meets the same', async () => {
    const rig = new ProgramFleet();
    rig.program('one');
    await rig.clock.advance(31_000);
    rig.goDown();
    await rig.clock.advance(10 * 60_000);
    expect(rig.notices).toEqual(['not-recovering']);
  });

  it('starts that connection where nobody has, so that a person learns of it', async () => {
    const rig = new ProgramFleet({ autoStart: false });
    rig.program('one');
    await rig.clock.advance(31_000);
    expect(rig.watch.life.value.state.kind).toBe('idle');
    rig.goDown();
    await rig.clock.advance(20 * 60_000);
    expect(rig.notices).toEqual(['not-recovering']);
    expect(rig.watch.life.value.state.kind).not.toBe('idle');
  });
});
