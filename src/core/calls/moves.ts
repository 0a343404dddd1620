// The small moves that the rules about calls are made of: change one call, end one call, one step after another.
// Not here: when they are made (stepCalls.ts, unknown.ts, resuming.ts).
import type { Millis } from '../../base/clock.ts';
import { type Failure, wordedFailure } from '../connection/failure.ts';
import { type Call, type Verdict, upstreamIdOf } from './call.ts';
import type { Ledger, LedgerRules, LedgerStep } from './ledger.ts';
import { unsaid } from '../wording/unsaid.ts';

export const replace = (ledger: Ledger, call: Call): Ledger => ({
  ...ledger,
  calls: ledger.calls.map((other) => (other.key === call.key ? call : other)),
});

const without = (ledger: Ledger, { key }: Call): Ledger => ({
  ...ledger,
  calls: ledger.calls.filter((other) => other.key !== key),
  releasing: ledger.releasing === key ? null : ledger.releasing,
});

export const end = (ledger: Ledger, call: Call, verdict: Verdict): LedgerStep => [
  without(ledger, call),
  [{ kind: 'end', call, verdict }],
];

/** Ends it without an answer: nobody waits for one. */
export const forget = (ledger: Ledger, call: Call, tellServer: boolean): LedgerStep => {
  const upstreamId = upstreamIdOf(call);
  const { key } = call;
  return [
    without(ledger, call),
    upstreamId === null
      ? [{ kind: 'forget', key }]
      : [
          { kind: 'forget', key },
          { kind: 'abandon', key, upstreamId, tellServer },
        ],
  ];
};

/** Not called `then`: a module with an export of that name is taken for a promise. */
export const andThen = (
  [ledger, effects]: LedgerStep,
  next: (ledger: Ledger) => LedgerStep,
): LedgerStep => {
  const [after, more] = next(ledger);
  return [after, [...effects, ...more]];
};

/** Does the same for each of these calls, one after the other. */
export const forEach = (
  ledger: Ledger,
  calls: readonly Call[],
  move: (ledger: Ledger, call: Call) => LedgerStep,
): LedgerStep =>
  calls.reduce<LedgerStep>((so, call) => andThen(so, (next) => move(next, call)), [ledger, []]);

/** The call goes out. Whoever may have run before is repeated by this. */
export const send = (ledger: Ledger, call: Call, session: number): LedgerStep => {
  const upstreamId = ledger.nextId;
  const repeats = call.maybeRan === null ? 0 : 1;
  const phase = { kind: 'sent', upstreamId, session, begun: false } as const;
  return [
    { ...replace(ledger, { ...call, isStranded: false, repeats, phase }), nextId: upstreamId + 1 },
    [{ kind: 'send', key: call.key, upstreamId }],
  ];
};

/**
 * The call goes back to its place and waits. What may have run by right of its tool's marks waits for these to be read
 * again, each time anew: between two readings the server may have been replaced.
 */
export const wait = (ledger: Ledger, call: Call, deadline: Millis, rules: LedgerRules): Ledger => {
  const mayGo = call.maybeRan === null || rules.repeatRight(call) === 'protocol';
  return replace(ledger, {
    ...call,
    phase: mayGo ? { kind: 'held', deadline } : { kind: 'doubted', deadline, isAsked: false },
  });
};

export const neverAnswered = wordedFailure(
  'malformed',
  unsaid('the server accepted the request without answering it'),
);

/** The answer of a call whose waiting time is over, or whose connection ends. */
export const verdictNow = (
  call: Call,
  why: 'deadline' | 'closed' | 'refused-again',
  failure: Failure | null,
): Verdict => {
  const { phase } = call;
  // This try did not run; one before it may have.
  if (call.maybeRan) return { kind: 'unknown', failure: call.maybeRan, repeats: call.repeats };
  if (phase.kind === 'held' || why === 'refused-again') return { kind: 'not-run', why, failure };
  const lost = 'failure' in phase ? phase.failure : (failure ?? neverAnswered);
  return { kind: 'unknown', failure: lost, repeats: call.repeats };
};
