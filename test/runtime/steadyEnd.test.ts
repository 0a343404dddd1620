// A client of the gateway while its server comes, goes and changes: the welcome, settings, and what passes as it is.
import { describe, expect, it } from 'vitest';
import { errorOf, isNotification, type RpcId, type RpcMessage } from '../../src/core/rpc.ts';
import type { ClientEnd } from '../../src/runtime/clientEnd.ts';
import { SteadyEnd } from '../../src/runtime/steadyEnd.ts';
import { SteadyRig, welcomeWith } from '../support/steadyRig.ts';

const capabilitiesTold = (rig: SteadyRig): readonly string[] =>
  Object.keys((rig.resultOf('hello')?.['capabilities'] ?? {}) as object);
const everything = ['tools', 'prompts', 'resources', 'logging', 'completions'];

describe('a hello', () => {
  it('goes to the server at once, whose own welcome is told and remembered', async () => {
    const rig = new SteadyRig('idle');
    rig.hello();
    expect(rig.passed('initialize')).toBe(1);
    await rig.clock.advance(1999);
    expect(rig.answersTo('hello')).toHaveLength(0);
    rig.answer('hello', welcomeWith('tools'));
    expect(rig.resultOf('hello')).toEqual(welcomeWith('tools'));
    expect(rig.saved).toEqual([{ welcome: welcomeWith('tools'), lists: {} }]);
    expect(rig.clock.pending).toBe(0);
  });

  it('is answered after two seconds, and the late welcome is for nobody', async () => {
    const rig = new SteadyRig('connecting');
    rig.hello();
    await rig.clock.advance(2000);
    expect(capabilitiesTold(rig)).toEqual(everything);
    expect(rig.resultOf('hello')?.['protocolVersion']).toBe('2025-06-18');
    rig.answer('hello', welcomeWith('tools'));
    expect(rig.answersTo('hello')).toHaveLength(1);
    expect(rig.offer?.welcome).toEqual(welcomeWith('tools'));
  });

  it('is answered at once while the server is away, with what it said last', () => {
    const rig = new SteadyRig('reconnecting');
    rig.offer = { welcome: welcomeWith('tools', 'logging'), lists: {} };
    rig.hello();
    expect(rig.passed('initialize')).toBe(1);
    expect(rig.resultOf('hello')).toEqual({
      ...welcomeWith('tools', 'logging'),
      protocolVersion: '2025-06-18',
    });
    expect(rig.clock.pending).toBe(0);
  });

  it('is answered as soon as the first try has failed', async () => {
    const rig = new SteadyRig('idle');
    rig.hello();
    rig.become('connecting');
    await rig.clock.advance(500);
    expect(rig.answersTo('hello')).toHaveLength(0);
    rig.become('reconnecting');
    expect(capabilitiesTold(rig)).toEqual(everything);
  });

  it('that is refused is answered all the same; a late refusal changes nothing', async () => {
    const rig = new SteadyRig('connecting');
    rig.hello();
    rig.inner.say(errorOf('hello', { code: -32010, message: 'no' }));
    expect(capabilitiesTold(rig)).toEqual(everything);
    rig.hello('again');
    await rig.clock.advance(2000);
    rig.inner.say(errorOf('again', { code: -32010, message: 'no' }));
    expect(rig.answersTo('again')).toHaveLength(1);
    expect(rig.resultOf('again')).toBeDefined();
    expect(rig.saved).toHaveLength(0);
  });

  it('is answered within its own two seconds, whoever said hello before', async () => {
    const rig = new SteadyRig('connecting');
    rig.hello('one');
    await rig.clock.advance(1000);
    rig.hello('two');
    await rig.clock.advance(1000);
    expect([rig.answersTo('one').length, rig.answersTo('two').length]).toEqual([1, 0]);
    await rig.clock.advance(1000);
    expect(rig.answersTo('two')).toHaveLength(1);
  });

  it('is answered when the end closes, before that is told', () => {
    const rig = new SteadyRig('connecting');
    rig.hello();
    rig.ask('list', 'tools/list');
    const closedWith: number[] = [];
    rig.steady.end.onClose(() => closedWith.push(rig.heard.length));
    rig.inner.end();
    expect(rig.resultOf('hello')).toBeDefined();
    expect(rig.resultOf('list')).toEqual({ tools: [] });
    expect(closedWith).toEqual([2]);
    expect(rig.clock.pending).toBe(0);
  });
});

describe('a server that is another than was told', () => {
  it('has its lists announced when its welcome comes late, also those that are gone', async () => {
    const rig = new SteadyRig('connecting');
    rig.offer = { welcome: welcomeWith('prompts'), lists: { 'prompts/list': { prompts: [1] } } };
    rig.hello();
    await rig.clock.advance(2000);
    rig.answer('hello', welcomeWith('tools'));
    await rig.clock.advance(0);
    expect(rig.notices).toEqual([
      'notifications/tools/list_changed',
      'notifications/prompts/list_changed',
    ]);
    expect(rig.offer).toEqual({ welcome: welcomeWith('tools'), lists: {} });
  });

  it('is announced once where the connection does so itself', async () => {
    const rig = new SteadyRig('reconnecting');
    rig.hello();
    rig.comeUp(welcomeWith('tools'));
    rig.answer('hello', welcomeWith('tools'));
    rig.inner.notify('notifications/tools/list_changed');
    await rig.clock.advance(10);
    expect([...rig.notices].sort()).toEqual([
      'notifications/prompts/list_changed',
      'notifications/resources/list_changed',
      'notifications/tools/list_changed',
    ]);
  });

  it('is announced when a restart changed it, and remembered', async () => {
    const rig = new SteadyRig('connecting');
    rig.hello();
    rig.answer('hello', welcomeWith('tools'));
    rig.comeUp(welcomeWith('tools'));
    await rig.clock.advance(10);
    expect(rig.notices).toEqual([]);
    rig.become('reconnecting');
    rig.comeUp(welcomeWith('tools', 'prompts'));
    await rig.clock.advance(10);
    expect(rig.notices).toContain('notifications/prompts/list_changed');
    expect(rig.offer?.welcome).toEqual(welcomeWith('tools', 'prompts'));
    rig.become('reconnecting');
    rig.become('ready');
    await rig.clock.advance(10);
    expect(rig.notices).toHaveLength(2);
    expect(rig.saved).toHaveLength(2);
  });

  it('is not announced where what was told is true', async () => {
    const rig = new SteadyRig('connecting');
    rig.offer = { welcome: welcomeWith('tools'), lists: {} };
    rig.hello();
    await rig.clock.advance(2000);
    rig.answer('hello', welcomeWith('tools'));
    await rig.clock.advance(10);
    expect(rig.notices).toEqual([]);
    expect(rig.saved).toHaveLength(0);
  });
});

/** An upstream that tells causes, which the scripted one does not. */
class CausingEnd implements ClientEnd {
  say: (message: RpcMessage, cause: RpcId | null) => void = () => undefined;
  send(): void {}
  onMessage(listener: (message: RpcMessage, cause: RpcId | null) => void) {
    this.say = listener;
    return { dispose: () => undefined };
  }
  onClose() {
    return { dispose: () => undefined };
  }
}

describe('everything else', () => {
  it('passes to the server as it is, once', () => {
    const rig = new SteadyRig('reconnecting');
    const messages: readonly RpcMessage[] = [
      { jsonrpc: '2.0', id: 's.1', method: 'tools/call', params: { name: 'write' } },
      { jsonrpc: '2.0', id: 's.2', method: 'vendor/unknown' },
      { jsonrpc: '2.0', method: 'notifications/initialized' },
      { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 's.1' } },
      { jsonrpc: '2.0', method: 'notifications/cancelled' },
      { jsonrpc: '2.0', id: 'question', result: { roots: [] } },
    ];
    for (const message of messages) rig.steady.end.send(message);
    expect(rig.inner.sent).toEqual(messages);
    expect(rig.heard).toEqual([]);
    rig.steady.dispose();
  });

  it('passes to the client as it is, with its cause, also answers to an earlier life', () => {
    const rig = new SteadyRig('ready');
    const inner = new CausingEnd();
    const steady = new SteadyEnd({
      clock: rig.clock,
      inner,
      life: rig.life,
      server: 'files',
      offers: { load: () => null, save: () => undefined },
      welcome: () => null,
      nudge: () => undefined,
      note: () => undefined,
    });
    const heard: unknown[] = [];
    steady.end.onMessage((message, cause) => heard.push([message, cause]));
    const said: readonly (readonly [RpcMessage, RpcId | null])[] = [
      [{ jsonrpc: '2.0', method: 'notifications/progress', params: { progress: 1 } }, 's.1'],
      [{ jsonrpc: '2.0', id: 'q', method: 'sampling/createMessage' }, 's.1'],
      [{ jsonrpc: '2.0', method: 'notifications/tools/list_changed' }, null],
      [{ jsonrpc: '2.0', id: 's.of-an-earlier-life', result: { content: [] } }, null],
      [{ jsonrpc: '2.0', id: null, error: { code: -32700, message: 'what?' } }, null],
    ];
    for (const [message, cause] of said) inner.say(message, cause);
    expect(heard).toEqual(said);
    steady.dispose();
  });

  it('is answered for ping at once, without the server', () => {
    const rig = new SteadyRig('stopped');
    rig.ask('p', 'ping');
    expect(rig.resultOf('p')).toEqual({});
    expect(rig.inner.sent).toEqual([]);
  });

  it('ends with it: no timer, no listener, no answer is left', async () => {
    const rig = new SteadyRig('connecting');
    rig.hello();
    rig.ask('list', 'tools/list');
    rig.ask('other', 'prompts/list');
    expect(rig.clock.pending).toBe(3);
    rig.steady.dispose();
    rig.hello('later');
    rig.ask('p', 'ping');
    expect(rig.clock.pending).toBe(0);
    expect(rig.inner.listeners).toBe(0);
    rig.become('reconnecting');
    await rig.clock.advance(5000);
    expect(rig.heard.filter((message) => !isNotification(message))).toEqual([]);
    expect(rig.inner.sent).toHaveLength(1);
  });

  it('tells that the end is closed', () => {
    const rig = new SteadyRig('ready');
    rig.inner.end();
    expect(rig.closes).toBe(1);
  });
});
