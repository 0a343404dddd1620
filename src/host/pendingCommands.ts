// What can be done with calls that were left behind: run, run again, show the answer, discard. Each acts on the row that
// was given, or asks which call is meant. Not here: how a call is run (toolCall.ts).
import * as vscode from 'vscode';
import { isObject } from '../core/rpc.ts';
import type { FleetWatch } from '../runtime/watch.ts';
import {
  type PendingAction,
  pendingActions,
  type PendingRow,
  pendingRows,
  pendingWords,
} from './pendingRows.ts';
import { askChoice } from './quickInput.ts';
import type { Tools } from './tools.ts';
import type { ServerWords } from './words.ts';

export interface PendingPorts {
  readonly fleet: FleetWatch;
  readonly words: ServerWords;
  readonly tools: Pick<Tools, 'runPending' | 'showPending'>;
}

interface PendingItem extends vscode.QuickPickItem {
  readonly row: PendingRow;
}

const questionFor = (action: PendingAction): string => {
  switch (action) {
    case 'run':
      return vscode.l10n.t('Choose a call to run');
    case 'again':
      return vscode.l10n.t('Choose a call to run again');
    case 'show':
      return vscode.l10n.t('Choose a call whose result to show');
    case 'discard':
      return vscode.l10n.t('Choose a call to discard');
  }
};

const noneFor = (action: PendingAction): string => {
  switch (action) {
    case 'run':
      return vscode.l10n.t('There is no call that was left behind and has not run.');
    case 'again':
      return vscode.l10n.t('There is no call that was left behind and may have run.');
    case 'show':
      return vscode.l10n.t('There is no answer that nobody waited for.');
    case 'discard':
      return vscode.l10n.t('There is no call to discard.');
  }
};

const itemOf = (row: PendingRow, words: ServerWords): PendingItem => {
  const { icon, short } = pendingWords(row, words.now(), vscode.l10n.t);
  return {
    label: row.call.tool,
    iconPath: new vscode.ThemeIcon(icon.replace('~spin', '')),
    description: short,
    detail: JSON.stringify(row.call.args).slice(0, 200),
    row,
  };
};

const isFitting = (action: PendingAction, { call }: PendingRow): boolean =>
  pendingActions(call).includes(action);

/** A row's call, looked up anew because the row may be older than the last change. */
type Given =
  | { readonly kind: 'none' }
  | { readonly kind: 'row'; readonly row: PendingRow | undefined };

const givenIn = (raw: unknown, fleet: FleetWatch): Given => {
  if (!isObject(raw) || !isObject(raw['server']) || !isObject(raw['call'])) return { kind: 'none' };
  const [id, key] = [raw['server']['id'], raw['call']['key']];
  const row = pendingRows(fleet).find(({ server, call }) => server.id === id && call.key === key);
  return { kind: 'row', row };
};

const sayGone = (): void => {
  // Another click was quicker, or its answer came.
  const text = vscode.l10n.t('That is no longer possible: the call has gone on meanwhile.');
  void vscode.window.showInformationMessage(text);
};

/** The row to act on: the given one, or the chosen one. Says why when there is none. */
const pickPending = async (
  { fleet, words }: PendingPorts,
  action: PendingAction,
  given: Given,
): Promise<PendingRow | undefined> => {
  if (given.kind === 'row') {
    if (given.row && isFitting(action, given.row)) return given.row;
    sayGone();
    return undefined;
  }
  const fitting = pendingRows(fleet).filter((row) => isFitting(action, row));
  if (fitting.length === 0) {
    void vscode.window.showInformationMessage(noneFor(action));
    return undefined;
  }
  const answer = await askChoice({
    title: vscode.l10n.t('Pending Calls'),
    placeholder: questionFor(action),
    items: fitting.map((row) => itemOf(row, words)),
  });
  return answer.kind === 'value' ? answer.value.row : undefined;
};

interface SureItem extends vscode.QuickPickItem {
  readonly isSure: boolean;
}

/** No dialog that blocks the editor: whoever wants to check first can do so while it is asked. */
const isSure = async ({ call, server }: PendingRow): Promise<boolean> => {
  const { t } = vscode.l10n;
  const yes: SureItem = {
    label: t('Run Again'),
    iconPath: new vscode.ThemeIcon('debug-restart'),
    detail: t('What it does is done a second time if it ran before.'),
    isSure: true,
  };
  const no: SureItem = {
    label: t('Not Now'),
    iconPath: new vscode.ThemeIcon('close'),
    detail: t('It stays among the pending calls.'),
    isSure: false,
  };
  const answer = await askChoice({
    title: t('Run "{0}" on "{1}" again?', call.tool, server.id),
    placeholder: t('It may have run. Check first: you can leave this open meanwhile.'),
    items: [yes, no],
    active: no,
  });
  return answer.kind === 'value' && answer.value.isSure;
};

export const pendingCommands = (ports: PendingPorts) => {
  const { fleet, tools } = ports;
  const on =
    (action: PendingAction, act: (row: PendingRow) => void | Promise<void>) =>
    async ({ raw }: { readonly raw: unknown }): Promise<void> => {
      const row = await pickPending(ports, action, givenIn(raw, fleet));
      if (row) await act(row);
    };
  const runAgain = async (row: PendingRow): Promise<void> => {
    if (!(await isSure(row))) return;
    const still = await pickPending(ports, 'again', givenIn(row, fleet));
    if (still) await tools.runPending(still.server, still.call);
  };
  return {
    'mcpLifeline.runPendingCall': on('run', ({ server, call }) => tools.runPending(server, call)),
    'mcpLifeline.runPendingCallAgain': on('again', runAgain),
    'mcpLifeline.discardPendingCall': on('discard', ({ server, call }) =>
      server.discardPending(call.key),
    ),
    'mcpLifeline.showPendingResult': on('show', ({ server, call }) =>
      tools.showPending(server, call),
    ),
  };
};
