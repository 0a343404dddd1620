// How a row of the History view looks: icon and words, a sentence for screen readers, and the hover, which is made only when
// somebody hovers. Not here: the words of an entry (core/wording/chronicle.ts).
import * as vscode from 'vscode';
import type { Millis } from '../base/clock.ts';
import type { ChronicleEntry } from '../core/chronicle.ts';
import { describeEntry, rungWords, tollWords } from '../core/wording/chronicle.ts';
import { exactAge } from '../core/timeline/words.ts';
import type { Figure } from '../core/wording/figures.ts';
import { sayDetail } from '../core/wording/detail.ts';
import { type Fact, factTable, hover } from './hover.ts';
import { historyId, type HistoryRow } from './historyRows.ts';
import { escapeMarkdown } from './markdown.ts';
import { formatTime } from './words.ts';

export interface HistoryLook {
  readonly now: Millis;
  /** Whether the view shows one server only, whose name need not be on every row. */
  readonly isFiltered: boolean;
}

const timeOf = (at: Millis): string =>
  new Intl.DateTimeFormat(vscode.env.language, { timeStyle: 'medium' }).format(at);

const dayLabel = (at: Millis, now: Millis): string => {
  const dayIn = (moment: Millis): string => new Date(moment).toDateString();
  const date = new Intl.DateTimeFormat(vscode.env.language, { dateStyle: 'full' }).format(at);
  if (dayIn(at) === dayIn(now)) return vscode.l10n.t('Today');
  const yesterday = new Date(now);
  yesterday.setDate(yesterday.getDate() - 1);
  return dayIn(at) === yesterday.toDateString() ? vscode.l10n.t('Yesterday') : date;
};

const listed = (parts: readonly (string | null)[]): string =>
  parts.filter((part) => part !== null && part !== '').join(' · ');

const entryItem = (
  entry: ChronicleEntry,
  { opens, namesServer }: { readonly opens: boolean; readonly namesServer: boolean },
): vscode.TreeItem => {
  const words = describeEntry(entry, vscode.l10n.t);
  const { None, Collapsed } = vscode.TreeItemCollapsibleState;
  const item = new vscode.TreeItem(words.title, opens ? Collapsed : None);
  const server = namesServer ? entry.serverId : null;
  item.iconPath = new vscode.ThemeIcon(words.icon, new vscode.ThemeColor(words.color));
  item.description = listed([server, timeOf(entry.at), words.reason]);
  item.contextValue = `history ${entry.kind}`;
  item.accessibilityInformation = {
    label:
      entry.serverId === null
        ? vscode.l10n.t('{0}: {1}', timeOf(entry.at), words.sentence)
        : vscode.l10n.t('{0}, {1}: {2}', entry.serverId, timeOf(entry.at), words.sentence),
  };
  return item;
};

const countWords = (count: number): string =>
  count === 1 ? vscode.l10n.t('1 entry') : vscode.l10n.t('{0} entries', count);

const recent: Millis = 12 * 60 * 60 * 1000;

/** `at`: of its newest line. */
const dayItem = (at: Millis, count: number, now: Millis): vscode.TreeItem => {
  const label = dayLabel(at, now);
  const { Expanded, Collapsed } = vscode.TreeItemCollapsibleState;
  // Shortly after midnight the last hours are yesterday's, and still what a person looks for.
  const isToday = new Date(at).toDateString() === new Date(now).toDateString();
  const item = new vscode.TreeItem(label, isToday || now - at < recent ? Expanded : Collapsed);
  item.iconPath = new vscode.ThemeIcon('calendar');
  item.description = countWords(count);
  item.contextValue = 'history day';
  item.accessibilityInformation = { label: vscode.l10n.t('{0}: {1}', label, countWords(count)) };
  return item;
};

const restItem = (count: number): vscode.TreeItem => {
  const item = new vscode.TreeItem(vscode.l10n.t('Older entries are not shown'));
  item.iconPath = new vscode.ThemeIcon('ellipsis');
  item.description = countWords(count);
  item.contextValue = 'history rest';
  const label = vscode.l10n.t('Older entries are not shown: {0}.', countWords(count));
  item.accessibilityInformation = { label };
  return item;
};

const figureWords = (figures: readonly Figure[]): string =>
  listed(figures.map(([name, value]) => vscode.l10n.t('{0}: {1}', name, value)));

/** A row with figures below it, or with one of them. */
const figuresItem = (
  label: string,
  description: string,
  { icon, opens }: { readonly icon: string; readonly opens: boolean },
): vscode.TreeItem => {
  const { None, Collapsed } = vscode.TreeItemCollapsibleState;
  const item = new vscode.TreeItem(label, opens ? Collapsed : None);
  item.iconPath = new vscode.ThemeIcon(icon);
  item.description = description;
  item.contextValue = 'history figures';
  item.accessibilityInformation = { label: vscode.l10n.t('{0}: {1}', label, description) };
  return item;
};

const lookOf = (row: HistoryRow, { now, isFiltered }: HistoryLook): vscode.TreeItem => {
  switch (row.kind) {
    case 'figures': {
      const what = vscode.l10n.t('uptime, recoveries and calls of each server');
      return figuresItem(vscode.l10n.t('Figures'), row.only ?? what, {
        icon: 'graph',
        opens: true,
      });
    }
    case 'server-figures': {
      // The others are below.
      const shown = figureWords(row.figures.slice(0, 2));
      return figuresItem(row.serverId, shown, { icon: 'server', opens: row.figures.length > 0 });
    }
    case 'figure': {
      const [name, value] = row.figure;
      return figuresItem(name, value, { icon: 'dash', opens: false });
    }
    case 'day':
      return dayItem(row.at, row.lines.length, now);
    case 'line':
      return entryItem(row.line.entry, {
        opens: row.line.steps.length > 0,
        namesServer: !isFiltered,
      });
    case 'step':
      return entryItem(row.step, { opens: false, namesServer: false });
    case 'rest':
      return restItem(row.count);
  }
};

export const historyItem = (row: HistoryRow, look: HistoryLook): vscode.TreeItem => {
  const item = lookOf(row, look);
  item.id = historyId(row);
  return item;
};

const recoveryFacts = (entry: Extract<ChronicleEntry, { kind: 'recovery' }>): readonly Fact[] => {
  const { t } = vscode.l10n;
  return [
    [t('Program'), entry.client],
    [t('Time lost'), exactAge(entry.until - entry.at, t)],
    [t('Brought back by'), rungWords(entry.rung, t)],
    [t('Attempts'), entry.attempts],
    [t('Calls'), tollWords(entry.calls, t).join(', ')],
    [t('Detail'), sayDetail(entry, t), 'code'],
  ];
};

const factsOf = (entry: ChronicleEntry, now: Millis): readonly Fact[] => {
  const { t } = vscode.l10n;
  switch (entry.kind) {
    case 'recovery':
      return recoveryFacts(entry);
    case 'transition':
      return [
        [t('Attempt'), entry.attempt],
        [t('Next try'), entry.nextTry === null ? null : formatTime(entry.nextTry, now)],
        [t('Detail'), sayDetail(entry, t), 'code'],
      ];
    case 'session':
      return [
        [t('Id'), entry.hint],
        [t('Protocol'), entry.protocolVersion],
        [t('Version'), entry.serverVersion],
      ];
    case 'health':
    case 'calls':
    case 'mark':
      return [];
  }
};

const entryHover = (entry: ChronicleEntry, now: Millis): vscode.MarkdownString => {
  const { t } = vscode.l10n;
  const { title, sentence } = describeEntry(entry, t);
  return hover(
    title,
    escapeMarkdown(sentence),
    factTable([
      [t('Server'), entry.serverId],
      [t('When'), formatTime(entry.at, now)],
      ...factsOf(entry, now),
    ]),
  );
};

export const historyTooltip = (row: HistoryRow, now: Millis): vscode.MarkdownString | undefined => {
  switch (row.kind) {
    case 'figures':
    case 'figure':
    case 'day':
      return undefined;
    case 'server-figures':
      return hover(row.serverId, factTable(row.figures));
    case 'line':
      return entryHover(row.line.entry, now);
    case 'step':
      return entryHover(row.step, now);
    case 'rest':
      return hover(
        vscode.l10n.t('Older entries are not shown'),
        vscode.l10n.t('Filter by a server to see more of its own, or open the timeline.'),
      );
  }
};
