// What a click on the status bar opens: all servers with their states, then what can be done with the chosen one.
import * as vscode from 'vscode';
import type { ServerWatch } from '../runtime/watch.ts';
import { type Action, actionsIn, type PersonStep, personStepIn } from './actions.ts';
import type { CommandId } from './commandIds.ts';
import { type PickPorts, serverItem, sayNoServers } from './pickServer.ts';
import { askChoice } from './quickInput.ts';

interface CommandItem extends vscode.QuickPickItem {
  readonly run: () => Promise<boolean>;
}

const separator = (label: string): CommandItem => ({
  label,
  kind: vscode.QuickPickItemKind.Separator,
  run: () => Promise.resolve(true),
});

const commandItem = (
  label: string,
  icon: string | null,
  id: CommandId,
  ...args: unknown[]
): CommandItem => ({
  label,
  // A list with many icons tells nothing by them: those that only lead elsewhere have none.
  ...(icon === null ? {} : { iconPath: new vscode.ThemeIcon(icon) }),
  run: async () => {
    await vscode.commands.executeCommand(id, ...args);
    return true;
  },
});

const actionItem = (action: Action, { id }: ServerWatch): CommandItem => {
  const { t } = vscode.l10n;
  switch (action) {
    case 'reconnect':
      return commandItem(t('Reconnect'), 'debug-restart', 'mcpLifeline.reconnectServer', id);
    case 'renew':
      return commandItem(t('Start New Session'), 'add', 'mcpLifeline.startNewSession', id);
    case 'start':
      return commandItem(t('Start'), 'play', 'mcpLifeline.startServer', id);
    case 'stop':
      return commandItem(t('Stop'), 'debug-stop', 'mcpLifeline.stopServer', id);
    case 'enable':
      return commandItem(t('Enable'), 'circle-large-filled', 'mcpLifeline.enableServer', id);
    case 'disable':
      return commandItem(t('Disable'), 'circle-slash', 'mcpLifeline.disableServer', id);
    case 'call':
      return commandItem(t('Call Tool…'), 'tools', 'mcpLifeline.callTool', id);
  }
};

const stepItem = (step: PersonStep, { id }: ServerWatch): CommandItem => {
  const { t } = vscode.l10n;
  switch (step) {
    case 'review':
      return commandItem(t('Review and Allow…'), 'shield', 'mcpLifeline.reviewServer', id);
    case 'enterValues':
      return commandItem(t('Enter Values…'), 'edit', 'mcpLifeline.enterValues', id);
    case 'signIn':
      return commandItem(t('Sign In'), 'key', 'mcpLifeline.signIn', id);
  }
};

/** Resolves false when the user went back. */
const showActions = async (server: ServerWatch, ports: PickPorts): Promise<boolean> => {
  const { state } = server.life.value;
  const step = personStepIn(state, ports.words.isAllowed(server));
  const actions = actionsIn(state.kind).map((action) => actionItem(action, server));
  const log = commandItem(vscode.l10n.t('Show Log'), null, 'mcpLifeline.showLog', server.id);
  const answer = await askChoice({
    title: server.id,
    placeholder: ports.words.short(server),
    canGoBack: true,
    items: [...(step === null ? [] : [stepItem(step, server)]), ...actions, log],
  });
  if (answer.kind === 'value') return answer.value.run();
  return answer.kind !== 'back';
};

const itemsOf = (ports: PickPorts): CommandItem[] => [
  ...ports.fleet.servers.value.map((server): CommandItem => ({
    ...serverItem(server, ports.words),
    run: () => showActions(server, ports),
  })),
  ...ports.fleet.bad.value.map((bad): CommandItem => ({
    ...commandItem(bad.name, 'error', 'mcpLifeline.openSettings'),
    description: vscode.l10n.t('cannot be used'),
    detail: bad.reason,
  })),
  separator(''),
  commandItem(vscode.l10n.t('Reconnect All'), null, 'mcpLifeline.reconnectAll'),
  // The extension's own: each server has its own in the list that it leads to.
  commandItem(vscode.l10n.t('Show Log'), null, 'mcpLifeline.showLog', null),
  commandItem(vscode.l10n.t('Open Settings'), null, 'mcpLifeline.openSettings'),
  commandItem(vscode.l10n.t('Add Server…'), 'add', 'mcpLifeline.addServer'),
];

export const showServers = async (ports: PickPorts): Promise<void> => {
  const { fleet } = ports;
  if (fleet.servers.value.length === 0 && fleet.bad.value.length === 0) return sayNoServers();
  for (;;) {
    const answer = await askChoice({
      title: 'MCP Lifeline',
      placeholder: vscode.l10n.t('Choose a server to see what can be done'),
      items: itemsOf(ports),
    });
    if (answer.kind !== 'value') return;
    if (await answer.value.run()) return;
  }
};
