// Class C of the README's table: the call runs, and its stream can be resumed from a cursor, in the session that runs it and
// in no other. Restored calls of an earlier life enter here.
// Not here: what becomes of a call that cannot be resumed (unknown.ts).
import type { Millis } from '../../base/clock.ts';
import { wordedFailure } from '../connection/failure.ts';
import { type Call, deadlineOf } from './call.ts';
import type { Fate } from './fate.ts';
import type { Ledger, LedgerEvent, LedgerRules, LedgerStep } from './ledger.ts';
import { forEach, replace } from './moves.ts';
import { judgeUnknown } from './unknown.ts';
import { unsaid } from '../wording/unsaid.ts';

/** Why a call of an earlier life has no answer, as far as this life knows. */
export const leftBehind = wordedFailure(
  'closed',
  unsaid('the editor or the gateway ended while it ran'),
);

export const onBroken = (
  ledger: Ledger,
  call: Call,
  { cursor, failure }: Pick<Extract<Fate, { kind: 'broken' }>, 'cursor' | 'failure'>,
  at: Millis,
  rules: LedgerRules,
): LedgerStep => {
  const { phase } = call;
  if (cursor === null || !('session' in phase))
    return judgeUnknown(ledger, call, failure, at, rules);
  const { upstreamId, session } = phase;
  const deadline = call.isOrphan ? null : (deadlineOf(call) ?? at + rules.holdBudget);
  const severed: Call = {
    ...call,
    phase: { kind: 'severed', upstreamId, session, cursor, deadline, failure },
  };
  return resumeOrJudge(replace(ledger, severed), severed, at, rules);
};

/** A severed call goes on where its session lives; in another session its cursor is worth nothing. */
const resumeOrJudge = (ledger: Ledger, call: Call, at: Millis, rules: LedgerRules): LedgerStep => {
  const { phase } = call;
  const { gate } = ledger;
  if (phase.kind !== 'severed' || gate.kind === 'hold') return [ledger, []];
  // Nobody waits for an orphan: it has time until the server is back.
  if (gate.kind === 'refuse' && call.isOrphan) return [ledger, []];
  if (gate.kind === 'refuse' || gate.session !== phase.session)
    return judgeUnknown(ledger, call, phase.failure, at, rules);
  const { upstreamId, cursor } = phase;
  const resuming: Call = { ...call, phase: { ...phase, kind: 'resuming' } };
  return [replace(ledger, resuming), [{ kind: 'resume', key: call.key, upstreamId, cursor }]];
};

/** Severed calls go on first when the way opens: they were on their way before the held ones. */
export const resumeAll = (ledger: Ledger, at: Millis, rules: LedgerRules): LedgerStep =>
  forEach(ledger, ledger.calls, (next, call) => resumeOrJudge(next, call, at, rules));

/**
 * A call's stream is open again, so it is probably at work; but the process that ran it may be gone, and its answer with
 * it. Where a restart was seen that is likely, so that only what comes on the stream gives it more time.
 */
export const onSignOfLife = (
  call: Call,
  sign: 'open' | 'heard',
  at: Millis,
  rules: LedgerRules,
): Call => {
  const { phase } = call;
  const isStranded = call.isStranded && sign === 'open';
  if (phase.kind !== 'resuming' || call.isOrphan || isStranded) return call;
  const deadline = at + rules.limits.patientHoldBudget;
  return { ...call, isStranded, phase: { ...phase, deadline } };
};

/** What the new process has of these calls it brings soon; nobody waits for minutes on the chance that it has more. */
export const onStranded = (ledger: Ledger, at: Millis, rules: LedgerRules): Ledger => ({
  ...ledger,
  calls: ledger.calls.map((call) => strand(call, at + rules.holdBudget)),
});

const strand = (call: Call, latest: Millis): Call => {
  const { phase } = call;
  if (!('upstreamId' in phase)) return call;
  if (!('deadline' in phase) || phase.deadline === null) return { ...call, isStranded: true };
  const deadline = Math.min(phase.deadline, latest);
  return { ...call, isStranded: true, phase: { ...phase, deadline } };
};

export const onRestored = (
  ledger: Ledger,
  event: Extract<LedgerEvent, { kind: 'restored' }>,
  rules: LedgerRules,
): LedgerStep => {
  const { upstreamId, session, cursor, at } = event;
  const call: Call = {
    ...event.call,
    isOrphan: true,
    isStranded: false,
    repeats: 0,
    refusals: 0,
    readings: 0,
    maybeRan: null,
    phase: { kind: 'severed', upstreamId, session, cursor, deadline: null, failure: leftBehind },
  };
  return resumeOrJudge({ ...ledger, calls: [...ledger.calls, call] }, call, at, rules);
};
