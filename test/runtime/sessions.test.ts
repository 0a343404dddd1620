// Going back to a session, and what a client is told when it could not be had again.
import { describe, expect, it } from 'vitest';
import { aFailure } from '../../src/core/connection/failure.ts';
import { aReadyRig, aStableRig, type Rig } from '../support/connectionRig.ts';

/** A client that has set a log level and two subscriptions. */
const aSettledRig = async (): Promise<Rig> => {
  const rig = await aStableRig();
  rig.client.request('logging/setLevel', { level: 'debug' });
  rig.client.request('resources/subscribe', { uri: 'file:///one' });
  rig.client.request('resources/subscribe', { uri: 'file:///two' });
  rig.client.request('resources/subscribe', { uri: 'file:///gone' });
  rig.client.request('resources/unsubscribe', { uri: 'file:///gone' });
  await rig.settle();
  rig.server.got.length = 0;
  rig.server.news();
  rig.client.heard.length = 0;
  return rig;
};

const paramsOf = (rig: Rig, method: string): unknown[] =>
  rig.server.got.flatMap((message) =>
    'method' in message && message.method === method ? [message.params] : [],
  );

describe('a session that is gone', () => {
  it('is replaced, with the log level and the subscriptions of the old one [fresh-fallback]', async () => {
    const rig = await aSettledRig();
    rig.server.forgetSession();
    rig.server.dropLink();
    await rig.settle();
    expect(rig.news()).toEqual(['reconnecting #1 trying', 'ready new-session']);
    expect(paramsOf(rig, 'logging/setLevel')).toEqual([{ level: 'debug' }]);
    expect(paramsOf(rig, 'resources/subscribe')).toEqual([
      { uri: 'file:///one' },
      { uri: 'file:///two' },
    ]);
    expect(paramsOf(rig, 'initialize')).toEqual([{ clientInfo: { name: 'client' } }]);
  });

  it('is announced to the client as changes of everything that it may have looked at [fresh-fallback]', async () => {
    const rig = await aSettledRig();
    rig.server.forgetSession();
    rig.server.dropLink();
    await rig.settle();
    expect(rig.client.notices).toEqual([
      'tools/list_changed',
      'resources/list_changed',
      'resources/updated',
      'resources/updated',
    ]);
    expect(rig.client.questions).toEqual([]);
  });

  it('is announced by what the new server can do, not the old one', async () => {
    const rig = await aSettledRig();
    rig.server.welcome = { ...rig.server.welcome, capabilities: { prompts: {} } };
    rig.server.forgetSession();
    rig.server.dropLink();
    await rig.settle();
    expect(rig.client.notices).toContain('prompts/list_changed');
    expect(rig.client.notices).not.toContain('tools/list_changed');
    expect(paramsOf(rig, 'logging/setLevel')).toEqual([]);
    expect(paramsOf(rig, 'resources/subscribe')).toEqual([]);
  });

  it('is not replaced by a half one: what fails while it is restored begins anew [fresh-fallback]', async () => {
    const rig = await aSettledRig();
    rig.server.forgetSession();
    rig.server.stall('resources/subscribe');
    rig.server.dropLink();
    // The server takes the subscription and says nothing until its limit.
    await rig.advance(3000);
    expect(rig.state).toBe('reconnecting #2 in 250');
    rig.server.proceed('resources/subscribe');
    rig.server.got.length = 0;
    await rig.advance(250);
    expect(rig.state).toBe('ready new-session');
    expect(paramsOf(rig, 'resources/subscribe')).toHaveLength(2);
    expect(rig.memory.session?.id).toBe('s3');
  });

  it('is noticed by the next call, which the caller does not notice [restart-invisible]', async () => {
    const rig = await aStableRig();
    rig.server.answersCalls = true;
    rig.server.forgetSession();
    const call = rig.client.call();
    await rig.settle();
    expect(rig.client.outcome(call)).toBe('result');
    expect(rig.news()).toEqual(['reconnecting #1 trying', 'ready new-session']);
    const traffic = rig.server.seen.map((line) => line.replaceAll(/^\d+ | \d+$/g, ''));
    expect(traffic.filter((what) => !/^(leave|close|listen)$/.test(what))).toEqual([
      'tools/call',
      'dial',
      'initialize',
      'tell initialized',
      'tools/call',
    ]);
  });

  it('costs one repair, however many calls meet it together [one-handshake]', async () => {
    const rig = await aStableRig();
    rig.server.answersCalls = true;
    rig.server.forgetSession();
    const calls = Array.from({ length: 30 }, () => rig.client.call());
    await rig.advance(2000);
    expect(calls.map((call) => rig.client.outcome(call))).toEqual(calls.map(() => 'result'));
    expect(rig.server.count('initialize ')).toBe(1);
    expect(rig.server.count('initialized')).toBe(1);
    expect(rig.server.count('tools/call')).toBe(60);
    expect(rig.news()).toEqual(['reconnecting #1 trying', 'ready new-session']);
  });

  it('is replaced when the user asks for a new one, and ended at the server', async () => {
    const rig = await aStableRig();
    rig.user('new-session-asked');
    await rig.settle();
    expect(rig.server.news().slice(0, 3)).toEqual([
      '1 goodbye',
      'dial',
      expect.stringMatching(/^2 initialize/),
    ]);
    expect(rig.news()).toEqual(['reconnecting #1 trying', 'ready new-session']);
  });

  it('is kept when the user asks for a reconnect only', async () => {
    const rig = await aStableRig();
    rig.user('reconnect-asked');
    await rig.settle();
    expect(rig.server.news().slice(0, 2)).toEqual(['1 close', 'dial s1']);
    expect(rig.news()).toEqual(['reconnecting #1 trying', 'ready same-session']);
  });
});

describe('a session that lives', () => {
  it('goes on after a broken link with its cursor, and lists are looked at again [resume-stream]', async () => {
    const rig = await aSettledRig();
    rig.server.link.events.cursor('standalone', 'c41');
    rig.server.link.events.cursor('standalone', 'c42');
    rig.server.dropLink();
    await rig.settle();
    expect(rig.news()).toEqual(['reconnecting #1 trying', 'ready same-session']);
    expect(rig.server.news()).toContain('2 listen from c42');
    expect(rig.client.notices).toContain('tools/list_changed');
    expect(paramsOf(rig, 'resources/subscribe')).toEqual([]);
  });

  it('has its lists announced when its push stream was down for a moment, and not when it first opens', async () => {
    const rig = await aReadyRig();
    await rig.settle();
    rig.client.heard.length = 0;
    rig.server.link.events.push('down');
    rig.server.link.events.push('resumed');
    expect(rig.client.notices).toEqual(['tools/list_changed', 'resources/list_changed']);
  });

  it('is degraded when its push stream stays away, not when it is cut to be polled', async () => {
    const rig = await aStableRig();
    rig.server.link.events.push('down');
    await rig.advance(1999);
    rig.server.link.events.push('fresh');
    await rig.advance(10_000);
    expect(rig.news()).toEqual([]);
    rig.server.link.events.push('down');
    await rig.advance(2000);
    expect(rig.news()).toEqual(['degraded push-stream-down']);
    rig.server.link.events.push('resumed');
    expect(rig.news()).toEqual(['ready first']);
  });
});

it('a session is not gone because a server is busy: 503 while it resumes is met by another try', async () => {
  const rig = await aStableRig();
  rig.server.refuseDialling(aFailure('server-error', '503', { status: 503 }));
  rig.server.dropLink();
  await rig.settle();
  rig.server.acceptDialling();
  await rig.advance(250);
  expect(rig.news().at(-1)).toBe('ready same-session');
});
