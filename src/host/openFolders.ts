// The folders that the window has open, as servers may know of them. A folder that nobody has declared trusted is nowhere: no
// program starts in it, and no server is pointed to it.
import { homedir } from 'node:os';
import * as vscode from 'vscode';
import { allOrNothing, type Disposable } from '../base/disposable.ts';

const trusted = (): readonly vscode.WorkspaceFolder[] =>
  vscode.workspace.isTrusted ? (vscode.workspace.workspaceFolders ?? []) : [];

/** Null where it lies on no disk of this machine: in a virtual workspace nothing can start in it or be read by its path. */
export const diskPathOf = (uri: vscode.Uri): string | null =>
  uri.scheme === 'file' ? uri.fsPath : null;

/** Where relative paths of the user's own entries are meant from; null where no such folder is open. */
export const firstPath = (): string | null =>
  trusted()
    .map(({ uri }) => diskPathOf(uri))
    .find((path) => path !== null) ?? null;

/**
 * Where programs start, and relative paths are meant from. At home where no folder is trusted: many programs read files of the
 * folder in which they start (`npx`: .npmrc, node_modules).
 */
export const openFolder = (): string => firstPath() ?? homedir();

export const openRoots = (): { uri: string; name: string }[] =>
  trusted().map(({ uri, name }) => ({ uri: uri.toString(), name }));

/** The same as paths, for entries that name one of them. */
export const openPlaces = (): { path: string; name: string }[] =>
  trusted().flatMap(({ uri, name }) => {
    const path = diskPathOf(uri);
    return path === null ? [] : [{ path, name }];
  });

export const onOpenRootsChange = (listener: () => void): Disposable =>
  allOrNothing((store) => {
    store.add(vscode.workspace.onDidChangeWorkspaceFolders(listener));
    store.add(vscode.workspace.onDidGrantWorkspaceTrust(listener));
    return store;
  });
