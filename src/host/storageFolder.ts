// Where a workspace's storage lies for all windows together. While one window holds the folder that belongs to a
// workspace, VS Code gives every further window on it a folder of its own: the same name with a number behind. Lease
// and sessions would then be nobody's in common, so that two windows would each own the same session.
// Free of `vscode`. Not here: who may use what lies there (store/lease.ts).
import { basename, dirname, join } from 'node:path';

// The editor tries ten names. A workspace's own name is a hash, which may begin with a hyphen and holds no other.
const furtherWindow = /(?<=.)-[1-9]$/;

/** `storage` is the `storageUri` of the extension, which lies in the folder of the workspace. */
export const commonFolder = (storage: string): string => {
  const ofWorkspace = dirname(storage);
  const name = basename(ofWorkspace).replace(furtherWindow, '');
  return join(dirname(ofWorkspace), name, basename(storage));
};
