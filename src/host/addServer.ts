// The command Add Server…: URL or command, name, and where to keep it, each with a way back. Then the entry is
// written to the setting, and everything else follows from that. Not here: reading what was typed (addServerEntry.ts).
import * as vscode from 'vscode';
import type { JsonObject } from '../core/rpc.ts';
import { faultOfName, freeName, readEntry } from './addServerEntry.ts';
import { type Answer, askChoice, askText } from './quickInput.ts';
import type { EditorSettings, Scope } from './settings.ts';

export type ServerAdder = Pick<EditorSettings, 'serverNames' | 'addServer'>;

interface Plan {
  readonly typed: string;
  readonly name: string | null;
  readonly scope: Scope;
}

const title = (): string => vscode.l10n.t('Add MCP Server');

const askEntry = (plan: Plan, steps: number): Promise<Answer<string>> =>
  askText({
    title: title(),
    prompt: vscode.l10n.t('The URL of the server, or the command that starts it'),
    placeholder: 'http://localhost:3000/mcp, npx -y some-server',
    value: plan.typed,
    place: { step: 1, steps },
    check: (text) => {
      const reading = readEntry(text, vscode.l10n.t);
      return reading.kind === 'wrong' ? reading.reason : null;
    },
  });

const askName = (
  proposed: string,
  taken: readonly string[],
  steps: number,
): Promise<Answer<string>> =>
  askText({
    title: title(),
    prompt: vscode.l10n.t('A name for the server'),
    value: proposed,
    place: { step: 2, steps },
    canGoBack: true,
    check: (text) => faultOfName(text, taken, vscode.l10n.t),
  });

interface ScopeItem extends vscode.QuickPickItem {
  readonly scope: Scope;
}

const askScope = (steps: number): Promise<Answer<ScopeItem>> =>
  askChoice<ScopeItem>({
    title: title(),
    placeholder: vscode.l10n.t('Where to keep it'),
    place: { step: 3, steps },
    canGoBack: true,
    items: [
      {
        label: vscode.l10n.t('User Settings'),
        iconPath: new vscode.ThemeIcon('account'),
        detail: vscode.l10n.t('In every window of yours'),
        scope: 'user',
      },
      {
        label: vscode.l10n.t('Workspace Settings'),
        iconPath: new vscode.ThemeIcon('root-folder'),
        detail: vscode.l10n.t('In this workspace only, for everybody who opens it'),
        scope: 'workspace',
      },
    ],
  });

/** Workspace settings have a place only with a folder open, and count only in a trusted one. */
const hasWorkspaceScope = (): boolean =>
  vscode.workspace.isTrusted && (vscode.workspace.workspaceFolders?.length ?? 0) > 0;

interface Finished {
  readonly name: string;
  readonly entry: JsonObject;
  readonly scope: Scope;
}

const askPlan = async (taken: readonly string[]): Promise<Finished | undefined> => {
  const asksScope = hasWorkspaceScope();
  const steps = asksScope ? 3 : 2;
  let plan: Plan = { typed: '', name: null, scope: 'user' };
  for (;;) {
    const first = await askEntry(plan, steps);
    if (first.kind !== 'value') return undefined;
    const reading = readEntry(first.value, vscode.l10n.t);
    if (reading.kind === 'wrong') continue;
    // Going back to change the URL makes the old proposal wrong.
    const kept = first.value === plan.typed ? plan.name : null;
    plan = { ...plan, typed: first.value, name: kept ?? freeName(reading.proposedName, taken) };
    const rest = await askNameAndScope(plan, taken, asksScope, steps);
    if (rest === 'back') continue;
    return rest === undefined ? undefined : { ...rest, entry: reading.entry };
  }
};

const askNameAndScope = async (
  plan: Plan,
  taken: readonly string[],
  asksScope: boolean,
  steps: number,
): Promise<{ readonly name: string; readonly scope: Scope } | 'back' | undefined> => {
  let proposed = plan.name ?? '';
  for (;;) {
    const second = await askName(proposed, taken, steps);
    if (second.kind === 'back') return 'back';
    if (second.kind !== 'value') return undefined;
    proposed = second.value;
    const name = second.value.trim();
    if (!asksScope) return { name, scope: 'user' };
    const third = await askScope(steps);
    if (third.kind === 'value') return { name, scope: third.value.scope };
    if (third.kind !== 'back') return undefined;
  }
};

/** Resolves with the new server's name, or undefined when the user gave up. */
export const addServer = async (settings: ServerAdder): Promise<string | undefined> => {
  const finished = await askPlan(settings.serverNames());
  if (!finished) return undefined;
  await settings.addServer(finished.name, finished.entry, finished.scope);
  return finished.name;
};
