// What a server asks on a connection that several programs share: somebody is asked, and the server is answered once.
import { describe, expect, it } from 'vitest';
import { sharedId } from '../../src/runtime/sharedIds.ts';
import { SharedRig } from '../support/sharedRig.ts';

const able = (...names: string[]) => Object.fromEntries(names.map((name) => [name, {}]));

describe.each([
  ['roots/list', 'roots'],
  ['sampling/createMessage', 'sampling'],
  ['elicitation/create', 'elicitation'],
])('a question of the server (%s)', (method, capability) => {
  const three = () => {
    const rig = new SharedRig();
    const unable = rig.join('unable').begin();
    const one = rig.join('one').begin(able(capability));
    const other = rig.join('two').begin(able(capability));
    return { rig, unable, one, two: other };
  };

  it('goes to the program whose call it is about', () => {
    const { rig, one, two: other } = three();
    one.request('tools/call', {}, 1);
    other.request('tools/call', {}, 2);
    rig.ask('q', method, { client: 'two', id: 2 });
    expect([one.questions, other.questions.length, other.causes.at(-1)]).toEqual([[], 1, 2]);
  });

  it('goes to another one where that program cannot be asked', () => {
    const { rig, unable, one } = three();
    unable.request('tools/call', {}, 1);
    rig.ask('q', method, { client: 'unable', id: 1 });
    expect([unable.questions.length, one.questions.length, one.causes.at(-1)]).toEqual([
      0,
      1,
      null,
    ]);
  });

  it('else to the program whose tool call has run longest, on behalf of that call', () => {
    const { rig, unable, one, two: other } = three();
    one.request('resources/read', {}, 0);
    unable.request('tools/call', {}, 1);
    other.request('tools/call', {}, 2);
    one.request('tools/call', {}, 3);
    rig.ask('q', method);
    expect([unable.questions.length, one.questions.length, other.questions.length]).toEqual([
      0, 0, 1,
    ]);
    expect(other.causes.at(-1)).toBe(2);
    rig.answer(sharedId('two', 2));
    rig.ask('r', method);
    expect([one.questions.length, one.causes.at(-1)]).toEqual([1, 3]);
  });

  it('else to any that can, and is answered once, by nobody else', () => {
    const { rig, unable, one, two: other } = three();
    rig.ask('q', method);
    expect([unable.questions, one.questions, other.questions]).toEqual([
      [],
      [{ id: 'q', method }],
      [],
    ]);
    other.reply({ jsonrpc: '2.0', id: 'q', result: { by: 'two' } });
    expect(rig.answers).toEqual([]);
    one.reply({ jsonrpc: '2.0', id: 'q', result: { by: 'one' } });
    expect(rig.answers).toEqual([{ jsonrpc: '2.0', id: 'q', result: { by: 'one' } }]);
  });

  it('else is refused in words', () => {
    const rig = new SharedRig();
    rig.join('unable').begin();
    rig.ask('q', method);
    expect(rig.answers).toMatchObject([{ id: 'q', error: { code: -32601 } }]);
    expect(JSON.stringify(rig.answers)).toContain(method);
  });

  it('may be answered while it is being asked', () => {
    const { rig, one } = three();
    one.shared.end.onMessage((message) => {
      if ('method' in message && 'id' in message)
        one.reply({ jsonrpc: '2.0', id: message.id, result: {} });
    });
    rig.ask('q', method);
    one.shared.leave();
    expect(rig.answers).toMatchObject([{ id: 'q', result: {} }]);
  });

  it('of a program that leaves for good is refused at once', () => {
    const { rig, one, two: other } = three();
    rig.ask('q', method);
    one.shared.leave();
    one.reply({ jsonrpc: '2.0', id: 'q', result: {} });
    expect(JSON.stringify(rig.answers)).toContain('has left');
    expect(rig.answers).toHaveLength(1);
    expect(other.questions).toEqual([]);
  });

  it('of a program that is only away waits for it', () => {
    const { rig, one } = three();
    rig.ask('q', method);
    one.shared.dispose();
    expect(rig.answers).toEqual([]);
    rig.join('one').reply({ jsonrpc: '2.0', id: 'q', result: {} });
    expect(rig.answers).toMatchObject([{ id: 'q', result: {} }]);
  });

  it('that is withdrawn is withdrawn from the one who has it', () => {
    const { rig, one, two: other } = three();
    rig.ask('q', method);
    rig.notify('cancelled', { requestId: 'q' });
    rig.notify('cancelled', { requestId: 'unknown' });
    rig.notify('cancelled', {});
    expect([one.notices, other.notices]).toEqual([['cancelled'], []]);
  });
});
