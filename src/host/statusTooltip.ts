// The hover of the status bar item: a table with a row per server, and links to what can be done about it.
import * as vscode from 'vscode';
import type { Signal } from '../base/signal.ts';
import type { FleetWatch, ServerWatch } from '../runtime/watch.ts';
import { type Action, actionsIn, type PersonStep, personStepIn } from './actions.ts';
import { type CommandId, commandIds } from './commandIds.ts';
import { describeDoor } from './doorWords.ts';
import type { GatewayDoor } from './gatewayDoor.ts';
import { escapeMarkdown } from './markdown.ts';
import { countDecisions } from './pendingRows.ts';
import { decisionWords, type ServerWords } from './words.ts';

interface TooltipPorts {
  readonly fleet: FleetWatch;
  readonly words: ServerWords;
  readonly door: Signal<GatewayDoor>;
}

/** For a narrow column: words that a line must not end within. */
const unbroken = (text: string): string => text.replaceAll(' ', '\u00a0').replaceAll('-', '\u2011');

/** As many letters as the first column may take from the others. */
const widestName = 24;

/** The editor's own list of MCP servers. */
const listCommand = 'workbench.mcp.listServer';

const link = (
  label: string,
  title: string,
  command: CommandId | typeof listCommand,
  ...args: unknown[]
): string => {
  const query = args.length === 0 ? '' : `?${encodeURIComponent(JSON.stringify(args))}`;
  return `[${label}](command:${command}${query} "${title}")`;
};

const stepLink = (step: PersonStep, id: string): string => {
  const { t } = vscode.l10n;
  switch (step) {
    case 'review':
      return link('$(shield)', t('Review and Allow…'), 'mcpLifeline.reviewServer', id);
    case 'enterValues':
      return link('$(edit)', t('Enter Values…'), 'mcpLifeline.enterValues', id);
    case 'signIn':
      return link('$(key)', t('Sign In'), 'mcpLifeline.signIn', id);
  }
};

/** The one thing most likely wanted in this state; the click on the item offers the others. */
const linkFor = (server: ServerWatch, words: ServerWords): string => {
  const { id, life } = server;
  const { t } = vscode.l10n;
  const { state } = life.value;
  const step = personStepIn(state, words.isAllowed(server));
  if (step !== null) return stepLink(step, id);
  const actions: readonly Action[] = actionsIn(state.kind);
  if (actions.includes('start')) return link('$(play)', t('Start'), 'mcpLifeline.startServer', id);
  if (actions.includes('enable'))
    return link('$(circle-large-filled)', t('Enable'), 'mcpLifeline.enableServer', id);
  if (actions.includes('reconnect'))
    return link('$(debug-restart)', t('Reconnect'), 'mcpLifeline.reconnectServer', id);
  return '';
};

/** A short name is not broken at its hyphens or spaces, which would make its row twice as high. */
const nameCell = (name: string): string =>
  escapeMarkdown(name.length > widestName ? name : unbroken(name));

const rowOf = (server: ServerWatch, words: ServerWords): string => {
  const cells = [
    `$(${words.icon(server).id})`,
    nameCell(server.id),
    escapeMarkdown(words.shortNow(server)),
    escapeMarkdown(words.lastProof(server)),
    linkFor(server, words),
  ];
  return `| ${cells.join(' | ')} |`;
};

const decisionLine = (fleet: FleetWatch): readonly string[] => {
  const count = countDecisions(fleet);
  if (count === 0) return [];
  const show = vscode.l10n.t('Show Pending Calls');
  return ['', `$(warning) ${link(decisionWords(count), show, 'mcpLifeline.showPendingCalls')}`];
};

const gatewayLine = (door: GatewayDoor): readonly string[] => {
  if (door.kind === 'off') return [];
  const { t } = vscode.l10n;
  const connect = link(t('Connect a Client…'), t('Connect a Client…'), 'mcpLifeline.connectClient');
  const text = t('Gateway: {0}', describeDoor(door));
  const glyph = door.kind === 'failed' ? '$(error)' : '$(radio-tower)';
  return ['', `${glyph} ${escapeMarkdown(text)}${door.kind === 'open' ? ` · ${connect}` : ''}`];
};

const trustCommand = 'workbench.trust.manage';

/** Where servers may be missing for it. */
const trustLine = (): readonly string[] => {
  if (vscode.workspace.isTrusted) return [];
  const { t } = vscode.l10n;
  const text = t('This workspace is not trusted: only servers of your user settings are used.');
  const manage = t('Manage Workspace Trust');
  return ['', `$(shield) ${text} [${manage}](command:${trustCommand} "${manage}")`];
};

export const statusTooltip = ({ fleet, words, door }: TooltipPorts): vscode.MarkdownString => {
  const { t } = vscode.l10n;
  const fix = link('$(gear)', t('Open Settings'), 'mcpLifeline.openSettings');
  const bad = fleet.bad.value.map(
    ({ name, reason }) => `| $(error) | ${nameCell(name)} | ${escapeMarkdown(reason)} | | ${fix} |`,
  );
  const lines = [
    `| | ${unbroken(t('MCP server'))} | ${t('State')} | ${unbroken(t('Last proof'))} | |`,
    '|:--|:--|:--|:--|:--|',
    ...fleet.servers.value.map((server) => rowOf(server, words)),
    ...bad,
    ...trustLine(),
    ...decisionLine(fleet),
    ...gatewayLine(door.value),
    '',
    [
      link(t('Reconnect All'), t('Reconnect all servers'), 'mcpLifeline.reconnectAll'),
      link(t('Add Server…'), t('Add an MCP server'), 'mcpLifeline.addServer'),
      link(t('Health Report'), t('Show Health Report'), 'mcpLifeline.showHealthReport'),
      // Of the editor's own servers it is the editor that knows.
      link(t('MCP: List Servers'), t('Servers that the editor itself runs'), listCommand),
    ].join(' · '),
  ];
  const tooltip = new vscode.MarkdownString(lines.join('\n'), true);
  tooltip.isTrusted = {
    enabledCommands: [
      ...Object.keys(commandIds),
      listCommand,
      ...(vscode.workspace.isTrusted ? [] : [trustCommand]),
    ],
  };
  return tooltip;
};
