// A client that says hello to a server that is not there: it is answered all the same, by its deadline.
import { describe, expect, it } from 'vitest';
import { aFailure } from '../../src/core/connection/failure.ts';
import { Rig } from '../support/connectionRig.ts';
import { theCalls } from '../support/defaults.ts';

const second = 1000;

describe('a hello', () => {
  it('is held while the server is away, and answered when it comes', async () => {
    const rig = new Rig();
    rig.server.refuseDialling();
    rig.client.hello();
    await rig.advance(10 * second);
    expect(rig.client.outcome('hello')).toBe('none');
    rig.server.acceptDialling();
    await rig.advance(10 * second);
    expect(rig.client.outcome('hello')).toBe('result');
  });

  it('is answered with words when the hold budget is over, and trying goes on [never-give-up]', async () => {
    const rig = new Rig();
    rig.server.refuseDialling();
    rig.client.hello();
    await rig.advance(theCalls.holdBudget + second);
    expect(rig.client.outcome('hello')).toBe('error');
    expect(JSON.stringify(rig.client.answersTo('hello'))).toContain('The server is');
    rig.server.acceptDialling();
    await rig.advance(60 * second);
    expect(rig.state).toBe('ready first');
    expect(rig.client.answersTo('hello')).toHaveLength(1);
  });

  it('is held only briefly where a person must sign in, as soon as that is known', async () => {
    const rig = new Rig();
    rig.server.refuseDialling();
    rig.client.hello();
    await rig.advance(10 * second);
    rig.server.refuseDialling(aFailure('unauthorized', '401'));
    await rig.advance(8 * second);
    expect(rig.state).toBe('needs-auth');
    const late = rig.client.outcome('hello');
    await rig.advance(5 * second);
    expect([late, rig.client.outcome('hello')]).toEqual(['none', 'error']);
    expect(JSON.stringify(rig.client.answersTo('hello'))).toContain('The server is needs-auth');
  });

  it('of a client that comes when a person must sign in is held briefly too', async () => {
    const rig = new Rig();
    rig.server.refuseDialling(aFailure('unauthorized', '401'));
    rig.client.hello();
    await rig.advance(4 * second);
    expect(rig.client.outcome('hello')).toBe('none');
    await rig.advance(second);
    expect(rig.client.outcome('hello')).toBe('error');
  });

  it('is refused at once where calls are, and is no reason to start what the user stopped', async () => {
    const rig = new Rig();
    rig.user('stop-asked');
    rig.client.hello();
    await rig.settle();
    expect(rig.client.outcome('hello')).toBe('error');
    expect(rig.state).toBe('stopped');
  });

  it('that was refused can be said again, and is answered when the server has come', async () => {
    const rig = new Rig();
    rig.server.refuseDialling(aFailure('forbidden', '403'));
    rig.client.hello();
    await rig.settle();
    expect(rig.client.outcome('hello')).toBe('error');
    rig.server.acceptDialling();
    rig.user('reconnect-asked');
    await rig.settle();
    rig.client.request('initialize', { clientInfo: { name: 'client' } }, 'again');
    await rig.settle();
    expect(rig.client.outcome('again')).toBe('result');
  });
});

describe('while a broken stream puts the link in doubt', () => {
  it('calls wait for the answer to a ping, so that none is sent to a dying server', async () => {
    const rig = new Rig();
    rig.client.hello();
    await rig.settle();
    rig.client.call();
    rig.server.stall('ping');
    rig.server.cutStream(null);
    await rig.settle();
    const sent = rig.server.count('tools/call');
    rig.client.call();
    await rig.settle();
    expect(rig.server.count('tools/call')).toBe(sent);
    rig.server.proceed('ping');
    await rig.settle();
    expect(rig.server.count('tools/call')).toBe(sent + 1);
  });

  it('the next link is not', async () => {
    const rig = new Rig();
    rig.client.hello();
    await rig.settle();
    rig.client.call();
    rig.server.stall('ping');
    rig.server.cutStream(null);
    await rig.settle();
    rig.user('new-session-asked');
    await rig.settle();
    rig.client.call();
    await rig.settle();
    expect(rig.server.count('tools/call')).toBe(2);
  });
});
