// What hovers are made of: a title, paragraphs, a table of facts. Text from outside is shown as text, never as Markdown.
import * as vscode from 'vscode';
import { asCode, escapeMarkdown } from './markdown.ts';

/** `code`: shown letter by letter, such as an address. */
export type Fact = readonly [
  name: string,
  value: string | number | null | undefined,
  look?: 'code',
];

export const factTable = (facts: readonly Fact[]): string => {
  const rows = facts
    .filter(([, value]) => value !== null && value !== undefined && value !== '')
    .map(([name, value, look]) => {
      const text = look === 'code' ? asCode(String(value)) : escapeMarkdown(String(value));
      return `| ${escapeMarkdown(name)} | ${text} |`;
    });
  return rows.length === 0 ? '' : ['| | |', '|---|---|', ...rows].join('\n');
};

export const hover = (title: string, ...paragraphs: readonly string[]): vscode.MarkdownString =>
  new vscode.MarkdownString(
    [`**${escapeMarkdown(title)}**`, ...paragraphs].filter((part) => part !== '').join('\n\n'),
    true,
  );
