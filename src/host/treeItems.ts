// How a row of the Connections view looks: icon, label, description and menu. Not here: its sentence for screen readers
// (treeSpeech.ts), and its hover, which is made only when somebody hovers (treeTooltips.ts).
import * as vscode from 'vscode';
import { isUp, type Recovered } from '../core/connection/state.ts';
import type { HistoryEntry } from '../core/history.ts';
import type { BadServer } from '../core/settings.ts';
import { describeState, looks, nameOf } from '../core/wording.ts';
import { describeCause } from '../core/wording/cause.ts';
import { formatAge } from '../core/wording/time.ts';
import type { ClientWatch, ServerWatch } from '../runtime/watch.ts';
import { actionsIn, wantsValues } from './actions.ts';
import { describeDoor } from './doorWords.ts';
import { foundLook } from './foundItems.ts';
import type { GatewayDoor } from './gatewayDoor.ts';
import { idOf, type PartKind, type Row } from './treeRows.ts';
import { spokenRow } from './treeSpeech.ts';
import { formatTime, type ServerWords } from './words.ts';

interface Look {
  readonly label: string;
  readonly icon: vscode.ThemeIcon;
  readonly description: string;
  /** Which menus the row has. */
  readonly context: string;
  readonly opens: boolean;
}

const icon = (id: string, color?: string): vscode.ThemeIcon =>
  color === undefined
    ? new vscode.ThemeIcon(id)
    : new vscode.ThemeIcon(id, new vscode.ThemeColor(color));

const listed = (parts: readonly (string | null)[]): string =>
  parts.filter((part) => part !== null && part !== '').join(' · ');

const oneLine = (text: string | null): string => (text ?? '').replaceAll(/\s+/g, ' ').trim();

export const serverDescription = (server: ServerWatch, words: ServerWords): string =>
  words.short(server);

const trustWord = ({ definition }: ServerWatch): string =>
  definition.trustHints ? 'trusting' : 'doubting';

const serverLook = (server: ServerWatch, words: ServerWords): Look => {
  const { kind } = server.life.value.state;
  return {
    label: server.id,
    icon: words.icon(server),
    description: serverDescription(server, words),
    // Words for the `when` clauses of the menus: the state, each action that applies, whether hints are trusted, whether
    // somebody is signed in, and whether it waits for leave or for values.
    context: [
      'server',
      kind,
      ...actionsIn(kind),
      trustWord(server),
      ...(words.isSignedIn(server) ? ['signed-in'] : []),
      ...(words.isAllowed(server) ? [] : ['unapproved']),
      ...(words.takenFrom(server) === null ? [] : ['taken']),
      ...(wantsValues(server) ? ['wants-values'] : []),
    ].join(' '),
    opens: kind !== 'disabled',
  };
};

/** Short for the row; its hover has the sentence. */
const recoveredWords = (recovered: Recovered): string => {
  switch (recovered) {
    case 'first':
      return vscode.l10n.t('first session');
    case 'same-session':
      return vscode.l10n.t('same session');
    case 'new-session':
      return vscode.l10n.t('new session');
    case 'stateless':
      return vscode.l10n.t('no sessions');
  }
};

const sessionDescription = (server: ServerWatch): string => {
  const session = server.session.value;
  if (!session) return vscode.l10n.t('none');
  const { state } = server.life.value;
  const how = 'recovered' in state ? recoveredWords(state.recovered) : null;
  const version = session.protocolVersion === null ? null : `MCP ${session.protocolVersion}`;
  const name = listed([oneLine(session.serverName)]);
  const product = name === '' ? null : `${name} ${session.serverVersion ?? ''}`.trim();
  return listed([how, product, version]);
};

const healthDescription = (server: ServerWatch): string => {
  const reading = server.health.value;
  if (!reading) return vscode.l10n.t('no health endpoint');
  const { status, uptimeSecs, version } = reading.body;
  const { t } = vscode.l10n;
  return listed([
    status ?? (reading.status < 400 ? t('up') : t('HTTP status {0}', reading.status)),
    uptimeSecs === null ? null : t('up for {0}', formatAge(uptimeSecs * 1000, t)),
    version === null ? null : t('version {0}', version),
    t('{0} ms', Math.round(reading.latency)),
  ]);
};

const groupLook = (label: string, glyph: string, count: number, kind: string): Look => ({
  label,
  icon: icon(glyph),
  description: String(count),
  context: kind,
  opens: count > 0,
});

export const eventTitle = (entry: HistoryEntry): string => {
  const { t } = vscode.l10n;
  const to = nameOf(entry.to, t);
  return entry.from === entry.to ? to : `${nameOf(entry.from, t)} → ${to}`;
};

const eventLook = (entry: HistoryEntry, words: ServerWords): Look => {
  const [glyph, color] = looks[entry.to];
  const { t } = vscode.l10n;
  const description = listed([
    formatTime(entry.at, words.now()),
    describeCause(entry.cause, t),
    // Later events of a session would only say again how it came about.
    entry.recovered === null || entry.cause !== 'attempt-succeeded'
      ? null
      : recoveredWords(entry.recovered),
    entry.attempt !== null && entry.attempt > 1 ? t('attempt {0}', entry.attempt) : null,
  ]);
  // A past state does not spin.
  const look = icon(glyph.replace('~spin', ''), color);
  return { label: eventTitle(entry), icon: look, description, context: 'event', opens: false };
};

const leaf = (label: string, glyph: string, description: string, context: string): Look => ({
  label,
  icon: icon(glyph),
  description,
  context,
  opens: false,
});

const toolContext = (server: ServerWatch): string =>
  actionsIn(server.life.value.state.kind).includes('call') ? 'tool call' : 'tool';

const partLook = (part: PartKind, server: ServerWatch): Look => {
  const { t } = vscode.l10n;
  const { tools, resources, prompts } = server.catalog.value;
  switch (part) {
    case 'session':
      return leaf(t('Session'), 'link', sessionDescription(server), part);
    case 'health':
      return leaf(t('Health'), 'pulse', healthDescription(server), part);
    case 'clients':
      return groupLook(t('Clients'), 'broadcast', server.clients.value.length, part);
    case 'tools':
      return groupLook(t('Tools'), 'tools', tools.length, part);
    case 'resources':
      return groupLook(t('Resources'), 'files', resources.length, part);
    case 'prompts':
      return groupLook(t('Prompts'), 'comment-discussion', prompts.length, part);
    case 'events':
      return { ...leaf(t('Recent Events'), 'history', '', part), opens: true };
  }
};

const badLook = ({ name, reason }: BadServer): Look => ({
  ...leaf(name, 'error', reason, 'bad'),
  icon: icon('error', 'testing.iconFailed'),
});

const complaintsLook = (count: number): Look => ({
  ...groupLook(vscode.l10n.t('Settings that are not used'), 'warning', count, 'complaints'),
  icon: icon('warning', 'list.warningForeground'),
});

const callWords = ({ held, running }: { held: number; running: number }): string => {
  const { t } = vscode.l10n;
  return listed([
    running === 0 ? null : running === 1 ? t('1 call running') : t('{0} calls running', running),
    held === 0 ? null : held === 1 ? t('1 call held') : t('{0} calls held', held),
  ]);
};

const clientLook = ({ label, life, calls }: ClientWatch, words: ServerWords): Look => {
  const { t } = vscode.l10n;
  const { state } = life.value;
  const { icon: glyph, color, short } = describeState(life.value, null, words.now(), t);
  const name = oneLine(label) === '' ? t('Unnamed client') : oneLine(label);
  // Proof belongs to the server's own row.
  const description = listed([isUp(state) ? nameOf(state.kind, t) : short, callWords(calls.value)]);
  return { ...leaf(name, glyph, description, 'client'), icon: icon(glyph, color) };
};

const clientsWords = (clients: number): string => {
  const { t } = vscode.l10n;
  return clients === 1 ? t('1 client') : t('{0} clients', clients);
};

const gatewayLook = (door: GatewayDoor, clients: number): Look => {
  const isOpen = door.kind === 'open';
  const description = listed([describeDoor(door), isOpen ? clientsWords(clients) : null]);
  const look = leaf(vscode.l10n.t('Gateway'), 'radio-tower', description, `gateway ${door.kind}`);
  return door.kind === 'failed' ? { ...look, icon: icon('error', 'testing.iconFailed') } : look;
};

const lookOf = (row: Row, words: ServerWords): Look => {
  switch (row.kind) {
    case 'server':
      return serverLook(row.server, words);
    case 'found':
    case 'source':
    case 'found-server':
    case 'source-problem':
      return foundLook(row);
    case 'bad':
      return badLook(row.bad);
    case 'complaints':
      return complaintsLook(row.complaints.length);
    case 'complaint':
      return leaf(`mcpLifeline.${row.complaint.key}`, 'gear', row.complaint.text, row.kind);
    case 'gateway':
      return gatewayLook(row.door, row.clients);
    case 'part':
      return partLook(row.part, row.server);
    case 'client':
      return clientLook(row.client, words);
    case 'tool': {
      const description = oneLine(row.tool.description);
      return leaf(row.tool.name, 'symbol-method', description, toolContext(row.server));
    }
    case 'resource':
      return leaf(row.resource.name, 'file', row.resource.uri, row.kind);
    case 'prompt':
      return leaf(row.prompt.name, 'comment', oneLine(row.prompt.description), row.kind);
    case 'event':
      return eventLook(row.entry, words);
  }
};

export const itemOf = (row: Row, words: ServerWords): vscode.TreeItem => {
  const look = lookOf(row, words);
  const { None, Collapsed } = vscode.TreeItemCollapsibleState;
  const item = new vscode.TreeItem(look.label, look.opens ? Collapsed : None);
  item.id = idOf(row);
  item.iconPath = look.icon;
  item.description = look.description;
  item.contextValue = look.context;
  item.accessibilityInformation = { label: spokenRow(row, look, words) };
  return item;
};
