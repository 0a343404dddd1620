// Log levels and subscriptions of programs that share a session: each gets what it asked for, and hears no more than that.
import { describe, expect, it } from 'vitest';
import { SharedRig } from '../support/sharedRig.ts';

const two = () => {
  const rig = new SharedRig();
  return { rig, one: rig.join('one').begin(), two: rig.join('two').begin() };
};

describe('log levels', () => {
  const level = (rig: SharedRig): unknown => rig.upstream('logging/setLevel').params?.['level'];

  it('are as talkative upstream as the one who wants most, and each hears what it wants', () => {
    const { rig, one, two: other } = two();
    const quiet = rig.join('quiet').begin();
    one.request('logging/setLevel', { level: 'debug' });
    other.request('logging/setLevel', { level: 'error' });
    expect(level(rig)).toBe('debug');
    rig.notify('message', { level: 'info' });
    rig.notify('message', { level: 'error' });
    expect([one.notices.length, other.notices.length, quiet.notices.length]).toEqual([2, 1, 2]);
  });

  it('hold for what is said on the stream of a call too', () => {
    const { rig, one } = two();
    one.request('logging/setLevel', { level: 'error' });
    one.request('tools/call', {}, 5);
    rig.notify('message', { level: 'debug' }, { client: 'one', id: 5 });
    expect(one.notices).toEqual([]);
  });

  it('that no server knows are its to refuse, and spoil nobody else’s', () => {
    const { rig, one, two: other } = two();
    one.request('logging/setLevel', { level: 'shout' });
    expect(level(rig)).toBe('shout');
    other.request('logging/setLevel', { level: 'warning' });
    expect(level(rig)).toBe('warning');
  });

  it('fall back when the one who wanted most leaves for good, not when it is away', () => {
    const { rig, one, two: other } = two();
    one.request('logging/setLevel', { level: 'debug' });
    other.request('logging/setLevel', { level: 'error' });
    one.shared.dispose();
    expect(rig.requests('logging/setLevel')).toHaveLength(2);
    const back = rig.join('one', { level: 'debug', uris: [], note: () => undefined });
    back.shared.leave();
    expect(level(rig)).toBe('error');
    other.shared.leave();
    expect(rig.requests('logging/setLevel')).toHaveLength(3);
  });
});

describe('subscriptions', () => {
  it('are counted: who subscribed hears, and the last one ends it', () => {
    const { rig, one, two: other } = two();
    one.request('resources/subscribe', { uri: 'a' });
    rig.subscribed.add('a');
    const second = other.request('resources/subscribe', { uri: 'a' });
    expect([rig.requests('resources/subscribe').length, other.outcome(second)]).toEqual([
      1,
      'result',
    ]);
    one.request('resources/unsubscribe', { uri: 'a' });
    expect(rig.requests('resources/unsubscribe')).toEqual([]);
    rig.notify('resources/updated', { uri: 'a' });
    expect([one.notices, other.notices]).toEqual([[], ['resources/updated']]);
    other.request('resources/unsubscribe', { uri: 'a' });
    expect(rig.requests('resources/unsubscribe')).toHaveLength(1);
  });

  it('are asked for until they are granted, and one that is refused is none', () => {
    const { rig, one, two: other } = two();
    rig.script = ({ method }) => (method === 'resources/subscribe' ? new Error('no') : {});
    const first = one.request('resources/subscribe', { uri: 'a' });
    const second = other.request('resources/subscribe', { uri: 'a' });
    expect([one.outcome(first), other.outcome(second)]).toEqual(['error', 'error']);
    rig.notify('resources/updated', { uri: 'a' });
    expect([...one.notices, ...other.notices]).toEqual([]);
  });

  it('of who leaves for good are ended unless another has them', () => {
    const { rig, one, two: other } = two();
    for (const uri of ['a', 'b']) one.request('resources/subscribe', { uri });
    other.request('resources/subscribe', { uri: 'b' });
    one.shared.leave();
    expect(rig.requests('resources/unsubscribe').map(({ params }) => params)).toEqual([
      { uri: 'a' },
    ]);
  });

  it('of who is away go on, and are its own again, told to be kept and asked for where forgotten', () => {
    const { rig, one } = two();
    one.request('resources/subscribe', { uri: 'a' });
    one.shared.dispose();
    expect(rig.requests('resources/unsubscribe')).toEqual([]);
    const noted: unknown[] = [];
    const wishes = { level: null, uris: ['a', 'gone'], note: (it: unknown) => noted.push(it) };
    rig.subscribed.add('a');
    const back = rig.join('one', wishes);
    back.shared.greet({});
    expect(rig.requests('resources/subscribe').at(-1)?.params).toEqual({ uri: 'gone' });
    rig.notify('resources/updated', { uri: 'a' });
    expect(back.notices).toEqual(['resources/updated']);
    back.request('resources/unsubscribe', { uri: 'a' });
    expect(noted).toMatchObject([{ method: 'resources/unsubscribe', params: { uri: 'a' } }]);
  });

  it('are bounded for each, in words [bounded]', () => {
    const { rig, one, two: other } = two();
    for (let index = 0; index < 1000; index += 1)
      one.request('resources/subscribe', { uri: `u${index}` }, `s${index}`);
    const again = one.request('resources/subscribe', { uri: 'u7' }, 'again');
    const past = one.request('resources/subscribe', { uri: 'one more' }, 'past');
    expect([one.outcome(again), one.outcome(past)]).toEqual(['none', 'error']);
    expect(JSON.stringify(one.answersTo(past))).toContain('Unsubscribe');
    other.request('resources/subscribe', { uri: 'one more' });
    expect(rig.requests('resources/subscribe')).toHaveLength(1002);
  });

  it('that are made while the server is away are noted as all of them need it', () => {
    const { one, two: other } = two();
    const note = (program: typeof one, method: string, params: object) =>
      program.shared.note({ jsonrpc: '2.0', id: 1, method, params: { ...params } });
    expect(note(one, 'resources/subscribe', { uri: 'a' })).toMatchObject({ params: { uri: 'a' } });
    expect(note(other, 'resources/subscribe', { uri: 'a' })).not.toBeNull();
    expect(note(one, 'resources/unsubscribe', { uri: 'a' })).toBeNull();
    expect(note(other, 'resources/unsubscribe', { uri: 'a' })).not.toBeNull();
    note(one, 'logging/setLevel', { level: 'debug' });
    expect(note(other, 'logging/setLevel', { level: 'error' })).toMatchObject({
      params: { level: 'debug' },
    });
  });
});
