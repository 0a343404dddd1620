// The folder of the headless gateway: made for its owner only, or taken as it is where it is ours already. A folder of other
// things is left alone: closing somebody's home to everybody else is not ours to do.
import { readdirSync } from 'node:fs';
import { codeOf, makeOwnFolder } from './ownFiles.ts';

/** Names that only we would leave there. */
const isOurs = (name: string): boolean => name === 'token' || /^(lifeline|lease)\.db/.test(name);

const namesIn = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
};

/** Null when the folder may be used; otherwise why not. */
export const prepareFolder = (folder: string): string | null => {
  try {
    const names = namesIn(folder);
    if (names.length > 0 && !names.some(isOurs))
      return `${folder} holds other files. Name a folder of its own, which need not exist yet.`;
    makeOwnFolder(folder);
    return null;
  } catch (error) {
    return `${folder} cannot be used: ${error instanceof Error ? error.message : String(error)}`;
  }
};
