// Many programs on one connection: each gets what is its own, and nobody anything else.
import { describe, expect, it } from 'vitest';
import { mostMembers, mostRunning } from '../../src/runtime/sharedConnection.ts';
import { sharedId } from '../../src/runtime/sharedIds.ts';
import { SharedRig, theWelcome } from '../support/sharedRig.ts';

const able = (...names: string[]) => Object.fromEntries(names.map((name) => [name, {}]));

const two = () => {
  const rig = new SharedRig();
  return { rig, one: rig.join('one').begin(), two: rig.join('two').begin() };
};

describe('the one handshake', () => {
  it('serves all, whenever they come', () => {
    const rig = new SharedRig();
    rig.script = () => undefined;
    const one = rig.join('one').begin();
    const other = rig.join('two').begin();
    expect(rig.requests('initialize')).toHaveLength(1);
    expect([one.outcome(0), other.outcome(0)]).toEqual(['none', 'none']);
    rig.welcome = theWelcome;
    rig.answer(rig.upstream('initialize').id, theWelcome);
    const late = rig.join('three').begin();
    for (const program of [one, other, late])
      expect(program.answersTo(0)).toMatchObject([{ result: theWelcome }]);
    expect(rig.requests('initialize')).toHaveLength(1);
  });

  it('promises what any of them may be able to do', () => {
    const { rig } = two();
    expect(rig.upstream('initialize').params).toMatchObject({
      capabilities: { roots: { listChanged: true }, sampling: {}, elicitation: {} },
      clientInfo: { name: 'us' },
    });
  });

  it('that was refused refuses who waits, and the next one tries again', () => {
    const rig = new SharedRig();
    // What an earlier life was told.
    rig.welcome = theWelcome;
    rig.script = () => new Error('away');
    expect(rig.join('one').begin().outcome(0)).toBe('error');
    rig.script = () => theWelcome;
    expect(rig.join('two').begin().outcome(0)).toBe('result');
    expect(rig.requests('initialize')).toHaveLength(2);
  });

  it('is made for a program that said hello in an earlier life, and for nobody twice', () => {
    const rig = new SharedRig();
    rig.join('one').shared.greet({ capabilities: {} });
    rig.join('two').shared.greet({ capabilities: {} });
    expect(rig.requests('initialize')).toHaveLength(1);
  });

  it('is told to each in a revision that it speaks', () => {
    const { rig } = two();
    const old = rig.join('old').begin({}, '2025-03-26');
    const odd = rig.join('odd').begin({}, '2099-01-01');
    expect(old.answersTo(0)).toMatchObject([{ result: { protocolVersion: '2025-03-26' } }]);
    expect(odd.answersTo(0)).toMatchObject([{ result: { protocolVersion: '2025-11-25' } }]);
    rig.welcome = { ...theWelcome, protocolVersion: '2024-11-05' };
    const modern = rig.join('modern').begin();
    expect(modern.answersTo(0)).toMatchObject([{ result: { protocolVersion: '2024-11-05' } }]);
  });

  it('is told of once: `initialized` of each goes no further', () => {
    const { rig, one } = two();
    one.notify('notifications/initialized');
    expect(rig.notices('initialized')).toEqual([]);
  });
});

describe('a request', () => {
  it('is answered to its own program under its own id, a number or a text', () => {
    const { rig, one, two: other } = two();
    for (const [program, id] of [
      [one, 5],
      [other, 5],
      [one, '5'],
    ] as const)
      program.request('tools/call', { name: `${program.key} ${typeof id}` }, id);
    const asked = rig.requests('tools/call');
    expect(new Set(asked.map(({ id }) => id)).size).toBe(3);
    for (const { id, params } of asked.toReversed()) rig.answer(id, { of: params?.['name'] });
    expect(one.answersTo(5)).toMatchObject([{ result: { of: 'one number' } }]);
    expect(one.answersTo('5')).toMatchObject([{ result: { of: 'one string' } }]);
    expect(other.answersTo(5)).toMatchObject([{ result: { of: 'two number' } }]);
  });

  it('may be answered while it is being sent', () => {
    const { rig, one } = two();
    rig.script = ({ method }) => ({ method });
    one.request('tools/call', { name: 'x' }, 7);
    expect(one.answersTo(7)).toMatchObject([{ result: { method: 'tools/call' } }]);
    expect(one.shared.load.value).toEqual({ held: 0, running: 0 });
  });

  it('that is cancelled is called off for its program alone', () => {
    const { rig, one, two: other } = two();
    for (const program of [one, other]) program.request('tools/call', { name: 'x' }, 5);
    other.cancel(5);
    expect(rig.notices('cancelled')).toMatchObject([{ params: { requestId: sharedId('two', 5) } }]);
    expect([one.shared.load.value.running, other.shared.load.value.running]).toEqual([1, 0]);
  });

  it('is not called off by a program that it is not of, or twice', () => {
    const { rig, one, two: other } = two();
    one.request('tools/call', { name: 'x' }, 5);
    other.cancel(5);
    other.cancel(sharedId('one', 5));
    one.notify('notifications/cancelled', { requestId: { odd: true } });
    expect(rig.notices('cancelled')).toEqual([]);
    one.cancel(5);
    one.cancel(5);
    expect(rig.notices('cancelled')).toHaveLength(1);
  });

  it('is counted as held or as on its way, for its program', () => {
    const { rig, one, two: other } = two();
    const loads: unknown[] = [];
    one.shared.load.onChange((load) => loads.push(load));
    one.request('tools/call', {}, 1);
    one.request('tools/call', {}, 2);
    other.request('tools/call', {}, 1);
    rig.held.add(sharedId('one', 2));
    rig.load.set({ held: 1 });
    expect(one.shared.load.value).toEqual({ held: 1, running: 1 });
    expect(other.shared.load.value).toEqual({ held: 0, running: 1 });
    expect(loads.at(-1)).toEqual({ held: 1, running: 1 });
  });
});

describe('progress', () => {
  it('comes to its program under its own token, though both use the same', () => {
    const { rig, one, two: other } = two();
    for (const program of [one, other])
      program.request('tools/call', { name: 'x', _meta: { progressToken: 1, more: true } }, 5);
    const [first, second] = rig.requests('tools/call').map(({ params }) => params?.['_meta']);
    expect(first).not.toEqual(second);
    expect(second).toEqual({ progressToken: sharedId('two', 1), more: true });
    rig.notify(
      'progress',
      { progressToken: sharedId('two', 1), progress: 3 },
      { client: 'two', id: 5 },
    );
    expect(other.heard.at(-1)).toMatchObject({ params: { progressToken: 1, progress: 3 } });
    expect(other.causes.at(-1)).toBe(5);
    expect(one.notices).toEqual([]);
  });

  it('under a token that nobody has made goes to nobody', () => {
    const { rig, one, two: other } = two();
    for (const progressToken of ['1', 1, '["one"]', '["one",1,2]', '[', null])
      rig.notify('progress', { progressToken, progress: 1 });
    expect([...one.notices, ...other.notices]).toEqual([]);
  });
});

describe('what the server says unasked', () => {
  it('reaches all where it concerns all, even on the stream of one', () => {
    const { rig, one, two: other } = two();
    one.request('tools/call', {}, 5);
    rig.notify('tools/list_changed', {}, { client: 'one', id: 5 });
    expect([one.notices, other.notices]).toEqual([['tools/list_changed'], ['tools/list_changed']]);
    expect([one.causes.at(-1), other.causes.at(-1)]).toEqual([5, null]);
  });

  it('about one request reaches its program alone', () => {
    const { rig, one, two: other } = two();
    one.request('tools/call', {}, 5);
    rig.notify('message', { level: 'info', data: 'working' }, { client: 'one', id: 5 });
    rig.notify('vendor/step', {}, { client: 'one', id: 5 });
    expect(one.notices).toEqual(['message', 'vendor/step']);
    expect(other.notices).toEqual([]);
  });

  it('about what we asked ourselves reaches all', () => {
    const { rig, one } = two();
    rig.notify('resources/list_changed', {}, { client: '', id: 1 });
    rig.notify('message', { level: 'info' }, { client: '', id: 1 });
    expect(one.notices).toEqual(['resources/list_changed', 'message']);
  });

  it('of a task reaches the program that it belongs to, and all where that is not known', () => {
    const { rig, one, two: other } = two();
    one.request('tools/call', { name: 'x', task: {} }, 5);
    rig.answer(rig.upstream('tools/call').id, { task: { taskId: 't1', status: 'working' } });
    rig.notify('tasks/status', { taskId: 't1', status: 'completed' });
    expect([one.notices, other.notices]).toEqual([['tasks/status'], []]);
    rig.notify('tasks/status', { taskId: 'of an earlier life' });
    expect(other.notices).toEqual(['tasks/status']);
  });
});

describe('a program that goes', () => {
  it('for good hears nothing any more, and takes nothing from the others', () => {
    const { rig, one, two: other } = two();
    one.request('tools/call', {}, 1);
    other.request('tools/call', {}, 1);
    one.shared.leave();
    expect(rig.join('one').shared.load.value).toEqual({ held: 0, running: 0 });
    const heard = one.heard.length;
    rig.answer(sharedId('one', 1));
    rig.answer(sharedId('two', 1));
    one.request('tools/call', {}, 2);
    expect([one.heard.length, other.outcome(1)]).toEqual([heard, 'result']);
    expect(rig.requests('tools/call')).toHaveLength(2);
  });

  it('for a while gets what it waits for when it is back [never-lost]', () => {
    const { rig, one } = two();
    one.request('tools/call', {}, 1);
    one.shared.dispose();
    expect(rig.connection.hears(sharedId('one', 1))).toBe(false);
    expect(rig.connection.hears(sharedId('two', 1))).toBe(true);
    const back = rig.join('one');
    expect(back.shared.load.value.running).toBe(1);
    rig.answer(sharedId('one', 1));
    expect([one.outcome(1), back.outcome(1)]).toEqual(['none', 'result']);
  });

  it('and comes again while it is still here takes the place of its former self', () => {
    const { rig, one } = two();
    one.request('tools/call', {}, 1);
    const again = rig.join('one');
    one.shared.dispose();
    rig.answer(sharedId('one', 1));
    expect([one.outcome(1), again.outcome(1)]).toEqual(['none', 'result']);
    expect(rig.connection.hears(sharedId('one', 2))).toBe(true);
  });

  it('may cancel, and be asked about, what an earlier life of ours has asked', () => {
    const rig = new SharedRig();
    const one = rig.join('one');
    rig.join('two').begin(able('roots'));
    one.shared.greet({ capabilities: able('roots') });
    const request = { jsonrpc: '2.0', id: sharedId('one', 'old'), method: 'tools/call' } as const;
    one.shared.take(request);
    one.shared.take(request);
    rig.ask('q', 'roots/list');
    expect(one.questions).toHaveLength(1);
    expect(one.shared.load.value.running).toBe(1);
    one.cancel('old');
    expect(rig.notices('cancelled')).toMatchObject([{ params: { requestId: request.id } }]);
  });
});

it('the end of the connection is told to all, who may leave at that moment', () => {
  const { rig, one, two: other } = two();
  one.shared.end.onClose(() => one.shared.dispose());
  rig.close();
  expect([one.isClosed, other.isClosed]).toEqual([true, true]);
});

describe('limits', () => {
  it('one program too many is refused in words, the others are not, and it has room as soon as one leaves [bounded]', () => {
    const rig = new SharedRig();
    const all = Array.from({ length: mostMembers + 1 }, (_, index) => rig.join(`p${index}`));
    const [first] = all;
    const last = all.at(-1);
    expect(first?.begin().outcome(0)).toBe('result');
    expect(last?.begin().outcome(0)).toBe('error');
    expect(last?.everything).toContain('perClient');
    expect(all.at(-2)?.begin().outcome(0)).toBe('result');
    rig.notify('tools/list_changed');
    expect([all.at(-2)?.notices.length, last?.notices.length]).toEqual([1, 0]);
    first?.shared.leave();
    last?.request('initialize', {}, 'again');
    expect(last?.outcome('again')).toBe('result');
  });

  it('as many requests as there may be wait, one more is refused in words [bounded]', () => {
    const { rig, one, two: other } = two();
    for (let id = 1; id <= mostRunning; id += 1) one.request('resources/read', {}, id);
    expect(rig.requests('resources/read')).toHaveLength(mostRunning);
    expect(other.outcome(other.request('resources/read', {}, 'past'))).toBe('error');
    rig.answer(sharedId('one', 1));
    expect(other.outcome(other.request('resources/read', {}, 'fits'))).toBe('none');
  });

  it('as many greetings as there may be wait [bounded]', () => {
    const rig = new SharedRig();
    rig.script = () => undefined;
    const one = rig.join('one');
    for (let id = 0; id <= mostRunning; id += 1) one.request('initialize', {}, `h${id}`);
    expect(one.outcome(`h${mostRunning - 1}`)).toBe('none');
    expect(one.outcome(`h${mostRunning}`)).toBe('error');
  });
});
