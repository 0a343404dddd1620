// The command Open Configuration: the file in which a server is defined, at its entry; of ours and of those that other products define.
import { findNodeAtLocation, parseTree } from 'jsonc-parser';
import * as vscode from 'vscode';
import { isObject } from '../core/rpc.ts';
import type { ServerDefinition } from '../core/settings.ts';
import type { Place } from '../core/sources.ts';
import { openEntry } from './openEntry.ts';
import { fileOf } from './reviewServer.ts';
import { homeOf } from './settingLayers.ts';

interface OwnPlace {
  readonly kind: 'own';
  readonly name: string;
  readonly origin: ServerDefinition['origin'];
}

/** Where an entry stands: in our setting, or in the file of another product. */
export type EntryPlace =
  | OwnPlace
  | { readonly kind: 'file'; readonly file: string; readonly path: readonly string[] };

export const ownPlace = (
  name: string,
  { origin }: Pick<ServerDefinition, 'origin'>,
): EntryPlace => ({
  kind: 'own',
  name,
  origin,
});

export const foundPlace = ({ file, path }: Pick<Place, 'file' | 'path'>): EntryPlace => ({
  kind: 'file',
  file,
  path,
});

const pathIn = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((key) => typeof key === 'string') : [];

/** Opens a file at the value that these keys lead to; at its beginning where they lead nowhere. */
const openAt = async (file: string, path: readonly string[]): Promise<void> => {
  const document = await vscode.workspace.openTextDocument(vscode.Uri.file(file));
  const root = parseTree(document.getText());
  const node = root && findNodeAtLocation(root, [...path]);
  const at = document.positionAt(node?.parent?.offset ?? 0);
  const end = node ? document.positionAt(node.offset + node.length) : at;
  const editor = await vscode.window.showTextDocument(document, {
    preview: true,
    selection: new vscode.Range(at, at),
  });
  editor.revealRange(
    new vscode.Range(at, end),
    vscode.TextEditorRevealType.InCenterIfOutsideViewport,
  );
};

/** In the user's settings the editor finds the setting, and we the entry in it. */
const openOwn = async ({ name, origin }: OwnPlace): Promise<void> => {
  const file = fileOf({ origin });
  await openEntry(file, name);
  const editor = vscode.window.activeTextEditor;
  if (file !== null || !editor) return;
  const root = parseTree(editor.document.getText());
  const node = root && findNodeAtLocation(root, ['mcpLifeline.servers', name]);
  if (!node) return;
  const at = editor.document.positionAt(node.parent?.offset ?? node.offset);
  editor.selection = new vscode.Selection(at, at);
  editor.revealRange(editor.selection, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
};

const openSetting = async (): Promise<void> => {
  await vscode.commands.executeCommand('workbench.action.openSettings', 'mcpLifeline.servers');
};

/** What a row of the tree stands for; undefined: it is no row of an entry, or a row of a server that is there. */
const placeOfRow = (raw: unknown): EntryPlace | undefined => {
  if (!isObject(raw)) return undefined;
  const { found, file, bad } = raw;
  if (isObject(found) && isObject(found['place']))
    return foundPlace({
      file: String(found['place']['file']),
      path: pathIn(found['place']['path']),
    });
  if (isObject(file)) return foundPlace({ file: String(file['file']), path: [] });
  if (!isObject(bad)) return undefined;
  const name = String(bad['name']);
  return ownPlace(name, homeOf(name));
};

/** `raw`: a row of the tree. `pick`: undefined where nobody was chosen, `none` where there is nothing to choose from. */
export const openConfiguration = async (
  raw: unknown,
  pick: () => Promise<EntryPlace | 'none' | undefined>,
): Promise<void> => {
  const place = placeOfRow(raw) ?? (await pick());
  if (place === 'none') return openSetting();
  if (place?.kind === 'own') await openOwn(place);
  if (place?.kind === 'file') await openAt(place.file, place.path);
};
