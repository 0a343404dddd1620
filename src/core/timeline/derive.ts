// A lane, made from what was written down about its server. Not here: reading it (host).
import type { Millis } from '../../base/clock.ts';
import { type ChronicleEntry, type EntryOf, isKind } from '../chronicle.ts';
import { bandsOf, type StateBand } from '../chronicle/bands.ts';
import { aFailure } from '../connection/failure.ts';
import type { StateKind } from '../connection/state.ts';
import { nameOf } from '../wording.ts';
import { describeCause, describeRecovered } from '../wording/cause.ts';
import { sayDetail } from '../wording/detail.ts';
import { describeFailure } from '../wording/failure.ts';
import type { Say } from '../wording/say.ts';
import type { Band, Lane } from './lane.ts';
import { lookOf } from './look.ts';
import { marksOf } from './marks.ts';

export interface LaneSource {
  readonly serverId: string;
  /** What the server is in right now; null where it is not among the configured ones any more. */
  readonly state: StateKind | null;
  /** Its own, and the marks of every server. */
  readonly entries: readonly ChronicleEntry[];
}

/** A steady server is written down about once a minute; a line over a longer silence would invent what was there. */
const longestQuiet: Millis = 150_000;

const capital = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

const linesOf = (band: StateBand, say: Say): readonly string[] => {
  const lines = [describeCause(band.cause, say)];
  if (band.recovered !== null) lines.push(describeRecovered(band.recovered, say));
  if (band.attempt !== null && band.attempt > 1) lines.push(say('{0} tries', band.attempt));
  if (band.failure !== null) {
    const { title } = describeFailure(aFailure(band.failure, ''), say);
    const detail = sayDetail(band, say) ?? '';
    lines.push(detail === '' ? title : say('{0}: {1}', title, detail));
  }
  return lines.map(capital);
};

const newestState = (entries: readonly ChronicleEntry[]): StateKind | null =>
  entries.filter(isKind('transition')).at(-1)?.to ?? null;

const laneBands = (source: LaneSource, now: Millis, say: Say): readonly Band[] => {
  const { serverId, state, entries } = source;
  // A state that was not written down ends what was.
  const isLive = state !== null && newestState(entries) === state;
  const bands = bandsOf(entries, serverId, { from: -Infinity, to: now, isLive });
  return bands.map((band, index): Band => {
    const lasts = isLive && index === bands.length - 1 && band.to === now;
    return {
      look: lookOf(band.state),
      name: nameOf(band.state, say),
      from: band.from,
      to: lasts ? null : band.to,
      lines: linesOf(band, say),
    };
  });
};

type Line = Pick<Lane, 'times' | 'latencies'>;

/** The plot wants times that rise strictly. */
const lineOf = (samples: readonly EntryOf<'health'>[]): Line => {
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

export const laneOf = (source: LaneSource, now: Millis, say: Say): Lane => {
  const { serverId, state } = source;
  const entries = source.entries.toSorted((one, other) => one.at - other.at);
  const samples = entries.filter(isKind('health'));
  return {
    serverId,
    state: state === null ? say('no longer configured') : nameOf(state, say),
    bands: laneBands({ ...source, entries }, now, say),
    ...lineOf(samples),
    misses: samples.filter(({ latency }) => latency === null).map(({ at }) => at),
    marks: marksOf(entries, say),
    first: entries.find((entry) => entry.serverId !== null)?.at ?? null,
  };
};
