// What happens while a call waits: its client hears about it, and a repeat asks first whether it may be.
import { describe, expect, it } from 'vitest';
import { repeatRight } from '../../src/core/calls/replay.ts';
import { isNotification, type JsonObject } from '../../src/core/rpc.ts';
import { aStableRig, type Rig, type RigOptions } from '../support/connectionRig.ts';
import { theCalls } from '../support/defaults.ts';

const notes = (rig: Rig): JsonObject[] =>
  rig.client.heard
    .filter(isNotification)
    .filter(({ method }) => method === 'notifications/progress')
    .map(({ params }) => params ?? {});

const isDown = async (rig: Rig): Promise<void> => {
  rig.server.refuseDialling();
  rig.server.dropLink();
  await rig.settle();
};

const withToken = { _meta: { progressToken: 'mine' } };

describe('a client whose call is held', () => {
  it('is told so, again and again, with numbers that rise and stay small', async () => {
    const rig = await aStableRig();
    await isDown(rig);
    rig.client.call('write', withToken);
    await rig.advance(1999);
    expect(notes(rig)).toEqual([]);
    await rig.advance(20_001);
    expect(notes(rig)).toEqual([
      { progressToken: 'mine', progress: 0, message: 'Waiting: reconnecting' },
      { progressToken: 'mine', progress: 1e-6, message: 'Waiting: reconnecting' },
      { progressToken: 'mine', progress: 2e-6, message: 'Waiting: reconnecting' },
    ]);
  });

  it('is not told where it gave no token, nor once its call is over', async () => {
    const rig = await aStableRig();
    await isDown(rig);
    rig.client.call('write');
    rig.client.cancel(rig.client.call('write', withToken));
    await rig.advance(40_000);
    expect(notes(rig)).toEqual([]);
  });

  it('is not told of a wait that is over before it could read it', async () => {
    const rig = await aStableRig();
    await isDown(rig);
    rig.client.call('write', withToken);
    rig.server.acceptDialling();
    await rig.advance(30_000);
    expect(notes(rig)).toEqual([]);
  });

  it('hears a server that begins at zero as going on, and our notes no more', async () => {
    const rig = await aStableRig();
    await isDown(rig);
    rig.client.call('write', withToken);
    await rig.advance(2000);
    rig.server.acceptDialling();
    await rig.advance(30_000);
    const [upstream = 0] = rig.server.waiting;
    for (const progress of [0, 0.5, 1])
      rig.server.say('notifications/progress', { progressToken: upstream, progress, total: 1 });
    rig.server.refuseDialling();
    rig.server.cutStream('c1');
    rig.server.dropLink();
    await rig.advance(30_000);
    expect(notes(rig).map(({ progress }) => progress)).toEqual([0, 1e-6, 0.5, 1]);
  });

  it('hears what the server reports unchanged where we have said nothing', async () => {
    const rig = await aStableRig();
    rig.client.call('write', withToken);
    await rig.settle();
    const [upstream = 0] = rig.server.waiting;
    for (const progress of [0, -1])
      rig.server.say('notifications/progress', { progressToken: upstream, progress });
    expect(notes(rig)).toEqual([
      { progressToken: 'mine', progress: 0 },
      { progressToken: 'mine', progress: -1 },
    ]);
  });
});

const marked = { name: 'look', annotations: { readOnlyHint: true } };
const trusting = (isTrusted = { now: true }): RigOptions => ({
  settings: {
    ledger: {
      limits: theCalls,
      holdBudget: theCalls.holdBudget,
      bytesElsewhere: 0,
      repeatRight: ({ method }) => repeatRight(method, marked.annotations, isTrusted.now),
    },
  },
});

/** A call of a marked tool whose answer was lost with the server's session, and the server is back. */
const repaired = async (tools: readonly JsonObject[], options = trusting()): Promise<Rig> => {
  const rig = await aStableRig(options);
  rig.client.call('look');
  await rig.settle();
  rig.server.refuseDialling();
  rig.server.forgetSession();
  rig.server.dropLink();
  await rig.settle();
  rig.server.news();
  rig.server.tools = [...tools];
  rig.server.acceptDialling();
  await rig.advance(1000);
  return rig;
};
const calls = (rig: Rig): string[] =>
  rig.server.seen.flatMap((line) => /tools\/\w+/.exec(line) ?? []);

describe('a marked call whose answer was lost', () => {
  it('is repeated after the server has said again that it is marked [safe-replay]', async () => {
    const rig = await repaired([{ name: 'other' }, marked]);
    expect(calls(rig)).toEqual(['tools/list', 'tools/call']);
    rig.server.answer(rig.server.waiting[0] ?? 0);
    await rig.settle();
    expect(rig.client.outcome(0)).toBe('result');
  });

  it.each([
    ['is marked no longer', [{ name: 'look' }]],
    [
      'contradicts itself',
      [{ name: 'look', annotations: { readOnlyHint: true, destructiveHint: true } }],
    ],
    ['is gone', []],
  ])('is unknown when its tool %s after the repair [at-most-once]', async (_, tools) => {
    const rig = await repaired(tools);
    expect(calls(rig)).toEqual(['tools/list']);
    expect(rig.client.outcome(0)).toBe('unknown');
  });

  it('is unknown at its deadline when the list never comes [honest-unknown]', async () => {
    const rig = await aStableRig(trusting());
    rig.client.call('look');
    await rig.settle();
    rig.server.stall('tools/list');
    rig.server.cutStream(null);
    await rig.advance(theCalls.holdBudget - 1);
    expect(rig.client.outcome(0)).toBe('none');
    await rig.advance(1);
    expect(rig.client.outcome(0)).toBe('unknown');
    expect(rig.server.count('tools/call')).toBe(1);
  });

  it('is unknown when the user has withdrawn the trust meanwhile [at-most-once]', async () => {
    const trust = { now: true };
    const rig = await aStableRig(trusting(trust));
    rig.client.call('look');
    await rig.settle();
    rig.server.tools = [marked];
    rig.server.stall('tools/list');
    rig.server.cutStream(null);
    await rig.settle();
    trust.now = false;
    rig.server.proceed('tools/list');
    await rig.settle();
    expect([rig.client.outcome(0), rig.server.count('tools/call')]).toEqual(['unknown', 1]);
  });
});

it('an answer of ours says to programs what became of the call', async () => {
  const rig = await aStableRig();
  const call = rig.client.call('write');
  rig.server.cutStream(null);
  await rig.settle();
  expect(rig.client.answersTo(call)).toMatchObject([
    {
      result: {
        _meta: {
          'mcp-lifeline/outcome': {
            outcome: 'unknown',
            server: 'server',
            attempts: 1,
            reason: 'closed',
          },
        },
      },
    },
  ]);
});
