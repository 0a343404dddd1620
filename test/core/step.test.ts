// The life of a connection, event by event.
import { describe, expect, it } from 'vitest';
import { aFailure } from '../../src/core/connection/failure.ts';
import {
  type ConnectionEffect,
  type ConnectionEvent,
  gateOf,
  type Life,
  newLife,
} from '../../src/core/connection/state.ts';
import { step } from '../../src/core/connection/step.ts';
import { policy } from '../support/someLives.ts';

const refused = aFailure('refused', 'nobody listens');

/** An event of which the test says only what matters to it. */
type Loose = { readonly kind: ConnectionEvent['kind'] } & Readonly<Record<string, unknown>>;

/** Runs events one after the other; those that report on an attempt are about the newest epoch. */
const run = (
  from: Life,
  ...events: Loose[]
): { life: Life; effects: readonly ConnectionEffect[] } =>
  events.reduce<{ life: Life; effects: readonly ConnectionEffect[] }>(
    ({ life }, loose) => {
      const [next, effects] = step(life, complete(loose, life.epoch), policy);
      return { life: next, effects };
    },
    { life: from, effects: [] },
  );

const withEpoch = new Set([
  'attempt-succeeded',
  'attempt-failed',
  'lost',
  'restart-seen',
  'troubled',
  'mended',
  'stood',
]);
const complete = (loose: object & { readonly kind: string }, epoch: number): ConnectionEvent => {
  const event = { at: 0, random: 1, ...(withEpoch.has(loose.kind) ? { epoch } : {}), ...loose };
  // Built from parts that the tests below spell out; a wrong one fails there.
  return event as ConnectionEvent;
};

const aReadyLife = (): Life =>
  run(
    newLife('idle', false),
    { kind: 'started' },
    { kind: 'attempt-begun' },
    { kind: 'attempt-succeeded', how: 'new-session' },
  ).life;

const aStableLife = (): Life => run(aReadyLife(), { kind: 'stood' }).life;

describe('a connection', () => {
  it('becomes ready by an attempt and by nothing else', () => {
    const life = aReadyLife();
    expect(life.state).toMatchObject({ kind: 'ready', recovered: 'first' });
  });

  it('tries again at once when a stable link is lost, and calls are held', () => {
    const { life, effects } = run(aStableLife(), { kind: 'lost', failure: refused });
    expect(life.state).toMatchObject({
      kind: 'reconnecting',
      attempt: 1,
      phase: { kind: 'trying' },
    });
    expect(gateOf(life.state)).toBe('hold');
    expect(effects).toContainEqual({ kind: 'attempt', delay: 0 });
    expect(effects).toContainEqual({ kind: 'leave-link' });
  });

  it('cuts what runs on a link that fell silent, and leaves it on one whose server merely refused another', () => {
    const silent = run(aStableLife(), { kind: 'lost', failure: aFailure('silent', 'no answer') });
    expect(silent.effects).toContainEqual({ kind: 'close-link', goodbye: false });
    const refusedOne = run(aStableLife(), {
      kind: 'lost',
      failure: aFailure('session-lost', '404'),
    });
    expect(refusedOne.effects).toContainEqual({ kind: 'leave-link' });
    expect(refusedOne.effects.map(({ kind }) => kind)).not.toContain('close-link');
  });

  it('meets the backoff when the server accepts and drops before it was stable', () => {
    const { effects } = run(aReadyLife(), { kind: 'lost', failure: refused });
    expect(effects).toContainEqual({ kind: 'attempt', delay: 250 });
  });

  it('waits longer with each failed attempt, as the settings say', () => {
    let { life } = run(aStableLife(), { kind: 'lost', failure: refused });
    const delays: number[] = [];
    for (let index = 0; index < 10; index++) {
      const after = run(
        life,
        { kind: 'attempt-begun' },
        { kind: 'attempt-failed', failure: refused, random: 1 },
      );
      life = after.life;
      for (const effect of after.effects) if (effect.kind === 'attempt') delays.push(effect.delay);
    }
    expect(delays).toEqual([250, 500, 1000, 2000, 4000, 8000, 15_000, 30_000, 30_000, 30_000]);
  });

  it('tells the user once in an episode, after ten tries, and goes on [never-give-up]', () => {
    let life = aStableLife();
    life = run(life, { kind: 'lost', failure: refused }).life;
    const told: number[] = [];
    for (let index = 1; index <= 40; index++) {
      const after = run(
        life,
        { kind: 'attempt-begun' },
        { kind: 'attempt-failed', failure: refused },
      );
      life = after.life;
      if (after.effects.some((effect) => effect.kind === 'tell-user')) told.push(index);
      expect(after.effects.some((effect) => effect.kind === 'attempt')).toBe(true);
    }
    expect(told).toEqual([10]);
  });

  it('is suspended when it is down for longer than the hold budget, and still tries', () => {
    const down = run(aStableLife(), { kind: 'lost', failure: refused, at: 1000 }).life;
    expect(run(down, { kind: 'hold-budget-spent', at: 45_999 }).life.state.kind).toBe(
      'reconnecting',
    );
    const { life } = run(down, { kind: 'hold-budget-spent', at: 46_000 });
    expect(life.state.kind).toBe('suspended');
    expect(gateOf(life.state)).toBe('refuse');
    const tried = run(
      life,
      { kind: 'attempt-begun' },
      { kind: 'attempt-failed', failure: refused },
    );
    expect(tried.life.state).toMatchObject({ kind: 'suspended', phase: { kind: 'waiting' } });
  });

  it('cuts the wait short when something outside says that it may work now [wake]', () => {
    const waiting = run(aReadyLife(), { kind: 'lost', failure: refused }).life;
    for (const cause of ['wake', 'listening', 'health', 'user'] as const)
      expect(run(waiting, { kind: 'nudged', cause }).effects).toEqual([
        { kind: 'attempt', delay: 0 },
      ]);
  });

  it('may go back to its session after a restart that only health polling saw, if that proves itself', () => {
    const { life } = run(aStableLife(), {
      kind: 'restart-seen',
      failure: aFailure('restarted', 'uptime went down'),
    });
    expect(life.mustRenew).toBe(false);
    const ready = run(
      life,
      { kind: 'attempt-begun' },
      { kind: 'attempt-succeeded', how: 'new-session' },
    ).life;
    expect(ready.state).toMatchObject({ kind: 'ready', recovered: 'new-session' });
    expect(ready.mustRenew).toBe(false);
  });

  it('does not try by itself while a person must sign in, and a call does not make it try', () => {
    const { life, effects } = run(
      newLife('idle', false),
      { kind: 'started' },
      { kind: 'attempt-begun' },
      { kind: 'attempt-failed', failure: aFailure('unauthorized', '401') },
    );
    expect(life.state.kind).toBe('needs-auth');
    expect(effects).toContainEqual({ kind: 'cease' });
    expect(effects).toContainEqual({ kind: 'tell-user', about: 'needs-auth' });
    expect(run(life, { kind: 'call-arrived' }).effects).toEqual([]);
    expect(run(life, { kind: 'nudged', cause: 'wake' }).effects).toEqual([]);
    expect(run(life, { kind: 'reconnect-asked' }).effects).toContainEqual({
      kind: 'attempt',
      delay: 0,
    });
  });

  it('says failed for what looks permanent, and looks again at the slowest pace', () => {
    const { life, effects } = run(
      newLife('idle', false),
      { kind: 'started' },
      { kind: 'attempt-begun' },
      { kind: 'attempt-failed', failure: aFailure('not-mcp', 'HTML') },
    );
    expect(life.state).toMatchObject({ kind: 'failed', phase: { kind: 'waiting', until: 30_000 } });
    expect(effects).toContainEqual({ kind: 'attempt', delay: 30_000 });
  });

  it('stops for good on bad settings', () => {
    const { life, effects } = run(
      newLife('idle', false),
      { kind: 'started' },
      { kind: 'attempt-begun' },
      { kind: 'attempt-failed', failure: aFailure('bad-config', 'no such command') },
    );
    expect(life.state).toMatchObject({ kind: 'failed', phase: null });
    expect(effects).toContainEqual({ kind: 'cease' });
  });

  it('calls five exits within three minutes a crash loop', () => {
    let life = aStableLife();
    const exited = aFailure('process-exited', 'exit code 1');
    for (let index = 0; index < 4; index++) {
      life = run(life, { kind: 'lost', failure: exited, at: index * 44_000 }).life;
      expect(life.state.kind).toBe('reconnecting');
      life = run(
        life,
        { kind: 'attempt-begun' },
        { kind: 'attempt-succeeded', how: 'stateless' },
      ).life;
    }
    const fifth = run(life, { kind: 'lost', failure: exited, at: 179_999 });
    expect(fifth.life.state).toMatchObject({ kind: 'crash-loop', exits: 5 });
    expect(run(life, { kind: 'lost', failure: exited, at: 180_000 }).life.state.kind).toBe(
      'reconnecting',
    );
  });

  it('finishes calls, says goodbye and forgets the session when the user stops it', () => {
    const stopping = run(aStableLife(), { kind: 'stop-asked' });
    expect(stopping.life.state.kind).toBe('stopping');
    expect(stopping.effects).toContainEqual({ kind: 'finish-calls' });
    const stopped = run(stopping.life, { kind: 'goodbye-done' });
    expect(stopped.life.state.kind).toBe('stopped');
    expect(stopped.effects).toContainEqual({ kind: 'close-link', goodbye: true });
    expect(stopped.effects).toContainEqual({ kind: 'forget-session' });
  });

  it('is degraded while something beside the calls does not work', () => {
    const troubled = run(
      aStableLife(),
      { kind: 'troubled', trouble: 'push-stream-down' },
      { kind: 'troubled', trouble: 'slow' },
    );
    expect(troubled.life.state).toMatchObject({
      kind: 'degraded',
      troubles: ['push-stream-down', 'slow'],
    });
    expect(gateOf(troubled.life.state)).toBe('send');
    const one = run(troubled.life, { kind: 'mended', trouble: 'slow' });
    expect(one.life.state.kind).toBe('degraded');
    expect(run(one.life, { kind: 'mended', trouble: 'push-stream-down' }).life.state.kind).toBe(
      'ready',
    );
  });

  it('ends the session only when a new one was asked for, not on a mere reconnect', () => {
    const again = run(aStableLife(), { kind: 'reconnect-asked' });
    expect(again.effects).toContainEqual({ kind: 'close-link', goodbye: false });
    expect(again.life.mustRenew).toBe(false);
    const anew = run(aStableLife(), { kind: 'new-session-asked' });
    expect(anew.effects).toContainEqual({ kind: 'close-link', goodbye: true });
    expect(anew.effects).toContainEqual({ kind: 'forget-session' });
    expect(anew.life.mustRenew).toBe(true);
  });
});
