// The editor's settings as one value that changes. The only place, with settingLayers.ts, that reads or writes the editor's
// configuration. In a workspace that is not trusted only the user's own values count, so that nothing of the workspace can
// start a program or open a connection. Not here: what a value means (core/parseSettings.ts).
import * as vscode from 'vscode';
import { allOrNothing, type Disposable, Store } from '../base/disposable.ts';
import { type Signal, Source } from '../base/signal.ts';
import type { ApprovalContext } from '../core/approval.ts';
import { parseSettings } from '../core/parseSettings.ts';
import { isObject, type JsonObject } from '../core/rpc.ts';
import { settingTable } from '../core/settingTable.ts';
import type { Complaint, Settings } from '../core/settings.ts';
import type { Say } from '../core/wording/say.ts';
import type { Log } from '../runtime/ports.ts';
import { homeOf, layerFor, layersOf, writeEntry } from './settingLayers.ts';
import { placesToMute } from './warning.ts';

export interface SettingsView {
  readonly settings: Settings;
  readonly complaints: readonly Complaint[];
}

export type Scope = 'user' | 'workspace';

export interface EditorSettings extends Disposable {
  readonly view: Signal<SettingsView>;
  /** The same without what was wrong with them. */
  readonly current: Signal<Settings>;
  /** What is wrong with them, in the language of `say`. */
  complaintsIn(say: Say): readonly Complaint[];
  /** What leave for an entry of the workspace depends on besides the entry. */
  readonly approvalContext: () => ApprovalContext;
  /** Names of all entries, also of those that cannot be used. */
  serverNames(): readonly string[];
  /** Writes where the server is defined: a server of the workspace stays a matter of the workspace. */
  setEnabled(name: string, enabled: boolean): Promise<void>;
  setTrustHints(name: string, trustHints: boolean): Promise<void>;
  /** The user wants no more notifications. */
  muteNotifications(): Promise<void>;
  addServer(name: string, entry: JsonObject, scope: Scope): Promise<void>;
}

const section = 'mcpLifeline';

const readPlain = (key: string): unknown => {
  const editor = vscode.workspace.getConfiguration(section);
  return vscode.workspace.isTrusted
    ? editor.get<unknown>(key)
    : editor.inspect<unknown>(key)?.globalValue;
};

/** What is set, by key, for a bug report. */
export const settingsAsSet = (): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.keys(settingTable).map((key) => [key, readPlain(key)]));

const idOf = (input: unknown): unknown => (isObject(input) ? input['id'] : undefined);

/** A list in one place; what is no list is one thing that cannot be read. */
const listIn = (value: unknown): readonly unknown[] => {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value];
};

/** The user's own come first: a workspace cannot change what one of theirs asks for. */
const readInputs = (): {
  readonly all: readonly unknown[];
  readonly foreign: readonly string[];
} => {
  const layers = layersOf('inputs').toReversed();
  const own = layers.filter(({ origin }) => origin.scope === 'user');
  const known = new Set(own.flatMap(({ servers }) => listIn(servers)).map(idOf));
  const others = layers
    .filter(({ origin }) => origin.scope !== 'user')
    .flatMap(({ servers }) => listIn(servers))
    .filter((input) => !known.has(idOf(input)));
  return {
    all: [...own.flatMap(({ servers }) => listIn(servers)), ...others],
    foreign: others.map(idOf).filter((id) => typeof id === 'string'),
  };
};

const readRaw = (): Record<string, unknown> => ({
  ...Object.fromEntries(Object.keys(settingTable).map((key) => [key, readPlain(key)])),
  inputs: readInputs().all,
});

/** The file that holds the workspace together, and what `${workspaceFolder}` means in it. */
const workspaceName = (): string =>
  [vscode.workspace.workspaceFile, vscode.workspace.workspaceFolders?.[0]?.uri]
    .map((uri) => uri?.toString() ?? '')
    .join(' ');

/** Complains of each mistake once: an unrelated change of settings must not repeat them all. */
const createComplainer = (log: Log): ((complaints: readonly Complaint[]) => void) => {
  let said = new Set<string>();
  return (complaints) => {
    const texts = complaints.map(({ text }) => text);
    for (const text of texts) {
      if (!said.has(text)) log.warn(text);
    }
    said = new Set(texts);
  };
};

const muteNotifications = async (): Promise<void> => {
  const { Global, Workspace } = vscode.ConfigurationTarget;
  const editor = vscode.workspace.getConfiguration(section);
  const inWorkspace = editor.inspect<unknown>('notifications')?.workspaceValue;
  for (const place of placesToMute(inWorkspace, vscode.workspace.isTrusted))
    await editor.update('notifications', 'off', place === 'user' ? Global : Workspace);
};

/** Also trust, without which those of the workspace do not count, and folders, which bring their entries and take them along. */
const onSettingsChange = (listener: () => void): Disposable =>
  allOrNothing((ears) => {
    const { workspace } = vscode;
    ears.add(
      workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration(section)) listener();
      }),
    );
    ears.add(workspace.onDidGrantWorkspaceTrust(listener));
    ears.add(workspace.onDidChangeWorkspaceFolders(listener));
    return ears;
  });

export const createEditorSettings = (log: Log): EditorSettings => {
  const store = new Store();
  const complain = createComplainer(log);
  const parse = (say: Say): SettingsView => parseSettings(readRaw(), layersOf('servers'), say);
  const read = (): SettingsView => {
    const view = parse(vscode.l10n.t);
    complain(view.complaints);
    return view;
  };
  const view = store.add(new Source<SettingsView>(read()));
  const current = store.add(new Source(view.value.settings));
  store.add(view.onChange(({ settings }) => current.set(settings)));
  store.add(onSettingsChange(() => view.set(read())));
  const change = (name: string, change: JsonObject): Promise<void> =>
    writeEntry(homeOf(name), name, (entry) => ({ ...entry, ...change }));

  return {
    view,
    current,
    complaintsIn: (say) => parse(say).complaints,
    approvalContext: () => ({
      inputs: current.value.inputs,
      workspaceInputs: readInputs().foreign,
      workspace: workspaceName(),
    }),
    serverNames: () => view.value.settings.servers.map(({ name }) => name),
    setEnabled: (name, enabled) => change(name, { enabled }),
    setTrustHints: (name, trustHints) => change(name, { trustHints }),
    muteNotifications,
    addServer: async (name, entry, scope) => {
      if (scope === 'workspace' && !vscode.workspace.isTrusted)
        throw new Error(
          vscode.l10n.t('This workspace is not trusted, so nothing is written to it.'),
        );
      await writeEntry(layerFor(scope), name, () => entry);
    },
    dispose: () => store.dispose(),
  };
};
