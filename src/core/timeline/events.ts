// The bands and marks of a lane as one list in order of time: what the arrow keys step through and what the table shows.
import type { Millis } from '../../base/clock.ts';
import type { Band, Lane, Mark } from './lane.ts';
import type { Span } from './span.ts';
import { type Speech, tellBand, tellMark, type Told } from './words.ts';

export type LaneEvent =
  | { readonly kind: 'band'; readonly at: Millis; readonly band: Band }
  | { readonly kind: 'mark'; readonly at: Millis; readonly mark: Mark };

export const eventsOf = ({ bands, marks }: Pick<Lane, 'bands' | 'marks'>): readonly LaneEvent[] =>
  [
    ...bands.map((band): LaneEvent => ({ kind: 'band', at: band.from, band })),
    ...marks.map((mark): LaneEvent => ({ kind: 'mark', at: mark.at, mark })),
  ].toSorted((one, other) => one.at - other.at);

export const tellEvent = (event: LaneEvent, speech: Speech): Told =>
  event.kind === 'band' ? tellBand(event.band, speech) : tellMark(event.mark, speech);

/** The same event, also in a lane that was made anew since. */
export const isSame = (one: LaneEvent, other: LaneEvent | null): boolean => {
  if (one.at !== other?.at) return false;
  if (one.kind === 'mark') return other.kind === 'mark' && one.mark.title === other.mark.title;
  return other.kind === 'band';
};

/** Whether any of it lies in the span; what began before and lasts into it does. */
const touches = (event: LaneEvent, { from, to }: Span): boolean => {
  const end =
    event.kind === 'band' ? (event.band.to ?? Infinity) : event.at + (event.mark.length ?? 0);
  return event.at <= to && end >= from;
};

export interface TableRow {
  /** Null for what concerns every server. */
  readonly serverId: string | null;
  readonly event: LaneEvent;
}

export interface Table {
  /** Newest first. */
  readonly rows: readonly TableRow[];
  readonly leftOut: number;
}

const rowOf = (serverId: string, event: LaneEvent): TableRow => ({
  serverId: event.kind === 'mark' && event.mark.isCommon ? null : serverId,
  event,
});

/** What concerns every server stands in every lane, and once in the table. */
const onlyOnce = (rows: readonly TableRow[]): readonly TableRow[] =>
  rows.filter(
    ({ serverId, event }, index) =>
      serverId !== null ||
      index === rows.findIndex((row) => row.serverId === null && isSame(row.event, event)),
  );

/** More rows than this nobody reads, and a page with them is slow. */
const mostRows = 500;

export const tableOf = (lanes: readonly Lane[], span: Span): Table => {
  const all = lanes.flatMap((lane) =>
    eventsOf(lane)
      .filter((event) => touches(event, span))
      .map((event) => rowOf(lane.serverId, event)),
  );
  const rows = onlyOnce(all).toSorted((one, other) => other.event.at - one.event.at);
  return { rows: rows.slice(0, mostRows), leftOut: Math.max(0, rows.length - mostRows) };
};

/** The next event in a direction, for the arrow keys. It stays at the outermost; from nowhere it begins at the near end. */
export const stepTo = (
  events: readonly LaneEvent[],
  current: LaneEvent | null,
  step: 1 | -1,
): LaneEvent | null => {
  const index = events.findIndex((event) => isSame(event, current));
  if (index < 0) return (step === 1 ? events[0] : events.at(-1)) ?? null;
  return events[Math.min(Math.max(index + step, 0), events.length - 1)] ?? null;
};

/** What lies at a moment: the band, and the marks within `reach` of it. */
export const eventsAt = (
  { bands, marks }: Pick<Lane, 'bands' | 'marks'>,
  at: Millis,
  reach: Millis,
  now: Millis,
): readonly LaneEvent[] => [
  ...marks
    .filter((mark) => Math.abs(mark.at - at) <= reach)
    .map((mark): LaneEvent => ({ kind: 'mark', at: mark.at, mark })),
  ...bands
    .filter(({ from, to }) => from <= at && at < (to ?? Math.max(now, from) + 1))
    .map((band): LaneEvent => ({ kind: 'band', at: band.from, band })),
];

/** The index of the look at health nearest to a moment; null where none is within `reach`. */
export const nearestIndex = (
  times: readonly Millis[],
  at: Millis,
  reach: Millis,
): number | null => {
  let [low, high] = [0, times.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? 0) < at) low = middle + 1;
    else high = middle;
  }
  const distance = (index: number): number => Math.abs((times[index] ?? Infinity) - at);
  const nearest = distance(low - 1) <= distance(low) ? low - 1 : low;
  return distance(nearest) <= reach ? nearest : null;
};
