// Small values for tests about calls.
import type { CallSpec } from '../../src/core/calls/call.ts';
import type { Fate } from '../../src/core/calls/fate.ts';
import type { LedgerRules } from '../../src/core/calls/ledger.ts';
import type { RepeatRight } from '../../src/core/calls/replay.ts';
import { aFailure } from '../../src/core/connection/failure.ts';
import { resultOf } from '../../src/core/rpc.ts';

export const holdBudget = 45_000;

export const rulesWith = (
  right: RepeatRight = 'none',
  more: Partial<LedgerRules['limits']> = {},
): LedgerRules => ({
  limits: {
    holdBudget,
    patientHoldBudget: 300_000,
    maxHeld: 100,
    maxHeldBytes: 2 * 2 ** 20,
    maxHeldBytesTotal: 8 * 2 ** 20,
    ...more,
  },
  holdBudget,
  bytesElsewhere: 0,
  bytesOf: () => 100,
  repeatRight: (call) => (call.tool === 'read' ? 'marked' : right),
});

export const aCall = (key: number, more: Partial<CallSpec> = {}): CallSpec => ({
  key,
  clientId: `c${key}`,
  method: 'tools/call',
  tool: 'write',
  arrivedAt: 0,
  ...more,
});

export const closed = aFailure('closed', 'the stream ended');
export const broken = (cursor: string | null = null): Fate => ({
  kind: 'broken',
  failure: closed,
  cursor,
});
export const answered: Fate = { kind: 'answered', response: resultOf(1, {}) };
