// The editor's settings as one value that changes. The only place that reads or writes the editor's configuration.
// In a workspace that is not trusted only the user's own values count, so that nothing of the workspace can start a
// program or open a connection. Not here: what a value means (core/parseSettings.ts).
import * as vscode from 'vscode';
import { type Disposable, Store } from '../base/disposable.ts';
import { type Signal, Source } from '../base/signal.ts';
import { parseSettings } from '../core/parseSettings.ts';
import { isObject, type JsonObject } from '../core/rpc.ts';
import { type Complaint, type Settings, settingTable } from '../core/settings.ts';
import type { Log } from '../runtime/ports.ts';

export interface SettingsView {
  readonly settings: Settings;
  readonly complaints: readonly Complaint[];
}

export type Scope = 'user' | 'workspace';

export interface EditorSettings extends Disposable {
  readonly view: Signal<SettingsView>;
  /** The same without what was wrong with them. */
  readonly current: Signal<Settings>;
  /** Names of all entries, also of those that cannot be used. */
  serverNames(): readonly string[];
  /** Writes where the server is defined: a server of the workspace stays a matter of the workspace. */
  setEnabled(name: string, enabled: boolean): Promise<void>;
  setTrustHints(name: string, trustHints: boolean): Promise<void>;
  addServer(name: string, entry: JsonObject, scope: Scope): Promise<void>;
}

const section = 'mcpLifeline';
const serversKey = 'servers';

const configuration = (): vscode.WorkspaceConfiguration =>
  vscode.workspace.getConfiguration(section);

const readRaw = (): Record<string, unknown> => {
  const editor = configuration();
  const read = (key: string): unknown =>
    vscode.workspace.isTrusted
      ? editor.get<unknown>(key)
      : editor.inspect<unknown>(key)?.globalValue;
  return Object.fromEntries(Object.keys(settingTable).map((key) => [key, read(key)]));
};

const entriesAt = (target: vscode.ConfigurationTarget): JsonObject => {
  const seen = configuration().inspect<unknown>(serversKey);
  const value =
    target === vscode.ConfigurationTarget.Global ? seen?.globalValue : seen?.workspaceValue;
  return isObject(value) ? value : {};
};

const writeEntry = (
  target: vscode.ConfigurationTarget,
  name: string,
  entry: JsonObject,
): Thenable<void> =>
  configuration().update(serversKey, { ...entriesAt(target), [name]: entry }, target);

/** The scope that wins for this server is the one to write to. */
const homeOf = (name: string): vscode.ConfigurationTarget =>
  vscode.workspace.isTrusted && name in entriesAt(vscode.ConfigurationTarget.Workspace)
    ? vscode.ConfigurationTarget.Workspace
    : vscode.ConfigurationTarget.Global;

const changeEntry = async (name: string, change: JsonObject): Promise<void> => {
  const target = homeOf(name);
  const entry = entriesAt(target)[name];
  await writeEntry(target, name, { ...(isObject(entry) ? entry : {}), ...change });
};

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

export const createEditorSettings = (log: Log): EditorSettings => {
  const store = new Store();
  const complain = createComplainer(log);
  const read = (): SettingsView => {
    const view = parseSettings(readRaw());
    complain(view.complaints);
    return view;
  };
  const view = store.add(new Source<SettingsView>(read()));
  const current = store.add(new Source(view.value.settings));
  store.add(view.onChange(({ settings }) => current.set(settings)));
  store.add(
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration(section)) view.set(read());
    }),
  );
  store.add(vscode.workspace.onDidGrantWorkspaceTrust(() => view.set(read())));

  return {
    view,
    current,
    serverNames: () => view.value.settings.servers.map(({ name }) => name),
    setEnabled: (name, enabled) => changeEntry(name, { enabled }),
    setTrustHints: (name, trustHints) => changeEntry(name, { trustHints }),
    addServer: async (name, entry, scope) => {
      const { Global, Workspace } = vscode.ConfigurationTarget;
      await writeEntry(scope === 'user' ? Global : Workspace, name, entry);
    },
    dispose: () => store.dispose(),
  };
};
