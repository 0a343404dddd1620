// Opens a settings file where the entry of a server stands in it. Not here: which file that is.
import { findNodeAtLocation, parseTree } from 'jsonc-parser';
import * as vscode from 'vscode';

const setting = 'mcpLifeline.servers';

/** In a workspace file the settings are one of several parts. */
const placesOf = (name: string): readonly (readonly string[])[] => [
  [setting, name],
  ['settings', setting, name],
];

/** Null: the user's own settings, which the editor finds by itself. */
export const openEntry = async (file: vscode.Uri | null, name: string): Promise<void> => {
  if (file === null) {
    await vscode.commands.executeCommand('workbench.action.openSettingsJson', {
      revealSetting: { key: setting, edit: false },
    });
    return;
  }
  const document = await vscode.workspace.openTextDocument(file);
  const root = parseTree(document.getText());
  const node = placesOf(name)
    .map((path) => root && findNodeAtLocation(root, [...path]))
    .find((found) => found !== undefined);
  const at = document.positionAt(node?.parent?.offset ?? 0);
  await vscode.window.showTextDocument(document, {
    preview: true,
    selection: new vscode.Range(at, at),
  });
};
