// For any interleaving of what can happen to calls, each ends exactly once, and no write runs twice.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Fate } from '../../src/core/calls/fate.ts';
import {
  type LedgerEffect,
  type LedgerEvent,
  newLedger,
  nextDeadline,
} from '../../src/core/calls/ledger.ts';
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

/** `write` may never run twice, `read` only by its marks, `list` by its method. */
type Tool = 'read' | 'write' | 'list';

type Move =
  | { readonly do: 'arrive' | 'restore'; readonly tool: Tool }
  | { readonly do: 'end'; readonly pick: number; readonly fate: Fate }
  | { readonly do: 'cancel' | 'discard' | 'begin'; readonly pick: number }
  | { readonly do: 'gate'; readonly gate: 'send' | 'renew' | 'hold' | 'refuse' }
  | { readonly do: 'wait'; readonly ms: number }
  /** A reading of marks ends, of whatever age it is. */
  | { readonly do: 'read'; readonly pick: number; readonly isMarked: boolean }
  /** An exchange that is over reports again. */
  | { readonly do: 'late'; readonly pick: number };

const anyTool = fc.constantFrom<Tool>('read', 'read', 'write', 'list');
const anyMove: fc.Arbitrary<Move> = fc.oneof(
  { arbitrary: fc.record({ do: fc.constant('arrive' as const), tool: anyTool }), weight: 2 },
  fc.record({ do: fc.constant('restore' as const), tool: anyTool }),
  {
    arbitrary: fc.record({ do: fc.constant('end' as const), pick: fc.nat(2), fate: anyFate }),
    weight: 6,
  },
  fc.record({ do: fc.constantFrom('cancel' as const, 'discard' as const), pick: fc.nat(8) }),
  fc.record({ do: fc.constant('begin' as const), pick: fc.nat(8) }),
  {
    arbitrary: fc.record({
      do: fc.constant('gate' as const),
      gate: fc.constantFrom('send' as const, 'send' as const, 'renew' as const, 'hold' as const),
    }),
    weight: 2,
  },
  fc.record({ do: fc.constant('gate' as const), gate: fc.constant('refuse' as const) }),
  fc.record({ do: fc.constant('wait' as const), ms: fc.nat(60_000) }),
  {
    arbitrary: fc.record({
      do: fc.constant('read' as const),
      pick: fc.nat(3),
      isMarked: fc.boolean(),
    }),
    weight: 2,
  },
  fc.record({ do: fc.constant('late' as const), pick: fc.nat(4) }),
);

interface Seen {
  readonly tool: Tool;
  readonly isOrphan: boolean;
  /** Upstream ids under which it may have run. */
  readonly mayHaveRun: Set<number>;
  isOver: boolean;
}

const rules = {
  ...rulesWith(),
  repeatRight: ({ tool }: { readonly tool: string | null }) =>
    tool === 'list' ? ('protocol' as const) : tool === 'read' ? ('marked' as const) : 'none',
};

/** Plays moves as a driver would: only exchanges that run can end. Watches every promise about calls. */
class Play {
  ledger = newLedger(1);
  at = 0;
  session = 1;
  readonly calls = new Map<number, Seen>();
  readonly running: { readonly key: number; readonly upstreamId: number }[] = [];
  /** Readings of marks; `isCurrent`: asked for since the way last changed. */
  readonly readings: { readonly key: number; readonly round: number; isCurrent: boolean }[] = [];
  readonly #usedIds = new Set<number>();
  readonly #sessions = new Map<number, number>();

  apply(event: LedgerEvent): void {
    const [next, effects] = stepCalls(this.ledger, event, rules);
    this.ledger = next;
    this.#checkQueue();
    for (const effect of effects) this.#see(effect, event);
  }

  /** Whoever waits where the way is open waits for the one call that is being let go, which is on its way. */
  #checkQueue(): void {
    const { calls, gate, releasing } = this.ledger;
    if (gate.kind === 'send') {
      if (calls.some((call) => call.phase.kind === 'held')) expect(releasing).not.toBeNull();
      // Whoever waits for marks has asked for them.
      for (const { phase } of calls) if (phase.kind === 'doubted') expect(phase.isAsked).toBe(true);
    }
    const letGo = calls.find((call) => call.key === releasing);
    if (releasing !== null) expect(letGo?.phase.kind).toBe('sent');
  }

  #see(effect: LedgerEffect, event: LedgerEvent): void {
    const key = effect.kind === 'end' ? effect.call.key : effect.key;
    const call = this.calls.get(key);
    if (!call) throw new Error('An effect for a call that never was.');
    switch (effect.kind) {
      case 'send':
        this.#seeSend(call, effect, event);
        break;
      case 'resume':
        expect(this.#sessions.get(effect.upstreamId)).toBe(this.session);
        this.running.push({ key, upstreamId: effect.upstreamId });
        break;
      case 'read-marks':
        expect(call.tool).toBe('read');
        this.readings.push({ key, round: effect.round, isCurrent: true });
        break;
      case 'end':
        expect(call.isOver).toBe(false);
        call.isOver = true;
        if (effect.verdict.kind === 'not-run') expect(call.mayHaveRun.size).toBe(0);
        break;
      case 'forget':
        expect(call.isOver).toBe(false);
        call.isOver = true;
        break;
      case 'abandon': {
        const index = this.running.findIndex((one) => one.upstreamId === effect.upstreamId);
        if (index >= 0) this.running.splice(index, 1);
      }
    }
  }

  #seeSend(call: Seen, effect: LedgerEffect & { kind: 'send' }, event: LedgerEvent): void {
    const { key, upstreamId } = effect;
    expect(this.#usedIds.has(upstreamId)).toBe(false);
    expect([call.isOver, call.isOrphan]).toEqual([false, false]);
    expect(call.mayHaveRun.size).toBeLessThanOrEqual(call.tool === 'write' ? 0 : 1);
    // A second run by right of marks needs them read, and found, since the way last changed.
    if (call.tool === 'read' && call.mayHaveRun.size > 0) {
      const reading =
        event.kind === 'marks-read' && event.isMarked
          ? this.readings.find((one) => one.key === key && one.round === event.round)
          : undefined;
      expect(reading?.isCurrent).toBe(true);
    }
    this.#begin(key, upstreamId);
  }

  #begin(key: number, upstreamId: number): void {
    this.#usedIds.add(upstreamId);
    this.#sessions.set(upstreamId, this.session);
    this.running.push({ key, upstreamId });
  }

  make(move: Move): void {
    switch (move.do) {
      case 'arrive':
      case 'restore':
        return this.#come(move.do === 'restore', move.tool);
      case 'end':
        return this.#end(move.pick, move.fate);
      case 'cancel':
      case 'discard': {
        const key = [...this.calls.keys()][move.pick];
        if (key === undefined) return;
        if (move.do === 'discard') return this.apply({ kind: 'discarded', at: this.at, key });
        return this.apply({ kind: 'cancelled', at: this.at, clientId: `c${key}` });
      }
      case 'begin': {
        const one = this.running[move.pick];
        return one && this.apply({ kind: 'begun', at: this.at, key: one.key });
      }
      case 'gate':
        return this.#turn(move.gate);
      case 'read': {
        const reading = this.readings.at(-1 - move.pick);
        if (!reading) return;
        const { key, round } = reading;
        this.apply({ kind: 'marks-read', at: this.at, key, round, isMarked: move.isMarked });
        // Each reading ends once.
        return void this.readings.splice(this.readings.indexOf(reading), 1);
      }
      case 'late':
        return this.#reportLate(move.pick);
      case 'wait': {
        this.at += move.ms;
        this.apply({ kind: 'time', at: this.at });
        const due = nextDeadline(this.ledger);
        if (due !== null) expect(due).toBeGreaterThan(this.at);
      }
    }
  }

  #come(isOrphan: boolean, tool: Tool): void {
    const key = this.calls.size + 1;
    const { at, session } = this;
    this.calls.set(key, { tool, isOrphan, mayHaveRun: new Set(), isOver: false });
    const call = aCall(key, { tool, arrivedAt: at });
    if (!isOrphan) return this.apply({ kind: 'arrived', at, call });
    const upstreamId = -key;
    this.#sessions.set(upstreamId, session);
    this.calls.get(key)?.mayHaveRun.add(upstreamId);
    this.apply({ kind: 'restored', at, call, upstreamId, session, cursor: 'e0' });
  }

  #end(pick: number, fate: Fate): void {
    const one = this.running[pick % Math.max(1, this.running.length)];
    if (!one) return;
    this.running.splice(this.running.indexOf(one), 1);
    // From here on nobody knows whether it ran under this id.
    if (fate.kind === 'broken' || fate.kind === 'accepted')
      this.calls.get(one.key)?.mayHaveRun.add(one.upstreamId);
    this.apply({ kind: 'ended', at: this.at, ...one, fate });
  }

  #turn(gate: 'send' | 'renew' | 'hold' | 'refuse'): void {
    if (gate === 'renew') this.session += 1;
    for (const reading of this.readings) reading.isCurrent = false;
    const { at, session } = this;
    const shut = gate === 'hold' || gate === 'refuse';
    this.apply({ kind: 'gate', at, gate: shut ? { kind: gate } : { kind: 'send', session } });
  }

  #reportLate(pick: number): void {
    const upstreamId = [...this.#usedIds]
      .filter((id) => !this.running.some((one) => one.upstreamId === id))
      .at(-1 - pick);
    const live = this.ledger.calls.find(
      ({ phase }) => phase.kind === 'sent' && phase.upstreamId !== upstreamId,
    );
    if (upstreamId === undefined || !live) return;
    const before = this.ledger.calls;
    this.apply({ kind: 'ended', at: this.at, key: live.key, upstreamId, fate: answered });
    expect(this.ledger.calls).toEqual(before);
  }

  /** Everything that runs breaks, and time passes: nobody is left without an answer. */
  finish(): void {
    for (const one of this.running.splice(0))
      this.apply({ kind: 'ended', at: this.at, ...one, fate: broken() });
    this.#turn('refuse');
    for (const one of this.running.splice(0))
      this.apply({ kind: 'ended', at: this.at, ...one, fate: broken() });
    this.apply({ kind: 'time', at: this.at + 10 * holdBudget });
    // What an earlier life left behind has no deadline; it ends with the connection.
    expect(this.ledger.calls.filter((call) => !call.isOrphan)).toEqual([]);
    this.apply({ kind: 'closed', at: this.at, failure: aFailure('cancelled', '') });
    expect(this.ledger.calls).toEqual([]);
    expect([...this.calls.values()].filter((call) => !call.isOver)).toEqual([]);
  }
}

describe('for any interleaving of answers, breaks, repairs, readings, cancels, deadlines and restores', () => {
  it('ends each call exactly once, never sends one again without the right to, never uses an id twice [at-most-once]', () => {
    const anyMoves = fc.array(anyMove, { maxLength: 60 });
    fc.assert(
      fc.property(anyMoves, (moves) => {
        const play = new Play();
        for (const move of moves) play.make(move);
        play.finish();
      }),
      { numRuns: 3000 },
    );
  });
});
