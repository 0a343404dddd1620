// Events for the ledger in a few words, and what came of them.
import type { CallSpec } from '../../src/core/calls/call.ts';
import type { Fate } from '../../src/core/calls/fate.ts';
import {
  type Ledger,
  type LedgerEffect,
  type LedgerEvent,
  newLedger,
} from '../../src/core/calls/ledger.ts';
import { stepCalls } from '../../src/core/calls/stepCalls.ts';
import { aCall, rulesWith } from './someCalls.ts';

export const play = (
  events: readonly LedgerEvent[],
  rules = rulesWith(),
  from = newLedger(1),
): { ledger: Ledger; effects: LedgerEffect[] } => {
  let ledger = from;
  const effects: LedgerEffect[] = [];
  for (const event of events) {
    const [next, more] = stepCalls(ledger, event, rules);
    ledger = next;
    effects.push(...more);
  }
  return { ledger, effects };
};

export const open = (session = 1): LedgerEvent => ({
  kind: 'gate',
  at: 0,
  gate: { kind: 'send', session },
});
export const shut: LedgerEvent = { kind: 'gate', at: 0, gate: { kind: 'hold' } };
export const refuse: LedgerEvent = { kind: 'gate', at: 0, gate: { kind: 'refuse' } };
export const arrived = (key: number, more: Partial<CallSpec> = {}): LedgerEvent => ({
  kind: 'arrived',
  at: 0,
  call: aCall(key, more),
});
export const ended = (key: number, upstreamId: number, fate: Fate, at = 0): LedgerEvent => ({
  kind: 'ended',
  at,
  key,
  upstreamId,
  fate,
});
export const begun = (key: number): LedgerEvent => ({ kind: 'begun', at: 0, key });
export const sends = (effects: readonly LedgerEffect[]): number[] =>
  effects.flatMap((effect) => (effect.kind === 'send' ? [effect.key] : []));
export const verdicts = (effects: readonly LedgerEffect[]): [number, string][] =>
  effects.flatMap((effect) =>
    effect.kind === 'end'
      ? [
          [
            effect.call.key,
            effect.verdict.kind === 'not-run' ? effect.verdict.why : effect.verdict.kind,
          ] as [number, string],
        ]
      : [],
  );
export const marksRead = (key: number, round: number, isMarked = true): LedgerEvent => ({
  kind: 'marks-read',
  at: 0,
  key,
  round,
  isMarked,
});
export const restored = (key: number, more: Partial<CallSpec> = {}): LedgerEvent => ({
  kind: 'restored',
  at: 0,
  call: aCall(key, more),
  upstreamId: 100 + key,
  session: 1,
  cursor: 'e5',
});
/** `2/1`: the first reading for call 2. */
export const readings = (effects: readonly LedgerEffect[]): string[] =>
  effects.flatMap((effect) =>
    effect.kind === 'read-marks' ? [`${effect.key}/${effect.round}`] : [],
  );
