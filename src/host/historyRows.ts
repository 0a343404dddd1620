// The rows of the History view: the figures of the servers, then days, newest first, with what happened on each, and the steps of
// what took several. Free of `vscode`. Not here: how a row looks (historyItems.ts) and when it is drawn (historyTree.ts).
import type { Millis } from '../base/clock.ts';
import type { TransitionEntry } from '../core/chronicle.ts';
import { type Line, linesOf } from '../core/chronicle/lines.ts';
import type { Figure } from '../core/wording/figures.ts';
import type { ChronicleReader } from '../runtime/chronicle.ts';
import { copyOf, numbered } from './rowCopies.ts';

export type HistoryRow =
  /** Of all servers, or of the only one that is shown. */
  | { readonly kind: 'figures'; readonly only: string | null }
  | {
      readonly kind: 'server-figures';
      readonly serverId: string;
      readonly figures: readonly Figure[];
    }
  | { readonly kind: 'figure'; readonly serverId: string; readonly figure: Figure }
  | {
      readonly kind: 'day';
      /** Year, month and day of the user's calendar, as a stable text. */
      readonly day: string;
      readonly at: Millis;
      readonly lines: readonly Line[];
    }
  /** `copy`: how many rows of the same id stand before it. */
  | { readonly kind: 'line'; readonly line: Line; readonly copy: number }
  | { readonly kind: 'step'; readonly step: TransitionEntry; readonly copy: number }
  /** Lines that are too old to be shown. */
  | { readonly kind: 'rest'; readonly count: number };

/** Minutes of calls are left out: a view that is drawn often would read thousands, and a loss tells what it did to calls. */
const shown = ['transition', 'recovery', 'session', 'mark'] as const;

/** Nobody reads further, and the timeline shows the whole of it. */
const mostLines = 1_000;

const dayOf = (at: Millis): string => {
  const date = new Date(at);
  return [date.getFullYear(), date.getMonth() + 1, date.getDate()].join('-');
};

const byDay = (lines: readonly Line[]): readonly HistoryRow[] => {
  const days = new Map<string, Line[]>();
  for (const line of lines) {
    const day = dayOf(line.entry.at);
    const known = days.get(day);
    if (known) known.push(line);
    else days.set(day, [line]);
  }
  return [...days].map(([day, own]) => ({
    kind: 'day',
    day,
    at: own[0]?.entry.at ?? 0,
    lines: own,
  }));
};

/** `only`: of one server, with what concerned every server. */
export const historyRows = (
  chronicle: ChronicleReader,
  only: string | null,
  now: Millis,
): readonly HistoryRow[] => {
  const lines = linesOf(chronicle.read(only, 0, now, shown));
  // That a window opened is of interest only between what happened to servers.
  if (lines.every(({ entry }) => entry.serverId === null)) return [];
  const rest = lines.length - mostLines;
  const days = byDay(lines.slice(0, mostLines));
  const figures: HistoryRow = { kind: 'figures', only };
  return rest > 0 ? [figures, ...days, { kind: 'rest', count: rest }] : [figures, ...days];
};

/** Where figures come from, once somebody opens their row: they are made from the whole history. */
export interface FigureSource {
  readonly servers: () => readonly string[];
  readonly of: (serverId: string) => readonly Figure[];
}

const figureRows = (serverId: string, figures: readonly Figure[]): readonly HistoryRow[] =>
  figures.map((figure) => ({ kind: 'figure', serverId, figure }));

/** Stable across refreshes and reloads, so that what was open stays open. */
export const historyId = (row: HistoryRow): string => {
  switch (row.kind) {
    case 'figures':
      return JSON.stringify(['figures', row.only]);
    case 'server-figures':
      return JSON.stringify(['server-figures', row.serverId]);
    case 'figure':
      return JSON.stringify(['figure', row.serverId, row.figure[0]]);
    case 'day':
      return JSON.stringify(['day', row.day]);
    case 'line': {
      const { entry } = row.line;
      const more = entry.kind === 'transition' ? [entry.from, entry.to, entry.epoch] : [];
      const whose = entry.kind === 'recovery' ? entry.client : null;
      const what = entry.kind === 'mark' || entry.kind === 'session' ? entry.what : null;
      const copy = copyOf(row);
      return JSON.stringify([entry.kind, entry.serverId, entry.at, whose, what, ...more, ...copy]);
    }
    case 'step': {
      const { serverId, at, epoch, from, to } = row.step;
      return JSON.stringify(['step', serverId, at, epoch, from, to, ...copyOf(row)]);
    }
    case 'rest':
      return 'rest';
  }
};

export const insideHistory = (row: HistoryRow, source: FigureSource): readonly HistoryRow[] => {
  switch (row.kind) {
    case 'figures':
      if (row.only !== null) return figureRows(row.only, source.of(row.only));
      return source
        .servers()
        .map((serverId) => ({ kind: 'server-figures', serverId, figures: source.of(serverId) }));
    case 'server-figures':
      return figureRows(row.serverId, row.figures);
    // Two programs of one name may lose a server in the same millisecond.
    case 'day':
      return numbered(
        row.lines.map((line) => ({ kind: 'line' as const, line, copy: 0 })),
        historyId,
      );
    case 'line':
      return numbered(
        row.line.steps.map((step) => ({ kind: 'step' as const, step, copy: 0 })),
        historyId,
      );
    case 'figure':
    case 'step':
    case 'rest':
      return [];
  }
};

/** Servers of which something was written down. */
export const serversIn = (chronicle: ChronicleReader, now: Millis): readonly string[] => {
  const ids = chronicle.read(null, 0, now, shown).map(({ serverId }) => serverId);
  return [...new Set(ids.filter((id) => id !== null))].toSorted();
};
