// What a server's lane of the timeline shows, made from what was written down about the server: bands of states, the line
// of health latency, marks. Bands are drawn only over time for which there is evidence: where nobody was watching there is
// a gap. Not here: which part of it is looked at (span.ts), words (words.ts), drawing (the timeline room).
import type { Millis } from '../../base/clock.ts';
import type { Cause, Recovered, StateKind } from '../connection/state.ts';
import type { FailureKind } from '../connection/failure.ts';

export const markKinds = ['restart', 'reload', 'sleep', 'held', 'unknown'] as const;

/**
 * `restart`: the server was seen to restart. `reload`: the window closed or reloaded. `sleep`: the computer slept. `held`: calls
 * waited for the server. `unknown`: calls of which nobody knows whether they ran.
 */
export type MarkKind = (typeof markKinds)[number];

export interface StateHappening {
  readonly kind: 'state';
  readonly at: Millis;
  readonly from: StateKind;
  readonly to: StateKind;
  readonly cause: Cause;
  readonly attempt: number | null;
  readonly recovered: Recovered | null;
  readonly failure: FailureKind | null;
  readonly detail: string | null;
}

/** One look at the server's health; `latency` is null where it did not answer. */
export interface HealthHappening {
  readonly kind: 'health';
  readonly at: Millis;
  readonly latency: Millis | null;
}

export interface MarkHappening {
  readonly kind: 'mark';
  readonly at: Millis;
  readonly mark: MarkKind;
  /** How many calls; 1 where that means nothing. */
  readonly count: number;
  /** How long it lasted, null where it is a moment. */
  readonly length: Millis | null;
}

export type Happening = StateHappening | HealthHappening | MarkHappening;

export interface Band {
  readonly state: StateKind;
  readonly from: Millis;
  /** Null while it lasts. */
  readonly to: Millis | null;
  /** What began it. */
  readonly cause: Cause;
  readonly recovered: Recovered | null;
  /** The newest failure in it. */
  readonly failure: FailureKind | null;
  readonly detail: string | null;
  /** The highest number of an attempt in it. */
  readonly attempt: number | null;
}

export interface Lane {
  readonly serverId: string;
  readonly bands: readonly Band[];
  /** In order of time, as columns for the plot; null breaks the line. */
  readonly times: readonly Millis[];
  readonly latencies: readonly (Millis | null)[];
  /** When the server did not answer a look at its health. */
  readonly misses: readonly Millis[];
  readonly marks: readonly MarkHappening[];
  /** The earliest and the latest of what is known. */
  readonly first: Millis | null;
  readonly last: Millis | null;
}

/** What the lane is made from. `isLive`: the newest state still lasts. */
export interface LaneSource {
  readonly serverId: string;
  readonly isLive: boolean;
  readonly happenings: readonly Happening[];
}

/** Health is looked at once a minute at the slowest default; a line over a longer silence would invent what was there. */
const longestQuiet: Millis = 150_000;

const bandOf = (entry: StateHappening): Band => ({
  state: entry.to,
  from: entry.at,
  to: null,
  cause: entry.cause,
  recovered: entry.recovered,
  failure: entry.failure,
  detail: entry.detail,
  attempt: entry.attempt,
});

/** A state that was entered again (another attempt) goes on; its newest failure and attempt count. */
const goOn = (band: Band, entry: StateHappening): Band => ({
  ...band,
  attempt: entry.attempt ?? band.attempt,
  failure: entry.failure ?? band.failure,
  detail: entry.failure === null ? band.detail : entry.detail,
});

/** Ends the last band where the next begins, or, where the two do not fit, at the last sign that somebody watched. */
const endLast = (bands: Band[], entry: StateHappening, evidence: Millis): void => {
  const last = bands.at(-1);
  if (last === undefined) return;
  // A window that was killed wrote no farewell; the next one begins from a state that was never reached.
  const fits = entry.from === last.state;
  bands[bands.length - 1] = { ...last, to: fits ? entry.at : Math.max(last.from, evidence) };
};

const bandsOf = (happenings: readonly Happening[], isLive: boolean): readonly Band[] => {
  const bands: Band[] = [];
  let evidence: Millis = -Infinity;
  for (const happening of happenings) {
    if (happening.kind === 'state') {
      const last = bands.at(-1);
      if (last?.state === happening.to && happening.from === happening.to) {
        bands[bands.length - 1] = goOn(last, happening);
      } else {
        endLast(bands, happening, evidence);
        bands.push(bandOf(happening));
      }
    }
    evidence = happening.at;
  }
  const last = bands.at(-1);
  if (last !== undefined && !isLive) bands[bands.length - 1] = { ...last, to: evidence };
  return bands.filter(({ from, to }) => to === null || to > from);
};

interface Line {
  readonly times: readonly Millis[];
  readonly latencies: readonly (Millis | null)[];
}

/** The plot wants times that rise strictly. */
const lineOf = (samples: readonly HealthHappening[]): Line => {
  const times: Millis[] = [];
  const latencies: (Millis | null)[] = [];
  for (const { at, latency } of samples) {
    const before = times.at(-1) ?? -Infinity;
    if (at <= before) continue;
    if (times.length > 0 && at - before > longestQuiet) {
      times.push(before + 1);
      latencies.push(null);
    }
    times.push(at);
    latencies.push(latency);
  }
  return { times, latencies };
};

const isA =
  <Kind extends Happening['kind']>(kind: Kind) =>
  (happening: Happening): happening is Extract<Happening, { readonly kind: Kind }> =>
    happening.kind === kind;

/** The lane of a server. What is written down late is put where it belongs. */
export const laneOf = ({ serverId, isLive, happenings }: LaneSource): Lane => {
  const inOrder = happenings.toSorted((one, other) => one.at - other.at);
  const samples = inOrder.filter(isA('health'));
  return {
    serverId,
    bands: bandsOf(inOrder, isLive),
    ...lineOf(samples),
    misses: samples.filter(({ latency }) => latency === null).map(({ at }) => at),
    marks: inOrder.filter(isA('mark')),
    first: inOrder[0]?.at ?? null,
    last: inOrder.at(-1)?.at ?? null,
  };
};

const isUpKind = (state: StateKind): boolean => state === 'ready' || state === 'degraded';

/** States in which a server is not meant to work, so that they count for and against nothing. */
const isOffKind = (state: StateKind): boolean =>
  state === 'idle' || state === 'disabled' || state === 'stopping' || state === 'stopped';

/** Which part of the time that it was meant to work in the server took calls; null where that is not known. */
export const upShare = (
  { bands }: Pick<Lane, 'bands'>,
  from: Millis,
  to: Millis,
  now: Millis,
): number | null => {
  let [up, all] = [0, 0];
  for (const band of bands) {
    const length = Math.min(band.to ?? now, to) - Math.max(band.from, from);
    if (length <= 0 || isOffKind(band.state)) continue;
    all += length;
    if (isUpKind(band.state)) up += length;
  }
  return all === 0 ? null : up / all;
};
