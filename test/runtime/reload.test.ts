// The next life of the extension, and another client: what goes on from the record, and what begins anew.
import { describe, expect, it } from 'vitest';
import { aFailure } from '../../src/core/connection/failure.ts';
import { aReadyRig, aStableRig } from '../support/connectionRig.ts';

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
    // More than one block of ids, of which only the last is written down.
    for (let call = 0; call < 1100; call += 1) before.client.call();
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
