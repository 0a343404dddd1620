// For any interleaving of what can happen to calls, each ends exactly once, and no write runs twice.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Fate } from '../../src/core/calls/fate.ts';
import { type LedgerEvent, newLedger, nextDeadline } from '../../src/core/calls/ledger.ts';
import { stepCalls } from '../../src/core/calls/stepCalls.ts';
import { aFailure } from '../../src/core/connection/failure.ts';
import { aCall, answered, broken, holdBudget, rulesWith } from '../support/someCalls.ts';

const anyFate: fc.Arbitrary<Fate> = fc.constantFrom<Fate>(
  answered,
  broken(),
  broken('e1'),
  { kind: 'accepted' },
  { kind: 'not-sent', failure: aFailure('refused', '') },
  { kind: 'refused', failure: aFailure('session-lost', '') },
);

type Move =
  | { readonly do: 'arrive'; readonly tool: string }
  | { readonly do: 'end'; readonly pick: number; readonly fate: Fate }
  | { readonly do: 'cancel'; readonly pick: number }
  | { readonly do: 'begin'; readonly pick: number }
  | { readonly do: 'gate'; readonly gate: 'send' | 'renew' | 'hold' | 'refuse' }
  | { readonly do: 'wait'; readonly ms: number }
  /** An exchange that is over reports again. */
  | { readonly do: 'late'; readonly pick: number };

const anyMove: fc.Arbitrary<Move> = fc.oneof(
  {
    arbitrary: fc.record({
      do: fc.constant('arrive' as const),
      tool: fc.constantFrom('read', 'write'),
    }),
    weight: 2,
  },
  {
    arbitrary: fc.record({ do: fc.constant('end' as const), pick: fc.nat(2), fate: anyFate }),
    weight: 6,
  },
  fc.record({ do: fc.constant('cancel' as const), pick: fc.nat(8) }),
  fc.record({ do: fc.constant('begin' as const), pick: fc.nat(8) }),
  fc.record({
    do: fc.constant('gate' as const),
    gate: fc.constantFrom(
      'send' as const,
      'send' as const,
      'renew' as const,
      'renew' as const,
      'hold' as const,
      'refuse' as const,
    ),
  }),
  fc.record({ do: fc.constant('wait' as const), ms: fc.nat(60_000) }),
  fc.record({ do: fc.constant('late' as const), pick: fc.nat(4) }),
);

/** Plays moves as a driver would: only exchanges that run can end. Watches every promise about calls. */
const playMoves = (moves: readonly Move[]): void => {
  const rules = rulesWith();
  let ledger = newLedger(1);
  let at = 0;
  let key = 0;
  let session = 1;
  const running: { key: number; upstreamId: number }[] = [];
  const tools = new Map<number, string>();
  /** Upstream ids under which a call may have run. */
  const mayHaveRun = new Map<number, Set<number>>();
  const over = new Set<number>();
  const usedIds = new Set<number>();
  const sessions = new Map<number, number>();
  const apply = (event: LedgerEvent): void => {
    const [next, effects] = stepCalls(ledger, event, rules);
    ledger = next;
    // Whoever waits where the way is open waits for the one call that is being let go, which is on its way.
    const held = ledger.calls.some((call) => call.phase.kind === 'held');
    if (held && ledger.gate.kind === 'send') expect(ledger.releasing).not.toBeNull();
    const letGo = ledger.calls.find((call) => call.key === ledger.releasing);
    if (ledger.releasing !== null) expect(letGo?.phase.kind).toBe('sent');
    for (const effect of effects) {
      if (effect.kind === 'send') {
        expect(usedIds.has(effect.upstreamId)).toBe(false);
        usedIds.add(effect.upstreamId);
        sessions.set(effect.upstreamId, session);
        expect(over.has(effect.key)).toBe(false);
        const before = mayHaveRun.get(effect.key)?.size ?? 0;
        expect(before).toBeLessThanOrEqual(tools.get(effect.key) === 'read' ? 1 : 0);
        running.push({ key: effect.key, upstreamId: effect.upstreamId });
      }
      if (effect.kind === 'resume') expect(sessions.get(effect.upstreamId)).toBe(session);
      if (effect.kind === 'resume')
        running.push({ key: effect.key, upstreamId: effect.upstreamId });
      if (effect.kind === 'end') {
        expect(over.has(effect.call.key)).toBe(false);
        over.add(effect.call.key);
        if (effect.verdict.kind === 'not-run')
          expect(mayHaveRun.get(effect.call.key)).toBeUndefined();
      }
      if (effect.kind === 'abandon') {
        const index = running.findIndex((one) => one.upstreamId === effect.upstreamId);
        if (index >= 0) running.splice(index, 1);
      }
    }
  };
  for (const move of moves) {
    if (move.do === 'arrive') {
      key += 1;
      tools.set(key, move.tool);
      apply({ kind: 'arrived', at, call: aCall(key, { tool: move.tool, arrivedAt: at }) });
    } else if (move.do === 'end') {
      const one = running[move.pick % Math.max(1, running.length)];
      if (!one) continue;
      running.splice(running.indexOf(one), 1);
      // From here on nobody knows whether it ran under this id.
      if (move.fate.kind === 'broken' || move.fate.kind === 'accepted')
        mayHaveRun.set(one.key, (mayHaveRun.get(one.key) ?? new Set()).add(one.upstreamId));
      apply({ kind: 'ended', at, ...one, fate: move.fate });
    } else if (move.do === 'late') {
      const upstreamId = [...usedIds]
        .filter((id) => !running.some((one) => one.upstreamId === id))
        .at(-1 - move.pick);
      const live = ledger.calls.find(
        (call) => call.phase.kind === 'sent' && call.phase.upstreamId !== upstreamId,
      );
      if (upstreamId === undefined || !live) continue;
      const before = ledger;
      apply({ kind: 'ended', at, key: live.key, upstreamId, fate: answered });
      expect(ledger.calls).toEqual(before.calls);
    } else if (move.do === 'cancel') {
      const target = [...tools.keys()][move.pick];
      if (target === undefined || over.has(target)) continue;
      const known = ledger.calls.some((call) => call.key === target);
      apply({ kind: 'cancelled', at, clientId: `c${target}` });
      if (known) over.add(target);
    } else if (move.do === 'begin') {
      const one = running[move.pick];
      if (one) apply({ kind: 'begun', at, key: one.key });
    } else if (move.do === 'gate') {
      if (move.gate === 'renew') session += 1;
      apply({
        kind: 'gate',
        at,
        gate:
          move.gate === 'hold' || move.gate === 'refuse'
            ? { kind: move.gate }
            : { kind: 'send', session },
      });
    } else {
      at += move.ms;
      apply({ kind: 'time', at });
      const due = nextDeadline(ledger);
      if (due !== null) expect(due).toBeGreaterThan(at);
    }
  }
  // Everything that runs breaks, and time passes: nobody is left without an answer.
  for (const one of running.splice(0)) apply({ kind: 'ended', at, ...one, fate: broken() });
  apply({ kind: 'gate', at, gate: { kind: 'refuse' } });
  for (const one of running.splice(0)) apply({ kind: 'ended', at, ...one, fate: broken() });
  apply({ kind: 'time', at: at + 10 * holdBudget });
  expect(ledger.calls).toEqual([]);
  expect(over.size).toBe(tools.size);
};

describe('for any interleaving of answers, breaks, repairs, cancels and deadlines', () => {
  it('ends each call exactly once, never sends a write twice after it may have run, never uses an id twice [at-most-once]', () => {
    fc.assert(fc.property(fc.array(anyMove, { maxLength: 60 }), playMoves), { numRuns: 3000 });
  });
});
