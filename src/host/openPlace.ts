// The command Open Configuration: the file in which a server is defined, at its entry; of ours and of those that other products define.
import { findNodeAtLocation, parseTree } from 'jsonc-parser';
import * as vscode from 'vscode';
import { isObject } from '../core/rpc.ts';
import type { ServerDefinition } from '../core/settings.ts';
import type { ServerWatch } from '../runtime/watch.ts';
import { openEntry } from './openEntry.ts';
import { fileOf } from './reviewServer.ts';
import { homeOf } from './settingLayers.ts';

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
const openOwn = async (place: Pick<ServerDefinition, 'origin'>, name: string): Promise<void> => {
  const file = fileOf(place);
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

/** `pick`: undefined where nobody was chosen, `none` where there is none to choose. */
type Picked = ServerWatch | 'none' | undefined;

const openSetting = async (): Promise<void> => {
  await vscode.commands.executeCommand('workbench.action.openSettings', 'mcpLifeline.servers');
};

/** `raw`: a row of the tree. */
export const openConfiguration = async (
  raw: unknown,
  pick: () => Promise<Picked>,
): Promise<void> => {
  if (isObject(raw) && isObject(raw['found']) && isObject(raw['found']['place'])) {
    const { file, path } = raw['found']['place'];
    return openAt(String(file), pathIn(path));
  }
  if (isObject(raw) && isObject(raw['file'])) return openAt(String(raw['file']['file']), []);
  if (isObject(raw) && isObject(raw['bad'])) {
    const name = String(raw['bad']['name']);
    return openOwn(homeOf(name), name);
  }
  const server = await pick();
  if (server === 'none') return openSetting();
  if (server) await openOwn(server.definition, server.id);
};
