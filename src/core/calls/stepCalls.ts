// What happens to all calls of a connection, as one pure function: who is held, who goes first, who is repeated, and how
// each ends, exactly once. The classes A to G of the README's table are decided here.
// Not here: calls that can be resumed (resuming.ts), calls whose outcome nobody knows (unknown.ts), sending (runtime/caller.ts).
import type { Millis } from '../../base/clock.ts';
import { type Failure, failureTraits } from '../connection/failure.ts';
import type { RpcId } from '../rpc.ts';
import { type Call, type CallSpec, deadlineOf, upstreamIdOf } from './call.ts';
import type { Fate } from './fate.ts';
import {
  heldBytes,
  heldCalls,
  type Ledger,
  type LedgerEvent,
  type LedgerGate,
  type LedgerRules,
  type LedgerStep,
} from './ledger.ts';
import {
  end,
  forEach,
  forget,
  neverAnswered,
  replace,
  send,
  andThen,
  verdictNow,
  wait,
} from './moves.ts';
import { onReclaimed } from './reclaiming.ts';
import { onBroken, onRestored, onSignOfLife, onStranded, resumeAll } from './resuming.ts';
import { askAnew, askForMarks, judgeUnknown, onMarksRead } from './unknown.ts';

/** Lets the oldest held call go. One at a time until the server has taken it, so that their order is kept on HTTP too. */
const release = (ledger: Ledger): LedgerStep => {
  if (ledger.gate.kind !== 'send' || ledger.releasing !== null) return [ledger, []];
  const first = ledger.calls.find((call) => call.phase.kind === 'held');
  return first
    ? send({ ...ledger, releasing: first.key }, first, ledger.gate.session)
    : [ledger, []];
};

/** The bounds of the queue: as many calls and bytes as the settings allow, the newcomer counted. */
const isFull = (ledger: Ledger, key: number, rules: LedgerRules): boolean => {
  if (heldCalls(ledger).length + 1 > rules.limits.maxHeld) return true;
  const own = heldBytes(ledger, rules.bytesOf) + rules.bytesOf(key);
  return (
    own > rules.limits.maxHeldBytes || own + rules.bytesElsewhere > rules.limits.maxHeldBytesTotal
  );
};

const arrive = (ledger: Ledger, spec: CallSpec, rules: LedgerRules): LedgerStep => {
  const deadline = spec.arrivedAt + rules.holdBudget;
  const call: Call = {
    ...spec,
    isOrphan: false,
    isStranded: false,
    phase: { kind: 'held', deadline },
    repeats: 0,
    refusals: 0,
    readings: 0,
    maybeRan: null,
  };
  const added: Ledger = { ...ledger, calls: [...ledger.calls, call] };
  if (ledger.gate.kind === 'refuse')
    return end(added, call, { kind: 'not-run', why: 'state', failure: null });
  // Whoever waits already goes first.
  const mustQueue =
    ledger.gate.kind === 'hold' || ledger.releasing !== null || heldCalls(ledger).length > 0;
  if (ledger.gate.kind === 'send' && !mustQueue) return send(added, call, ledger.gate.session);
  if (isFull(ledger, spec.key, rules))
    return end(added, call, { kind: 'not-run', why: 'queue-full', failure: null });
  return [added, []];
};

/** Back to the queue, at its old place: the server certainly did not run it. */
const holdAgain = (
  ledger: Ledger,
  call: Call,
  refusals: number,
  at: Millis,
  rules: LedgerRules,
): LedgerStep => {
  const deadline = Math.max(
    deadlineOf(call) ?? 0,
    (refusals > 0 ? at : call.arrivedAt) + rules.holdBudget,
  );
  return [wait(ledger, { ...call, refusals }, deadline, rules), []];
};

const cursorOf = (call: Call): string | null => ('cursor' in call.phase ? call.phase.cursor : null);

const onEnded = (
  ledger: Ledger,
  call: Call,
  fate: Fate,
  at: Millis,
  rules: LedgerRules,
): LedgerStep => {
  const free: Ledger = ledger.releasing === call.key ? { ...ledger, releasing: null } : ledger;
  const resumed = call.phase.kind === 'resuming';
  switch (fate.kind) {
    case 'answered':
      return end(free, call, { kind: 'answered', response: fate.response });
    case 'broken':
      return onBroken(free, call, fate, at, rules);
    case 'not-sent':
      // Only the resuming GET was not sent; the call itself was.
      return resumed
        ? onBroken(free, call, { failure: fate.failure, cursor: cursorOf(call) }, at, rules)
        : holdAgain(free, call, call.refusals, at, rules);
    case 'refused':
      if (resumed) return judgeUnknown(free, call, fate.failure, at, rules);
      return call.refusals > 0 || failureTraits[fate.failure.kind].isOfOneRequest
        ? end(free, call, verdictNow(call, 'refused-again', fate.failure))
        : holdAgain(free, call, 1, at, rules);
    case 'accepted':
      // The server took a request and promised nothing (202): nobody will ever answer.
      return judgeUnknown(free, call, neverAnswered, at, rules);
  }
};

const onGate = (before: Ledger, gate: LedgerGate, at: Millis, rules: LedgerRules): LedgerStep =>
  resumeAll(askAnew({ ...before, gate, calls: before.calls.map(shorten(at, rules)) }), at, rules);

/** A call that waits already waits no longer than one that comes now, as when a person turns out to be needed. */
const shorten =
  (at: Millis, { holdBudget }: LedgerRules) =>
  (call: Call): Call => {
    const { phase } = call;
    if (phase.kind !== 'held' && phase.kind !== 'doubted') return call;
    return phase.deadline <= at + holdBudget
      ? call
      : { ...call, phase: { ...phase, deadline: at + holdBudget } };
  };

const onBegun = (ledger: Ledger, key: number, at: Millis, rules: LedgerRules): LedgerStep => {
  const call = ledger.calls.find((other) => other.key === key);
  const noted = call ? replace(ledger, begin(call, at, rules)) : ledger;
  return [ledger.releasing === key ? { ...noted, releasing: null } : noted, []];
};

const begin = (call: Call, at: Millis, rules: LedgerRules): Call => {
  const { phase } = call;
  if (phase.kind === 'sent') return { ...call, phase: { ...phase, begun: true } };
  return onSignOfLife(call, 'open', at, rules);
};

const onHeard = (ledger: Ledger, key: number, at: Millis, rules: LedgerRules): Ledger => {
  const call = ledger.calls.find((other) => other.key === key);
  return call ? replace(ledger, onSignOfLife(call, 'heard', at, rules)) : ledger;
};

/** Class G. Nobody waits any more: a held call is forgotten, one on its way is called off. */
const onCancelled = (ledger: Ledger, clientId: RpcId): LedgerStep => {
  const call = ledger.calls.find((other) => other.clientId === clientId && !other.isOrphan);
  if (!call) return [ledger, []];
  const tellServer = ledger.gate.kind === 'send';
  return forget(ledger, call, tellServer);
};

const onDiscarded = (ledger: Ledger, key: number): LedgerStep => {
  const call = ledger.calls.find((other) => other.key === key && other.isOrphan);
  return call ? forget(ledger, call, false) : [ledger, []];
};

const giveUp = (
  ledger: Ledger,
  call: Call,
  why: 'deadline' | 'closed',
  failure: Failure | null,
): LedgerStep => {
  const upstreamId = upstreamIdOf(call);
  const [after, effects] = end(ledger, call, verdictNow(call, why, failure));
  return upstreamId === null
    ? [after, effects]
    : [after, [...effects, { kind: 'abandon', key: call.key, upstreamId, tellServer: false }]];
};

const onTime = (ledger: Ledger, at: Millis): LedgerStep =>
  forEach(
    ledger,
    ledger.calls.filter((call) => (deadlineOf(call) ?? Number.POSITIVE_INFINITY) <= at),
    (next, call) => giveUp(next, call, 'deadline', null),
  );

const onClosed = (ledger: Ledger, failure: Failure): LedgerStep =>
  forEach({ ...ledger, gate: { kind: 'refuse' } }, ledger.calls, (next, call) =>
    giveUp(next, call, 'closed', failure),
  );

const move = (ledger: Ledger, event: LedgerEvent, rules: LedgerRules): LedgerStep => {
  switch (event.kind) {
    case 'arrived':
      return arrive(ledger, event.call, rules);
    case 'gate':
      return onGate(ledger, event.gate, event.at, rules);
    case 'begun':
      return onBegun(ledger, event.key, event.at, rules);
    case 'heard':
      return [onHeard(ledger, event.key, event.at, rules), []];
    case 'stranded':
      return [onStranded(ledger, event.at, rules), []];
    case 'ended': {
      const call = ledger.calls.find((other) => other.key === event.key);
      // A late end of an earlier try of the same call changes nothing.
      return call && upstreamIdOf(call) === event.upstreamId
        ? onEnded(ledger, call, event.fate, event.at, rules)
        : [ledger, []];
    }
    case 'cancelled':
      return onCancelled(ledger, event.clientId);
    case 'restored':
      return onRestored(ledger, event, rules);
    case 'reclaimed':
      return onReclaimed(ledger, event, rules);
    case 'discarded':
      return onDiscarded(ledger, event.key);
    case 'marks-read':
      return onMarksRead(ledger, event, rules);
    case 'time':
      return onTime(ledger, event.at);
    case 'closed':
      return onClosed(ledger, event.failure);
  }
};

/** The next value of all calls, and what to do about it. Whatever happened, the queue moves on if it can. */
export const stepCalls = (ledger: Ledger, event: LedgerEvent, rules: LedgerRules): LedgerStep =>
  andThen(andThen(move(ledger, event, rules), askForMarks), release);
