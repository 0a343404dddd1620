// A server's lane of the timeline as its page draws it: bands of states, the line of health latency, marks, all of them worded.
// Not here: how it comes about (derive.ts), which part of it is looked at (span.ts), drawing (the timeline room).
import type { Millis } from '../../base/clock.ts';
import { type Stretch, upShareOfStretches } from '../chronicle/share.ts';
import type { BandLook, Sign } from './look.ts';

export interface Band {
  readonly look: BandLook;
  /** The state's name. */
  readonly name: string;
  readonly from: Millis;
  /** Null while it lasts. */
  readonly to: Millis | null;
  /** What began it, what failed, how it recovered. */
  readonly lines: readonly string[];
}

export interface Mark {
  readonly sign: Sign;
  readonly title: string;
  readonly at: Millis;
  /** How long it lasted; null where it is a moment, or not known. */
  readonly length: Millis | null;
  /** It concerns every server. */
  readonly isCommon: boolean;
}

export interface Lane {
  readonly serverId: string;
  /** What the server is right now, in a word or two. */
  readonly state: string;
  readonly bands: readonly Band[];
  /** In order of time, as columns for the plot; null breaks the line. */
  readonly times: readonly Millis[];
  readonly latencies: readonly (Millis | null)[];
  /** When the server did not answer a look at its health. */
  readonly misses: readonly Millis[];
  readonly marks: readonly Mark[];
  /** The earliest of what is known of this very server. */
  readonly first: Millis | null;
}

const countsAs = (look: BandLook): Stretch['counts'] => {
  // Who is switched off is not away.
  if (look === 'off') return 'off';
  return look === 'up' || look === 'weak' ? 'up' : 'away';
};

/** The share of the time in the span in which the server was meant to work that it took calls; null where nothing is known. */
export const upShare = (
  { bands }: Pick<Lane, 'bands'>,
  from: Millis,
  to: Millis,
  now: Millis,
): number | null =>
  upShareOfStretches(
    bands.map((band) => ({
      length: Math.min(band.to ?? now, to) - Math.max(band.from, from),
      counts: countsAs(band.look),
    })),
  );
