// The line, sentence, explanation, icon and colour of every state, and that all words can be translated.
import { describe, expect, test } from 'vitest';
import { aFailure } from '../../src/core/connection/failure.ts';
import { type ConnectionState, gateOf } from '../../src/core/connection/state.ts';
import { describeState, looks, nameOf, type Say } from '../../src/core/wording.ts';
import { describeFailure } from '../../src/core/wording/failure.ts';
import {
  aLife,
  failureKinds,
  fill,
  now,
  refused,
  say,
  states,
  trying,
  waiting,
} from './wording/someStates.ts';

const wordsOf = (state: ConnectionState, proofAt: number | null = now - 3200, speak = say) =>
  describeState(aLife(state), proofAt, now, speak);

describe('the line of a state', () => {
  test.each<[string, ConnectionState]>([
    ['disabled', states.disabled],
    ['idle', states.idle],
    ['connecting', states.connecting],
    ['ready · proven 3 s ago', states.ready],
    ['degraded · push stream down · slow · proven 3 s ago', states.degraded],
    ['reconnecting in 4 s · attempt 3', states.reconnecting],
    ['reconnecting · attempt 3 · trying now', { ...states.reconnecting, phase: trying }],
    ['reconnecting · attempt 3 · trying now', { ...states.reconnecting, phase: waiting(0) }],
    ['suspended · next try in 40 s · down for 5 min', states.suspended],
    ['sign-in needed', states['needs-auth']],
    ['input needed', states['needs-input']],
    ['crash loop · 5 exits', states['crash-loop']],
    ['failed · settings not usable · no further try', states.failed],
    [
      'failed · connection refused · next try in 1 min',
      { ...states.failed, failure: refused, phase: waiting(60_000) },
    ],
    ['stopping', states.stopping],
    ['stopped', states.stopped],
  ])('is "%s"', (line, state) => expect(wordsOf(state).short).toBe(line));

  test('says so when a ready connection has not been proven', () => {
    expect(wordsOf(states.ready, null).short).toBe('ready · not proven yet');
  });
});

describe('the sentence for screen readers', () => {
  test.each<[string, ConnectionState]>([
    ['Ready, proven 3 seconds ago.', states.ready],
    ['Idle.', states.idle],
    [
      'Reconnecting, attempt 3, next try in 4 seconds. Nobody listens at the address of the server.',
      states.reconnecting,
    ],
    [
      'Suspended, next try in 40 seconds, down for 5 minutes. Nobody listens at the address of the server.',
      states.suspended,
    ],
  ])('is "%s"', (sentence, state) => expect(wordsOf(state).sentence).toBe(sentence));
});

describe('the explanation', () => {
  test('says what happened, what we do and what you can do', () => {
    expect(wordsOf(states.reconnecting).explanation).toBe(
      'Nobody listens at the address of the server. We are reconnecting. Calls are held, and run when the server is back. Start the server, or check the port in its URL.',
    );
  });

  test('tells a failure that is looked at again from one that is not', () => {
    expect(wordsOf(states.failed).explanation).toContain('until its settings change');
    const again = { ...states.failed, phase: waiting(1) };
    expect(wordsOf(again).explanation).toContain('look again now and then');
  });

  test('of a working connection says how it was recovered, or what is wrong', () => {
    expect(wordsOf({ ...states.ready, recovered: 'new-session' }).explanation).toContain(
      'A new session was made; the server has forgotten the old one.',
    );
    expect(wordsOf(states.degraded).explanation).toBe(
      'Calls work. Notifications of the server do not arrive; the stream is being opened again. The server answers slowly.',
    );
  });

  test('says that calls are refused in exactly the states that refuse them', () => {
    for (const state of Object.values(states)) {
      const says = wordsOf(state).explanation.includes('refused');
      const refuses = gateOf(state) === 'refuse';
      // The failure "connection refused" is worded otherwise, so the word means calls.
      expect(`${state.kind} ${says}`).toBe(`${state.kind} ${refuses}`);
    }
  });
});

test('each state has its own icon and a colour of the editor', () => {
  const icons = Object.entries(looks).map(([kind, [icon]]) => `${kind} ${icon}`);
  expect(icons).toEqual([
    'disabled circle-slash',
    'idle circle-outline',
    'connecting loading~spin',
    'ready pass-filled',
    'degraded warning',
    'reconnecting sync~spin',
    'suspended debug-disconnect',
    'needs-auth key',
    'needs-input question',
    'crash-loop error',
    'failed error',
    'stopping debug-pause',
    'stopped debug-stop',
  ]);
  expect(wordsOf(states.ready)).toMatchObject({
    icon: 'pass-filled',
    color: 'testing.iconPassed',
  });
  const colors = new Set(Object.values(looks).map(([, color]) => color));
  expect([...colors].toSorted()).toEqual([
    'disabledForeground',
    'list.warningForeground',
    'testing.iconFailed',
    'testing.iconPassed',
    'testing.iconQueued',
  ]);
});

test('no two states have the same name', () => {
  const names = Object.values(states).map(({ kind }) => nameOf(kind, say));
  expect(new Set(names).size).toBe(names.length);
});

test('every word goes through the translator', () => {
  const marking: Say = (message, ...args) => `<${fill(message, args)}>`;
  const strip = (text: string): string => {
    const inner = text.replaceAll(/<[^<>]*>/g, '');
    return inner === text ? text : strip(inner);
  };
  for (const state of Object.values(states)) {
    const { short, sentence, explanation } = wordsOf(state, now, marking);
    for (const text of [short, sentence, explanation]) expect(strip(text)).toMatch(/^[ ·,.]*$/);
  }
  for (const kind of failureKinds) {
    const { title, happened, advice } = describeFailure(aFailure(kind, ''), marking);
    for (const text of [title, happened, advice]) expect(strip(text)).toBe('');
  }
});
