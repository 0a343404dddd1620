// The commands Trust Tool Hints… and Stop Trusting Tool Hints: first what it means, then the setting of the server. A hint
// is a claim of the server (promise safe-replay), so that nobody but the user may decide to believe it.
import * as vscode from 'vscode';
import type { FleetWatch, ServerWatch } from '../runtime/watch.ts';
import { sayNoServers, sayNothingFits, serverItem } from './pickServer.ts';
import { askChoice } from './quickInput.ts';
import type { EditorSettings } from './settings.ts';
import type { ServerWords } from './words.ts';

export interface TrustPorts {
  readonly fleet: FleetWatch;
  readonly words: ServerWords;
  readonly settings: Pick<EditorSettings, 'setTrustHints'>;
}

const isMarked = (annotations: ServerWatch['catalog']['value']['tools'][number]['annotations']) =>
  annotations['readOnlyHint'] === true || annotations['idempotentHint'] === true;

const namesShown = 4;

/** Which of its tools it is about, as far as the server has listed them. */
const markedTools = (server: ServerWatch): string => {
  const { t } = vscode.l10n;
  const { tools, listedAt } = server.catalog.value;
  if (listedAt === null) return t('The server has not listed its tools yet.');
  const names = tools.filter(({ annotations }) => isMarked(annotations)).map(({ name }) => name);
  if (names.length === 0) return t('At the moment it marks none of its tools so.');
  const shown = names.slice(0, namesShown).join(', ');
  return names.length > namesShown
    ? t('It marks {0} of its {1} tools so: {2}, …', names.length, tools.length, shown)
    : t('It marks {0} of its {1} tools so: {2}', names.length, tools.length, shown);
};

interface TrustItem extends vscode.QuickPickItem {
  readonly trusted: boolean;
}

const trustItems = (server: ServerWatch): readonly [yes: TrustItem, no: TrustItem] => {
  const { t } = vscode.l10n;
  return [
    {
      label: t('Trust Its Tool Hints'),
      description: markedTools(server),
      detail: t('A call that a break interrupts is repeated once, if its tool is marked so.'),
      iconPath: new vscode.ThemeIcon('verified'),
      trusted: true,
    },
    {
      label: t('Do Not Trust Them'),
      detail: t('Such a call is answered "may have run; check before repeating".'),
      iconPath: new vscode.ThemeIcon('circle-slash'),
      trusted: false,
    },
  ];
};

/** The server that was given or is chosen, among those for which it would change something. */
const pickServerFor = async (
  { fleet, words }: TrustPorts,
  given: ServerWatch | undefined,
  trusted: boolean,
): Promise<ServerWatch | undefined> => {
  if (given) return given;
  if (fleet.servers.value.length === 0) {
    void sayNoServers();
    return undefined;
  }
  const fitting = fleet.servers.value.filter(({ definition }) => definition.trustHints !== trusted);
  if (fitting.length === 0) {
    const text = trusted
      ? vscode.l10n.t('The tool hints of all servers are trusted already.')
      : vscode.l10n.t('The tool hints of no server are trusted.');
    void sayNothingFits(text);
    return undefined;
  }
  const answer = await askChoice({
    title: 'MCP Lifeline',
    placeholder: trusted
      ? vscode.l10n.t('Choose a server whose tool hints to trust')
      : vscode.l10n.t('Choose a server whose tool hints to trust no longer'),
    items: fitting.map((server) => serverItem(server, words)),
  });
  return answer.kind === 'value' ? answer.value.server : undefined;
};

export const trustHints = async (
  ports: TrustPorts,
  given: ServerWatch | undefined,
): Promise<void> => {
  const server = await pickServerFor(ports, given, true);
  if (!server) return;
  const isTrusted = server.definition.trustHints;
  const [yes, no] = trustItems(server);
  const answer = await askChoice({
    title: vscode.l10n.t('Trust the tool hints of "{0}"?', server.id),
    placeholder: vscode.l10n.t(
      'A server may mark its tools "read-only" or "idempotent". Nobody checks that.',
    ),
    items: [yes, no],
    // Trust is a decision, and never what Enter alone gives.
    active: isTrusted ? yes : no,
  });
  if (answer.kind !== 'value' || answer.value.trusted === isTrusted) return;
  await ports.settings.setTrustHints(server.id, answer.value.trusted);
};

export const stopTrusting = async (
  ports: TrustPorts,
  given: ServerWatch | undefined,
): Promise<void> => {
  const server = await pickServerFor(ports, given, false);
  if (server?.definition.trustHints === true) await ports.settings.setTrustHints(server.id, false);
};
