// What the editor knows of where servers may be defined: the folders that are open, whether they are trusted, and where the
// user's own files lie. And what the screens need of the servers that were found there, named from their side; the
// composition root builds it. Not here: reading the files.
import * as vscode from 'vscode';
import { allOrNothing, type Disposable } from '../base/disposable.ts';
import { type Signal, Source } from '../base/signal.ts';
import type { SourceFile } from '../core/sources.ts';

/** Servers that other products define: listed, and neither connected nor offered. */
export interface FoundSources {
  /** In the order in which they count. */
  readonly files: Signal<readonly SourceFile[]>;
  /** Reads a file again now, for whoever has just written it; resolves when what it says is in `files`. Rejects never. */
  readonly refresh: (file: string) => Promise<void>;
}

/** What is open in this window. */
export interface OpenPlaces {
  /** Paths on this machine, in their order. */
  readonly folders: readonly string[];
  readonly workspaceFile: string | null;
  /** URI of the workspace file, or of the only folder: by it the editor remembers which profile is meant. */
  readonly workspace: string | null;
  readonly isTrusted: boolean;
}

export interface OpenPlacesWatch extends Disposable {
  readonly places: Signal<OpenPlaces>;
}

const pathOf = (uri: vscode.Uri | undefined): string | null =>
  uri?.scheme === 'file' ? uri.fsPath : null;

const read = (): OpenPlaces => {
  const { workspaceFile, workspaceFolders = [], isTrusted } = vscode.workspace;
  return {
    folders: workspaceFolders.map(({ uri }) => pathOf(uri)).filter((path) => path !== null),
    workspaceFile: pathOf(workspaceFile),
    workspace: (workspaceFile ?? workspaceFolders[0]?.uri)?.toString() ?? null,
    isTrusted,
  };
};

export const watchOpenPlaces = (): OpenPlacesWatch =>
  allOrNothing((store) => {
    const places = store.add(new Source(read()));
    const look = (): void => places.set(read());
    store.add(vscode.workspace.onDidChangeWorkspaceFolders(look));
    store.add(vscode.workspace.onDidGrantWorkspaceTrust(look));
    return { places, dispose: () => store.dispose() };
  });

/** Where the editor keeps what is the extension's own, by which its other folders are found; null where that is no disk. */
export const globalStorageOf = ({ globalStorageUri }: vscode.ExtensionContext): string | null =>
  pathOf(globalStorageUri);
