// The rows of the Pending Calls view: the calls of all servers, those first that wait for a person. Free of `vscode`.
// Not here: how a row looks (pendingItems.ts) and when it is drawn (pendingTree.ts).
import type { Millis } from '../base/clock.ts';
import type { Say } from '../core/wording.ts';
import { describePending, type PendingPhase, type PendingWords } from '../core/wording/pending.ts';
import type { FleetWatch, PendingCall, ServerWatch } from '../runtime/watch.ts';

export interface PendingRow {
  readonly kind: 'pending';
  readonly server: ServerWatch;
  readonly call: PendingCall;
}

/** `again`: it may have run already, so that the user is asked once more. */
export type PendingAction = 'run' | 'again' | 'show' | 'discard';

const actionsByPhase: Readonly<Record<PendingPhase, readonly PendingAction[]>> = {
  // Whoever waits for it decides.
  held: [],
  running: [],
  'orphan-held': ['run', 'discard'],
  // Its answer comes here. Who does not want it need not wait for it.
  'orphan-running': ['discard'],
  'orphan-unknown': ['again', 'discard'],
  answered: ['show', 'discard'],
};

export const pendingActions = ({ phase, result }: PendingCall): readonly PendingAction[] =>
  // An answer that was no result has nothing to show.
  actionsByPhase[phase].filter((action) => action !== 'show' || result !== null);

/** Only a person can say what becomes of it. */
export const needsDecision = ({ phase }: PendingCall): boolean =>
  phase === 'orphan-held' || phase === 'orphan-unknown';

export const countDecisions = (fleet: FleetWatch): number =>
  fleet.servers.value.reduce(
    (sum, { pending }) => sum + pending.value.filter(needsDecision).length,
    0,
  );

const order: Readonly<Record<PendingPhase, number>> = {
  'orphan-unknown': 0,
  'orphan-held': 0,
  answered: 1,
  'orphan-running': 2,
  running: 3,
  held: 3,
};

export const pendingRows = (fleet: FleetWatch): readonly PendingRow[] =>
  fleet.servers.value
    .flatMap((server) =>
      server.pending.value.map((call): PendingRow => ({ kind: 'pending', server, call })),
    )
    .toSorted(
      (one, other) =>
        order[one.call.phase] - order[other.call.phase] || one.call.since - other.call.since,
    );

export const pendingId = ({ server, call }: PendingRow): string =>
  JSON.stringify(['pending', server.id, call.key]);

export const pendingWords = ({ server, call }: PendingRow, now: Millis, say: Say): PendingWords => {
  const { phase, tool, since, deadline, result } = call;
  const isError = phase === 'answered' && (result === null || result['isError'] === true);
  return describePending({ phase, tool, serverId: server.id, since, deadline, isError }, now, say);
};
