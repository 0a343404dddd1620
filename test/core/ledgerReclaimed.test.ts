// Calls of an earlier life whose client came back for them: what was held runs in its turn, what was sent is resumed, repeated by
// right, or answered as unknown, and whatever happens each ends once.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Fate } from '../../src/core/calls/fate.ts';
import {
  type CallPast,
  type LedgerEffect,
  type LedgerEvent,
  newLedger,
} from '../../src/core/calls/ledger.ts';
import { stepCalls } from '../../src/core/calls/stepCalls.ts';
import {
  arrived,
  begun,
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
import { aCall, answered, broken, closed, holdBudget, rulesWith } from '../support/someCalls.ts';

const pasts = {
  held: { kind: 'held' },
  cut: { kind: 'sent', upstreamId: 90, session: 1, cursor: null },
  resumable: { kind: 'sent', upstreamId: 90, session: 1, cursor: 'e5' },
  elsewhere: { kind: 'sent', upstreamId: 90, session: null, cursor: 'e5' },
  unknown: { kind: 'unknown', failure: closed },
} as const satisfies Record<string, CallPast>;

const reclaimed = (
  key: number,
  past: CallPast,
  more: { tool?: string; arrivedAt?: number; at?: number } = {},
): LedgerEvent => {
  const { tool = 'write', arrivedAt = 0, at = 0 } = more;
  return { kind: 'reclaimed', at, call: aCall(key, { tool, arrivedAt }), past };
};

const time = (at: number): LedgerEvent => ({ kind: 'time', at });
const resumes = (effects: readonly LedgerEffect[]): unknown[] =>
  effects.filter(({ kind }) => kind === 'resume');

describe('a reclaimed call', () => {
  it.each([
    ['that was held', 'held', [['runs', 1]]],
    ['without a cursor', 'cut', [['unknown', 1]]],
    ['with one, in its session', 'resumable', [['resumed', 1]]],
    ['of another session', 'elsewhere', [['unknown', 1]]],
    ['that may have run', 'unknown', [['unknown', 1]]],
  ] as const)('%s (%s)', (_, past, wanted) => {
    const { effects } = play([reclaimed(1, pasts[past]), open(1)]);
    const seen = [
      ...sends(effects).map((key) => ['runs', key]),
      ...resumes(effects).map(() => ['resumed', 1]),
      ...verdicts(effects).map(([key, verdict]) => [verdict, key]),
    ];
    expect(seen).toEqual(wanted);
  });

  it.each(['cut', 'elsewhere', 'unknown'] as const)(
    'that only reads by protocol is written once more (%s) [safe-replay]',
    (past) => {
      const { effects } = play([reclaimed(1, pasts[past]), open(1)], rulesWith('protocol'));
      expect([sends(effects), verdicts(effects)]).toEqual([[1], []]);
    },
  );

  it('of a marked tool waits for its marks, and runs by them once [safe-replay]', () => {
    const waiting = [reclaimed(1, pasts.cut, { tool: 'read' }), open(1)];
    const { effects } = play(waiting);
    expect([readings(effects), sends(effects)]).toEqual([['1/1'], []]);
    expect(sends(play([...waiting, marksRead(1, 1)]).effects)).toEqual([1]);
    const lost = [...waiting, marksRead(1, 1), ended(1, 1, broken())];
    expect(verdicts(play(lost).effects)).toEqual([[1, 'unknown']]);
    expect(verdicts(play([...waiting, marksRead(1, 1, false)]).effects)).toEqual([[1, 'unknown']]);
  });

  it('resumes in its own session and in no other', () => {
    const first = play([reclaimed(1, pasts.resumable), open(1), ended(1, 90, answered)]);
    expect(verdicts(first.effects)).toEqual([[1, 'answered']]);
    const other = play([reclaimed(1, pasts.resumable), open(2)]);
    expect([resumes(other.effects), verdicts(other.effects)]).toEqual([[], [[1, 'unknown']]]);
  });

  it('that is resumed and breaks for good is unknown, never written [at-most-once]', () => {
    const { effects } = play([
      ...[reclaimed(1, pasts.resumable), open(1), begun(1)],
      ended(1, 90, broken()),
    ]);
    expect([sends(effects), verdicts(effects)]).toEqual([[], [[1, 'unknown']]]);
  });

  it.each([
    ['held', 'state'],
    ['resumable', 'unknown'],
    ['unknown', 'unknown'],
  ] as const)('is answered at once where calls are refused (%s)', (past, verdict) => {
    expect(verdicts(play([refuse, reclaimed(1, pasts[past])]).effects)).toEqual([[1, verdict]]);
  });

  it('goes before what comes after it, in its old order [never-lost]', () => {
    const { effects } = play([
      ...[reclaimed(1, pasts.held), reclaimed(2, pasts.held), arrived(3), open(1)],
      ...[begun(1), begun(2), begun(3)],
    ]);
    expect(sends(effects)).toEqual([1, 2, 3]);
  });

  it('has what is left of its time, and never less than ten seconds', () => {
    const fresh = reclaimed(1, pasts.held, { arrivedAt: 100_000, at: 105_000 });
    expect(verdicts(play([fresh, time(100_000 + holdBudget - 1)]).effects)).toEqual([]);
    expect(verdicts(play([fresh, time(100_000 + holdBudget)]).effects)).toEqual([[1, 'deadline']]);
    const old = reclaimed(1, pasts.held, { arrivedAt: 0, at: 500_000 });
    expect(verdicts(play([old, time(509_999)]).effects)).toEqual([]);
    expect(verdicts(play([old, time(510_000)]).effects)).toEqual([[1, 'deadline']]);
  });

  it('waits no longer for a clock that was set back meanwhile', () => {
    const later = reclaimed(1, pasts.held, { arrivedAt: 9_000_000, at: 0 });
    expect(verdicts(play([later, time(holdBudget)]).effects)).toEqual([[1, 'deadline']]);
  });

  it('that may still be answered ends as unknown when the server stays away [honest-unknown]', () => {
    const { effects } = play([shut, reclaimed(1, pasts.resumable), time(holdBudget)]);
    expect(verdicts(effects)).toEqual([[1, 'unknown']]);
  });

  it.each(['cut', 'elsewhere'] as const)(
    'that nothing can bring an answer to is unknown at once, before the server is back (%s)',
    (past) => {
      expect(verdicts(play([shut, reclaimed(1, pasts[past])]).effects)).toEqual([[1, 'unknown']]);
    },
  );

  it('is forgotten when its client cancels it', () => {
    const cancelled: LedgerEvent = { kind: 'cancelled', at: 0, clientId: 'c1' };
    const { effects, ledger } = play([reclaimed(1, pasts.held), cancelled, open(1)]);
    expect([effects, ledger.calls]).toEqual([[{ kind: 'forget', key: 1 }], []]);
  });
});

type Move =
  | { readonly do: 'reclaim'; readonly past: keyof typeof pasts; readonly tool: string }
  | { readonly do: 'end'; readonly pick: number; readonly fate: Fate }
  | { readonly do: 'marks'; readonly pick: number; readonly isMarked: boolean }
  | { readonly do: 'cancel' | 'wait' | 'gate'; readonly pick: number };

const anyMove: fc.Arbitrary<Move> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('reclaim' as const),
      past: fc.constantFrom('held', 'cut', 'resumable', 'elsewhere', 'unknown'),
      tool: fc.constantFrom('write', 'read', 'list'),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('end' as const),
      pick: fc.nat(3),
      fate: fc.constantFrom<Fate>(
        ...[answered, broken(), broken('e9'), { kind: 'accepted' } as const],
        ...(['not-sent', 'refused'] as const).map((kind) => ({ kind, failure: closed })),
      ),
    }),
  },
  fc.record({ do: fc.constant('marks' as const), pick: fc.nat(3), isMarked: fc.boolean() }),
  fc.record({
    do: fc.constantFrom('cancel' as const, 'wait' as const, 'gate' as const),
    pick: fc.nat(5),
  }),
);

const rules = {
  ...rulesWith(),
  repeatRight: ({ tool }: { readonly tool: string | null }) =>
    tool === 'list' ? ('protocol' as const) : tool === 'read' ? ('marked' as const) : 'none',
};

/** What was seen of one call. */
interface Seen {
  readonly tool: string;
  /** A try of it may have run. */
  mayHaveRun: boolean;
  ends: number;
}

class Play {
  #ledger = newLedger(1);
  #at = 0;
  readonly #calls = new Map<number, Seen>();
  #running: { readonly key: number; readonly upstreamId: number }[] = [];
  #marks: { readonly key: number; readonly round: number }[] = [];

  apply(event: LedgerEvent): void {
    const [next, effects] = stepCalls(this.#ledger, event, rules);
    this.#ledger = next;
    for (const effect of effects) this.#see(effect);
  }

  make(move: Move): void {
    switch (move.do) {
      case 'reclaim':
        return this.#reclaim(move.past, move.tool);
      case 'end':
        return this.#end(move.pick, move.fate);
      case 'marks': {
        const [read] = this.#marks.splice(move.pick, 1);
        const { isMarked } = move;
        return read && this.apply({ kind: 'marks-read', at: this.#at, ...read, isMarked });
      }
      case 'cancel':
        return this.apply({ kind: 'cancelled', at: this.#at, clientId: `c${move.pick + 1}` });
      case 'wait':
        this.#at += move.pick * 10_000;
        return this.apply(time(this.#at));
      case 'gate': {
        const gates = [open(1), open(1), open(2), shut, refuse] as const;
        return this.apply({ ...(gates[move.pick] ?? shut), at: this.#at });
      }
    }
  }

  /** The server goes for good, everything that runs breaks, and time passes: nobody is left without an answer. */
  finish(): void {
    this.apply({ kind: 'gate', at: this.#at, gate: { kind: 'refuse' } });
    for (const one of this.#running.splice(0))
      this.apply({ kind: 'ended', at: this.#at, ...one, fate: broken() });
    this.apply(time(this.#at + 100 * holdBudget));
    expect(this.#ledger.calls).toEqual([]);
    expect([...this.#calls.values()].filter(({ ends }) => ends !== 1)).toEqual([]);
  }

  #reclaim(past: keyof typeof pasts, tool: string): void {
    const key = this.#calls.size + 1;
    const upstreamId = -key;
    this.#calls.set(key, { tool, mayHaveRun: past !== 'held', ends: 0 });
    const of = pasts[past];
    const call = aCall(key, { tool, arrivedAt: this.#at });
    const was = of.kind === 'sent' ? { ...of, upstreamId } : of;
    this.apply({ kind: 'reclaimed', at: this.#at, call, past: was });
  }

  #end(pick: number, fate: Fate): void {
    const [one] = this.#running.splice(pick, 1);
    if (!one) return;
    const call = this.#calls.get(one.key);
    if (call && (fate.kind === 'broken' || fate.kind === 'accepted')) call.mayHaveRun = true;
    this.apply({ kind: 'ended', at: this.#at, ...one, fate });
  }

  #see(effect: LedgerEffect): void {
    const key = effect.kind === 'end' ? effect.call.key : effect.key;
    const call = this.#calls.get(key);
    if (!call) throw new Error('An effect for a call that never was.');
    // Only that nobody waits on its stream any more is said of a call that is over.
    expect(call.ends).toBe(effect.kind === 'abandon' ? 1 : 0);
    switch (effect.kind) {
      case 'end':
        if (effect.verdict.kind === 'not-run') expect(call.mayHaveRun).toBe(false);
        call.ends += 1;
        break;
      case 'forget':
        call.ends += 1;
        break;
      case 'send':
        // Class E without permission: it is never written.
        if (call.tool === 'write') expect(call.mayHaveRun).toBe(false);
        this.#running.push({ key, upstreamId: effect.upstreamId });
        break;
      case 'resume':
        this.#running.push({ key, upstreamId: effect.upstreamId });
        break;
      case 'read-marks':
        this.#marks.push({ key, round: effect.round });
        break;
      case 'abandon':
        this.#running = this.#running.filter((one) => one.upstreamId !== effect.upstreamId);
    }
  }
}

it('for any interleaving each reclaimed call ends once, and is not written without the right to [at-most-once]', () => {
  fc.assert(
    fc.property(fc.array(anyMove, { maxLength: 40 }), (moves) => {
      const one = new Play();
      for (const move of moves) one.make(move);
      one.finish();
    }),
    { numRuns: 2000 },
  );
});
