// What is said of a call that waits, or that was left behind.
import { describe, expect, test } from 'vitest';
import {
  describePending,
  type PendingFacts,
  type PendingPhase,
} from '../../../src/core/wording/pending.ts';
import { now, say } from './someStates.ts';

const words = (phase: PendingPhase, more: Partial<PendingFacts> = {}) =>
  describePending(
    {
      phase,
      tool: 'create_issue',
      serverId: 'tracker',
      since: now - 90_000,
      deadline: null,
      isError: false,
      ...more,
    },
    now,
    say,
  );

describe('a pending call', () => {
  test.each<[PendingPhase, string, string]>([
    ['held', 'held · tracker · for 1 min', 'held, for 1 minute'],
    ['running', 'running · tracker · for 1 min', 'running, for 1 minute'],
    ['orphan-held', 'has not run · tracker · 1 min ago', 'has not run, asked for 1 minute ago'],
    [
      'orphan-running',
      'still running · tracker · 1 min ago',
      'still running, asked for 1 minute ago',
    ],
    [
      'orphan-unknown',
      'may have run · tracker · 1 min ago',
      'may have run, asked for 1 minute ago',
    ],
    ['answered', 'answered · tracker · 1 min ago', 'answered, asked for 1 minute ago'],
  ])('that is %s is named to the eye and to the ear', (phase, short, spoken) => {
    expect(words(phase).short).toBe(short);
    expect(words(phase).sentence).toBe(`create_issue on tracker: ${spoken}.`);
  });

  test('that is held counts down to its deadline and never shows 0 s early', () => {
    const held = (left: number) => words('held', { deadline: now + left });
    expect(held(12_000).short).toBe('held · 12 s left · tracker');
    expect(held(1).short).toBe('held · 1 s left · tracker');
    expect(held(1000).sentence).toBe('create_issue on tracker: held, 1 second left.');
  });

  test('that runs shows no deadline: its answer is awaited as long as its server lives', () => {
    expect(words('running', { deadline: now + 5000 }).short).not.toContain('left');
  });

  test('that may have run warns, in the words that an agent reads', () => {
    const { icon, explanation } = words('orphan-unknown');
    expect(icon).toBe('warning');
    expect(explanation).toContain('may have run; check before repeating');
  });

  test('that has not run says so, and what can be done', () => {
    expect(words('orphan-held').explanation).toMatch(
      /It has not run\. Run it now, or discard it\./,
    );
  });

  test('whose answer is an error looks and reads like one', () => {
    expect(words('answered', { isError: true })).toMatchObject({
      icon: 'error',
      color: 'testing.iconFailed',
      short: 'answered with an error · tracker · 1 min ago',
    });
    expect(words('answered').icon).toBe('pass-filled');
  });
});
