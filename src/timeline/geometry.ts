// Where things lie in a lane, in pixels of the screen, and how moments become places. The same for every lane, so that one
// moment is one vertical line across all.
import type { Millis } from '../base/clock.ts';
import type { Mark } from '../core/timeline/lane.ts';
import type { Span } from '../core/timeline/span.ts';

/** From top to bottom: the signs of marks, the bands, the line of latency. */
export const rows = { signs: 9, bandTop: 20, bandHeight: 18, lineHeight: 30, height: 76 } as const;

/** Room at the right for what the heights of the line mean. */
export const scaleWidth = 52;

/** At least so far apart are times on the axis, and the lines below them. */
export const tickSpace = 72;

export interface Stretch {
  readonly span: Span;
  /** Of the area that stands for the span. */
  readonly width: number;
}

export const placeOf = (at: Millis, { span, width }: Stretch): number =>
  ((at - span.from) / (span.to - span.from)) * width;

export const momentAt = (x: number, { span, width }: Stretch): Millis =>
  span.from + (x / Math.max(1, width)) * (span.to - span.from);

export interface PlacedMark {
  readonly mark: Mark;
  /** The middle of its sign. */
  readonly x: number;
  /** Where it is over. */
  readonly end: number;
}

/** Signs side by side are told apart from this distance on. */
const signPitch = 14;

/** A lane ends at its left edge, and a sign that stood there would be cut in half. */
const leastPlace = 7;

/**
 * Signs that would cover each other stand beside each other. Of equal ones the first stands for all, and none stands further from
 * its moment than its own width: from afar, details are for the tip and the table.
 */
export const placeMarks = (marks: readonly Mark[], stretch: Stretch): readonly PlacedMark[] => {
  const placed: PlacedMark[] = [];
  for (const mark of marks) {
    const begin = placeOf(mark.at, stretch);
    const end = placeOf(mark.at + (mark.length ?? 0), stretch);
    if (end < 0 || begin > stretch.width) continue;
    const [x, last] = [Math.max(leastPlace, begin), placed.at(-1)];
    const isNear = last !== undefined && x - last.x < signPitch;
    const place = isNear ? last.x + signPitch : x;
    if ((isNear && last.mark.sign === mark.sign) || place - x > signPitch) continue;
    placed.push({ mark, x: place, end });
  }
  return placed;
};
