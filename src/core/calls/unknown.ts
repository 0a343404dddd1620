// Class E of the README's table: the call was written, no answer came, and there is nothing to resume. A protocol read is
// repeated at once. A tool that is marked safe is repeated only if it is still marked so by the server as it is after the
// repair: its marks are read again, and until then the call waits. Anything else ends as unknown.
// Not here: what counts as a mark (replay.ts), and the reading (runtime/marks.ts).
import type { Millis } from '../../base/clock.ts';
import type { Failure } from '../connection/failure.ts';
import type { Call } from './call.ts';
import type { Ledger, LedgerEvent, LedgerRules, LedgerStep } from './ledger.ts';
import { end, forEach, replace, send, verdictNow, wait } from './moves.ts';

export const judgeUnknown = (
  ledger: Ledger,
  call: Call,
  failure: Failure,
  at: Millis,
  rules: LedgerRules,
): LedgerStep => {
  // An answer that was too large once is too large again. For an orphan only a person may decide.
  const hopeless = failure.kind === 'too-large' || ledger.gate.kind === 'refuse' || call.isOrphan;
  if (hopeless || call.repeats > 0 || rules.repeatRight(call) === 'none')
    return end(ledger, call, { kind: 'unknown', failure, repeats: call.repeats });
  return [wait(ledger, { ...call, maybeRan: failure }, at + rules.holdBudget, rules), []];
};

/** Asks for the marks of every tool whose call waits for them, where the way to the server is open. */
export const askForMarks = (ledger: Ledger): LedgerStep =>
  ledger.gate.kind === 'send' ? forEach(ledger, ledger.calls, askFor) : [ledger, []];

const askFor = (ledger: Ledger, call: Call): LedgerStep => {
  const { phase, key } = call;
  if (phase.kind !== 'doubted' || phase.isAsked) return [ledger, []];
  const readings = call.readings + 1;
  return [
    replace(ledger, { ...call, readings, phase: { ...phase, isAsked: true } }),
    [{ kind: 'read-marks', key, round: readings }],
  ];
};

/** The way to the server has changed: what was read before, or is being read, says nothing about it any more. */
export const askAnew = (ledger: Ledger): Ledger => ({
  ...ledger,
  calls: ledger.calls.map((call) =>
    call.phase.kind === 'doubted' ? { ...call, phase: { ...call.phase, isAsked: false } } : call,
  ),
});

/** Still marked: the call goes out in the same moment, before anything can change again. */
export const onMarksRead = (
  ledger: Ledger,
  event: Extract<LedgerEvent, { kind: 'marks-read' }>,
  rules: LedgerRules,
): LedgerStep => {
  const { gate } = ledger;
  const call = ledger.calls.find((other) => other.key === event.key);
  // A late reading tells of a server that may be gone.
  const isCurrent = call?.phase.kind === 'doubted' && call.phase.isAsked;
  if (!isCurrent || call.readings !== event.round || gate.kind !== 'send') return [ledger, []];
  // The user may have withdrawn the trust meanwhile.
  const mayRepeat = event.isMarked && rules.repeatRight(call) === 'marked';
  return mayRepeat
    ? send(ledger, call, gate.session)
    : end(ledger, call, verdictNow(call, 'deadline', null));
};
