// Calls as values: who waits, who goes, and how each ends. Calls that may have run: ledgerMarks.test.ts; calls of an earlier
// life: ledgerOrphans.test.ts.
import { describe, expect, it } from 'vitest';
import type { Fate } from '../../src/core/calls/fate.ts';
import { type LedgerEvent, type LedgerRules, nextDeadline } from '../../src/core/calls/ledger.ts';
import { aFailure } from '../../src/core/connection/failure.ts';
import {
  arrived,
  begun,
  ended,
  open,
  play,
  refuse,
  sends,
  shut,
  verdicts,
} from '../support/ledgerPlay.ts';
import { answered, broken, closed, holdBudget, rulesWith } from '../support/someCalls.ts';

describe('a call', () => {
  it('goes at once where the way is open', () => {
    expect(sends(play([open(), arrived(1)]).effects)).toEqual([1]);
  });

  it('is held while the server is down and goes when it is back, in order, each when the one before was taken [never-lost]', () => {
    const held = play([arrived(1), arrived(2), arrived(3)]);
    expect(held.effects).toEqual([]);
    const first = play([open()], rulesWith(), held.ledger);
    expect(sends(first.effects)).toEqual([1]);
    expect(sends(play([begun(1), begun(2)], rulesWith(), first.ledger).effects)).toEqual([2, 3]);
  });

  it('that arrives while others wait goes after them', () => {
    expect(sends(play([arrived(1), open(), arrived(2), begun(1)]).effects)).toEqual([1, 2]);
  });

  it('is refused at once, with words, where the state refuses', () => {
    expect(verdicts(play([refuse, arrived(1)]).effects)).toEqual([[1, 'state']]);
  });

  it('keeps waiting when the state starts to refuse others: its budget is its own', () => {
    expect(play([arrived(1), refuse]).effects).toEqual([]);
  });

  it('that was never written goes back to its place in the queue [never-lost]', () => {
    const fate: Fate = { kind: 'not-sent', failure: aFailure('refused', '') };
    const { effects, ledger } = play([
      open(),
      arrived(1),
      shut,
      ended(1, 1, fate),
      arrived(2),
      open(),
    ]);
    expect(verdicts(effects)).toEqual([]);
    expect(sends(effects)).toEqual([1, 1]);
    expect(ledger.nextId).toBe(3);
  });

  it('that the server refused unexecuted is sent again once, and refused for good the second time', () => {
    const fate: Fate = { kind: 'refused', failure: aFailure('session-lost', '') };
    const { effects } = play([
      open(),
      arrived(1),
      shut,
      ended(1, 1, fate),
      open(2),
      shut,
      ended(1, 2, fate),
      open(3),
    ]);
    expect(sends(effects)).toEqual([1, 1]);
    expect(verdicts(effects)).toEqual([[1, 'refused-again']]);
  });

  it('that the server would refuse again for what it is ends at once', () => {
    const fate: Fate = { kind: 'refused', failure: aFailure('lacks-rights', '') };
    const { effects } = play([open(), arrived(1), ended(1, 1, fate)]);
    expect(sends(effects)).toEqual([1]);
    expect(verdicts(effects)).toEqual([[1, 'refused-again']]);
  });

  it('whose answer was lost is unknown, and is not sent again [at-most-once]', () => {
    const { effects } = play([open(), arrived(1), ended(1, 1, broken()), shut, open(2)]);
    expect(sends(effects)).toEqual([1]);
    expect(verdicts(effects)).toEqual([[1, 'unknown']]);
  });

  it('that only reads is repeated once after a break [safe-replay]', () => {
    const once = play(
      [
        open(),
        arrived(1, { method: 'tools/list', tool: null }),
        shut,
        ended(1, 1, broken()),
        open(2),
      ],
      rulesWith('protocol'),
    );
    expect(sends(once.effects)).toEqual([1, 1]);
    const twice = play([ended(1, 2, broken())], rulesWith('protocol'), once.ledger);
    expect(verdicts(twice.effects)).toEqual([[1, 'unknown']]);
  });

  it('resumes from its cursor in the same session', () => {
    const { effects } = play([open(), arrived(1), shut, ended(1, 1, broken('e7')), open(1)]);
    expect(effects.filter((effect) => effect.kind === 'resume')).toEqual([
      { kind: 'resume', key: 1, upstreamId: 1, cursor: 'e7' },
    ]);
    expect(sends(effects)).toEqual([1]);
  });

  it('does not resume in another session: its outcome is unknown [honest-unknown]', () => {
    const { effects } = play([open(), arrived(1), shut, ended(1, 1, broken('e7')), open(2)]);
    expect(effects.some((effect) => effect.kind === 'resume')).toBe(false);
    expect(verdicts(effects)).toEqual([[1, 'unknown']]);
  });

  it('waits on with its cursor when the resuming request itself was not sent', () => {
    const notSent: Fate = { kind: 'not-sent', failure: closed };
    const { effects } = play([
      open(),
      arrived(1),
      ended(1, 1, broken('e7')),
      shut,
      ended(1, 1, notSent),
      open(1),
    ]);
    expect(effects.filter((effect) => effect.kind === 'resume')).toHaveLength(2);
    expect(verdicts(effects)).toEqual([]);
  });

  it('is answered at its deadline when it was held all the time', () => {
    const held = play([arrived(1)]);
    expect(nextDeadline(held.ledger)).toBe(holdBudget);
    expect(play([{ kind: 'time', at: holdBudget - 1 }], rulesWith(), held.ledger).effects).toEqual(
      [],
    );
    expect(
      verdicts(play([{ kind: 'time', at: holdBudget }], rulesWith(), held.ledger).effects),
    ).toEqual([[1, 'deadline']]);
  });

  it('that waits for its repeat says at its deadline that the first try may have run', () => {
    const waiting = play([open(), arrived(1, { tool: 'read' }), shut, ended(1, 1, broken())]);
    expect(
      verdicts(play([{ kind: 'time', at: holdBudget }], rulesWith(), waiting.ledger).effects),
    ).toEqual([[1, 'unknown']]);
  });

  it('never runs when it was cancelled while held', () => {
    const { effects } = play([arrived(1), { kind: 'cancelled', at: 0, clientId: 'c1' }, open()]);
    expect(effects).toEqual([{ kind: 'forget', key: 1 }]);
  });

  it('is called off at the server when it is cancelled on its way, and its late answer is dropped', () => {
    const { effects } = play([
      open(),
      arrived(1),
      { kind: 'cancelled', at: 0, clientId: 'c1' },
      ended(1, 1, answered),
    ]);
    expect(effects.slice(1)).toEqual([
      { kind: 'forget', key: 1 },
      { kind: 'abandon', key: 1, upstreamId: 1, tellServer: true },
    ]);
  });

  it('that was refused twice when it was repeated may have run the first time all the same [honest-unknown]', () => {
    const refusal: Fate = { kind: 'refused', failure: aFailure('session-lost', '') };
    const { effects } = play(
      [open(), arrived(1), ended(1, 1, broken()), ended(1, 2, refusal), ended(1, 3, refusal)],
      rulesWith('protocol'),
    );
    expect(sends(effects)).toEqual([1, 1, 1]);
    expect(verdicts(effects)).toEqual([[1, 'unknown']]);
  });

  it('is not repeated when its answer is too large: it would be again', () => {
    const fate: Fate = { kind: 'broken', failure: aFailure('too-large', ''), cursor: null };
    expect(sends(play([open(), arrived(1, { tool: 'read' }), ended(1, 1, fate)]).effects)).toEqual([
      1,
    ]);
  });
});

describe('the queue is bounded [bounded]', () => {
  const many = (count: number): LedgerEvent[] =>
    Array.from({ length: count }, (_, index) => arrived(index + 1));

  it('takes as many calls as the limit, and refuses the next one at once', () => {
    expect(verdicts(play(many(100)).effects)).toEqual([]);
    expect(verdicts(play(many(101)).effects)).toEqual([[101, 'queue-full']]);
  });

  it('takes as many bytes as the limit, and refuses one more', () => {
    const rules = (second: number): LedgerRules => ({
      ...rulesWith('none', { maxHeldBytes: 1000 }),
      bytesOf: (key) => (key === 1 ? 400 : second),
    });
    const two = [arrived(1), arrived(2)];
    expect(verdicts(play(two, rules(600)).effects)).toEqual([]);
    expect(verdicts(play(two, rules(601)).effects)).toEqual([[2, 'queue-full']]);
  });

  it('counts the bytes that other servers hold', () => {
    const rules = (own: number): LedgerRules => ({
      ...rulesWith('none', { maxHeldBytesTotal: 1000 }),
      bytesElsewhere: 900,
      bytesOf: () => own,
    });
    expect(verdicts(play([arrived(1)], rules(100)).effects)).toEqual([]);
    expect(verdicts(play([arrived(1)], rules(101)).effects)).toEqual([[1, 'queue-full']]);
  });

  it('measures only calls that have to wait: it costs as much as sending', () => {
    const measured: number[] = [];
    const rules = { ...rulesWith(), bytesOf: (key: number) => measured.push(key) };
    play([open(), arrived(1), arrived(2), ended(1, 1, answered)], rules);
    expect(measured).toEqual([]);
  });

  it('does not count calls on their way', () => {
    const flood = [open(), ...Array.from({ length: 300 }, (_, index) => arrived(index + 1))];
    expect(sends(play(flood).effects)).toHaveLength(300);
  });
});
