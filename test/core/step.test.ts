// The life of a connection, event by event, and for any order of events.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aFailure, type FailureKind, failureTraits } from '../../src/core/connection/failure.ts';
import type { Policy } from '../../src/core/connection/failing.ts';
import {
  type ConnectionEffect,
  type ConnectionEvent,
  gateOf,
  isRecovering,
  isUp,
  type Life,
  newLife,
} from '../../src/core/connection/state.ts';
import { step } from '../../src/core/connection/step.ts';

const policy: Policy = {
  backoff: {
    delays: [0, 250, 500, 1000, 2000, 4000, 8000, 15_000, 30_000],
    localCap: 30_000,
    remoteCap: 60_000,
    stableAfter: 30_000,
  },
  local: true,
  holdBudget: 45_000,
  notifyAfterAttempts: 10,
  crashLoop: { exits: 5, within: 180_000 },
};

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
    expect(effects).toContainEqual({ kind: 'close-link', goodbye: false });
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

  it('makes a new session after a restart that only health polling saw', () => {
    const { life } = run(aStableLife(), {
      kind: 'restart-seen',
      failure: aFailure('restarted', 'uptime went down'),
    });
    expect(life.mustRenew).toBe(true);
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

const failures = Object.keys(failureTraits).map((kind) => aFailure(kind as FailureKind, kind));
const anyFailure = fc.constantFrom(...failures);
const anyEpoch = fc.constantFrom(-1, 0);
const anyEvent = fc.oneof(
  fc
    .constantFrom(
      ...([
        'started',
        'call-arrived',
        'attempt-begun',
        'hold-budget-spent',
        'reconnect-asked',
        'new-session-asked',
        'stop-asked',
        'goodbye-done',
        'disable-asked',
        'enable-asked',
      ] as const),
    )
    .map((kind) => ({ kind })),
  fc.record({
    kind: fc.constant('nudged' as const),
    cause: fc.constantFrom('wake' as const, 'listening' as const, 'user' as const),
  }),
  fc.record({
    kind: fc.constant('attempt-succeeded' as const),
    epoch: anyEpoch,
    how: fc.constantFrom('same-session' as const, 'new-session' as const, 'stateless' as const),
  }),
  fc.record({ kind: fc.constant('attempt-failed' as const), epoch: anyEpoch, failure: anyFailure }),
  fc.record({
    kind: fc.constantFrom('lost' as const, 'restart-seen' as const),
    epoch: anyEpoch,
    failure: anyFailure,
  }),
  fc.record({
    kind: fc.constantFrom('troubled' as const, 'mended' as const),
    epoch: anyEpoch,
    trouble: fc.constantFrom('slow' as const, 'health-failing' as const),
  }),
  fc.record({ kind: fc.constant('stood' as const), epoch: anyEpoch }),
);
const anyEvents = fc.array(fc.tuple(anyEvent, fc.nat(60_000)), { maxLength: 40 });

/** Plays events; `epoch` in them is relative to the newest (0) or older (-1). */
const play = (
  events: readonly (readonly [object, number])[],
  visit: (
    before: Life,
    event: ConnectionEvent,
    after: Life,
    effects: readonly ConnectionEffect[],
  ) => void,
): Life => {
  let life = newLife('idle', false);
  let at = 0;
  for (const [loose, later] of events) {
    at += later;
    const relative = 'epoch' in loose ? { epoch: life.epoch + Number(loose.epoch) } : {};
    const event = { at, random: 0.5, ...loose, ...relative } as ConnectionEvent;
    const [next, effects] = step(life, event, policy);
    visit(life, event, next, effects);
    life = next;
  }
  return life;
};

describe('for any order of events', () => {
  it('never opens an epoch twice', () => {
    fc.assert(
      fc.property(anyEvents, (events) => {
        const opened = new Set<number>();
        play(events, (before, event, after) => {
          if (event.kind !== 'attempt-begun' || after === before) return;
          expect(opened.has(after.epoch)).toBe(false);
          opened.add(after.epoch);
        });
      }),
    );
  });

  it('answers a late event with the very same life', () => {
    fc.assert(
      fc.property(anyEvents, (events) => {
        play(events, (before, event, after, effects) => {
          if (!('epoch' in event) || event.epoch === before.epoch) return;
          expect(after).toBe(before);
          expect(effects).toEqual([]);
        });
      }),
    );
  });

  it('has at most one live link: it is given up before the state stops using it', () => {
    fc.assert(
      fc.property(anyEvents, (events) => {
        let live = false;
        play(events, (before, _, after, effects) => {
          if (!isUp(before.state) && isUp(after.state)) {
            expect(live).toBe(false);
            live = true;
          }
          if (effects.some((effect) => effect.kind === 'close-link')) live = false;
          if (!isUp(after.state) && after.state.kind !== 'stopping') expect(live).toBe(false);
        });
      }),
    );
  });

  it('has a next attempt running or planned whenever it says that it recovers [never-give-up]', () => {
    fc.assert(
      fc.property(anyEvents, (events) => {
        // The loop as the driver runs it: planned by `attempt`, ended by `cease` or success.
        let planned = false;
        play(events, (_, event, after, effects) => {
          if (event.kind === 'attempt-succeeded' && isUp(after.state)) planned = false;
          for (const effect of effects) {
            if (effect.kind === 'cease') planned = false;
            if (effect.kind === 'attempt') planned = true;
          }
          const { kind } = after.state;
          if (isRecovering(after.state) && kind !== 'needs-auth' && kind !== 'needs-input')
            expect(planned).toBe(true);
        });
      }),
    );
  });

  it('never reconnects by itself after stop or disable', () => {
    fc.assert(
      fc.property(anyEvents, (events) => {
        play(events, (before, event, after, effects) => {
          const ended = ['stopped', 'disabled', 'stopping'].includes(before.state.kind);
          const asked = [
            'started',
            'reconnect-asked',
            'new-session-asked',
            'enable-asked',
          ].includes(event.kind);
          if (!ended || asked) return;
          expect(effects.some((effect) => effect.kind === 'attempt')).toBe(false);
          expect(['stopped', 'disabled', 'stopping']).toContain(after.state.kind);
        });
      }),
    );
  });

  it('says ready only after an attempt that succeeded [truth-on-screen]', () => {
    fc.assert(
      fc.property(anyEvents, (events) => {
        play(events, (before, event, after) => {
          if (isUp(before.state) || !isUp(after.state)) return;
          expect(event.kind).toBe('attempt-succeeded');
        });
      }),
    );
  });
});
