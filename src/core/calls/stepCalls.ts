// What happens to all calls of a connection, as one pure function: who is held, who goes first, who is repeated, and how
// each ends, exactly once. The classes A to G of design section 6 are decided here.
// Not here: sending (runtime/caller.ts) and which method or tool may run twice (replay.ts).
import type { Millis } from '../../base/clock.ts';
import { aFailure, type Failure } from '../connection/failure.ts';
import type { RpcId } from '../rpc.ts';
import { type Call, type CallSpec, deadlineOf, upstreamIdOf, type Verdict } from './call.ts';
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

const replace = (ledger: Ledger, call: Call): Ledger => ({
  ...ledger,
  calls: ledger.calls.map((other) => (other.key === call.key ? call : other)),
});

const end = (ledger: Ledger, call: Call, verdict: Verdict): LedgerStep => [
  {
    ...ledger,
    calls: ledger.calls.filter((other) => other.key !== call.key),
    releasing: ledger.releasing === call.key ? null : ledger.releasing,
  },
  [{ kind: 'end', call, verdict }],
];

const then = ([ledger, effects]: LedgerStep, next: (ledger: Ledger) => LedgerStep): LedgerStep => {
  const [after, more] = next(ledger);
  return [after, [...effects, ...more]];
};

const send = (ledger: Ledger, call: Call, session: number): LedgerStep => {
  const upstreamId = ledger.nextId;
  const sent: Call = { ...call, phase: { kind: 'sent', upstreamId, session, begun: false } };
  return [
    { ...replace(ledger, sent), nextId: upstreamId + 1 },
    [{ kind: 'send', key: call.key, upstreamId }],
  ];
};

/** Lets the oldest held call go. One at a time until the server has taken it, so that their order is kept on HTTP too. */
const release = (ledger: Ledger): LedgerStep => {
  if (ledger.gate.kind !== 'send' || ledger.releasing !== null) return [ledger, []];
  const first = ledger.calls.find((call) => call.phase.kind === 'held');
  return first
    ? send({ ...ledger, releasing: first.key }, first, ledger.gate.session)
    : [ledger, []];
};

/** The bounds of the queue: as many calls and bytes as the settings allow, the newcomer counted. */
const isFull = (ledger: Ledger, bytes: number, rules: LedgerRules): boolean => {
  const own = heldBytes(ledger) + bytes;
  return (
    heldCalls(ledger).length + 1 > rules.limits.maxHeld ||
    own > rules.limits.maxHeldBytes ||
    own + rules.bytesElsewhere > rules.limits.maxHeldBytesTotal
  );
};

const arrive = (ledger: Ledger, spec: CallSpec, rules: LedgerRules): LedgerStep => {
  const deadline = spec.arrivedAt + rules.holdBudget;
  const call: Call = {
    ...spec,
    phase: { kind: 'held', deadline },
    repeats: 0,
    refusals: 0,
    maybeRan: null,
  };
  const added: Ledger = { ...ledger, calls: [...ledger.calls, call] };
  if (ledger.gate.kind === 'refuse')
    return end(added, call, { kind: 'not-run', why: 'state', failure: null });
  // Whoever waits already goes first.
  const mustQueue =
    ledger.gate.kind === 'hold' || ledger.releasing !== null || heldCalls(ledger).length > 0;
  if (ledger.gate.kind === 'send' && !mustQueue) return send(added, call, ledger.gate.session);
  if (isFull(ledger, spec.bytes, rules))
    return end(added, call, { kind: 'not-run', why: 'queue-full', failure: null });
  return [added, []];
};

/** Class E: written, no answer, nothing to resume. */
const judgeUnknown = (
  ledger: Ledger,
  call: Call,
  failure: Failure,
  at: Millis,
  rules: LedgerRules,
): LedgerStep => {
  const unknown: Verdict = { kind: 'unknown', failure, repeats: call.repeats };
  // An answer that was too large once is too large again.
  const hopeless = failure.kind === 'too-large' || ledger.gate.kind === 'refuse';
  if (hopeless || call.repeats > 0 || rules.repeatRight(call) === 'none')
    return end(ledger, call, unknown);
  const deadline = at + rules.holdBudget;
  const again: Call = { ...call, repeats: 1, maybeRan: failure, phase: { kind: 'held', deadline } };
  return [replace(ledger, again), []];
};

const onBroken = (
  ledger: Ledger,
  call: Call,
  fate: Extract<Fate, { kind: 'broken' }>,
  at: Millis,
  rules: LedgerRules,
): LedgerStep => {
  const { phase } = call;
  if (fate.cursor === null || phase.kind === 'held')
    return judgeUnknown(ledger, call, fate.failure, at, rules);
  const { upstreamId, session } = phase;
  const deadline = deadlineOf(call) ?? at + rules.holdBudget;
  const severed: Call = {
    ...call,
    phase: {
      kind: 'severed',
      upstreamId,
      session,
      cursor: fate.cursor,
      deadline,
      failure: fate.failure,
    },
  };
  return resumeOrJudge(replace(ledger, severed), severed, at, rules);
};

/** A severed call goes on where its session lives; in another session its cursor is worth nothing. */
const resumeOrJudge = (ledger: Ledger, call: Call, at: Millis, rules: LedgerRules): LedgerStep => {
  const { phase } = call;
  const { gate } = ledger;
  if (phase.kind !== 'severed' || gate.kind === 'hold') return [ledger, []];
  if (gate.kind === 'refuse' || gate.session !== phase.session)
    return judgeUnknown(ledger, call, phase.failure, at, rules);
  const { upstreamId, cursor } = phase;
  const resuming: Call = { ...call, phase: { ...phase, kind: 'resuming' } };
  return [replace(ledger, resuming), [{ kind: 'resume', key: call.key, upstreamId, cursor }]];
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
  const held: Call = { ...call, refusals, phase: { kind: 'held', deadline } };
  return [replace(ledger, held), []];
};

const cursorOf = (call: Call): string | null => ('cursor' in call.phase ? call.phase.cursor : null);

const neverAnswered = aFailure('malformed', 'the server accepted the request without answering it');

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
        ? onBroken(
            free,
            call,
            { kind: 'broken', failure: fate.failure, cursor: cursorOf(call) },
            at,
            rules,
          )
        : holdAgain(free, call, call.refusals, at, rules);
    case 'refused':
      if (resumed) return judgeUnknown(free, call, fate.failure, at, rules);
      return call.refusals > 0
        ? end(free, call, verdictNow(call, 'refused-again', fate.failure))
        : holdAgain(free, call, 1, at, rules);
    case 'accepted':
      // The server took a request and promised nothing (202): nobody will ever answer.
      return judgeUnknown(free, call, neverAnswered, at, rules);
  }
};

/** A gate that opens lets severed calls go on first: they were on their way before the held ones. */
const onGate = (before: Ledger, gate: LedgerGate, at: Millis, rules: LedgerRules): LedgerStep => {
  const ledger: Ledger = { ...before, gate };
  return ledger.calls
    .filter((call) => call.phase.kind === 'severed')
    .reduce<LedgerStep>(
      (so, call) => then(so, (next) => resumeOrJudge(next, call, at, rules)),
      [ledger, []],
    );
};

const onBegun = (ledger: Ledger, key: number): LedgerStep => {
  const call = ledger.calls.find((other) => other.key === key);
  const noted =
    call?.phase.kind === 'sent'
      ? replace(ledger, { ...call, phase: { ...call.phase, begun: true } })
      : ledger;
  return [ledger.releasing === key ? { ...noted, releasing: null } : noted, []];
};

/** Class G. Nobody waits any more: a held call is forgotten, one on its way is called off. */
const onCancelled = (ledger: Ledger, clientId: RpcId): LedgerStep => {
  const call = ledger.calls.find((other) => other.clientId === clientId);
  if (!call) return [ledger, []];
  const upstreamId = upstreamIdOf(call);
  const [without] = end(ledger, call, { kind: 'not-run', why: 'closed', failure: null });
  if (upstreamId === null) return [without, []];
  const tellServer = ledger.gate.kind === 'send';
  return [without, [{ kind: 'abandon', key: call.key, upstreamId, tellServer }]];
};

/** The answer of a call whose waiting time is over, or whose connection ends. */
const verdictNow = (
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

const giveUp = (
  ledger: Ledger,
  call: Call,
  why: 'deadline' | 'closed',
  failure: Failure | null,
): LedgerStep => {
  const upstreamId = upstreamIdOf(call);
  const [without, effects] = end(ledger, call, verdictNow(call, why, failure));
  return upstreamId === null
    ? [without, effects]
    : [without, [...effects, { kind: 'abandon', key: call.key, upstreamId, tellServer: false }]];
};

const onTime = (ledger: Ledger, at: Millis): LedgerStep =>
  ledger.calls
    .filter((call) => (deadlineOf(call) ?? Number.POSITIVE_INFINITY) <= at)
    .reduce<LedgerStep>(
      (so, call) => then(so, (next) => giveUp(next, call, 'deadline', null)),
      [ledger, []],
    );

const onClosed = (ledger: Ledger, failure: Failure): LedgerStep =>
  ledger.calls.reduce<LedgerStep>(
    (so, call) => then(so, (next) => giveUp(next, call, 'closed', failure)),
    [{ ...ledger, gate: { kind: 'refuse' } }, []],
  );

const move = (ledger: Ledger, event: LedgerEvent, rules: LedgerRules): LedgerStep => {
  switch (event.kind) {
    case 'arrived':
      return arrive(ledger, event.call, rules);
    case 'gate':
      return onGate(ledger, event.gate, event.at, rules);
    case 'begun':
      return onBegun(ledger, event.key);
    case 'ended': {
      const call = ledger.calls.find((other) => other.key === event.key);
      // A late end of an earlier try of the same call changes nothing.
      return call && upstreamIdOf(call) === event.upstreamId
        ? onEnded(ledger, call, event.fate, event.at, rules)
        : [ledger, []];
    }
    case 'cancelled':
      return onCancelled(ledger, event.clientId);
    case 'time':
      return onTime(ledger, event.at);
    case 'closed':
      return onClosed(ledger, event.failure);
  }
};

/** The next value of all calls, and what to do about it. Whatever happened, the queue moves on if it can. */
export const stepCalls = (ledger: Ledger, event: LedgerEvent, rules: LedgerRules): LedgerStep =>
  then(move(ledger, event, rules), release);
