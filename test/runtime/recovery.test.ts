// Getting a connection and getting it back: attempts, waits between them, and what is said meanwhile. States are
// asserted as the sequence that a screen would show.
import { describe, expect, it } from 'vitest';
import { aFailure, ConnectionError } from '../../src/core/connection/failure.ts';
import { aReadyRig, aStableRig, remote, Rig } from '../support/connectionRig.ts';
import { theBackoff } from '../support/defaults.ts';

const minute = 60_000;

/** The waits that followed a failed attempt, as they were shown. */
const waitsIn = (states: readonly string[]): number[] =>
  states
    .filter((_, index) => states[index - 1]?.endsWith('trying'))
    .flatMap((state) => / in (\d+)$/.exec(state)?.[1] ?? [])
    .map(Number);

describe('connecting', () => {
  it('is idle until a client says hello, and ready only when the server has answered', async () => {
    const rig = new Rig();
    await rig.advance(minute);
    expect([rig.state, rig.server.seen]).toEqual(['idle', []]);
    rig.server.stall('initialize');
    rig.client.hello();
    await rig.settle();
    expect([rig.state, rig.client.outcome('hello')]).toEqual(['connecting', 'none']);
    rig.server.proceed('initialize');
    await rig.settle();
    expect(rig.states).toEqual(['connecting', 'ready first']);
    expect(rig.client.outcome('hello')).toBe('result');
    expect(rig.server.seen.slice(0, 4)).toEqual([
      'dial',
      '1 initialize 1',
      '1 tell initialized',
      '1 listen',
    ]);
  });

  it('says so when the server keeps no sessions', async () => {
    const rig = await aReadyRig({}, ({ server }) => {
      server.keepsSessions = false;
    });
    expect(rig.states).toEqual(['connecting', 'ready stateless']);
  });

  it('never says ready from memory: a stored session is proven first [truth-on-screen]', async () => {
    const before = await aStableRig();
    const rig = await before.reload();
    rig.server.goSilent();
    rig.client.hello();
    await rig.advance(1000);
    expect(rig.states).toEqual(['connecting']);
    expect(rig.connection.proof.value).toBeNull();
    rig.server.speakAgain();
    await rig.advance(minute);
    expect(rig.state).toBe('ready same-session');
    expect(rig.connection.proof.value).not.toBeNull();
  });

  it('gives up on a handshake that is not answered, and tries again', async () => {
    const rig = new Rig();
    rig.server.goSilent();
    rig.client.hello();
    await rig.advance(29_999);
    expect(rig.states).toEqual(['connecting']);
    await rig.advance(1);
    expect(rig.states).toEqual(['connecting', 'reconnecting #2 in 250']);
    expect(rig.server.seen.at(-1)).toBe('1 close');
  });

  it('does not take an answer to initialize without a protocol version for MCP', async () => {
    const rig = await aReadyRig({}, ({ server }) => {
      server.welcome = { hello: 'world' };
    });
    expect(rig.states).toEqual(['connecting', 'failed not-mcp']);
  });
});

describe('backoff', () => {
  it('waits as the settings say, at last as long as the cap, for ever [never-give-up]', async () => {
    const rig = await aStableRig(remote());
    rig.server.refuseDialling();
    rig.server.dropLink();
    await rig.advance(5 * minute);
    const waits = waitsIn(rig.states);
    const { delays, remoteCap } = theBackoff;
    expect(waits.slice(0, delays.length)).toEqual([...delays.slice(1), remoteCap]);
    expect(new Set(waits.slice(delays.length))).toEqual(new Set([remoteCap]));
    await rig.advance(24 * 60 * minute);
    const dials = rig.server.count('dial');
    await rig.advance(10 * remoteCap);
    expect(rig.server.count('dial')).toBe(dials + 10);
    rig.server.acceptDialling();
    await rig.advance(remoteCap);
    expect(rig.state).toBe('ready same-session');
  });

  it('shows each attempt and when the next one comes', async () => {
    const rig = await aStableRig(remote());
    rig.server.refuseDialling();
    rig.server.dropLink();
    await rig.advance(600);
    expect(rig.states).toEqual([
      'reconnecting #1 trying',
      'reconnecting #2 in 250',
      'reconnecting #2 trying',
      'reconnecting #3 in 500',
    ]);
  });

  it('waits as long as the server asked for by Retry-After', async () => {
    const rig = await aStableRig(remote());
    rig.server.refuseHandshake(aFailure('rate-limited', '429', { retryAfter: 7000 }));
    rig.server.forgetSession();
    rig.server.dropLink();
    await rig.settle();
    expect(rig.state).toBe('reconnecting #2 in 7000');
    rig.server.acceptDialling();
    await rig.advance(6999);
    expect(rig.state).toBe('reconnecting #2 in 1');
    await rig.advance(1);
    expect(rig.state).toBe('ready new-session');
  });

  it('starts anew after thirty seconds of stability, and not a moment sooner', async () => {
    const rig = await aReadyRig(remote());
    await rig.advance(theBackoff.stableAfter - 1);
    rig.news();
    rig.server.dropLink();
    await rig.advance(250);
    expect(rig.news()).toEqual([
      'reconnecting #2 in 250',
      'reconnecting #2 trying',
      'ready same-session',
    ]);
    await rig.advance(theBackoff.stableAfter);
    rig.server.dropLink();
    await rig.settle();
    expect(rig.news()).toEqual(['reconnecting #1 trying', 'ready same-session']);
  });

  it('meets a server that accepts and drops again and again with longer and longer waits', async () => {
    const rig = await aStableRig(remote());
    for (let round = 0; round < 5; round += 1) {
      rig.server.dropLink();
      await rig.advance(theBackoff.delays[round] ?? 0);
    }
    expect(rig.states.filter((state) => / in /.test(state))).toEqual([
      'reconnecting #2 in 250',
      'reconnecting #3 in 500',
      'reconnecting #4 in 1000',
      'reconnecting #5 in 2000',
    ]);
    expect(rig.state).toBe('ready same-session');
  });

  it('survives a bug in the dialer: recovery goes on, and the bug is seen [never-give-up]', async () => {
    const rig = await aStableRig(remote());
    rig.server.refuseDialling(new TypeError('undefined is not a function'));
    rig.server.dropLink();
    await rig.advance(10_000);
    expect(rig.server.count('dial')).toBeGreaterThan(4);
    expect(rig.errors[0]).toContain('undefined is not a function');
    rig.server.acceptDialling();
    await rig.advance(minute);
    expect(rig.state).toBe('ready same-session');
  });

  it('takes a failure that is no bug without an error in the log', async () => {
    const rig = await aStableRig(remote());
    rig.server.refuseDialling(new ConnectionError(aFailure('unresolved', 'no such name')));
    rig.server.dropLink();
    await rig.advance(10_000);
    expect(rig.errors).toEqual([]);
  });
});

describe('a long trouble', () => {
  it('tells the user once after ten tries, and again in the next episode [never-give-up]', async () => {
    const rig = await aStableRig(remote());
    const fail = async (): Promise<void> => {
      rig.server.refuseDialling();
      rig.server.dropLink();
      for (const delay of theBackoff.delays.slice(0, -1)) await rig.advance(delay);
    };
    await fail();
    expect(rig.server.count('dial')).toBe(8);
    await rig.advance(30_000);
    expect(rig.told).toEqual([]);
    await rig.advance(minute);
    expect(rig.server.count('dial')).toBe(10);
    expect(rig.told).toEqual(['not-recovering']);
    await rig.advance(60 * minute);
    expect(rig.told).toEqual(['not-recovering']);
    rig.server.acceptDialling();
    await rig.advance(minute + theBackoff.stableAfter);
    expect(rig.state).toBe('ready same-session');
    await fail();
    await rig.advance(5 * minute);
    expect(rig.told).toEqual(['not-recovering', 'not-recovering']);
  });

  it('does not tell again when it was up for a moment only', async () => {
    const rig = await aStableRig(remote());
    rig.server.refuseDialling();
    rig.server.dropLink();
    await rig.advance(5 * minute);
    rig.server.acceptDialling();
    rig.connection.woke();
    await rig.settle();
    expect(rig.state).toBe('ready same-session');
    rig.server.refuseDialling();
    rig.server.dropLink();
    await rig.advance(20 * minute);
    expect(rig.told).toEqual(['not-recovering']);
  });

  it('is suspended after the hold budget: calls are refused at once, and attempts go on', async () => {
    const rig = await aStableRig(remote());
    rig.server.refuseDialling();
    rig.server.dropLink();
    await rig.advance(44_999);
    expect(rig.state).toMatch(/^reconnecting/);
    await rig.advance(1);
    expect(rig.state).toMatch(/^suspended/);
    const call = rig.client.call();
    await rig.settle();
    expect(rig.client.outcome(call)).toBe('not-run');
    rig.server.acceptDialling();
    await rig.advance(minute);
    expect(rig.state).toBe('ready same-session');
    expect(rig.transitions).toContain('reconnecting > suspended: hold-budget');
  });

  it('keeps its history readable: hours of slow probing add no lines', async () => {
    const rig = await aStableRig(remote());
    rig.server.refuseDialling();
    rig.server.dropLink();
    await rig.advance(10 * minute);
    const lines = rig.transitions.length;
    await rig.advance(5 * 60 * minute);
    expect(rig.transitions).toHaveLength(lines);
  });
});
