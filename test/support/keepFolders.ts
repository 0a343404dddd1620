// Folders that a test throws away are set aside while a run of all suites looks for planted secrets at its end
// (test/run/planted.ts); without such a run they are deleted as ever. A setup file, and the first import of the runner.
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { dirname, join, resolve } from 'node:path';

export const runFolderVariable = 'MCP_LIFELINE_TEST_RUN';

const remove = fs.rmSync;

const isOfRun = (path: fs.PathLike, root: string): boolean =>
  typeof path === 'string' && dirname(resolve(path)) === root;

const setAside = (path: fs.PathLike, root: string): void => {
  fs.renameSync(path, join(root, 'kept', randomUUID()));
};

/** Once for each process; again it changes nothing. */
export const keepFolders = (): void => {
  const root = process.env[runFolderVariable];
  if (root === undefined || fs.rmSync !== remove) return;
  fs.rmSync = (path, options) => {
    if (options?.recursive === true && isOfRun(path, root) && fs.existsSync(path))
      setAside(path, root);
    else remove(path, options);
  };
  syncBuiltinESMExports();
};

keepFolders();
