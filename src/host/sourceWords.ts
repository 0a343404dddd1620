// The words for places where servers are defined: products, files, and where an entry of ours stands.
import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { Origin } from '../core/settings.ts';
import type { SourceKind } from '../core/sources.ts';
import type { EntryHome, TakenServer } from '../core/takeOver.ts';
import { shortPath } from './connectWords.ts';

/** Names of products stay as they are in every language. */
export const sourceName = (kind: SourceKind): string => {
  const { t } = vscode.l10n;
  switch (kind) {
    case 'vscode-workspace':
      return t('VS Code, this workspace');
    case 'project':
      return t('Claude Code, this project');
    case 'cursor-project':
      return t('Cursor, this project');
    case 'vscode-user':
      return t('VS Code, your profile');
    case 'claude-code':
      return 'Claude Code';
    case 'claude-desktop':
      return 'Claude Desktop';
    case 'cursor':
      return 'Cursor';
    case 'windsurf':
      return 'Windsurf';
  }
};

/** The program that has to read its file again. */
export const productOf = (kind: SourceKind): string => {
  switch (kind) {
    case 'vscode-workspace':
    case 'vscode-user':
      return vscode.env.appName;
    case 'project':
    case 'claude-code':
      return 'Claude Code';
    case 'claude-desktop':
      return 'Claude Desktop';
    case 'cursor':
    case 'cursor-project':
      return 'Cursor';
    case 'windsurf':
      return 'Windsurf';
  }
};

export const isEditors = (kind: SourceKind): boolean =>
  kind === 'vscode-workspace' || kind === 'vscode-user';

export const homeWords = (home: EntryHome): string => {
  const { t } = vscode.l10n;
  switch (home.kind) {
    case 'user':
      return t('your user settings');
    case 'workspace':
      return t('the workspace file {0}', basename(home.file));
    case 'folder':
      return t('the settings of the folder {0}', basename(home.folder));
  }
};

export const originWords = ({ scope, folder }: Origin): string => {
  const { t } = vscode.l10n;
  switch (scope) {
    case 'user':
      return t('your user settings');
    case 'folder':
      return t('the settings of the folder {0}', folder === null ? '' : basename(folder));
    case 'workspace':
      return t('the workspace settings');
    case 'given':
      return t('the file of the gateway');
  }
};

export const shortFile = shortPath;

/** Where a server of ours comes from; null: it is ours by birth. */
export const takenFrom = (taken: readonly TakenServer[], name: string): string | null => {
  const from = taken.filter((one) => one.name === name);
  return from.length === 0
    ? null
    : from.map(({ kind, file }) => `${sourceName(kind)} (${shortFile(file)})`).join(', ');
};
