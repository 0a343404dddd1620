// The fate of calls, from the client's request to its one answer, whatever breaks on the way. Which call may go, wait or
// be repeated is tested in core/ledger.test.ts; here that it happens.
import { describe, expect, it } from 'vitest';
import { aFailure } from '../../src/core/connection/failure.ts';
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
    expect(rig.connection.load.value).toMatchObject({ held: 3, running: 0 });
    rig.server.acceptDialling();
    rig.server.answersCalls = true;
    await rig.advance(1000);
    const order = rig.server.got.flatMap((message) =>
      'method' in message && message.method === 'tools/call' ? [message.params?.['name']] : [],
    );
    expect(order).toEqual(['one', 'two', 'three']);
    expect(calls.map((call) => rig.client.outcome(call))).toEqual(['result', 'result', 'result']);
    expect(rig.connection.load.value).toEqual({ held: 0, running: 0, heldBytes: 0 });
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
    expect(rig.client.heard.map((message) => 'id' in message && message.id)).toEqual([
      'hello',
      false,
      false,
      0,
    ]);
  });
});

describe('a call on its way', () => {
  it('is called off at the server when it is cancelled, under the id that the server knows', async () => {
    const rig = await aStableRig();
    const call = rig.client.call();
    const [upstream] = rig.server.waiting;
    rig.client.cancel(call);
    await rig.settle();
    expect(rig.server.got.at(-1)).toMatchObject({
      method: 'notifications/cancelled',
      params: { requestId: upstream },
    });
    expect(rig.server.waiting).toEqual([]);
    await rig.advance(60_000);
    expect([rig.client.outcome(call), rig.state]).toEqual(['none', 'ready first']);
  });

  it('whose stream breaks is unknown at once when it may have run, and the link is proven [break-heard]', async () => {
    const rig = await aStableRig();
    const call = rig.client.call('pay');
    rig.server.cutStream(null);
    await rig.settle();
    expect(rig.client.outcome(call)).toBe('unknown');
    expect(textOf(rig, call)).toContain('may have run; check before repeating');
    expect(textOf(rig, call)).toContain('"isError":true');
    expect(rig.server.seen.at(-1)).toMatch(/^1 ping/);
    expect(rig.news()).toEqual([]);
  });

  it('whose stream breaks is repeated when it only reads [safe-replay] [break-heard]', async () => {
    const rig = await aStableRig();
    rig.server.stall('resources/read');
    const call = rig.client.request('resources/read', { uri: 'file:///a' });
    await rig.settle();
    rig.server.cutStream(null);
    rig.server.proceed('resources/read');
    await rig.settle();
    expect(rig.client.outcome(call)).toBe('result');
    expect(rig.server.count('resources/read')).toBe(2);
  });

  it('whose stream breaks is resumed from its cursor [resume-stream] [break-heard]', async () => {
    const rig = await aStableRig();
    const call = rig.client.call();
    const [upstream = 0] = rig.server.waiting;
    rig.server.cutStream('c3');
    await rig.settle();
    expect(rig.server.seen).toContain(`1 resume ${upstream} from c3`);
    rig.server.answer(upstream, { content: ['late'] });
    await rig.settle();
    expect(textOf(rig, call)).toContain('late');
    expect(rig.server.count('tools/call')).toBe(1);
  });

  it('is resumed on the next link when its own was lost with the stream, and the session lives', async () => {
    const rig = await aStableRig();
    const call = rig.client.call();
    const [upstream = 0] = rig.server.waiting;
    rig.server.refuseDialling();
    rig.server.link.end(upstream, {
      kind: 'broken',
      failure: aFailure('closed', 'gone'),
      cursor: 'c9',
    });
    rig.server.dropLink();
    await rig.settle();
    rig.server.acceptDialling();
    await rig.advance(250);
    expect(rig.server.seen).toContain(`2 resume ${upstream} from c9`);
    rig.server.answer(upstream);
    await rig.settle();
    expect(rig.client.outcome(call)).toBe('result');
  });

  it('is not resumed in another session: its outcome is unknown [honest-unknown]', async () => {
    const rig = await aStableRig();
    const call = rig.client.call();
    rig.server.refuseDialling();
    rig.server.cutStream('c9');
    rig.server.dropLink();
    rig.server.forgetSession();
    await rig.settle();
    rig.server.acceptDialling();
    await rig.advance(250);
    expect(rig.state).toBe('ready new-session');
    expect(rig.client.outcome(call)).toBe('unknown');
    expect(rig.server.count('tools/call')).toBe(1);
  });

  it('three times without an answer degrades the connection, and an answer mends it', async () => {
    const rig = await aStableRig();
    for (let call = 0; call < 3; call += 1) {
      rig.client.call();
      rig.server.stall('ping');
      rig.server.cutStream(null);
      await rig.settle();
    }
    expect(rig.news()).toEqual(['degraded calls-failing']);
    rig.client.call();
    rig.server.answer(rig.server.waiting.at(-1) ?? 0);
    await rig.settle();
    expect(rig.news()).toEqual(['ready first']);
  });

  it('is answered once, by the error that the server gave', async () => {
    const rig = await aStableRig();
    const call = rig.client.call();
    const id = rig.server.waiting[0] ?? 0;
    rig.server.link.end(id, {
      kind: 'answered',
      response: { jsonrpc: '2.0', id, error: { code: -32602, message: 'bad', data: { a: 1 } } },
    });
    await rig.settle();
    expect(rig.client.answersTo(call)).toEqual([
      { jsonrpc: '2.0', id: call, error: { code: -32602, message: 'bad', data: { a: 1 } } },
    ]);
  });

  it('that a server of several answers finishes on the link that was left, when only new ones are refused', async () => {
    const rig = await aStableRig();
    const running = rig.client.call();
    await rig.settle();
    const [upstream = 0] = rig.server.waiting;
    rig.server.refuseDialling();
    rig.client.call();
    await rig.settle();
    expect(rig.server.seen).toContain('1 leave');
    rig.server.answer(upstream, { content: [] }, rig.server.links[0]);
    await rig.settle();
    expect(rig.client.outcome(running)).toBe('result');
  });
});

describe('a call at a server that is not to be used', () => {
  it('is refused at once when the server is disabled, with words', async () => {
    const rig = new Rig({ enabled: false });
    const call = rig.client.call();
    await rig.settle();
    expect(rig.client.outcome(call)).toBe('not-run');
    expect(textOf(rig, call)).toContain('The server is disabled.');
    expect(rig.server.seen).toEqual([]);
  });

  it('and is no tool call gets an error with the same data', async () => {
    const rig = new Rig({ enabled: false });
    const call = rig.client.request('prompts/get', { name: 'a' });
    expect(rig.client.answersTo(call)[0]).toMatchObject({
      error: { code: -32010, data: { 'mcp-lifeline/outcome': { outcome: 'not-run' } } },
    });
  });
});
