// Calls of an earlier life whose client has come back for them, as the clients of the gateway do. Unlike orphans they go on as
// if nothing had happened: what was held runs in its order, what was sent is resumed, repeated or answered as unknown.
// Not here: calls that nobody came back for (orphans.ts).
import type { Millis } from '../../base/clock.ts';
import type { Call } from './call.ts';
import type { Ledger, LedgerEvent, LedgerRules, LedgerStep } from './ledger.ts';
import { end } from './moves.ts';
import { leftBehind, onBroken } from './resuming.ts';
import { judgeUnknown } from './unknown.ts';

/** The client has waited through our own absence; a server that is only just being reached again gets this much more of it. */
const leastWait: Millis = 10_000;

const added = (ledger: Ledger, call: Call): Ledger => ({
  ...ledger,
  calls: [...ledger.calls, call],
});

export const onReclaimed = (
  ledger: Ledger,
  { at, call: spec, past }: Extract<LedgerEvent, { kind: 'reclaimed' }>,
  rules: LedgerRules,
): LedgerStep => {
  // The clock may have been set back since it arrived.
  const arrivedAt = Math.min(spec.arrivedAt, at);
  const deadline = Math.max(arrivedAt + rules.holdBudget, at + leastWait);
  const held: Call = {
    ...spec,
    isOrphan: false,
    isStranded: false,
    phase: { kind: 'held', deadline },
    repeats: 0,
    refusals: 0,
    readings: 0,
    maybeRan: null,
  };
  if (past.kind === 'unknown')
    return judgeUnknown(added(ledger, held), held, past.failure, at, rules);
  if (past.kind === 'held') {
    const next = added(ledger, held);
    return ledger.gate.kind === 'refuse'
      ? end(next, held, { kind: 'not-run', why: 'state', failure: null })
      : [next, []];
  }
  const { upstreamId, session, cursor } = past;
  const sent: Call = {
    ...held,
    // Once over all lives: a gateway that keeps dying must not make a server work again and again.
    repeats: past.isRepeat === true ? 1 : 0,
    // A session of another number than any of this life: its cursor is worth nothing.
    phase: { kind: 'sent', upstreamId, session: session ?? -1, begun: true },
  };
  const reachable = session === null ? null : cursor;
  return onBroken(added(ledger, sent), sent, { cursor: reachable, failure: leftBehind }, at, rules);
};
