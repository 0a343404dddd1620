// One configured server as the screens see it.
import { describe, expect, it } from 'vitest';
import { aFailure } from '../../src/core/connection/failure.ts';
import { parseSettings } from '../../src/core/parseSettings.ts';
import type { JsonObject } from '../../src/core/rpc.ts';
import { aTool } from '../support/fakeFleet.ts';
import { aServer, VirtualFleet } from '../support/virtualFleet.ts';

const open = (more: Parameters<typeof aServer>[1] = {}): Promise<VirtualFleet> =>
  new VirtualFleet([aServer('a', more)]).open();

describe('what the screens may ask', () => {
  it('is the session, without its id: that is a credential [keep-secrets]', async () => {
    const rig = await open();
    const { session } = rig.server('a');
    expect(session.value).toMatchObject({
      protocolVersion: '2025-11-25',
      serverName: 'fake',
      serverVersion: '1',
      recoveries: 0,
    });
    rig.dialer('a').dropLink();
    await rig.clock.advance(1000);
    expect(session.value?.recoveries).toBe(1);
    const long = { ...rig.records.load('a', 'lifeline') };
    expect(JSON.stringify(session.value)).not.toContain('"s1"');
    expect(long.sessionId).toBe('s1');
  });

  it('is the history, newest first, with causes and failures', async () => {
    const rig = await open();
    await rig.clock.advance(30_000);
    rig.dialer('a').refuseDialling();
    rig.dialer('a').dropLink();
    await rig.settle();
    expect(rig.server('a').history(3)).toMatchObject([
      { to: 'reconnecting', cause: 'attempt-failed', attempt: 2, failure: 'refused' },
      { from: 'ready', to: 'reconnecting', cause: 'lost', attempt: 1, failure: 'closed' },
      { from: 'connecting', to: 'ready', cause: 'attempt-succeeded', recovered: 'first' },
    ]);
    expect(rig.server('a').history(1)).toHaveLength(1);
  });

  it('is nothing of a server that was never reached', async () => {
    const rig = await open({ autoStart: false });
    const { session, proof, health, catalog } = rig.server('a');
    expect([session.value, proof.value, health.value]).toEqual([null, null, null]);
    expect(catalog.value.listedAt).toBeNull();
  });
});

describe('what the screens may do', () => {
  it('is start, stop and start again', async () => {
    const rig = await open({ autoStart: false });
    rig.server('a').start();
    await rig.settle();
    expect(rig.states).toEqual(['a: ready first']);
    rig.server('a').stop();
    await rig.settle();
    expect(rig.states).toEqual(['a: stopped']);
    rig.server('a').start();
    await rig.settle();
    expect(rig.states).toEqual(['a: ready new-session']);
  });

  it('is reconnect, also to a server that was never started, and a new session', async () => {
    const rig = await open({ autoStart: false });
    rig.server('a').reconnect();
    await rig.settle();
    expect(rig.states).toEqual(['a: ready first']);
    rig.server('a').startNewSession();
    await rig.settle();
    expect(rig.states).toEqual(['a: ready new-session']);
    expect(rig.dialer('a').count('goodbye')).toBe(1);
  });

  it('is a call, which connects a server that waits for it', async () => {
    const rig = await open({ autoStart: false });
    rig.dialer('a').answersCalls = true;
    const { outcome } = (await rig.server('a').callTool('echo', {}, {})) as {
      readonly outcome: () => string;
    };
    await rig.settle();
    expect([outcome(), rig.states]).toEqual(['result', ['a: ready first']]);
  });

  it('is no call of a disabled server, and that is said', async () => {
    const rig = await open({ enabled: false });
    await expect(rig.server('a').callTool('echo', {}, {})).rejects.toThrow('Enable it first');
    expect(rig.views).toEqual([]);
  });
});

describe('a call that may have run', () => {
  /** How often it reached the server, which has a tool with these annotations. */
  const breakCall = async (trustHints: boolean, annotations: JsonObject): Promise<number> => {
    const rig = new VirtualFleet([aServer('a', { trustHints })]);
    rig.tools.push(aTool('look', { annotations }));
    const dialer = rig.dialer('a');
    dialer.tools = [{ name: 'look', inputSchema: { type: 'object' }, annotations }];
    await rig.open();
    rig.views[0]?.client.call('look');
    await rig.settle();
    dialer.answersCalls = true;
    dialer.cutStream(null);
    await rig.settle();
    return dialer.count('tools/call');
  };

  it('is repeated when its tool is marked safe and the user trusts that [safe-replay]', async () => {
    expect(await breakCall(true, { readOnlyHint: true })).toBe(2);
  });

  it('is not repeated when the user did not say so [at-most-once]', async () => {
    expect(await breakCall(false, { readOnlyHint: true })).toBe(1);
  });

  it('is not repeated when its tool is not marked [at-most-once]', async () => {
    expect(await breakCall(true, {})).toBe(1);
  });
});

it('the crash loop is counted as the settings say [stdio-supervised]', async () => {
  const rig = new VirtualFleet([]);
  await rig.configure([aServer('a')], { crashLoop: { exits: 2, within: 60_000 } });
  await rig.open();
  rig.dialer('a').dropLink(aFailure('process-exited', 'exit code 1'));
  await rig.clock.advance(1000);
  expect(rig.states).toEqual(['a: ready new-session']);
  rig.dialer('a').dropLink(aFailure('process-exited', 'exit code 1'));
  await rig.clock.advance(1000);
  expect(rig.states).toEqual(['a: crash-loop']);
  expect(rig.notices).toEqual(['a: crash-loop']);
});

it('roots that changed are told to the client of the views', async () => {
  const rig = await open();
  rig.fleet.rootsChanged();
  expect(rig.views[0]?.rootsChanges).toBe(1);
});

describe('a program that is started', () => {
  it('has three minutes for its first answer: npx may be downloading it', async () => {
    const [calc] = parseSettings({ servers: { calc: { command: 'npx' } } }).settings.servers;
    if (calc === undefined || !('kind' in calc)) return expect.unreachable();
    const rig = new VirtualFleet([calc]);
    rig.dialer('calc').stall('initialize');
    await rig.open();
    await rig.clock.advance(179_000);
    expect([rig.states, rig.dialer('calc').count('dial')]).toEqual([['calc: connecting'], 1]);
    rig.dialer('calc').proceed('initialize');
    await rig.settle();
    expect(rig.states).toEqual(['calc: ready first']);
  });
});
