// How much of the history is kept: lines of each kind for each server, and for how long.
import type { Millis } from '../base/clock.ts';
import type { EntryKind } from '../core/chronicle.ts';
import { settingTable } from '../core/settingTable.ts';

export interface HistoryBounds {
  /** Recoveries, sessions and marks: so many of each. */
  readonly entries: number;
  /** Transitions, looks at health, and minutes of calls: so many of each. */
  readonly samples: number;
  readonly maxAge: Millis;
}

export const usualBounds: HistoryBounds = {
  entries: settingTable.historyEntries.default,
  samples: settingTable.historySamples.default,
  maxAge: settingTable.historyMaxAge.default,
};

/** One loss takes several transitions, and how long a server was up is told from nothing else. */
const isSample = (kind: EntryKind): boolean =>
  kind === 'transition' || kind === 'health' || kind === 'calls';

export const mostOf = (kind: EntryKind, { entries, samples }: HistoryBounds): number =>
  isSample(kind) ? samples : entries;
