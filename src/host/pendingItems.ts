// How a row of the Pending Calls view looks: icon, label, description, menu, the sentence for screen readers, and the
// hover with the arguments. Arguments are shown to the person at this screen and go nowhere else.
import * as vscode from 'vscode';
import { escapeMarkdown } from './markdown.ts';
import { pendingActions, pendingId, type PendingRow, pendingWords } from './pendingRows.ts';
import { formatTime, type ServerWords } from './words.ts';

/** More would fill the screen, and is in the call's own document once it is run. */
const longestArguments = 2000;

export const pendingItem = (row: PendingRow, words: ServerWords): vscode.TreeItem => {
  const { icon, color, short, sentence } = pendingWords(row, words.now(), vscode.l10n.t);
  const item = new vscode.TreeItem(row.call.tool);
  item.id = pendingId(row);
  item.iconPath = new vscode.ThemeIcon(icon, new vscode.ThemeColor(color));
  item.description = short;
  // Words for the `when` clauses of the menus: the phase, then each action that applies.
  item.contextValue = ['pending', row.call.phase, ...pendingActions(row.call)].join(' ');
  item.accessibilityInformation = { label: sentence };
  return item;
};

const shorten = (text: string): string =>
  text.length > longestArguments ? `${text.slice(0, longestArguments)}…` : text;

const whenOf = ({ call }: PendingRow, words: ServerWords): string => {
  const { t } = vscode.l10n;
  const asked = formatTime(call.since, words.now());
  if (call.phase !== 'held' || call.deadline === null) return t('Asked for at {0}.', asked);
  const latest = formatTime(call.deadline, words.now());
  return t('Asked for at {0}. Answered at {1} at the latest.', asked, latest);
};

export const pendingTooltip = (row: PendingRow, words: ServerWords): vscode.MarkdownString => {
  const { call, server } = row;
  const { explanation } = pendingWords(row, words.now(), vscode.l10n.t);
  const tooltip = new vscode.MarkdownString(
    [
      `**${escapeMarkdown(vscode.l10n.t('{0} on {1}', call.tool, server.id))}**`,
      escapeMarkdown(explanation),
      escapeMarkdown(whenOf(row, words)),
    ].join('\n\n'),
    true,
  );
  return Object.keys(call.args).length === 0
    ? tooltip.appendMarkdown(`\n\n${escapeMarkdown(vscode.l10n.t('It has no arguments.'))}`)
    : tooltip.appendCodeblock(shorten(JSON.stringify(call.args, null, 2)), 'json');
};
