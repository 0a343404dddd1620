// One line of a server's history: what happened to its connection, why, and what is next.
// Not here: where it is kept (store) and how it is shown (host).
import type { Millis } from '../base/clock.ts';
import {
  type Cause,
  failureOf,
  type Life,
  type Recovered,
  type StateKind,
} from './connection/state.ts';
import type { Failure, FailureKind } from './connection/failure.ts';
import type { Unsaid } from './wording/unsaid.ts';

export interface HistoryEntry {
  readonly serverId: string;
  readonly at: Millis;
  readonly from: StateKind;
  readonly to: StateKind;
  readonly cause: Cause;
  readonly epoch: number;
  readonly attempt: number | null;
  /** Wall time of the next try, null where none is planned. */
  readonly nextTry: Millis | null;
  readonly recovered: Recovered | null;
  readonly failure: FailureKind | null;
  /** Technical detail of the failure in English, free of secrets. */
  readonly detail: string | null;
  /** The same, not yet said (wording/detail.ts). */
  readonly words?: Unsaid | undefined;
}

const toldOf = (failure: Failure | null): Pick<HistoryEntry, 'failure' | 'detail' | 'words'> =>
  failure === null
    ? { failure: null, detail: null }
    : { failure: failure.kind, detail: failure.detail, words: failure.words };

/** The line for a change from one life to the next. */
export const entryOf = (
  serverId: string,
  at: Millis,
  from: Life,
  to: Life,
  cause: Cause,
): HistoryEntry => {
  const { state } = to;
  const phase = 'phase' in state ? state.phase : null;
  return {
    serverId,
    at,
    from: from.state.kind,
    to: state.kind,
    cause,
    epoch: to.epoch,
    attempt: 'attempt' in state ? state.attempt : null,
    nextTry: phase?.kind === 'waiting' ? phase.until : null,
    recovered: 'recovered' in state ? state.recovered : null,
    ...toldOf(failureOf(state)),
  };
};
