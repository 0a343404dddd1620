// A call of a marked tool that may have run: it is repeated only if the server as it is now still marks the tool.
import { describe, expect, it } from 'vitest';
import type { Fate } from '../../src/core/calls/fate.ts';
import type { LedgerEvent } from '../../src/core/calls/ledger.ts';
import { aFailure } from '../../src/core/connection/failure.ts';
import {
  arrived,
  ended,
  marksRead,
  open,
  play,
  readings,
  refuse,
  sends,
  shut,
  verdicts,
} from '../support/ledgerPlay.ts';
import { broken, holdBudget, rulesWith } from '../support/someCalls.ts';

/** Its answer was lost, and the way to the server is shut. */
const lost: readonly LedgerEvent[] = [
  open(),
  arrived(1, { tool: 'read' }),
  shut,
  ended(1, 1, broken()),
];
const notSent: Fate = { kind: 'not-sent', failure: aFailure('refused', '') };

describe('a marked call that may have run', () => {
  it('waits for the repair, and then for its marks', () => {
    expect(readings(play(lost).effects)).toEqual([]);
    const { effects } = play([...lost, open(2)]);
    expect(readings(effects)).toEqual(['1/1']);
    expect(sends(effects)).toEqual([1]);
  });

  it('is repeated when it is still marked [safe-replay]', () => {
    const { effects } = play([...lost, open(2), marksRead(1, 1)]);
    expect(sends(effects)).toEqual([1, 1]);
    expect(verdicts(effects)).toEqual([]);
  });

  it('is unknown when it is marked no longer [at-most-once] [honest-unknown]', () => {
    const { effects } = play([...lost, open(2), marksRead(1, 1, false)]);
    expect(sends(effects)).toEqual([1]);
    expect(verdicts(effects)).toEqual([[1, 'unknown']]);
  });

  it('is unknown when the user has withdrawn the trust meanwhile [at-most-once]', () => {
    const { ledger } = play([...lost, open(2)]);
    const distrusting = { ...rulesWith(), repeatRight: () => 'none' as const };
    const { effects } = play([marksRead(1, 1)], distrusting, ledger);
    expect([sends(effects), verdicts(effects)]).toEqual([[], [[1, 'unknown']]]);
  });

  it('is not repeated by a reading from before the way broke again [at-most-once]', () => {
    const { effects } = play([...lost, open(2), shut, marksRead(1, 1), open(3), marksRead(1, 1)]);
    expect(readings(effects)).toEqual(['1/1', '1/2']);
    expect(sends(effects)).toEqual([1]);
    const { ledger } = play([...lost, open(2), shut, open(3)]);
    expect(sends(play([marksRead(1, 2)], rulesWith(), ledger).effects)).toEqual([1]);
  });

  it('is asked for again when its repeat was not sent: the server may be another one by then', () => {
    const again = play([...lost, open(2), marksRead(1, 1), shut, ended(1, 2, notSent), open(3)]);
    expect(sends(again.effects)).toEqual([1, 1]);
    expect(readings(again.effects)).toEqual(['1/1', '1/2']);
    // The number of an earlier reading is never that of a later one.
    expect(sends(play([marksRead(1, 1)], rulesWith(), again.ledger).effects)).toEqual([]);
    expect(sends(play([marksRead(1, 2)], rulesWith(), again.ledger).effects)).toEqual([1]);
  });

  it('is unknown at its deadline when the list never comes [honest-unknown]', () => {
    const { effects } = play([...lost, open(2), { kind: 'time', at: holdBudget }]);
    expect(verdicts(effects)).toEqual([[1, 'unknown']]);
  });

  it('does not hold up those that wait behind it', () => {
    expect(sends(play([...lost, arrived(2), open(2)]).effects)).toEqual([1, 2]);
  });

  it('is unknown at once where the state refuses calls', () => {
    expect(
      verdicts(play([open(), arrived(1, { tool: 'read' }), refuse, ended(1, 1, broken())]).effects),
    ).toEqual([[1, 'unknown']]);
  });

  it('says that it was not repeated when it never was', () => {
    const [end] = play([...lost, open(2), marksRead(1, 1, false)]).effects.slice(-1);
    expect(end).toMatchObject({ kind: 'end', verdict: { repeats: 0 } });
  });

  it('that only reads by its method is repeated without a question', () => {
    const rules = rulesWith('protocol');
    const { effects } = play([open(), arrived(1), shut, ended(1, 1, broken()), open(2)], rules);
    expect([readings(effects), sends(effects)]).toEqual([[], [1, 1]]);
  });
});
