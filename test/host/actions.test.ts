// What the menus offer is what the connection would do: an offered action changes its life, another one does not.
import { describe, expect, test } from 'vitest';
import type {
  ConnectionEvent,
  ConnectionState,
  StateKind,
} from '../../src/core/connection/state.ts';
import { gateOf, needsPerson } from '../../src/core/connection/state.ts';
import { step } from '../../src/core/connection/step.ts';
import { aFailure } from '../../src/core/connection/failure.ts';
import { type Action, applies, personStepIn } from '../../src/host/actions.ts';
import { moodOf, summarize } from '../../src/host/statusSummary.ts';
import { FakeFleet } from '../support/fakeFleet.ts';
import { policy } from '../support/someLives.ts';
import { fillGallery } from './gallery/servers.ts';

const at = 1_000_000;
const fleet = new FakeFleet();
fillGallery(fleet, at);
const lives = fleet.servers.value.map(({ life }) => life.value);

const eventOf: Readonly<Partial<Record<Action, ConnectionEvent>>> = {
  reconnect: { kind: 'reconnect-asked', at },
  renew: { kind: 'new-session-asked', at },
  start: { kind: 'started', at },
  stop: { kind: 'stop-asked', at },
};

describe.each(lives.map((life) => [life.state.kind, life] as const))(
  'in the state %s',
  (kind, life) => {
    test.each(Object.entries(eventOf))(
      '%s is offered only where it does something',
      (name, event) => {
        const action = name as Action;
        if (!applies(action, kind)) return;
        const [next, effects] = step(life, event, policy);
        expect(next !== life || effects.length > 0).toBe(true);
      },
    );

    test('a call is offered wherever it is not refused', () => {
      if (gateOf(life.state) !== 'refuse') expect(applies('call', kind)).toBe(true);
    });

    test('either Enable or Disable is offered', () => {
      expect(applies('enable', kind)).toBe(!applies('disable', kind));
    });
  },
);

describe('the step of a person', () => {
  const waiting = (failure: 'needs-input' | 'unapproved'): ConnectionState => ({
    ...{ kind: 'needs-input', since: at, attempt: 1 },
    failure: aFailure(failure, ''),
  });
  const signedOut: ConnectionState = {
    ...{ kind: 'needs-auth', since: at, attempt: 1 },
    failure: aFailure('unauthorized', ''),
  };

  test('is what the state waits for, and leave before all else', () => {
    expect(personStepIn(signedOut, true)).toBe('signIn');
    expect(personStepIn(waiting('needs-input'), true)).toBe('enterValues');
    expect(personStepIn(waiting('unapproved'), false)).toBe('review');
    expect(personStepIn(signedOut, false)).toBe('review');
  });

  test('is there in every state that says it needs a person, but for a start or a change of settings', () => {
    const others = lives
      .filter(({ state }) => needsPerson(state) && personStepIn(state, true) === null)
      .map(({ state }) => state.kind);
    expect(others.every((kind) => kind === 'crash-loop' || kind === 'failed')).toBe(true);
  });

  test('is none where nobody is waited for', () => {
    expect(personStepIn({ kind: 'idle' }, true)).toBeNull();
  });
});

test('the gallery has every state but one that passes by itself', () => {
  const all: readonly StateKind[] = [
    'disabled',
    'idle',
    'connecting',
    'ready',
    'degraded',
    'reconnecting',
    'suspended',
    'needs-auth',
    'crash-loop',
    'failed',
    'stopped',
  ];
  expect(all.filter((kind) => !lives.some(({ state }) => state.kind === kind))).toEqual([]);
});

describe('the summary', () => {
  const states = lives.map(({ state }) => state);

  test('counts what works of what is switched on, entries with mistakes included', () => {
    expect(summarize(states, 1)).toMatchObject({
      up: 3,
      total: 12,
      configured: 13,
      people: 4,
      mood: 'person',
    });
  });

  test('is well where nothing is configured', () => {
    expect(summarize([], 0)).toEqual({ up: 0, total: 0, configured: 0, people: 0, mood: 'well' });
  });

  test('names the gravest state', () => {
    const moods = states.filter((state) => !needsPerson(state)).map(moodOf);
    expect(new Set(moods)).toEqual(new Set(['well', 'recovering', 'troubled']));
    expect(
      summarize(
        states.filter((state) => !needsPerson(state)),
        0,
      ).mood,
    ).toBe('recovering');
  });
});
