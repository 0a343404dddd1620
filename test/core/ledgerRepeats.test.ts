// A call that may be repeated is repeated once over all lives of the program that carries it, however often that dies.
import { describe, expect, it } from 'vitest';
import { journalPhaseOf } from '../../src/core/calls/journal.ts';
import type { CallPast, LedgerEvent } from '../../src/core/calls/ledger.ts';
import { marksRead, open, play, sends, verdicts } from '../support/ledgerPlay.ts';
import { aCall, rulesWith } from '../support/someCalls.ts';

const facts = { at: 0, sessionId: null, cursor: null };
const sent = { kind: 'sent', upstreamId: 90, session: 1, cursor: null } as const;

const reclaimed = (past: CallPast, tool: string): LedgerEvent => ({
  kind: 'reclaimed',
  at: 0,
  call: aCall(1, { tool, arrivedAt: 0 }),
  past,
});

describe('a call that was repeated in an earlier life', () => {
  it.each([
    ['a protocol read', rulesWith('protocol'), 'write'],
    ['a marked tool', rulesWith('marked'), 'read'],
  ] as const)('is not repeated in this one: %s [safe-replay]', (_, rules, tool) => {
    const again = [reclaimed({ ...sent, isRepeat: true }, tool), open(1), marksRead(1, 1)];
    const { effects } = play(again, rules);
    expect([sends(effects), verdicts(effects)]).toEqual([[], [[1, 'unknown']]]);
    const first = play([reclaimed(sent, tool), open(1), marksRead(1, 1)], rules);
    expect(sends(first.effects)).toEqual([1]);
    const [repeated] = first.ledger.calls;
    expect(repeated && journalPhaseOf(repeated, facts)).toMatchObject({ isRepeat: true });
  });

  it('is told from one that was sent for the first time', () => {
    const { ledger } = play([
      { kind: 'arrived', at: 0, call: aCall(1, { tool: 'write', arrivedAt: 0 }) },
      open(1),
    ]);
    const [first] = ledger.calls;
    expect(first && journalPhaseOf(first, facts)).not.toHaveProperty('isRepeat');
  });
});
