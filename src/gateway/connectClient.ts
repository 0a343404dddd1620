// Writes the entry of a client into its file: the rest of the file as it was, the file whole at any moment, what was before
// kept aside, and with a token in it for the owner only. A file that cannot be understood is never touched.
// Not here: what the entry is (clientEntries.ts) and how a text is changed (connectClientJson.ts, connectClientToml.ts).
import { createHash, randomBytes } from 'node:crypto';
import {
  chmodSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { FileEntry } from '../core/clientEntry.ts';
import { unsaid, type Unsaid } from '../core/wording/unsaid.ts';
import { SaidError, wordsOf } from '../core/wording/saidError.ts';
import { type Edited, editJson, type EditWish } from './connectClientJson.ts';
import { editToml } from './connectClientToml.ts';
import { codeOf, makeOwnFolder, writeOwnFile } from './ownFiles.ts';

export interface ConnectOptions {
  /** Where the text from before is kept; a folder for the owner only. */
  readonly backups: string;
  /** The user wants an entry of that name replaced that is not ours. */
  readonly replace: boolean;
}

export type Connected =
  /** `backup`: where the text from before lies; null where there was no file. */
  | { readonly kind: 'written'; readonly path: string; readonly backup: string | null }
  | { readonly kind: 'unchanged'; readonly path: string }
  /** Another entry of that name is there: ask the user, then `replace`. */
  | { readonly kind: 'taken'; readonly path: string }
  /** A sentence for the user that says what to do. */
  | { readonly kind: 'refused'; readonly path: string; readonly reason: Unsaid };

const largestFile = 4 * 2 ** 20;
const ownerFile = 0o600;
const sharedFile = 0o644;

interface Present {
  /** The file itself, where the path is a link to it (people keep such files in a repository of their own). */
  readonly path: string;
  readonly text: string;
  readonly mode: number;
}

const read = (path: string): Present | null => {
  try {
    const real = realpathSync(path);
    const { mode, size } = statSync(real);
    if (size > largestFile) throw new SaidError(unsaid('{0} is too large to be changed.', path));
    return { path: real, text: readFileSync(real, 'utf8'), mode: mode & 0o777 };
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
};

const keepAside = ({ path, text }: Present, folder: string): string => {
  makeOwnFolder(folder);
  // One for each file: the text before the latest change.
  const id = createHash('sha256').update(path).digest('hex').slice(0, 12);
  const backup = join(folder, `${id}-${basename(path)}`);
  writeOwnFile(backup, text);
  return backup;
};

const writeWhole = (path: string, text: string, mode: number): void => {
  const draft = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    writeFileSync(draft, text, { mode, flag: 'wx', flush: true });
    // The process's mask may have taken something away.
    chmodSync(draft, mode);
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
};

/** The text of a file with the entry in it; null, or nothing, where there is none yet. */
export const editAs = (format: FileEntry['format'], text: string | null, wish: EditWish): Edited =>
  format === 'json' ? editJson(text, wish) : editToml(text, wish);

const refused = (path: string, why: Unsaid | string): Connected => ({
  kind: 'refused',
  path,
  reason: unsaid('{0} was not changed: {1}', path, why),
});

const write = (
  { path, secret }: FileEntry,
  present: Present | null,
  text: string,
  backups: string,
): Connected => {
  const backup = present && keepAside(present, backups);
  mkdirSync(dirname(path), { recursive: true });
  // The product may have written meanwhile: what it said is not to be lost.
  if (read(path)?.text !== present?.text)
    return refused(path, unsaid('another program has just changed it. Try again.'));
  const file = present ?? { path, mode: sharedFile };
  writeWhole(file.path, text, secret ? ownerFile : file.mode);
  return { kind: 'written', path, backup };
};

const change = (entry: FileEntry, { backups, replace }: ConnectOptions): Connected => {
  const { path, format } = entry;
  const present = read(path);
  const edited = editAs(format, present?.text ?? null, { ...entry, replace });
  switch (edited.kind) {
    case 'changed':
      return write(entry, present, edited.text, backups);
    case 'refused':
      return refused(path, unsaid('{0}. Correct it, or paste the entry by hand.', edited.reason));
    case 'unchanged':
    case 'taken':
      return { kind: edited.kind, path };
  }
};

/** Puts the entry into its file. Doing it twice changes nothing. Never throws. */
export const connectClient = (entry: FileEntry, options: ConnectOptions): Connected => {
  try {
    return change(entry, options);
  } catch (error) {
    return refused(entry.path, wordsOf(error));
  }
};
