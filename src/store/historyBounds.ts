// How much of the history is kept: lines of each kind for each server, and for how long.
import type { Millis } from '../base/clock.ts';
import type { EntryKind } from '../core/chronicle.ts';
import { settingTable } from '../core/settingTable.ts';

export interface HistoryBounds {
  /** Transitions, recoveries, sessions and marks: so many of each. */
  readonly entries: number;
  /** Looks at health, and minutes of calls: so many of each. */
  readonly samples: number;
  readonly maxAge: Millis;
}

export const usualBounds: HistoryBounds = {
  entries: settingTable.historyEntries.default,
  samples: settingTable.historySamples.default,
  maxAge: settingTable.historyMaxAge.default,
};

export const mostOf = (kind: EntryKind, { entries, samples }: HistoryBounds): number =>
  kind === 'health' || kind === 'calls' ? samples : entries;
