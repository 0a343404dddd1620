// A copy of the bridge at a place that stays: an extension moves with each of its versions, and the entries of clients name a path.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { lifelineFolder } from './discovery.ts';
import { codeOf, makeOwnFolder, writeOwnFile } from './ownFiles.ts';

const textOf = (path: string): string | null => {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
};

export const bridgeCopyPath = (folder: string = lifelineFolder()): string =>
  join(folder, 'bridge.js');

/** Brings the copy up to date with the bridge at `from`, and returns its path. Throws where it cannot be written. */
export const keepBridgeCopy = (from: string, folder: string = lifelineFolder()): string => {
  const path = bridgeCopyPath(folder);
  const text = readFileSync(from, 'utf8');
  if (textOf(path) === text) return path;
  makeOwnFolder(folder);
  writeOwnFile(path, text);
  return path;
};
