// The lists of a client of the gateway: asked of the server while it is there, told from memory while it is not.
import { describe, expect, it } from 'vitest';
import { longestList } from '../../src/core/offers.ts';
import { errorOf } from '../../src/core/rpc.ts';
import { SteadyRig, welcomeWith } from '../support/steadyRig.ts';

const lists = [
  ['tools/list', 'tools'],
  ['prompts/list', 'prompts'],
  ['resources/list', 'resources'],
  ['resources/templates/list', 'resourceTemplates'],
] as const;
const all = welcomeWith('tools', 'prompts', 'resources');

const ready = (): SteadyRig => {
  const rig = new SteadyRig('connecting');
  rig.comeUp(all);
  rig.saved.length = 0;
  return rig;
};

describe.each(lists)('%s', (method, field) => {
  it('is asked of the server while it is there, and remembered', () => {
    const rig = ready();
    rig.ask(1, method);
    expect(rig.passed(method)).toBe(1);
    expect(rig.nudges).toBe(0);
    rig.answer(1, { [field]: ['a'] });
    expect(rig.resultOf(1)).toEqual({ [field]: ['a'] });
    expect(rig.saved).toEqual([{ welcome: all, lists: { [method]: { [field]: ['a'] } } }]);
  });

  it('is told from memory at once while the server is away, and the server is called for', () => {
    const rig = new SteadyRig('reconnecting');
    rig.offer = { welcome: all, lists: { [method]: { [field]: ['a'] } } };
    rig.ask(1, method);
    expect(rig.resultOf(1)).toEqual({ [field]: ['a'] });
    expect([rig.passed(method), rig.nudges]).toEqual([0, 1]);
  });

  it('is empty while the server is away and was never there', () => {
    const rig = new SteadyRig('stopped');
    rig.ask(1, method);
    expect(rig.resultOf(1)).toEqual({ [field]: [] });
  });
});

describe('a list', () => {
  it('waits two seconds for a server that is coming, then is told from memory', async () => {
    const rig = new SteadyRig('idle');
    rig.offer = { welcome: all, lists: { 'tools/list': { tools: ['a'] } } };
    rig.ask(1, 'tools/list');
    expect(rig.nudges).toBe(1);
    await rig.clock.advance(1999);
    expect(rig.heard).toEqual([]);
    await rig.clock.advance(1);
    expect(rig.resultOf(1)).toEqual({ tools: ['a'] });
    rig.comeUp(all);
    expect(rig.passed('tools/list')).toBe(0);
  });

  it('goes to a server that came within these two seconds', async () => {
    const rig = new SteadyRig('idle');
    rig.nudged = () => rig.become('connecting');
    rig.ask(1, 'tools/list');
    await rig.clock.advance(1000);
    expect(rig.passed('tools/list')).toBe(0);
    rig.comeUp(all);
    expect(rig.passed('tools/list')).toBe(1);
    await rig.clock.advance(60_000);
    expect(rig.heard).toEqual([]);
    rig.answer(1, { tools: ['a'] });
    expect(rig.resultOf(1)).toEqual({ tools: ['a'] });
  });

  it('goes to a server that was there by the time it was called for', () => {
    const rig = new SteadyRig('idle');
    rig.nudged = () => rig.comeUp(all);
    rig.ask(1, 'tools/list');
    expect(rig.passed('tools/list')).toBe(1);
    expect(rig.clock.pending).toBe(0);
  });

  it('is told from memory as soon as the first try has failed', () => {
    const rig = new SteadyRig('connecting');
    rig.ask(1, 'tools/list');
    rig.become('reconnecting');
    expect(rig.resultOf(1)).toEqual({ tools: [] });
    expect(rig.clock.pending).toBe(0);
  });

  it('of a promised capability is empty where the server that came does not have it', () => {
    const rig = new SteadyRig('connecting');
    rig.ask(1, 'prompts/list');
    rig.comeUp(welcomeWith('tools'));
    expect(rig.resultOf(1)).toEqual({ prompts: [] });
    expect(rig.passed('prompts/list')).toBe(0);
  });

  it('that its client gave up while it waited is never asked for', async () => {
    const rig = new SteadyRig('connecting');
    rig.ask(1, 'tools/list');
    rig.cancel(1);
    rig.comeUp(all);
    await rig.clock.advance(5000);
    expect(rig.inner.sent).toEqual([]);
    expect(rig.heard).toEqual([]);
  });

  it('that its client gave up at the server is given up there too', async () => {
    const rig = ready();
    rig.offer = { welcome: all, lists: { 'tools/list': { tools: ['a'] } } };
    rig.ask(1, 'tools/list');
    rig.cancel(1);
    rig.become('reconnecting');
    await rig.clock.advance(5000);
    expect(rig.inner.notifications('notifications/cancelled')).toHaveLength(1);
    expect(rig.answersTo(1)).toHaveLength(0);
  });

  it('under a cursor always goes to the server', () => {
    const rig = new SteadyRig('reconnecting');
    rig.ask(1, 'tools/list', { cursor: '2' });
    expect(rig.passed('tools/list')).toBe(1);
    rig.refuse(1);
    expect(rig.answersTo(1)[0]).toHaveProperty('error');
  });
});

describe('a list that the server was asked for as it went away', () => {
  const remembered = { welcome: all, lists: { 'tools/list': { tools: ['a'] } } };

  it('is told from memory after two seconds, once, and asked for no longer', async () => {
    const rig = ready();
    rig.offer = remembered;
    rig.ask(1, 'tools/list');
    await rig.clock.advance(60_000);
    expect(rig.heard).toEqual([]);
    rig.become('reconnecting');
    await rig.clock.advance(2000);
    expect(rig.resultOf(1)).toEqual({ tools: ['a'] });
    const cancelled = rig.inner.notifications('notifications/cancelled');
    expect(cancelled.map(({ params }) => params?.['requestId'])).toEqual([1]);
    rig.answer(1, { tools: ['late'] });
    expect(rig.answersTo(1)).toHaveLength(1);
  });

  it('is given its two seconds each time the server goes away', async () => {
    const rig = ready();
    rig.offer = remembered;
    rig.ask(1, 'tools/list');
    rig.become('reconnecting');
    rig.become('ready');
    rig.become('reconnecting');
    await rig.clock.advance(1999);
    expect(rig.heard).toEqual([]);
    await rig.clock.advance(1);
    expect(rig.resultOf(1)).toEqual({ tools: ['a'] });
  });

  it('is told by the server when it is back in time', async () => {
    const rig = ready();
    rig.offer = remembered;
    rig.ask(1, 'tools/list');
    rig.become('reconnecting');
    await rig.clock.advance(1000);
    rig.become('ready');
    await rig.clock.advance(5000);
    rig.answer(1, { tools: ['b'] });
    expect(rig.resultOf(1)).toEqual({ tools: ['b'] });
  });

  it('is worth the wait where nothing is remembered, and empty in the end', async () => {
    const rig = ready();
    rig.ask(1, 'tools/list');
    rig.become('reconnecting');
    await rig.clock.advance(30_000);
    expect(rig.heard).toEqual([]);
    rig.refuse(1);
    expect(rig.resultOf(1)).toEqual({ tools: [] });
  });

  it('is told from memory where the connection refuses it; the error of a server is its own', () => {
    const rig = ready();
    rig.offer = remembered;
    rig.ask(1, 'tools/list');
    rig.refuse(1);
    expect(rig.resultOf(1)).toEqual({ tools: ['a'] });
    rig.ask(2, 'tools/list');
    rig.inner.say(errorOf(2, { code: -32603, message: 'broken' }));
    expect(rig.answersTo(2)).toEqual([errorOf(2, { code: -32603, message: 'broken' })]);
  });
});

describe('the memory of a list', () => {
  it('is written only when something changed', () => {
    const rig = ready();
    for (const [id, tools] of [['a'], ['a'], ['b']].entries()) {
      rig.ask(id, 'tools/list');
      rig.answer(id, { tools });
    }
    expect(rig.saved.map(({ lists: kept }) => kept['tools/list'])).toEqual([
      { tools: ['a'] },
      { tools: ['b'] },
    ]);
  });

  it('keeps a list of many pages when the last has come', () => {
    const rig = ready();
    rig.ask(1, 'tools/list');
    rig.answer(1, { tools: ['a'], nextCursor: '2' });
    expect(rig.saved).toEqual([]);
    expect(rig.resultOf(1)).toEqual({ tools: ['a'], nextCursor: '2' });
    rig.ask(2, 'tools/list', { cursor: '2' });
    rig.answer(2, { tools: ['b'] });
    expect(rig.offer?.lists['tools/list']).toEqual({ tools: ['a', 'b'] });
    // The same page once more belongs to a list that is over.
    rig.ask(3, 'tools/list', { cursor: '2' });
    rig.answer(3, { tools: ['c'] });
    expect(rig.saved).toHaveLength(1);
  });

  it('keeps each list beside the others', () => {
    const rig = ready();
    rig.ask(1, 'tools/list');
    rig.answer(1, { tools: ['a'] });
    rig.ask(2, 'prompts/list');
    rig.answer(2, { prompts: ['b'] });
    expect(rig.offer?.lists).toEqual({
      'tools/list': { tools: ['a'] },
      'prompts/list': { prompts: ['b'] },
    });
  });

  it.each<[string, (rig: SteadyRig) => void]>([
    ['the list changed', (rig) => rig.inner.notify('notifications/tools/list_changed')],
    [
      'the server was away',
      (rig) => {
        rig.become('reconnecting');
        rig.become('ready');
      },
    ],
  ])('keeps no pages of two lists: %s in between', (_, between) => {
    const rig = ready();
    rig.ask(1, 'tools/list');
    rig.answer(1, { tools: ['a'], nextCursor: '2' });
    between(rig);
    rig.ask(2, 'tools/list', { cursor: '2' });
    rig.answer(2, { tools: ['b'] });
    expect(rig.saved).toEqual([]);
    expect(rig.resultOf(2)).toEqual({ tools: ['b'] });
  });

  it('keeps none that is too long, which still reaches its client', () => {
    const rig = ready();
    const tools = ['x'.repeat(longestList)];
    rig.ask(1, 'tools/list');
    rig.answer(1, { tools });
    expect(rig.resultOf(1)).toEqual({ tools });
    expect(rig.saved).toEqual([]);
  });

  it('keeps none of a server that never said hello', () => {
    const rig = new SteadyRig('ready');
    rig.ask(1, 'tools/list');
    rig.answer(1, { tools: ['a'] });
    expect(rig.saved).toEqual([]);
  });
});
