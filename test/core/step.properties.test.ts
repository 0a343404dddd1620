// What holds for the life of a connection in any order of events.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aFailure, type FailureKind, failureTraits } from '../../src/core/connection/failure.ts';
import {
  type ConnectionEffect,
  type ConnectionEvent,
  isRecovering,
  isUp,
  type Life,
  newLife,
} from '../../src/core/connection/state.ts';
import { step } from '../../src/core/connection/step.ts';
import { policy } from '../support/someLives.ts';

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
          if (effects.some(({ kind }) => kind === 'close-link' || kind === 'leave-link'))
            live = false;
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
