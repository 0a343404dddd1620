// Files for the owner's eyes only: session ids are credentials, and calls may hold anything.
// Windows keeps them private by the profile folder's access list, so nothing is done there.
import { chmodSync, closeSync, mkdirSync, openSync } from 'node:fs';

const ownerFolder = 0o700;
const ownerFile = 0o600;

const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined;

export const isMissing = (error: unknown): boolean => codeOf(error) === 'ENOENT';

const restrict = (path: string, mode: number): void => {
  if (process.platform === 'win32') return;
  try {
    chmodSync(path, mode);
  } catch (error) {
    // Side files of SQLite come and go; one that is not there needs no mode.
    if (!isMissing(error)) throw error;
  }
};

export const makePrivateFolder = (path: string): void => {
  mkdirSync(path, { recursive: true, mode: ownerFolder });
  // The folder may have been made by the editor, with the modes of its own habits.
  restrict(path, ownerFolder);
};

/**
 * Makes the file with the right mode before SQLite opens it, because SQLite gives -wal and -shm the mode of the
 * main file. An existing file is never opened here: closing it would drop the locks that another connection of
 * this process holds on it (POSIX advisory locks belong to the process).
 */
export const makePrivateFile = (path: string): void => {
  try {
    closeSync(openSync(path, 'wx', ownerFile));
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
  }
  for (const suffix of ['', '-wal', '-shm']) restrict(path + suffix, ownerFile);
};
