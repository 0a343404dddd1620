// How the rows of servers of other products look, and their hovers: where each comes from, that it is left alone and why, and what
// stands in the way of taking it over. Not here: which rows there are (foundRows.ts).
import * as vscode from 'vscode';
import type { FoundServer, SourceFile } from '../core/sources.ts';
import { type AnyFoundRow, countFound, type FoundServerRow, foreignIn } from './foundRows.ts';
import { factTable, hover } from './hover.ts';
import { escapeMarkdown } from './markdown.ts';
import { plainUrl } from './plainUrl.ts';
import { productOf, shortFile, sourceName } from './sourceWords.ts';

export interface FoundLook {
  readonly label: string;
  readonly icon: vscode.ThemeIcon;
  readonly description: string;
  readonly context: string;
  readonly opens: boolean;
  readonly spoken: string;
}

const warning = (): vscode.ThemeIcon =>
  new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'));

const listed = (parts: readonly string[]): string =>
  parts.filter((part) => part !== '').join(' · ');

const isOff = ({ definition }: FoundServer): boolean =>
  definition.kind !== 'bad' && !definition.enabled;

/** Without its query, which may hold a key. */
const addressOf = ({ definition }: FoundServer): string => {
  switch (definition.kind) {
    case 'bad':
      return definition.reason;
    case 'http':
      return plainUrl(definition.url);
    case 'stdio':
      return definition.command;
  }
};

const serverLook = ({ found, isNameTaken }: FoundServerRow): FoundLook => {
  const { t } = vscode.l10n;
  const { definition, name, place } = found;
  const isBad = definition.kind === 'bad';
  const description = listed([
    isNameTaken ? t('name in use above') : '',
    isOff(found) ? t('switched off there') : '',
    addressOf(found),
  ]);
  return {
    label: name,
    icon: isBad ? warning() : new vscode.ThemeIcon('circle-outline'),
    description,
    context: isBad ? 'found-server bad' : 'found-server take',
    opens: false,
    spoken: t('{0}, found in {1}, not connected. {2}', name, sourceName(place.kind), description),
  };
};

const sourceLook = (file: SourceFile): FoundLook => {
  const { t } = vscode.l10n;
  const count = foreignIn(file).length;
  const label = sourceName(file.kind);
  const description = listed([String(count), shortFile(file.file)]);
  return {
    label,
    icon: file.problem === null ? new vscode.ThemeIcon('file-code') : warning(),
    description,
    context: count > 0 ? 'source take' : 'source',
    opens: true,
    spoken: t('{0}: {1} servers in {2}', label, count, shortFile(file.file)),
  };
};

export const foundLook = (row: AnyFoundRow): FoundLook => {
  const { t } = vscode.l10n;
  switch (row.kind) {
    case 'found': {
      const count = countFound(row.files);
      const label = t('Found in Other Products');
      return {
        label,
        icon: new vscode.ThemeIcon('search'),
        description: String(count),
        context: count > 0 ? 'found take' : 'found',
        opens: true,
        spoken: t('{0}: {1} servers, not connected', label, count),
      };
    }
    case 'source':
      return sourceLook(row.file);
    case 'found-server':
      return serverLook(row);
    case 'source-problem': {
      const label = t('Cannot be read');
      const spoken = t('{0}. {1}', label, row.problem);
      return {
        label,
        icon: warning(),
        description: row.problem,
        context: row.kind,
        opens: false,
        spoken,
      };
    }
  }
};

const whyAlone = ({ definition, place }: FoundServer): string => {
  const { t } = vscode.l10n;
  return definition.kind === 'bad'
    ? t('It cannot be used: {0}', definition.reason)
    : t(
        'Not connected: {0} runs it already, and two copies of it would be worse than one. Take it over, and its connection survives restarts here; {0} goes on using it through MCP Lifeline.',
        productOf(place.kind),
      );
};

const serverHover = ({ found, isNameTaken }: FoundServerRow): vscode.MarkdownString => {
  const { t } = vscode.l10n;
  const { definition, name, place } = found;
  const isHttp = definition.kind === 'http';
  return hover(
    name,
    escapeMarkdown(whyAlone(found)),
    factTable([
      [t('Found in'), sourceName(place.kind)],
      [t('File'), shortFile(place.file), 'code'],
      [
        isHttp ? t('URL') : t('Command'),
        definition.kind === 'bad' ? null : addressOf(found),
        'code',
      ],
      [
        t('Name'),
        isNameTaken ? t('in use by a server of yours; you are asked for another one') : null,
      ],
    ]),
  );
};

export const foundHover = (row: AnyFoundRow): vscode.MarkdownString => {
  const { t } = vscode.l10n;
  switch (row.kind) {
    case 'found':
      return hover(
        t('Found in Other Products'),
        t(
          'Servers that other programs on this machine define. They are only listed: not started, not contacted, and not offered to any agent, until you take one over.',
        ),
      );
    case 'source':
      return hover(sourceName(row.file.kind), escapeMarkdown(row.file.file));
    case 'found-server':
      return serverHover(row);
    case 'source-problem':
      return hover(shortFile(row.file.file), escapeMarkdown(row.problem));
  }
};
