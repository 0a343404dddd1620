// What passes between client and server: as it is, except for ids and progress tokens.
import { describe, expect, it } from 'vitest';
import { aStableRig, type Rig } from '../support/connectionRig.ts';

const newest = (rig: Rig): unknown => rig.server.got.at(-1);

describe('requests of the client', () => {
  it('travel under ids of our own and come back under their own', async () => {
    const rig = await aStableRig();
    const text = rig.client.request('tools/call', { name: 'one' }, 'client-id');
    const [upstream] = rig.server.waiting;
    expect(typeof upstream).toBe('number');
    rig.server.answer(upstream ?? 0, { content: ['one'] });
    await rig.settle();
    expect(rig.client.answersTo(text)).toEqual([
      { jsonrpc: '2.0', id: 'client-id', result: { content: ['one'] } },
    ]);
  });

  it('of methods that nobody knows pass as they are', async () => {
    const rig = await aStableRig();
    const call = rig.client.request('vendor/special', { deep: { value: [1, null] } });
    await rig.settle();
    expect(newest(rig)).toMatchObject({
      method: 'vendor/special',
      params: { deep: { value: [1, null] } },
    });
    expect(rig.client.outcome(call)).toBe('result');
  });

  it('never reuse an upstream id, pings of ours included', async () => {
    const rig = await aStableRig();
    rig.server.answersCalls = true;
    for (let round = 0; round < 5; round += 1) {
      rig.client.call();
      await rig.advance(31_000);
    }
    const ids = rig.server.got.flatMap((message) =>
      'method' in message && 'id' in message ? [message.id] : [],
    );
    expect(ids.length).toBeGreaterThan(10);
    expect(new Set(ids).size).toBe(ids.length);
  });
});

describe('progress', () => {
  const withToken = async () => {
    const rig = await aStableRig();
    const call = rig.client.call('slow', { _meta: { progressToken: 'mine', other: 1 } });
    const [upstream = 0] = rig.server.waiting;
    return { rig, call, upstream };
  };

  it('is asked for under our id, and comes back under the token of the client', async () => {
    const { rig, upstream } = await withToken();
    expect(newest(rig)).toMatchObject({
      id: upstream,
      params: { _meta: { progressToken: upstream, other: 1 } },
    });
    rig.server.say('notifications/progress', { progressToken: upstream, progress: 3 });
    expect(rig.client.heard.at(-1)).toEqual({
      jsonrpc: '2.0',
      method: 'notifications/progress',
      params: { progressToken: 'mine', progress: 3 },
    });
  });

  it('of a call that is over is dropped, since its token may mean another one by now', async () => {
    const { rig, upstream } = await withToken();
    rig.server.answer(upstream);
    await rig.settle();
    rig.server.say('notifications/progress', { progressToken: upstream, progress: 4 });
    expect(rig.client.notices).not.toContain('progress');
  });

  it('that nobody asked for is dropped', async () => {
    const rig = await aStableRig();
    rig.client.call();
    const [upstream = 0] = rig.server.waiting;
    rig.server.say('notifications/progress', { progressToken: upstream, progress: 4 });
    rig.server.say('notifications/progress', {});
    rig.client.call('other', { _meta: { traceparent: 'a' } });
    const [, other = 0] = rig.server.waiting;
    rig.server.say('notifications/progress', { progressToken: other, progress: 4 });
    expect(rig.client.notices).not.toContain('progress');
  });
});

describe('notifications', () => {
  it('pass in both directions, known or not', async () => {
    const rig = await aStableRig();
    rig.server.say('notifications/vendor', { text: 'a' });
    expect(rig.client.notices.at(-1)).toBe('vendor');
    rig.client.notify('notifications/roots/list_changed');
    expect(rig.server.news()).toEqual(['1 tell roots/list_changed']);
  });

  it('of the client are dropped while the server is away: they speak of a moment that is over', async () => {
    const rig = await aStableRig();
    rig.server.refuseDialling();
    rig.server.dropLink();
    await rig.settle();
    rig.client.notify('notifications/roots/list_changed');
    rig.server.acceptDialling();
    await rig.advance(60_000);
    expect(rig.server.count('roots')).toBe(0);
  });

  it('that say initialized are said once per session, by the pipe', async () => {
    const rig = await aStableRig();
    rig.client.notify('notifications/initialized');
    await rig.settle();
    expect(rig.server.news()).toEqual([]);
  });
});

describe('requests of the server', () => {
  it('reach the client under ids of our own, and the answers go back under its own', async () => {
    const rig = await aStableRig();
    rig.server.ask(1, 'roots/list');
    rig.server.ask('one', 'sampling/createMessage');
    const [roots, sampling] = rig.client.questions;
    expect([roots?.method, sampling?.method]).toEqual(['roots/list', 'sampling/createMessage']);
    expect(roots?.id).not.toBe(sampling?.id);
    rig.client.reply({ jsonrpc: '2.0', id: sampling?.id ?? '', result: { role: 'assistant' } });
    expect(newest(rig)).toEqual({ jsonrpc: '2.0', id: 'one', result: { role: 'assistant' } });
    rig.client.reply({
      jsonrpc: '2.0',
      id: roots?.id ?? '',
      error: { code: -32601, message: 'no roots' },
    });
    expect(newest(rig)).toMatchObject({ id: 1, error: { code: -32601 } });
  });

  it('are answered once: a second answer goes nowhere', async () => {
    const rig = await aStableRig();
    rig.server.ask(1, 'roots/list');
    const [question] = rig.client.questions;
    rig.client.reply({ jsonrpc: '2.0', id: question?.id ?? '', result: {} });
    rig.client.reply({ jsonrpc: '2.0', id: question?.id ?? '', result: {} });
    rig.client.reply({ jsonrpc: '2.0', id: 'never asked', result: {} });
    expect(rig.server.count('answer')).toBe(1);
  });

  it('that are pings are answered by the pipe itself', async () => {
    const rig = await aStableRig();
    rig.server.ask(99, 'ping');
    expect(rig.client.questions).toEqual([]);
    expect(newest(rig)).toEqual({ jsonrpc: '2.0', id: 99, result: {} });
  });

  it('survive a broken link when the session lives: the answer goes out on the next one', async () => {
    const rig = await aStableRig();
    rig.server.ask(5, 'elicitation/create');
    rig.server.dropLink();
    await rig.settle();
    rig.client.reply({ jsonrpc: '2.0', id: rig.client.questions[0]?.id ?? '', result: {} });
    expect(rig.server.seen.at(-1)).toBe('2 tell answer 5');
  });

  it('of a session that is gone are called off at the client, and their answers are dropped', async () => {
    const rig = await aStableRig();
    rig.server.ask(5, 'elicitation/create');
    const [question] = rig.client.questions;
    rig.server.forgetSession();
    rig.server.dropLink();
    await rig.settle();
    const cancelled = rig.client.heard.filter(
      (message) => 'method' in message && message.method === 'notifications/cancelled',
    );
    expect(cancelled).toMatchObject([{ params: { requestId: question?.id } }]);
    rig.client.reply({ jsonrpc: '2.0', id: question?.id ?? '', result: {} });
    expect(rig.server.count('answer')).toBe(0);
  });

  it('are called off at the client under the id that it knows', async () => {
    const rig = await aStableRig();
    rig.server.ask(5, 'elicitation/create');
    rig.server.say('notifications/cancelled', { requestId: 5, reason: 'enough' });
    rig.server.say('notifications/cancelled', { requestId: 6 });
    const [question] = rig.client.questions;
    expect(rig.client.heard.slice(-1)).toEqual([
      {
        jsonrpc: '2.0',
        method: 'notifications/cancelled',
        params: { requestId: question?.id, reason: 'enough' },
      },
    ]);
  });

  it('are limited: the thousand and first is refused [bounded]', async () => {
    const rig = await aStableRig();
    for (let id = 0; id <= 1000; id += 1) rig.server.ask(id, 'roots/list');
    expect(rig.client.questions).toHaveLength(1000);
    expect(newest(rig)).toMatchObject({ id: 1000, error: { code: -32000 } });
  });

  it('that come during the handshake reach the client after it, and are answered', async () => {
    const rig = await aStableRig();
    rig.client.request('logging/setLevel', { level: 'debug' });
    await rig.settle();
    rig.server.forgetSession();
    rig.server.stall('logging/setLevel');
    rig.server.dropLink();
    await rig.settle();
    // As a stdio server does: it asks as soon as it hears `initialized`.
    rig.server.ask(1, 'roots/list');
    expect(rig.client.questions).toEqual([]);
    rig.server.proceed('logging/setLevel');
    await rig.settle();
    const [question] = rig.client.questions;
    expect(rig.client.notices).not.toContain('cancelled');
    rig.client.reply({ jsonrpc: '2.0', id: question?.id ?? '', result: { roots: [] } });
    expect(rig.server.seen.at(-1)).toBe('3 tell answer 1');
  });
});
