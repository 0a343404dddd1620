// The running servers follow the settings, and a change touches only what it must.
import { describe, expect, it } from 'vitest';
import { aFailure } from '../../src/core/connection/failure.ts';
import type { BadServer } from '../../src/core/settings.ts';
import { aServer, VirtualFleet } from '../support/virtualFleet.ts';

const aBad = (name: string): BadServer => ({ kind: 'bad', name, reason: `'url' is missing.` });

describe('the settings', () => {
  it('become servers in their order; those that start by themselves are connected', async () => {
    const { states } = await new VirtualFleet([
      aServer('b'),
      aServer('a', { autoStart: false }),
      aServer('c', { enabled: false }),
    ]).open();
    expect(states).toEqual(['b: ready first', 'a: idle', 'c: disabled']);
  });

  it('with a bad entry: it is listed with its reason, and the others work', async () => {
    const rig = await new VirtualFleet([aServer('a'), aBad('broken'), aServer('b')]).open();
    expect(rig.states).toEqual(['a: ready first', 'b: ready first']);
    expect(rig.fleet.bad.value).toEqual([aBad('broken')]);
    await rig.configure([aServer('a'), aServer('broken'), aServer('b')]);
    expect([rig.fleet.bad.value, rig.states[1]]).toEqual([[], 'broken: ready first']);
  });

  it('do nothing before the fleet is opened', async () => {
    const rig = new VirtualFleet([aServer('a')]);
    await rig.clock.advance(60_000);
    expect([rig.states, rig.dialers.size]).toEqual([[], 0]);
  });
});

describe('a changed entry', () => {
  it('touches only its own server', async () => {
    const rig = await new VirtualFleet([aServer('a'), aServer('b')]).open();
    const [a, b] = rig.fleet.servers.value;
    rig.dialer('a').news();
    rig.dialer('b').news();
    await rig.configure([aServer('a'), aServer('b', { url: 'http://127.0.0.1/other' })]);
    expect(rig.fleet.get('a')).toBe(a);
    expect(rig.fleet.get('b')).not.toBe(b);
    expect(rig.dialer('a').news()).toEqual([]);
    expect(rig.dialer('b').news().slice(0, 2)).toEqual(['1 goodbye', 'dial']);
    expect(rig.states[1]).toBe('b: ready first');
  });

  it('whose meaning is the same keeps its session', async () => {
    const rig = await new VirtualFleet([aServer('a')]).open();
    rig.dialer('a').news();
    await rig.configure([aServer('a', { trustHints: true, health: '/healthz' })]);
    expect(rig.dialer('a').news().slice(0, 3)).toEqual([
      '1 close',
      'dial s1',
      expect.stringMatching(/^2 ping/),
    ]);
    expect(rig.states).toEqual(['a: ready same-session']);
    expect(rig.server('a').definition.trustHints).toBe(true);
  });

  it('that only trusts its hints counts at once and leaves the connection alone', async () => {
    const rig = await new VirtualFleet([aServer('a')]).open();
    const before = rig.server('a');
    rig.dialer('a').news();
    await rig.configure([aServer('a', { trustHints: true })]);
    expect(rig.server('a')).toBe(before);
    expect(rig.server('a').definition.trustHints).toBe(true);
    expect(rig.dialer('a').news()).toEqual([]);
  });

  it('with new headers is another server to talk to, and gets a new session', async () => {
    const rig = await new VirtualFleet([aServer('a')]).open();
    await rig.configure([aServer('a', { headers: { Authorization: 'Bearer other' } })]);
    expect(rig.dialer('a').count('goodbye')).toBe(1);
    expect(rig.dialer('a').count('initialize ')).toBe(2);
  });

  it('that disables its server ends the session; enabled again it makes a new one', async () => {
    const rig = await new VirtualFleet([aServer('a')]).open();
    await rig.configure([aServer('a', { enabled: false })]);
    expect(rig.states).toEqual(['a: disabled']);
    expect(rig.dialer('a').seen.at(-1)).toBe('1 goodbye');
    await rig.configure([aServer('a')]);
    expect(rig.states).toEqual(['a: ready first']);
  });

  it('of another setting touches no server, and counts at once', async () => {
    const rig = await new VirtualFleet([aServer('a')]).open();
    const before = rig.server('a');
    rig.dialer('a').news();
    const { settings } = rig;
    await rig.configure(settings.value.servers, {
      calls: { ...settings.value.calls, holdBudget: 1000 },
    });
    expect(rig.server('a')).toBe(before);
    expect(rig.dialer('a').news()).toEqual([]);
    rig.dialer('a').refuseDialling();
    rig.dialer('a').dropLink();
    await rig.clock.advance(1000);
    expect(rig.states[0]).toMatch(/^a: suspended/);
  });

  it('that only changes the order touches no server', async () => {
    const rig = await new VirtualFleet([aServer('a'), aServer('b')]).open();
    const [a, b] = rig.fleet.servers.value;
    await rig.configure([aServer('b'), aServer('a')]);
    expect(rig.fleet.servers.value).toEqual([b, a]);
  });
});

describe('a removed entry', () => {
  it('ends its session at the server, closes its clients, and leaves nothing stored', async () => {
    const rig = await new VirtualFleet([aServer('a'), aServer('b')]).open();
    await rig.configure([aServer('b')]);
    expect(rig.states).toEqual(['b: ready first']);
    expect(rig.dialer('a').seen.at(-1)).toBe('1 goodbye');
    expect(rig.views[0]?.client.isClosed).toBe(true);
    expect(rig.records.load('a', 'lifeline')).toBeNull();
    expect(rig.fleet.get('a')).toBeUndefined();
  });

  it('answers the calls that waited for it', async () => {
    const rig = await new VirtualFleet([aServer('a')]).open();
    rig.dialer('a').refuseDialling();
    rig.dialer('a').dropLink();
    await rig.settle();
    const call = rig.views[0]?.client.call() ?? '';
    await rig.configure([]);
    expect(rig.views[0]?.client.outcome(call)).toBe('not-run');
  });
});

describe('the end of the fleet', () => {
  it('leaves the sessions alive, and no timer [reload-survives] [clean-exit]', async () => {
    const rig = await new VirtualFleet([aServer('a'), aServer('b')]).open();
    await rig.fleet.shutdown();
    await rig.settle();
    expect(['a', 'b'].map((name) => rig.dialer(name).seen.at(-1))).toEqual(['1 close', '1 close']);
    expect(rig.records.load('a', 'lifeline')).toMatchObject({ sessionId: 's1' });
    expect(rig.clock.pending).toBe(0);
  });

  it('makes no servers from settings that come later', async () => {
    const rig = await new VirtualFleet([aServer('a')]).open();
    await rig.fleet.shutdown();
    await rig.configure([aServer('a'), aServer('late')]);
    rig.wake('focus');
    await rig.clock.advance(60_000);
    expect(rig.dialers.has('late')).toBe(false);
    expect(rig.dialer('a').count('dial')).toBe(1);
  });
});

describe('all servers together', () => {
  it.each(['slept', 'network', 'focus'] as const)('are proven at once: %s [wake]', async (why) => {
    const rig = await new VirtualFleet([aServer('a'), aServer('b')]).open();
    rig.dialer('a').news();
    rig.dialer('b').refuseDialling();
    rig.dialer('b').dropLink();
    await rig.clock.advance(16_000);
    rig.dialer('b').acceptDialling();
    rig.wake(why);
    await rig.settle();
    expect(rig.dialer('a').seen).toContainEqual(expect.stringMatching(/^1 ping/));
    expect(rig.states[1]).toBe('b: ready same-session');
  });

  it('share the limit of bytes that wait [bounded]', async () => {
    const rig = await new VirtualFleet([aServer('a'), aServer('b')]).open();
    const { settings } = rig;
    await rig.configure(settings.value.servers, {
      calls: { ...settings.value.calls, maxHeldBytesTotal: 3000 },
    });
    for (const name of ['a', 'b']) {
      rig.dialer(name).refuseDialling();
      rig.dialer(name).dropLink();
    }
    await rig.settle();
    const text = 'x'.repeat(2000);
    const [a, b] = rig.views;
    const first = a?.client.call('one', { arguments: { text } }) ?? '';
    const second = b?.client.call('two', { arguments: { text } }) ?? '';
    expect([a?.client.outcome(first), b?.client.outcome(second)]).toEqual(['none', 'not-run']);
  });

  it('tell their troubles with the name of the server', async () => {
    const rig = await new VirtualFleet([aServer('a'), aServer('b')]).open();
    rig.dialer('b').refuseDialling(aFailure('unauthorized', '401'));
    rig.dialer('b').dropLink();
    await rig.clock.advance(1000);
    expect(rig.notices).toEqual(['b: needs-auth']);
  });
});
