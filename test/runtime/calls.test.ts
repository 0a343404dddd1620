// The fate of calls that were sent, to their one answer, whatever breaks on the way. Which call may be repeated is tested
// in core/ledger.test.ts; here that it happens.
import { describe, expect, it } from 'vitest';
import { aFailure } from '../../src/core/connection/failure.ts';
import { aStableRig, Rig } from '../support/connectionRig.ts';

const textOf = (rig: Rig, id: string | number): string => JSON.stringify(rig.client.answersTo(id));

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

  it('three times without an answer degrades the connection, though pings work; an answer mends it', async () => {
    const rig = await aStableRig();
    const breakOne = async (): Promise<void> => {
      rig.client.call();
      await rig.settle();
      rig.server.cutStream(null);
      await rig.settle();
    };
    await breakOne();
    await breakOne();
    expect(rig.news()).toEqual([]);
    await breakOne();
    expect(rig.news()).toEqual(['degraded calls-failing']);
    rig.client.call();
    await rig.settle();
    rig.server.answer(rig.server.waiting[0] ?? 0);
    await rig.settle();
    expect(rig.news()).toEqual(['ready first']);
    await breakOne();
    expect(rig.news()).toEqual([]);
  });

  it('without an answer counts for its own link only', async () => {
    const rig = await aStableRig();
    const breakCalls = async (calls: number): Promise<void> => {
      for (let call = 0; call < calls; call += 1) rig.client.call();
      await rig.settle();
      rig.server.cutStream(null);
      await rig.settle();
    };
    await breakCalls(2);
    rig.server.dropLink();
    await rig.settle();
    rig.news();
    await breakCalls(1);
    expect(rig.news()).toEqual([]);
  });

  it('keeps others waiting while nobody knows whether the link that broke under it still lives', async () => {
    const rig = await aStableRig();
    rig.client.call();
    await rig.settle();
    rig.server.stall('ping');
    rig.server.cutStream(null);
    await rig.settle();
    rig.client.call();
    await rig.settle();
    expect(rig.server.count('tools/call')).toBe(1);
    rig.server.proceed('ping');
    await rig.settle();
    expect(rig.server.count('tools/call')).toBe(2);
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

  it('that needs more rights than there are says so, and nobody else notices', async () => {
    const rig = await aStableRig();
    const running = rig.client.call();
    const call = rig.client.call();
    await rig.settle();
    const [other = 0, id = 0] = rig.server.waiting;
    const failure = aFailure('lacks-rights', 'The call needs more.');
    rig.server.link.end(id, { kind: 'refused', failure });
    await rig.settle();
    expect(rig.client.outcome(call)).toBe('not-run');
    expect(textOf(rig, call)).toContain('the server refused it (The call needs more.)');
    expect(rig.states).toEqual([]);
    rig.server.answer(other, { content: [] });
    await rig.settle();
    expect(rig.client.outcome(running)).toBe('result');
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
