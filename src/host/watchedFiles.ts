// Files watched by the editor, which has one watcher for all who ask and leaves out what the user excludes (files.watcherExclude).
import * as vscode from 'vscode';
import { type Disposable, Store } from '../base/disposable.ts';
import { createDevWatch, type DevWatchPorts, type PlacedGlob } from './devWatch.ts';
import { firstPath } from './openFolders.ts';

const watchFiles = ({ folder, glob }: PlacedGlob, changed: () => void): Disposable => {
  const store = new Store();
  const pattern = new vscode.RelativePattern(vscode.Uri.file(folder), glob);
  const watcher = store.add(vscode.workspace.createFileSystemWatcher(pattern));
  store.add(watcher.onDidChange(changed));
  store.add(watcher.onDidCreate(changed));
  store.add(watcher.onDidDelete(changed));
  return store;
};

/** Has servers under work follow their files. */
export const followDevFiles = (
  ports: Pick<DevWatchPorts, 'clock' | 'fleet'>,
  logOf: DevWatchPorts['logOf'],
): Disposable => createDevWatch({ ...ports, watchFiles, folder: firstPath, logOf });
