// Programs at the gateway that use a server: each with a connection of its own, or all on the server's.
import { describe, expect, it } from 'vitest';
import { aFailure } from '../../src/core/connection/failure.ts';
import type { RpcMessage } from '../../src/core/rpc.ts';
import type { AttachedClient } from '../../src/runtime/clients.ts';
import { FakeClient } from '../support/fakeClient.ts';
import { aServer, VirtualFleet } from '../support/virtualFleet.ts';

const open = (more: Parameters<typeof aServer>[1] = {}): Promise<VirtualFleet> =>
  new VirtualFleet([aServer('a', more)]).open();

const aProgram = (
  rig: VirtualFleet,
  client: string,
  hello: { clientInfo: { name: string } } | null = null,
): { attached: AttachedClient; program: FakeClient } => {
  const spec = { client, label: client, isPatient: false, hello };
  const attached = rig.fleet.attach('a', spec);
  if (!attached) throw new Error('The server could not be attached.');
  return { attached, program: new FakeClient(attached.end) };
};

const hellosOf = (rig: VirtualFleet): number =>
  rig.dialer('a').seen.filter((line) => line.includes('initialize') && !line.includes('tell'))
    .length;

describe('with a connection of its own', () => {
  it('a program has a session of its own, and the views keep theirs', async () => {
    const rig = await open();
    const { program } = aProgram(rig, 'one');
    program.hello('agent');
    await rig.settle();
    expect(program.outcome('hello')).toBe('result');
    expect(hellosOf(rig)).toBe(2);
    const id = program.request('resources/read', { uri: 'x' });
    await rig.settle();
    rig.dialer('a').answer(rig.dialer('a').waiting[0] ?? 0);
    await rig.settle();
    expect(program.outcome(id)).toBe('result');
    expect(rig.server('a').clients.value.map(({ label }) => label)).toEqual(['one']);
  });

  it('its session goes on after a reload without another hello [reload-survives]', async () => {
    const rig = await open();
    const first = aProgram(rig, 'one');
    first.program.hello('agent');
    await rig.settle();
    first.attached.dispose();
    await rig.settle();
    const hellos = hellosOf(rig);
    const second = aProgram(rig, 'one', { clientInfo: { name: 'agent' } });
    second.attached.claim();
    await rig.settle();
    expect(second.attached.life.value.state).toMatchObject({
      kind: 'ready',
      recovered: 'same-session',
    });
    expect(hellosOf(rig)).toBe(hellos);
  });

  it('who leaves has its session ended, and nothing of it is kept', async () => {
    const rig = await open();
    const { attached, program } = aProgram(rig, 'one');
    program.hello('agent');
    await rig.settle();
    await attached.leave();
    expect(rig.dialer('a').count('goodbye')).toBe(1);
    expect(rig.records.load('a', 'one')).toBeNull();
    expect(rig.server('a').clients.value).toEqual([]);
  });

  it('the calls of all are counted together, and bounded together [bounded]', async () => {
    const rig = await open();
    const { program } = aProgram(rig, 'one');
    program.hello('agent');
    await rig.settle();
    rig.dialer('a').refuseDialling();
    for (const link of rig.dialer('a').links) link.events.lost(aFailure('closed', 'gone'));
    const held = program.call('write');
    await rig.settle();
    expect(rig.server('a').calls.value.held).toBe(1);
    expect(rig.server('a').pending.value).toMatchObject([{ tool: 'write', phase: 'held' }]);
    expect(program.outcome(held)).toBe('none');
  });

  it('a server that was replaced tells its programs, and its successor takes them', async () => {
    const rig = await open();
    const { program } = aProgram(rig, 'one');
    program.hello('agent');
    await rig.settle();
    let found: AttachedClient | undefined;
    rig.fleet.names.onChange(() => {
      found = rig.fleet.attach('a', { client: 'one', label: 'x', isPatient: false, hello: null });
    });
    await rig.configure([aServer('a', { headers: { 'x-new': '1' } })]);
    expect(program.isClosed).toBe(true);
    expect(found).toBeDefined();
    found?.dispose();
  });

  it('a removed or disabled server has no room for anybody', async () => {
    const rig = await open();
    await rig.configure([aServer('a', { enabled: false })]);
    const spec = { client: 'one', label: 'one', isPatient: false, hello: null };
    expect(rig.fleet.attach('a', spec)).toBeUndefined();
    expect(rig.fleet.attach('b', spec)).toBeUndefined();
    expect(rig.fleet.names.value).toEqual([]);
  });
});

describe('on the connection of the server', () => {
  const shared = { connection: 'shared' } as const;

  it('many programs and the views have one session', async () => {
    const rig = await open(shared);
    const one = aProgram(rig, 'one');
    const two = aProgram(rig, 'two');
    one.program.hello('one');
    two.program.hello('two');
    await rig.settle();
    expect([one.program.outcome('hello'), two.program.outcome('hello')]).toEqual([
      'result',
      'result',
    ]);
    expect(hellosOf(rig)).toBe(1);
    expect(rig.dialer('a').links).toHaveLength(1);
  });

  it('each gets its own answers, though both use the same ids', async () => {
    const rig = await open(shared);
    const one = aProgram(rig, 'one');
    const two = aProgram(rig, 'two');
    for (const { program } of [one, two]) program.hello();
    await rig.settle();
    one.program.request('tools/call', { name: 'of one' }, 5);
    two.program.request('tools/call', { name: 'of two' }, 5);
    await rig.settle();
    const [first = 0, second = 0] = rig.dialer('a').waiting;
    rig.dialer('a').answer(second, { content: ['two'] });
    rig.dialer('a').answer(first, { content: ['one'] });
    await rig.settle();
    expect(one.program.answersTo(5)).toMatchObject([{ result: { content: ['one'] } }]);
    expect(two.program.answersTo(5)).toMatchObject([{ result: { content: ['two'] } }]);
  });

  it('a program that leaves takes nothing from the others', async () => {
    const rig = await open(shared);
    const one = aProgram(rig, 'one');
    const two = aProgram(rig, 'two');
    for (const { program } of [one, two]) program.hello();
    await rig.settle();
    const left = one.program.request('tools/call', { name: 'write' }, 'left');
    await rig.settle();
    await one.attached.leave();
    expect(rig.dialer('a').count('goodbye')).toBe(0);
    rig.dialer('a').answer(rig.dialer('a').waiting[0] ?? 0);
    await rig.settle();
    expect(one.program.outcome(left)).toBe('none');
    rig.dialer('a').say('notifications/tools/list_changed');
    await rig.settle();
    expect(two.program.notices).toContain('tools/list_changed');
  });

  it('what was asked for one request reaches its program alone', async () => {
    const rig = await open(shared);
    const one = aProgram(rig, 'one');
    const two = aProgram(rig, 'two');
    const causes: unknown[] = [];
    one.attached.end.onMessage((_message: RpcMessage, cause) => causes.push(cause));
    for (const { program } of [one, two]) program.hello();
    await rig.settle();
    causes.length = 0;
    one.program.request('tools/call', { name: 'ask' }, 'mine');
    await rig.settle();
    const [upstream = 0] = rig.dialer('a').waiting;
    const params = { level: 'info', data: 'working' };
    rig
      .dialer('a')
      .link.events.message(
        { jsonrpc: '2.0', method: 'notifications/message', params },
        `request:${upstream}`,
      );
    expect(causes).toEqual(['mine']);
    expect(two.program.notices).not.toContain('message');
  });
});
