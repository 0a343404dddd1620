// Class C of the README's table: the call runs, and its stream can be resumed from a cursor, in the session that runs it and
// in no other. Restored calls of an earlier life enter here.
// Not here: what becomes of a call that cannot be resumed (unknown.ts).
import type { Millis } from '../../base/clock.ts';
import { aFailure } from '../connection/failure.ts';
import { type Call, deadlineOf } from './call.ts';
import type { Fate } from './fate.ts';
import type { Ledger, LedgerEvent, LedgerRules, LedgerStep } from './ledger.ts';
import { forEach, replace } from './moves.ts';
import { judgeUnknown } from './unknown.ts';

/** Why a call of an earlier life has no answer, as far as this life knows. */
export const leftBehind = aFailure('closed', 'the editor was closed or reloaded while it ran');

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

export const onRestored = (
  ledger: Ledger,
  event: Extract<LedgerEvent, { kind: 'restored' }>,
  rules: LedgerRules,
): LedgerStep => {
  const { upstreamId, session, cursor, at } = event;
  const call: Call = {
    ...event.call,
    isOrphan: true,
    repeats: 0,
    refusals: 0,
    readings: 0,
    maybeRan: null,
    phase: { kind: 'severed', upstreamId, session, cursor, deadline: null, failure: leftBehind },
  };
  return resumeOrJudge({ ...ledger, calls: [...ledger.calls, call] }, call, at, rules);
};
