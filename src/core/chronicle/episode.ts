// A loss of a connection from its beginning to the recovery, read off the transitions. Not here: what became of calls meanwhile
// (the tally counts them) and who writes it down.
import type { Millis } from '../../base/clock.ts';
import type { CallToll, RecoveryEntry, Rung } from '../chronicle.ts';
import type { FailureKind } from '../connection/failure.ts';
import type { Cause, Recovered, StateKind } from '../connection/state.ts';
import type { HistoryEntry } from '../history.ts';
import type { Unsaid } from '../wording/unsaid.ts';

export interface Episode {
  readonly at: Millis;
  /** Why the good time ended. */
  readonly cause: Cause;
  readonly failure: FailureKind | null;
  readonly detail: string | null;
  readonly words?: Unsaid | undefined;
  readonly attempts: number;
}

export type EpisodeStep =
  /** `open` is null while nothing is lost. */
  | { readonly kind: 'open'; readonly open: Episode | null }
  | {
      readonly kind: 'over';
      readonly episode: Episode;
      readonly until: Millis;
      readonly recovered: Recovered;
    };

/** Whether the server is lost in this state, against anybody's wish. */
export const isLost = (state: StateKind): boolean => {
  switch (state) {
    case 'reconnecting':
    case 'suspended':
    case 'needs-auth':
    case 'needs-input':
    case 'crash-loop':
    case 'failed':
      return true;
    case 'disabled':
    case 'idle':
    case 'connecting':
    case 'ready':
    case 'degraded':
    case 'stopping':
    case 'stopped':
      return false;
  }
};

const isUpState = (state: StateKind): boolean => state === 'ready' || state === 'degraded';

/** What a person or the settings asked for is no loss. */
const isWished = (cause: Cause): boolean =>
  cause === 'user' || cause === 'settings' || cause === 'shutdown';

const goOn = (open: Episode, entry: HistoryEntry): Episode => ({
  ...open,
  // Why it was lost is told by the first failure; later ones are of the attempts.
  failure: open.failure ?? entry.failure,
  detail: open.failure === null ? entry.detail : open.detail,
  words: open.failure === null ? entry.words : open.words,
  attempts: Math.max(open.attempts, entry.attempt ?? 0),
});

const beginWith = ({ at, cause, failure, detail, words, attempt }: HistoryEntry): Episode => ({
  at,
  cause,
  failure,
  detail,
  words,
  attempts: attempt ?? 0,
});

const still = (open: Episode | null): EpisodeStep => ({ kind: 'open', open });

export const stepEpisode = (open: Episode | null, entry: HistoryEntry): EpisodeStep => {
  if (isLost(entry.to)) {
    if (open !== null) return still(goOn(open, entry));
    return still(isWished(entry.cause) ? null : beginWith(entry));
  }
  // `connecting` follows a restart asked for by a person: the loss goes on until it is up.
  if (open !== null && entry.to === 'connecting') return still(goOn(open, entry));
  if (open === null || !isUpState(entry.to)) return still(null);
  const recovered = entry.recovered ?? 'first';
  // A server that was never there has not come back.
  if (recovered === 'first') return still(null);
  return { kind: 'over', episode: open, until: entry.at, recovered };
};

export const noToll: CallToll = { held: 0, repeated: 0, unknown: 0, refused: 0 };

export const addToll = (one: CallToll, other: CallToll): CallToll => ({
  held: one.held + other.held,
  repeated: one.repeated + other.repeated,
  unknown: one.unknown + other.unknown,
  refused: one.refused + other.refused,
});

export const isToll = ({ held, repeated, unknown, refused }: CallToll): boolean =>
  held + repeated + unknown + refused > 0;

/** `startsProcess`: the server is a program of ours, so that a new session means a new process. */
export const rungOf = (
  recovered: Recovered,
  facts: { readonly startsProcess: boolean; readonly hasResumed: boolean },
): Rung => {
  switch (recovered) {
    case 'same-session':
      return facts.hasResumed ? 'resumed-stream' : 'same-session';
    case 'first':
    case 'new-session':
      return facts.startsProcess ? 'restarted-process' : 'new-session';
    case 'stateless':
      return facts.startsProcess ? 'restarted-process' : 'stateless';
  }
};

export const recoveryOf = (
  whose: { readonly serverId: string; readonly client: string | null },
  { episode, until }: { readonly episode: Episode; readonly until: Millis },
  rung: Rung,
  calls: CallToll,
): RecoveryEntry => ({
  kind: 'recovery',
  serverId: whose.serverId,
  client: whose.client,
  at: episode.at,
  // A wall clock that was set back makes no negative loss.
  until: Math.max(until, episode.at),
  cause: episode.cause,
  failure: episode.failure,
  detail: episode.detail,
  words: episode.words,
  rung,
  attempts: Math.max(1, episode.attempts),
  calls,
});
