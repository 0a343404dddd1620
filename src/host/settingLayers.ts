// Where the entries of our setting stand, place by place. The editor's own merged value is never used for them: it mixes objects
// key by key, so that a workspace could have a user's entry, credentials included, sent to an address of its own choice.
// Not here: what an entry means (core/parseServers.ts) and which one of a name counts (core/parseSettings.ts).
import * as vscode from 'vscode';
import { theUser } from '../core/parseServers.ts';
import type { ServerLayer } from '../core/parseSettings.ts';
import { isObject, type JsonObject } from '../core/rpc.ts';
import type { EntryHome } from '../core/takeOver.ts';
import { diskPathOf } from './openFolders.ts';

/** A place that can be read and written. */
export interface SettingLayer extends ServerLayer {
  readonly target: vscode.ConfigurationTarget;
  /** The folder whose file it is, where the editor needs to be told; undefined everywhere else. */
  readonly folder: vscode.Uri | undefined;
}

const section = 'mcpLifeline';

type Seen = ReturnType<vscode.WorkspaceConfiguration['inspect']>;

const inspect = (key: string, folder?: vscode.Uri): Seen =>
  // Null, or the editor takes the file that happens to be open for what is asked about.
  vscode.workspace.getConfiguration(section, folder ?? null).inspect<unknown>(key);

/** What is set on this machine for all of the user's windows there counts as the user's own. */
const ofUser = (key: string): SettingLayer => ({
  origin: theUser,
  servers: inspect(key)?.globalValue,
  target: vscode.ConfigurationTarget.Global,
  folder: undefined,
});

/** Of a workspace file, or of the one folder that is open: its settings are the workspace's then. */
const ofWorkspace = (key: string): SettingLayer => {
  const [first] = vscode.workspace.workspaceFolders ?? [];
  const folder = first ? diskPathOf(first.uri) : null;
  const isOneFolder = vscode.workspace.workspaceFile === undefined;
  return {
    origin: { scope: 'workspace', folder: isOneFolder ? folder : null },
    servers: inspect(key)?.workspaceValue,
    target: vscode.ConfigurationTarget.Workspace,
    folder: undefined,
  };
};

const ofFolders = (key: string): readonly SettingLayer[] => {
  if (vscode.workspace.workspaceFile === undefined) return [];
  return (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => ({
    origin: { scope: 'folder', folder: diskPathOf(uri) },
    servers: inspect(key, uri)?.workspaceFolderValue,
    target: vscode.ConfigurationTarget.WorkspaceFolder,
    folder: uri,
  }));
};

/** What counts most first. Of a workspace that is not trusted nothing is looked at. */
export const layersOf = (key: 'servers' | 'inputs'): readonly SettingLayer[] =>
  vscode.workspace.isTrusted ? [...ofFolders(key), ofWorkspace(key), ofUser(key)] : [ofUser(key)];

const entriesIn = ({ servers }: ServerLayer): JsonObject => (isObject(servers) ? servers : {});

/** The place whose entry of that name counts; the user's settings where there is none yet. */
export const homeOf = (name: string): SettingLayer =>
  layersOf('servers').find((layer) => Object.hasOwn(entriesIn(layer), name)) ?? ofUser('servers');

export const layerFor = (scope: 'user' | 'workspace'): SettingLayer =>
  scope === 'user' ? ofUser('servers') : ofWorkspace('servers');

/** The settings of this folder or workspace file; null where this window does not have it open, or may not look at it. */
export const layerOfHome = (home: EntryHome, key: 'servers' | 'inputs'): SettingLayer | null => {
  if (home.kind === 'user') return ofUser(key);
  const { workspaceFile } = vscode.workspace;
  return (
    layersOf(key).find(({ origin, target }) => {
      if (home.kind === 'folder') return origin.folder === home.folder;
      const isWorkspace = target === vscode.ConfigurationTarget.Workspace;
      return isWorkspace && workspaceFile?.fsPath === home.file;
    }) ?? null
  );
};

/** Writes all that stands in one place; undefined: nothing. */
export const writeLayer = async (
  { folder, target }: SettingLayer,
  key: 'servers' | 'inputs',
  value: unknown,
): Promise<void> => {
  await vscode.workspace.getConfiguration(section, folder ?? null).update(key, value, target);
};

/** Writes one entry anew, or with some changes, in its old place in the file; the others of its layer stay as they are. */
export const writeEntry = async (
  layer: SettingLayer,
  name: string,
  change: (entry: JsonObject) => JsonObject,
): Promise<void> => {
  const entries = entriesIn(layer);
  const before = entries[name];
  const after = change(isObject(before) ? before : {});
  await vscode.workspace
    .getConfiguration(section, layer.folder ?? null)
    .update('servers', { ...entries, [name]: after }, layer.target);
};
