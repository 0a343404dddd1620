// The command Add Server…: a URL, a command or what a README says to paste; a trial connection that shows what is there; a name; and
// where to keep it, each with a way back. Then the entry is written to the setting, and everything else follows from that.
// Not here: reading what was typed (addServerEntry.ts, addServerSnippet.ts) and the trial's screens (addServerProbe.ts).
import * as vscode from 'vscode';
import type { InputDefinition } from '../core/inputs.ts';
import { parseServers } from '../core/parseServers.ts';
import type { JsonObject } from '../core/rpc.ts';
import type { EntryHome } from '../core/takeOver.ts';
import { inEnglish } from '../core/wording/english.ts';
import { sayError } from '../core/wording/saidError.ts';
import { faultOfName, freeName, plainName, readEntry } from './addServerEntry.ts';
import { type ProbeServer, tryServer } from './addServerProbe.ts';
import type { Logs } from './log.ts';
import { looksLikeSnippet, readSnippet, type SnippetServer } from './addServerSnippet.ts';
import { asNotice } from './noticeText.ts';
import type { OwnEntries } from './ownEntries.ts';
import { plainUrl } from './plainUrl.ts';
import { type Answer, askChoice, askText, wantsAgain } from './quickInput.ts';
import { insist } from './series.ts';
import type { EditorSettings, Scope } from './settings.ts';
import type { TakeOvers } from './takeOverPorts.ts';

export interface AddServerPorts {
  readonly settings: Pick<EditorSettings, 'serverNames' | 'addServer' | 'current'>;
  readonly ownEntries: Pick<OwnEntries, 'add'>;
  readonly takeOvers: Pick<TakeOvers, 'ourEntry'>;
  readonly probe: ProbeServer;
  readonly logs: Pick<Logs, 'clean' | 'own'>;
}

/** What was typed, understood. */
interface Subject {
  readonly typed: string;
  readonly entry: JsonObject;
  readonly inputs: readonly InputDefinition[];
  readonly proposedName: string;
}

interface Finished {
  readonly name: string;
  readonly entry: JsonObject;
  readonly inputs: readonly InputDefinition[];
  readonly scope: Scope;
}

const title = (): string => vscode.l10n.t('Add MCP Server');

const faultOf = (text: string, { takeOvers }: AddServerPorts): string | null => {
  const say = vscode.l10n.t;
  const reading = looksLikeSnippet(text)
    ? readSnippet(text, say, takeOvers.ourEntry)
    : readEntry(text, say);
  return reading.kind === 'wrong' ? reading.reason : null;
};

const askEntry = (ports: AddServerPorts, typed: string, steps: number): Promise<Answer<string>> =>
  askText({
    title: title(),
    prompt: vscode.l10n.t(
      'The URL of the server, the command that starts it, or the JSON that its README shows',
    ),
    placeholder: 'http://localhost:3000/mcp, npx -y some-server, { "mcpServers": … }',
    value: typed,
    place: { step: 1, steps },
    check: (text) => faultOf(text, ports),
  });

interface SnippetItem extends vscode.QuickPickItem {
  readonly server: SnippetServer;
}

const snippetItem = (server: SnippetServer): SnippetItem => {
  const { url, command } = server.entry;
  const isHttp = typeof url === 'string';
  return {
    label: server.name ?? '',
    iconPath: new vscode.ThemeIcon(isHttp ? 'globe' : 'terminal'),
    description: isHttp ? plainUrl(url) : typeof command === 'string' ? command : '',
    server,
  };
};

/** Null: back to what was typed. Undefined: given up. */
const chooseOne = async (
  servers: readonly SnippetServer[],
): Promise<SnippetServer | null | undefined> => {
  const [first] = servers;
  if (servers.length <= 1) return first ?? null;
  const answer = await askChoice<SnippetItem>({
    title: title(),
    placeholder: vscode.l10n.t('There are several servers in it. Which one?'),
    canGoBack: true,
    items: servers.map(snippetItem),
  });
  if (answer.kind === 'value') return answer.value.server;
  return answer.kind === 'back' ? null : undefined;
};

/** An entry without a name is called after what it runs or where it is. */
const nameOf = ({ name, entry }: SnippetServer): string => {
  if (name !== null) return plainName(name);
  const { url, command, args } = entry;
  const list: readonly unknown[] = Array.isArray(args) ? args : [];
  const words = [command, ...list];
  const line = typeof url === 'string' ? url : words.map((word) => `"${String(word)}"`).join(' ');
  const reading = readEntry(line, vscode.l10n.t);
  return reading.kind === 'entry' ? reading.proposedName : '';
};

const subjectOf = async (
  { takeOvers }: AddServerPorts,
  typed: string,
): Promise<Subject | null | undefined> => {
  const say = vscode.l10n.t;
  if (!looksLikeSnippet(typed)) {
    const reading = readEntry(typed, say);
    return reading.kind === 'wrong' ? null : { typed, inputs: [], ...reading };
  }
  const reading = readSnippet(typed, say, takeOvers.ourEntry);
  if (reading.kind === 'wrong') return null;
  const server = await chooseOne(reading.servers);
  if (!server) return server;
  const { entry, inputs } = server;
  return { typed, entry, inputs, proposedName: nameOf(server) };
};

const askName = (
  proposed: string,
  summary: string | null,
  taken: readonly string[],
  steps: number,
): Promise<Answer<string>> =>
  askText({
    title: title(),
    prompt: [summary, vscode.l10n.t('A name for the server')]
      .filter((one) => one !== null)
      .join(' '),
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

/** Null: back to what was typed. Undefined: given up. */
type Step<T> = Promise<T | null | undefined>;

const askNameAndScope = async (
  proposedName: string,
  summary: string | null,
  taken: readonly string[],
  steps: number,
): Step<{ readonly name: string; readonly scope: Scope }> => {
  let proposed = proposedName;
  for (;;) {
    const second = await askName(proposed, summary, taken, steps);
    if (second.kind !== 'value') return second.kind === 'back' ? null : undefined;
    proposed = second.value;
    const name = second.value.trim();
    if (steps === 2) return { name, scope: 'user' };
    const third = await askScope(steps);
    if (third.kind === 'value') return { name, scope: third.value.scope };
    if (third.kind !== 'back') return undefined;
  }
};

const isDull = (name: string): boolean => name === '' || /^local(-\d+)?$/.test(name);

/** A server on this machine is better known by its own name than by its port. */
const bestName = (proposed: string, own: string | null): string => {
  const plain = own === null ? '' : plainName(own);
  return isDull(proposed) && plain !== '' ? plain : proposed;
};

/** From the trial on. */
const finish = async (ports: AddServerPorts, subject: Subject, steps: number): Step<Finished> => {
  const { settings, probe } = ports;
  const { entry, inputs } = subject;
  const [definition] = parseServers({ server: entry }, settings.current.value.health.path);
  if (!definition || definition.kind === 'bad') return null;
  const tried = await tryServer(probe, definition);
  if (tried.kind !== 'go-on') return tried.kind === 'back' ? null : undefined;
  const taken = settings.serverNames();
  const proposed = freeName(bestName(subject.proposedName, tried.ownName), taken);
  const rest = await askNameAndScope(proposed, tried.summary, taken, steps);
  return rest && { ...rest, entry, inputs };
};

const askPlan = async (ports: AddServerPorts): Promise<Finished | undefined> => {
  const steps = hasWorkspaceScope() ? 3 : 2;
  let typed = '';
  for (;;) {
    const first = await askEntry(ports, typed, steps);
    if (first.kind !== 'value') return undefined;
    typed = first.value;
    const subject = await subjectOf(ports, typed);
    const finished = subject && (await finish(ports, subject, steps));
    if (finished !== null) return finished;
  }
};

const workspaceHome = (): EntryHome => {
  const { workspaceFile, workspaceFolders } = vscode.workspace;
  return workspaceFile
    ? { kind: 'workspace', file: workspaceFile.fsPath }
    : { kind: 'folder', folder: workspaceFolders?.[0]?.uri.fsPath ?? '' };
};

const write = async (
  { ownEntries, settings }: AddServerPorts,
  { name, entry, inputs, scope }: Finished,
): Promise<void> => {
  const home: EntryHome = scope === 'user' ? { kind: 'user' } : workspaceHome();
  if (inputs.length > 0) await ownEntries.add(home, { name, entry, inputs });
  else await settings.addServer(name, entry, scope);
};

/** Null, or why it is not: mostly a file of settings with changes that nobody has saved. */
const save = async (ports: AddServerPorts, finished: Finished): Promise<string | null> => {
  try {
    await write(ports, finished);
    return null;
  } catch (error) {
    const { t } = vscode.l10n;
    const { clean, own } = ports.logs;
    own.error(`"${finished.name}" was not added: ${clean(sayError(error, inEnglish))}`);
    return t('"{0}" was not added: {1}', finished.name, asNotice(clean(sayError(error, t))));
  }
};

/** Resolves with the new server's name, or undefined when the user gave up. */
export const addServer = async (ports: AddServerPorts): Promise<string | undefined> => {
  const finished = await askPlan(ports);
  if (!finished) return undefined;
  return (await insist(() => save(ports, finished), wantsAgain)) ? finished.name : undefined;
};
