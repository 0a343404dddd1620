// Causes, ways of recovery and troubles in words.
import { describe, expect, test } from 'vitest';
import type { Cause } from '../../../src/core/connection/state.ts';
import {
  describeCause,
  describeRecovered,
  describeTrouble,
  explainTrouble,
} from '../../../src/core/wording/cause.ts';
import { say } from './someStates.ts';

describe('a cause', () => {
  const causes = {
    start: 'started',
    call: 'a call arrived',
    lost: 'the connection was lost',
    'retry-due': 'the next try was due',
    listening: 'the server listens again',
    wake: 'the computer or its network came back',
    user: 'asked for by the user',
    stable: 'the connection has proven stable',
    settings: 'the settings changed',
    'hold-budget': 'it was down for longer than calls are held',
    health: 'its health changed',
    'restart-seen': 'the server was seen to restart',
    'attempt-failed': 'a try failed',
    'attempt-succeeded': 'a try succeeded',
    shutdown: 'the window closed or reloaded',
  } satisfies Record<Cause, string>;

  test('has its words', () => {
    for (const [cause, words] of Object.entries(causes))
      expect(describeCause(cause as Cause, say)).toBe(words);
  });
});

test('the ways of recovery and the troubles have their words', () => {
  expect(describeRecovered('first', say)).toBe('a first session was made');
  expect(describeRecovered('same-session', say)).toBe('the same session goes on');
  expect(describeRecovered('new-session', say)).toContain('forgotten the old one');
  expect(describeRecovered('stateless', say)).toBe('the server keeps no sessions');
  expect(describeTrouble('health-failing', say)).toBe('health check failing');
  expect(describeTrouble('calls-failing', say)).toBe('calls failing');
  expect(explainTrouble('health-failing', say)).toContain('its health check fails');
  expect(explainTrouble('calls-failing', say)).toContain('but calls fail');
});
