// Calls that wait: for the server, for their turn, or until their deadline.
import { describe, expect, it } from 'vitest';
import { isResponse } from '../../src/core/rpc.ts';
import { aReadyRig, aStableRig, Rig } from '../support/connectionRig.ts';
import { theCalls } from '../support/defaults.ts';

const textOf = (rig: Rig, id: string | number): string => JSON.stringify(rig.client.answersTo(id));

describe('a held call', () => {
  it('runs when the server is back, after those that came before it [never-lost]', async () => {
    const rig = await aStableRig();
    rig.server.refuseDialling();
    rig.server.dropLink();
    const calls = ['one', 'two', 'three'].map((tool) => rig.client.call(tool));
    await rig.settle();
    expect(rig.connection.calls.load.value).toMatchObject({ held: 3, running: 0 });
    rig.server.acceptDialling();
    rig.server.answersCalls = true;
    await rig.advance(1000);
    const order = rig.server.got.flatMap((message) =>
      'method' in message && message.method === 'tools/call' ? [message.params?.['name']] : [],
    );
    expect(order).toEqual(['one', 'two', 'three']);
    expect(calls.map((call) => rig.client.outcome(call))).toEqual(['result', 'result', 'result']);
    expect(rig.connection.calls.load.value).toEqual({ held: 0, running: 0, heldBytes: 0 });
  });

  it('goes at the pace of one in fifty milliseconds where a server does not say what it took [never-lost]', async () => {
    const rig = await aStableRig();
    rig.server.takesInSilence = true;
    rig.server.refuseDialling();
    rig.server.dropLink();
    for (const tool of ['one', 'two', 'three']) rig.client.call(tool);
    await rig.settle();
    rig.server.acceptDialling();
    rig.connection.woke();
    await rig.settle();
    rig.client.call('four');
    const sent = (): unknown[] =>
      rig.server.got.flatMap((message) =>
        'method' in message && message.method === 'tools/call' ? [message.params?.['name']] : [],
      );
    expect(sent()).toEqual(['one']);
    await rig.advance(50);
    expect(sent()).toEqual(['one', 'two']);
    await rig.advance(100);
    expect(sent()).toEqual(['one', 'two', 'three', 'four']);
  });

  it('waits for a busy server to look at what was sent before, and for a second at most [never-lost]', async () => {
    const rig = await aStableRig();
    rig.server.takesInSilence = true;
    rig.server.refuseDialling();
    rig.server.dropLink();
    for (const tool of ['one', 'two', 'three']) rig.client.call(tool);
    await rig.settle();
    rig.server.acceptDialling();
    rig.connection.woke();
    await rig.settle();
    rig.server.stall('ping');
    await rig.advance(900);
    expect(rig.server.count('tools/call')).toBe(1);
    rig.server.proceed('ping');
    await rig.settle();
    expect(rig.server.count('tools/call')).toBe(2);
    rig.server.stall('ping');
    await rig.advance(1049);
    expect(rig.server.count('tools/call')).toBe(2);
    await rig.advance(1);
    expect(rig.server.count('tools/call')).toBe(3);
  });

  it('is told at its deadline that it was not run, and never runs after that [at-most-once]', async () => {
    const rig = await aStableRig();
    rig.server.refuseDialling();
    rig.server.dropLink();
    await rig.settle();
    const call = rig.client.call('deploy');
    await rig.advance(theCalls.holdBudget - 1);
    expect(rig.client.outcome(call)).toBe('none');
    await rig.advance(1);
    expect(rig.client.outcome(call)).toBe('not-run');
    expect(textOf(rig, call)).toContain('The tool \\"deploy\\" was not run');
    expect(textOf(rig, call)).toContain('The server is');
    rig.server.acceptDialling();
    await rig.advance(60_000);
    expect(rig.server.count('tools/call')).toBe(0);
  });

  it('is forgotten when it is cancelled', async () => {
    const rig = await aStableRig();
    rig.server.refuseDialling();
    rig.server.dropLink();
    await rig.settle();
    const call = rig.client.call();
    rig.client.cancel(call);
    rig.server.acceptDialling();
    await rig.advance(60_000);
    expect([rig.client.outcome(call), rig.server.count('tools/call')]).toEqual(['none', 0]);
    expect(rig.server.count('cancelled')).toBe(0);
  });

  it('is refused at once when a hundred wait already [bounded]', async () => {
    const rig = await aStableRig();
    rig.server.refuseDialling();
    rig.server.dropLink();
    for (let call = 0; call < theCalls.maxHeld; call += 1) rig.client.call();
    const last = rig.client.call();
    expect(rig.client.outcome(last)).toBe('not-run');
    expect(textOf(rig, last)).toContain('too many calls');
  });

  it('before the first connection starts it', async () => {
    const before = await aReadyRig();
    const rig = await before.reload();
    const call = rig.client.call();
    await rig.settle();
    expect(rig.news()).toEqual(['connecting', 'ready same-session']);
    expect(rig.transitions[0]).toBe('idle > connecting: call');
    rig.server.answer(rig.server.waiting[0] ?? 0);
    await rig.settle();
    expect(rig.client.outcome(call)).toBe('result');
  });

  it('goes after the answer to initialize: a client hears first who it speaks to', async () => {
    const rig = new Rig();
    rig.server.answersCalls = true;
    rig.client.hello();
    rig.client.call();
    await rig.advance(100);
    const answers = rig.client.heard.filter(isResponse);
    expect(answers.map(({ id }) => id)).toEqual(['hello', 0]);
  });
});
