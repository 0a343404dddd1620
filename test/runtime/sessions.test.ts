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

describe('after a reload', () => {
  it('the client has its answer from the record before the server is asked [reload-survives]', async () => {
    const before = await aStableRig();
    const rig = await before.reload();
    rig.server.stall('dial');
    rig.client.hello();
    expect(rig.client.answersTo('hello')).toEqual([
      { jsonrpc: '2.0', id: 'hello', result: rig.server.welcome },
    ]);
    rig.server.proceed('dial');
    await rig.settle();
    expect(rig.news()).toEqual(['connecting', 'ready same-session']);
    expect(rig.client.outcome('hello')).toBe('result');
    expect(rig.server.news()).toEqual([
      '1 close',
      'dial s1',
      expect.stringMatching(/^2 ping 10/),
      '2 listen',
    ]);
  });

  it('the cursor is used that was stored last [reload-survives] [resume-stream]', async () => {
    const before = await aStableRig();
    before.server.link.events.cursor('standalone', 'c7');
    const rig = await before.reload();
    rig.client.hello();
    await rig.settle();
    expect(rig.server.seen).toContain('2 listen from c7');
  });

  it('a session that the server has forgotten is replaced, and called new [fresh-fallback]', async () => {
    const before = await aStableRig();
    const rig = await before.reload();
    rig.server.forgetSession();
    rig.client.hello();
    await rig.settle();
    expect(rig.news()).toEqual(['connecting', 'ready new-session']);
    expect(rig.client.outcome('hello')).toBe('result');
    expect(rig.client.notices).toContain('tools/list_changed');
  });

  it('another client gets a session of its own', async () => {
    const before = await aStableRig();
    const rig = await before.reload();
    rig.client.hello('another');
    expect(rig.client.outcome('hello')).toBe('none');
    await rig.settle();
    expect(rig.server.seen.slice(-4, -1)).toEqual([
      'dial',
      expect.stringMatching(/^2 initialize 10/),
      '2 tell initialized',
    ]);
    expect(rig.client.outcome('hello')).toBe('result');
  });

  it('no upstream id is used again that may have been used in the same session', async () => {
    const before = await aStableRig();
    before.server.answersCalls = true;
    for (let call = 0; call < 5; call += 1) before.client.call();
    await before.settle();
    const rig = await before.reload();
    rig.client.hello();
    await rig.settle();
    rig.client.call();
    await rig.settle();
    const ids = rig.server.got.flatMap((message) =>
      'method' in message && 'id' in message ? [message.id] : [],
    );
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('a server that was restarted meanwhile is recognised, although it takes the old id [proactive]', async () => {
    const before = await aStableRig({}, ({ server, prober }) => {
      server.isForgetful = true;
      prober.beWell();
    });
    const rig = await before.reload();
    rig.prober.restart();
    rig.client.hello();
    await rig.settle();
    expect(rig.news()).toEqual(['connecting', 'ready new-session']);
  });

  it('a record of another definition is not used', async () => {
    const before = await aStableRig();
    const record = before.records.load('server', 'client');
    if (record) before.records.save({ ...record, fingerprint: 'changed' });
    const rig = await before.reload();
    rig.client.hello();
    await rig.settle();
    expect(rig.news()).toEqual(['connecting', 'ready first']);
  });
});

describe('a restart that was seen', () => {
  const aForgetfulRig = () =>
    aStableRig({}, ({ server, prober }) => {
      server.isForgetful = true;
      prober.beWell();
    });

  it('is not forgotten over a reload that comes before the repair [proactive]', async () => {
    const before = await aForgetfulRig();
    before.prober.restart();
    before.server.refuseHandshake(aFailure('server-error', 'starting up'));
    await before.advance(11_000);
    expect(before.state).toMatch(/^reconnecting/);
    before.server.acceptDialling();
    const rig = await before.reload();
    rig.client.hello();
    await rig.settle();
    expect(rig.state).toBe('ready first');
  });

  it('while it was looked for is not forgotten when the new session could not be made', async () => {
    const before = await aForgetfulRig();
    before.prober.restart();
    const rig = await before.reload();
    rig.server.refuseHandshake(aFailure('server-error', 'starting up'));
    rig.client.hello();
    await rig.settle();
    rig.server.acceptDialling();
    await rig.advance(250);
    expect(rig.state).toBe('ready new-session');
  });
});

describe('a client that says hello again', () => {
  it('as the same one gets the same answer, and nothing else happens', async () => {
    const rig = await aStableRig();
    rig.client.heard.length = 0;
    rig.client.hello();
    await rig.settle();
    expect(rig.client.outcome('hello')).toBe('result');
    expect([rig.news(), rig.server.news()]).toEqual([[], []]);
  });

  it('as another one gets a session of its own', async () => {
    const rig = await aStableRig();
    rig.client.heard.length = 0;
    rig.client.hello('another');
    await rig.settle();
    expect(rig.client.outcome('hello')).toBe('result');
    expect(rig.server.seen.slice(0, 3)).toEqual([
      '1 goodbye',
      'dial',
      expect.stringMatching(/^2 initialize/),
    ]);
  });

  it('while the first handshake runs is answered once, by the handshake that is made for it', async () => {
    const rig = await aReadyRig({}, ({ server }) => server.stall('initialize'));
    rig.client.hello('another');
    rig.server.proceed('initialize');
    await rig.settle();
    expect(rig.client.outcome('hello')).toBe('result');
    expect(rig.server.got.at(-2)).toMatchObject({ params: { clientInfo: { name: 'another' } } });
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
