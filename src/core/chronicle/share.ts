// The share of a time in which a server did what it was meant to do: of all its history, or of the part that somebody looks at.
// Not here: which states count for it (bands.ts, timeline/lane.ts).
import type { Millis } from '../../base/clock.ts';

export interface Stretch {
  readonly length: Millis;
  /** `off`: it was not meant to work, so that the time counts neither for nor against it. */
  readonly counts: 'up' | 'away' | 'off';
}

/** From 0 to 1; null where no time counts. */
export const upShareOfStretches = (stretches: readonly Stretch[]): number | null => {
  const counted = stretches.filter(({ counts, length }) => counts !== 'off' && length > 0);
  const sum = (some: readonly Stretch[]): Millis =>
    some.reduce((total, { length }) => total + length, 0);
  const all = sum(counted);
  return all === 0 ? null : sum(counted.filter(({ counts }) => counts === 'up')) / all;
};
