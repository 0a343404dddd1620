// The commands, one table: id -> what it does. What each needs stands in commandIds.ts; a command whose need is not
// met says why. Not here: the dialogs (pickServer.ts, addServer.ts, callTool.ts, pendingCommands.ts, trustHints.ts,
// gatewayCommands.ts).
import * as vscode from 'vscode';
import { allOrNothing, type Disposable } from '../base/disposable.ts';
import { isObject } from '../core/rpc.ts';
import { sayError } from '../core/wording/saidError.ts';
import { inEnglish } from '../core/wording/english.ts';
import type { FleetWatch, ServerWatch, Tool } from '../runtime/watch.ts';
import { type Action, applies } from './actions.ts';
import { addServer, type AddServerPorts } from './addServer.ts';
import { type CommandId, commandIds } from './commandIds.ts';
import { copyDiagnostics, type DiagnosticPorts } from './copyDiagnostics.ts';
import { type EnteredValues, enterValues, forgetValues } from './enterValues.ts';
import type { GatewayCommands } from './gatewayCommands.ts';
import { giveBack } from './giveBack.ts';
import type { Logs } from './log.ts';
import { asNotice } from './noticeText.ts';
import { pendingCommands, type PendingPorts } from './pendingCommands.ts';
import { openConfiguration, ownPlace } from './openPlace.ts';
import { pickEntry } from './pickEntry.ts';
import {
  pickLog,
  pickServer,
  sayNoServers,
  sayNoSuchServer,
  sayNothingFits,
} from './pickServer.ts';
import type { HistoryView } from './historyTree.ts';
import { forgetAllowed, type ReviewPorts, reviewServers } from './reviewServer.ts';
import type { EditorSettings } from './settings.ts';
import { showServers } from './showServers.ts';
import { signIn, type SignInPorts, signOut } from './signIn.ts';
import { takeOver, type TakeOverPorts } from './takeOver.ts';
import type { Timeline } from './timeline.ts';
import { stopTrusting, trustHints } from './trustHints.ts';
import type { ServerWords } from './words.ts';

/** What a command may be given: a server's id (links, notices), a row of the tree, or nothing (palette). */
export interface Target {
  readonly server: ServerWatch | undefined;
  readonly tool: Tool | undefined;
  readonly raw: unknown;
}

/** How many sessions were forgotten. */
export interface ClearedSessions {
  readonly atServers: number;
  readonly atGateway: number;
}

export interface CommandPorts extends Omit<DiagnosticPorts, 'settings'> {
  readonly fleet: FleetWatch;
  readonly words: ServerWords;
  readonly settings: Pick<
    EditorSettings,
    | 'view'
    | 'current'
    | 'complaintsIn'
    | 'setEnabled'
    | 'setTrustHints'
    | 'addServer'
    | 'serverNames'
    | 'approvalContext'
  >;
  readonly found: TakeOverPorts['found'];
  readonly takeOvers: TakeOverPorts['takeOvers'];
  readonly door: TakeOverPorts['door'];
  readonly changePages: TakeOverPorts['changePages'];
  readonly ownEntries: AddServerPorts['ownEntries'];
  readonly probe: AddServerPorts['probe'];
  readonly logs: Pick<Logs, 'show' | 'own' | 'clean'>;
  readonly tools: PendingPorts['tools'] & {
    call(server: ServerWatch, tool: Tool | undefined): Promise<void>;
    runDocument(uri: vscode.Uri | undefined): Promise<void>;
  };
  readonly gatewayCommands: Omit<GatewayCommands, 'dispose'>;
  readonly timeline: Pick<Timeline, 'show'>;
  readonly history: Omit<HistoryView, 'dispose'>;
  readonly accountOf: SignInPorts['accountOf'];
  readonly keptAccountOf: SignInPorts['keptAccountOf'];
  readonly approvals: ReviewPorts['approvals'];
  readonly reviewPages: ReviewPorts['reviewPages'];
  readonly entered: EnteredValues;
  /** Forgets the sessions kept at servers, and those of programs at the gateway that do not use it now; says how many. */
  readonly clearStoredSessions: () => ClearedSessions;
}

type Run = (target: Target) => Promise<void>;

const idIn = (raw: unknown): string | undefined => {
  if (typeof raw === 'string') return raw;
  if (!isObject(raw)) return undefined;
  const server = raw['server'];
  return isObject(server) && typeof server['id'] === 'string' ? server['id'] : undefined;
};

/** Looked up anew: a row may be older than the last change of settings. */
const targetOf = (fleet: FleetWatch, raw: unknown): Target => {
  const id = idIn(raw);
  const server = id === undefined ? undefined : fleet.get(id);
  const tool = isObject(raw) && isObject(raw['tool']) ? raw['tool']['name'] : undefined;
  return { server, tool: server?.catalog.value.tools.find(({ name }) => name === tool), raw };
};

const serverCommands = (ports: CommandPorts) => {
  const onServer =
    (action: Action, act: (server: ServerWatch, target: Target) => void | Promise<void>): Run =>
    async (target) => {
      const server = await pickServer(ports, action, target.server);
      if (server) await act(server, target);
    };
  return {
    'mcpLifeline.reconnectServer': onServer('reconnect', (server) => server.reconnect()),
    'mcpLifeline.startNewSession': onServer('renew', (server) => server.startNewSession()),
    'mcpLifeline.startServer': onServer('start', (server) => server.start()),
    'mcpLifeline.stopServer': onServer('stop', (server) => server.stop()),
    'mcpLifeline.enableServer': onServer('enable', ({ id }) => ports.settings.setEnabled(id, true)),
    'mcpLifeline.disableServer': onServer('disable', ({ id }) =>
      ports.settings.setEnabled(id, false),
    ),
    'mcpLifeline.callTool': onServer('call', (server, { tool }) => ports.tools.call(server, tool)),
  } satisfies Partial<Record<CommandId, Run>>;
};

const reconnectAll = async ({ fleet }: CommandPorts): Promise<void> => {
  if (fleet.servers.value.length === 0) return sayNoServers();
  const fitting = fleet.servers.value.filter(({ life }) =>
    applies('reconnect', life.value.state.kind),
  );
  if (fitting.length === 0) {
    void sayNothingFits(vscode.l10n.t('No server can be reconnected: none was started.'));
    return;
  }
  for (const server of fitting) server.reconnect();
};

/** Asks whose where nothing at all was given. */
const showLog = async (ports: CommandPorts, { server, raw }: Target): Promise<void> => {
  const chosen = raw === undefined ? await pickLog(ports) : (server ?? null);
  if (chosen !== undefined) ports.logs.show(chosen?.id);
};

/** The new server is shown where its state can be watched. */
const addAndShow = async (ports: CommandPorts): Promise<void> => {
  if ((await addServer(ports)) !== undefined)
    await vscode.commands.executeCommand('mcpLifeline.connections.focus');
};

const clearStoredSessions = async ({ clearStoredSessions: clear }: CommandPorts): Promise<void> => {
  const sure = vscode.l10n.t('Clear');
  const chosen = await vscode.window.showWarningMessage(
    vscode.l10n.t('Clear the stored sessions of this workspace?'),
    {
      modal: true,
      detail: vscode.l10n.t(
        'Servers that are connected keep their session. All others start a new one next time; what they remember of the old one is lost to you. The gateway forgets the programs that do not use it now: one that comes back goes on in a new session, without answers that still waited for it.',
      ),
    },
    sure,
  );
  if (chosen !== sure) return;
  const { atServers, atGateway } = clear();
  const text =
    atServers + atGateway === 0
      ? vscode.l10n.t('There were no stored sessions to clear.')
      : vscode.l10n.t(
          'Stored sessions cleared: {0} with servers, {1} of programs at the gateway.',
          atServers,
          atGateway,
        );
  void vscode.window.showInformationMessage(text);
};

const reviewing = (ports: CommandPorts): ReviewPorts => ({
  ...ports,
  approvalContext: ports.settings.approvalContext,
});

const table = (ports: CommandPorts): Readonly<Record<CommandId, Run>> => ({
  ...serverCommands(ports),
  ...pendingCommands(ports),
  'mcpLifeline.trustHints': ({ server }) => trustHints(ports, server),
  'mcpLifeline.stopTrustingHints': ({ server }) => stopTrusting(ports, server),
  'mcpLifeline.reviewServer': ({ server }) => reviewServers(reviewing(ports), server),
  'mcpLifeline.forgetAllowedServers': () => forgetAllowed(ports),
  'mcpLifeline.enterValues': ({ server }) => enterValues({ ...ports, ...ports.entered }, server),
  'mcpLifeline.forgetInputs': () => forgetValues(ports.entered),
  'mcpLifeline.signIn': ({ server }) => signIn(ports, server),
  'mcpLifeline.signOut': ({ server }) => signOut(ports, server),
  'mcpLifeline.reconnectAll': () => reconnectAll(ports),
  'mcpLifeline.addServer': () => addAndShow(ports),
  'mcpLifeline.takeOver': ({ raw }) => takeOver(ports, raw),
  'mcpLifeline.giveBack': ({ raw }) => giveBack(ports, raw),
  'mcpLifeline.openEntry': ({ raw, server }) =>
    openConfiguration(raw, async () =>
      server ? ownPlace(server.id, server.definition) : pickEntry(ports),
    ),
  'mcpLifeline.runToolDocument': ({ raw }) =>
    ports.tools.runDocument(raw instanceof vscode.Uri ? raw : undefined),
  'mcpLifeline.showLog': (target) => showLog(ports, target),
  'mcpLifeline.clearStoredSessions': () => clearStoredSessions(ports),
  'mcpLifeline.showServers': () => showServers(ports),
  'mcpLifeline.connectClient': ({ server }) => ports.gatewayCommands.connectClient(server),
  'mcpLifeline.copyGatewayUrl': ({ server }) => ports.gatewayCommands.copyUrl(server),
  'mcpLifeline.showHealthReport': ({ server }) => ports.gatewayCommands.showReport(server),
  'mcpLifeline.showTimeline': async ({ server }) => ports.timeline.show(server?.id ?? null),
  'mcpLifeline.showHistory': ({ server }) => ports.history.show(server),
  'mcpLifeline.filterHistory': () => ports.history.filter(),
  'mcpLifeline.clearHistory': () => ports.history.clear(),
  'mcpLifeline.copyDiagnostics': () => copyDiagnostics(ports),
  'mcpLifeline.showPendingCalls': async () => {
    await vscode.commands.executeCommand('mcpLifeline.pending.focus');
  },
  'mcpLifeline.openSettings': async () => {
    await vscode.commands.executeCommand(
      'workbench.action.openSettings',
      '@ext:mcp-lifeline.mcp-lifeline',
    );
  },
});

/** The name of a server that was asked for and is not there: what was meant for it is never done to another one. */
const missingServer = (id: CommandId, raw: unknown, { server }: Target): string | undefined =>
  commandIds[id] === 'server' && server === undefined ? idIn(raw) : undefined;

/** Runs a command; whatever goes wrong is said on screen, never only in the log. */
const run = async (ports: CommandPorts, id: CommandId, raw: unknown): Promise<void> => {
  try {
    const target = targetOf(ports.fleet, raw);
    const missing = missingServer(id, raw, target);
    if (missing === undefined) await table(ports)[id](target);
    else void sayNoSuchServer(missing);
  } catch (error) {
    const { t } = vscode.l10n;
    const { clean, own } = ports.logs;
    own.error(`${id} failed: ${clean(sayError(error, inEnglish))}`);
    void vscode.window.showErrorMessage(
      t('MCP Lifeline could not do that: {0}', asNotice(clean(sayError(error, t)))),
    );
  }
};

const isCommandId = (id: string): id is CommandId => id in commandIds;

export const registerCommands = (ports: CommandPorts): Disposable =>
  allOrNothing((store) => {
    for (const id of Object.keys(commandIds).filter(isCommandId))
      store.add(vscode.commands.registerCommand(id, (raw: unknown) => run(ports, id, raw)));
    return store;
  });
