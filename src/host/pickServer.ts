// Quick picks of servers: one for a command that needs a server and was given none, one for a click on the status
// bar. Not here: what happens to the chosen one (commands.ts).
import * as vscode from 'vscode';
import type { FleetWatch, ServerWatch } from '../runtime/watch.ts';
import { type Action, applies } from './actions.ts';
import { askChoice } from './quickInput.ts';
import type { ServerWords } from './words.ts';

export interface PickPorts {
  readonly fleet: FleetWatch;
  readonly words: ServerWords;
}

interface ServerItem extends vscode.QuickPickItem {
  readonly server: ServerWatch;
}

export const serverItem = (server: ServerWatch, words: ServerWords): ServerItem => ({
  label: server.id,
  // A turning icon is drawn off its place in a quick pick.
  iconPath: new vscode.ThemeIcon(words.icon(server).id.replace('~spin', '')),
  description: words.short(server),
  detail: words.reason(server),
  server,
});

const questionFor = (action: Action): string => {
  switch (action) {
    case 'reconnect':
      return vscode.l10n.t('Choose a server to reconnect');
    case 'renew':
      return vscode.l10n.t('Choose a server that gets a new session');
    case 'start':
      return vscode.l10n.t('Choose a server to start');
    case 'stop':
      return vscode.l10n.t('Choose a server to stop');
    case 'enable':
      return vscode.l10n.t('Choose a server to enable');
    case 'disable':
      return vscode.l10n.t('Choose a server to disable');
    case 'call':
      return vscode.l10n.t('Choose the server whose tool to call');
  }
};

/** Why an action applies to none of the servers there are. */
const noneFor = (action: Action): string => {
  switch (action) {
    case 'reconnect':
    case 'renew':
      return vscode.l10n.t('No server can be reconnected: none was started.');
    case 'start':
      return vscode.l10n.t('No server can be started: none is stopped.');
    case 'stop':
      return vscode.l10n.t('No server can be stopped: none is running.');
    case 'enable':
      return vscode.l10n.t('No server can be enabled: none is disabled.');
    case 'disable':
      return vscode.l10n.t('No server can be disabled: all are disabled already.');
    case 'call':
      return vscode.l10n.t('No tool can be called: no server is running.');
  }
};

const refusalFor = (action: Action, server: ServerWatch, words: ServerWords): string => {
  const state = words.short(server);
  switch (action) {
    case 'reconnect':
    case 'renew':
      return vscode.l10n.t('"{0}" cannot be reconnected now: {1}.', server.id, state);
    case 'start':
      return vscode.l10n.t('"{0}" cannot be started now: {1}.', server.id, state);
    case 'stop':
      return vscode.l10n.t('"{0}" cannot be stopped now: {1}.', server.id, state);
    case 'enable':
      return vscode.l10n.t('"{0}" is enabled already: {1}.', server.id, state);
    case 'disable':
      return vscode.l10n.t('"{0}" is disabled already.', server.id);
    case 'call':
      return vscode.l10n.t('"{0}" takes no calls now: {1}.', server.id, state);
  }
};

/** Says that there is no server at all, and how to get one. */
export const sayNoServers = async (): Promise<void> => {
  if (!vscode.workspace.isTrusted) {
    const manage = vscode.l10n.t('Manage Workspace Trust');
    const text = vscode.l10n.t(
      'This workspace is not trusted, so its MCP servers are left alone, and your user settings hold none.',
    );
    if ((await vscode.window.showInformationMessage(text, manage)) === manage)
      await vscode.commands.executeCommand('workbench.trust.manage');
    return;
  }
  const add = vscode.l10n.t('Add Server…');
  const text = vscode.l10n.t('No MCP server is configured yet.');
  if ((await vscode.window.showInformationMessage(text, add)) === add)
    await vscode.commands.executeCommand('mcpLifeline.addServer');
};

/** Says why nothing fits; in a workspace that is not trusted also that its own servers do not count. */
export const sayNothingFits = async (text: string): Promise<void> => {
  if (vscode.workspace.isTrusted) {
    void vscode.window.showInformationMessage(text);
    return;
  }
  const manage = vscode.l10n.t('Manage Workspace Trust');
  const whole = vscode.l10n.t(
    '{0} This workspace is not trusted, so its own servers are left alone.',
    text,
  );
  if ((await vscode.window.showInformationMessage(whole, manage)) === manage)
    await vscode.commands.executeCommand('workbench.trust.manage');
};

const longestName = 80;

/** For a link, a notice or a key that names a server which is gone, or which nobody may use here. */
export const sayNoSuchServer = (name: string): Promise<void> =>
  sayNothingFits(vscode.l10n.t('There is no MCP server "{0}" here.', name.slice(0, longestName)));

/** Says that there is no server that could be used, and how to get one. */
export const sayNoneEnabled = async ({ servers }: FleetWatch): Promise<void> => {
  if (servers.value.length === 0) return sayNoServers();
  void sayNothingFits(vscode.l10n.t('All servers are disabled. Enable one first.'));
};

/** The server to act on: the given one, the only one, or the chosen one. Says why when there is none. */
export const pickServer = async (
  ports: PickPorts,
  action: Action,
  given: ServerWatch | undefined,
): Promise<ServerWatch | undefined> => {
  const { fleet, words } = ports;
  if (given) {
    if (applies(action, given.life.value.state.kind)) return given;
    void vscode.window.showInformationMessage(refusalFor(action, given, words));
    return undefined;
  }
  if (fleet.servers.value.length === 0) {
    void sayNoServers();
    return undefined;
  }
  const fitting = fleet.servers.value.filter((server) =>
    applies(action, server.life.value.state.kind),
  );
  if (fitting.length === 0) {
    void sayNothingFits(noneFor(action));
    return undefined;
  }
  if (fitting.length === 1) return fitting[0];
  const answer = await askChoice({
    title: 'MCP Lifeline',
    placeholder: questionFor(action),
    items: fitting.map((server) => serverItem(server, words)),
  });
  return answer.kind === 'value' ? answer.value.server : undefined;
};

interface LogItem extends vscode.QuickPickItem {
  /** Null: the extension itself. */
  readonly server: ServerWatch | null;
}

/** Whose log to show: null is the extension's own, undefined that nobody chose. */
export const pickLog = async ({
  fleet,
  words,
}: PickPorts): Promise<ServerWatch | null | undefined> => {
  const servers = fleet.servers.value;
  if (servers.length === 0) return null;
  const { t } = vscode.l10n;
  const own: LogItem = {
    label: 'MCP Lifeline',
    iconPath: new vscode.ThemeIcon('output'),
    description: t('the extension itself'),
    detail: t('Its settings, what it keeps, its gateway, and what its commands ran into'),
    server: null,
  };
  const answer = await askChoice<LogItem>({
    title: t('Show Log'),
    placeholder: t('Choose whose log to show'),
    items: [own, ...servers.map((server) => serverItem(server, words))],
  });
  return answer.kind === 'value' ? answer.value.server : undefined;
};
