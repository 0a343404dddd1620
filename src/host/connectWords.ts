// The words of Connect a Client…: products, ways, what can be done with an entry, and what is left to do then.
import { homedir } from 'node:os';
import { relative } from 'node:path';
import * as vscode from 'vscode';
import { type Product, productNames } from '../core/clientEntry.ts';
import type { ConnectWay } from './clientGuide.ts';

export const productDetail = (product: Product): string => {
  const { t } = vscode.l10n;
  switch (product) {
    case 'http':
      return t('URL and headers for any client that speaks Streamable HTTP');
    case 'stdio':
      return t('A command for any client that starts its servers; no secret in it');
    case 'claude-code':
      return t('Into .mcp.json of this workspace, or for you alone by its own command');
    case 'codex':
    case 'gemini-cli':
    case 'cursor':
    case 'cline':
      return t('Into its settings file, for this workspace or for you alone');
  }
};

export const productLabel = (product: Product): string => {
  const { t } = vscode.l10n;
  if (product === 'http') return t('Other client, over HTTP');
  if (product === 'stdio') return t('Other client, over stdio');
  return productNames[product];
};

/** Short where it lies in what is open or in the home folder. */
export const shortPath = (path: string): string => {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath;
  const inside = folder === undefined ? '..' : relative(folder, path);
  if (!inside.startsWith('..')) return inside;
  const atHome = relative(homedir(), path);
  return atHome.startsWith('..') ? path : `~/${atHome.replaceAll('\\', '/')}`;
};

export const wayLabel = ({ kind, scope }: ConnectWay): string => {
  const { t } = vscode.l10n;
  if (kind === 'command') return t('Command for the terminal');
  if (kind === 'text')
    return scope === 'workspace' ? t('Entry without the token') : t('Entry to paste');
  return scope === 'workspace' ? t('For this workspace') : t('For you alone');
};

export const wayDetail = ({ kind, holdsToken }: ConnectWay): string => {
  const { t } = vscode.l10n;
  if (holdsToken) return t('Contains the URL and the token of the gateway');
  return kind === 'text'
    ? t('Contains no secret')
    : t('Starts the stdio bridge, which finds the gateway by itself; contains no secret');
};

/** What is left to do once the entry is there. */
export const nextStep = (product: Product, { kind, scope }: ConnectWay): string => {
  const { t } = vscode.l10n;
  if (kind === 'command') return t('Run it in a terminal.');
  if (kind === 'text') {
    return product === 'http' && scope === 'workspace'
      ? t('Give the client the token in the variable MCP_LIFELINE_TOKEN.')
      : t('Paste it into the settings of the client.');
  }
  return t('Start {0} anew, so that it reads it.', productNames[product]);
};
