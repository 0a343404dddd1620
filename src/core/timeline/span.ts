// Which part of time the timeline shows: a length, and where it ends. One that ends now moves on with the clock. Pure
// arithmetic. Not here: who zooms.
import type { Millis } from '../../base/clock.ts';

export interface Look {
  /** Null: everything there is. */
  readonly length: Millis | null;
  /** Null: now. */
  readonly until: Millis | null;
}

export interface Span {
  readonly from: Millis;
  readonly to: Millis;
}

/** What is known, which a look never leaves altogether. */
export interface Extent {
  /** Null where nothing is written down yet. */
  readonly first: Millis | null;
  readonly now: Millis;
}

const second: Millis = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

/** The lengths that have a button. */
export const ranges = {
  minutes: 5 * minute,
  hour,
  day: 24 * hour,
  all: null,
} as const satisfies Readonly<Record<string, Millis | null>>;

export type Range = keyof typeof ranges;

export const firstLook: Look = { length: ranges.hour, until: null };

/** What is younger than an hour would stand at the very edge of one. */
export const firstLookAt = ({ first, now }: Extent): Look =>
  first !== null && now - first < hour ? { length: ranges.all, until: null } : firstLook;

const shortest: Millis = 2 * second;
const longest: Millis = 60 * 24 * hour;

const clamp = (value: number, least: number, most: number): number =>
  Math.min(Math.max(value, least), most);

const everything = ({ first, now }: Extent): Millis =>
  // A little air before the first moment, and never so short that a young history fills the screen with one event.
  clamp((now - (first ?? now)) * 1.02, minute, longest);

export const spanOf = (look: Look, extent: Extent): Span => {
  const to = look.until ?? extent.now;
  const length = look.length ?? everything(extent);
  return { from: to - length, to };
};

/** Ends now when it reaches now, and never leaves what is known behind. */
const settle = (length: Millis, until: Millis, extent: Extent): Look => {
  const isNow = until >= extent.now;
  const earliest = Math.min((extent.first ?? extent.now) + length * 0.1, extent.now);
  return { length, until: isNow ? null : Math.max(until, earliest) };
};

/** Makes the span `factor` times as long, keeping the moment `pivot` where it is: at its end, live stays live. */
export const zoom = (look: Look, factor: number, pivot: Millis, extent: Extent): Look => {
  const { from, to } = spanOf(look, extent);
  const length = clamp((to - from) * factor, shortest, longest);
  const share = (pivot - from) / (to - from);
  return settle(length, pivot + (1 - share) * length, extent);
};

/** Moves by a share of what is shown; negative is the past. */
export const pan = (look: Look, share: number, extent: Extent): Look => {
  const { from, to } = spanOf(look, extent);
  const length = to - from;
  return settle(length, to + share * length, extent);
};

/** Shows exactly this part. */
export const showPart = (from: Millis, to: Millis, extent: Extent): Look =>
  settle(clamp(to - from, shortest, longest), to, extent);

/** Moves, without changing the length, only as far as needed to show the moment. */
export const bringIntoView = (look: Look, at: Millis, extent: Extent): Look => {
  const { from, to } = spanOf(look, extent);
  if (at >= from && at <= to) return look;
  const length = to - from;
  return settle(length, at < from ? at + length * 0.9 : at + length * 0.1, extent);
};

/** The range whose button is pressed. */
export const rangeOf = ({ length }: Look): Range | null => {
  if (length === null) return 'all';
  if (length === ranges.minutes) return 'minutes';
  if (length === ranges.hour) return 'hour';
  return length === ranges.day ? 'day' : null;
};
