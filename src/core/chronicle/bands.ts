// The states of a server over time as bands without overlap. Only time for which there is evidence is covered: a window that was
// killed wrote no farewell, and where nobody watched there is a gap. Not here: drawing (the timeline).
import type { Millis } from '../../base/clock.ts';
import {
  type ChronicleEntry,
  isAbout,
  type MarkEntry,
  type TransitionEntry,
} from '../chronicle.ts';
import type { FailureKind } from '../connection/failure.ts';
import type { Cause, Recovered, StateKind } from '../connection/state.ts';
import type { Unsaid } from '../wording/unsaid.ts';
import { type Stretch, upShareOfStretches } from './share.ts';

export interface StateBand {
  readonly state: StateKind;
  readonly from: Millis;
  readonly to: Millis;
  /** What began it. */
  readonly cause: Cause;
  readonly recovered: Recovered | null;
  /** The newest failure in it. */
  readonly failure: FailureKind | null;
  readonly detail: string | null;
  readonly words?: Unsaid | undefined;
  /** The highest number of an attempt in it. */
  readonly attempt: number | null;
}

const bandOf = (entry: TransitionEntry): StateBand => ({
  state: entry.to,
  from: entry.at,
  to: entry.at,
  cause: entry.cause,
  recovered: entry.recovered,
  failure: entry.failure,
  detail: entry.detail,
  words: entry.words,
  attempt: entry.attempt,
});

/** A state that was entered again, as by another attempt, goes on; its newest failure and attempt count. */
const goOn = (band: StateBand, entry: TransitionEntry): StateBand => ({
  ...band,
  to: entry.at,
  attempt: entry.attempt ?? band.attempt,
  failure: entry.failure ?? band.failure,
  detail: entry.failure === null ? band.detail : entry.detail,
  words: entry.failure === null ? band.words : entry.words,
});

/** When a window opened: what another life was in when nobody said so is over. */
const isBeginning = ({ what }: MarkEntry): boolean => what === 'started' || what === 'reloaded';

/** The last moment that this entry proves somebody to have watched. */
const evidenceOf = (entry: ChronicleEntry): Millis => {
  if (entry.kind === 'recovery') return entry.until;
  return entry.at;
};

class Bands {
  readonly #done: StateBand[] = [];
  #open: StateBand | null = null;
  #evidence: Millis = -Infinity;

  note(entry: ChronicleEntry): void {
    if (entry.kind === 'transition') this.#transition(entry);
    else if (entry.kind === 'mark' && (isBeginning(entry) || entry.what === 'ended'))
      this.#close(entry.what === 'ended' ? entry.at : this.#evidence);
    this.#evidence = Math.max(this.#evidence, evidenceOf(entry));
  }

  /** `until`: when the newest state was last seen to last; null where nobody watches any more. */
  finish(until: Millis | null): readonly StateBand[] {
    this.#close(until ?? this.#evidence);
    return this.#done;
  }

  #transition(entry: TransitionEntry): void {
    const open = this.#open;
    if (open?.state === entry.to && entry.from === entry.to) {
      this.#open = goOn(open, entry);
      return;
    }
    // One that does not begin where the last ended comes from another life of the extension.
    this.#close(open?.state === entry.from ? entry.at : Math.min(this.#evidence, entry.at));
    this.#open = bandOf(entry);
  }

  #close(at: Millis): void {
    const open = this.#open;
    this.#open = null;
    if (open !== null && at > open.from) this.#done.push({ ...open, to: at });
  }
}

const cut = (band: StateBand, from: Millis, to: Millis): StateBand => ({
  ...band,
  from: Math.max(band.from, from),
  to: Math.min(band.to, to),
});

/**
 * The bands of one server within the span. `entries` are as read, and should begin some time before `from`, so that the state in
 * which the span begins is known. `isLive`: the server is watched right now, so that its newest state lasts until `to`.
 */
export const bandsOf = (
  entries: readonly ChronicleEntry[],
  serverId: string,
  span: { readonly from: Millis; readonly to: Millis; readonly isLive: boolean },
): readonly StateBand[] => {
  const bands = new Bands();
  const { from, to, isLive } = span;
  const known = entries.filter(isAbout(serverId)).filter(({ at }) => at <= to);
  for (const entry of known.toSorted((one, other) => one.at - other.at)) bands.note(entry);
  return bands
    .finish(isLive ? to : null)
    .filter((band) => band.to > from && band.from < to)
    .map((band) => cut(band, from, to));
};

const isUpState = (state: StateKind): boolean => state === 'ready' || state === 'degraded';

/** States in which a server is not meant to work, so that they count neither for nor against it. */
export const isOffState = (state: StateKind): boolean =>
  state === 'idle' || state === 'disabled' || state === 'stopping' || state === 'stopped';

const countsAs = (state: StateKind): Stretch['counts'] => {
  if (isOffState(state)) return 'off';
  return isUpState(state) ? 'up' : 'away';
};

/** Which share of the time in which it was meant to work the server took calls; null where nothing is known. */
export const upShareOf = (bands: readonly StateBand[]): number | null =>
  upShareOfStretches(
    bands.map(({ state, from, to }) => ({ length: to - from, counts: countsAs(state) })),
  );
