// Files and folders for the eyes of their owner only: made so, written whole, and believed only while they are so.
// Not here: what is in them.
import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  type Stats,
  writeFileSync,
} from 'node:fs';
import { sayNow, unsaid, type Unsaid } from '../core/wording/unsaid.ts';
import { SaidError } from '../core/wording/saidError.ts';
import { inEnglish } from '../core/wording/english.ts';

const ownerFolder = 0o700;
const ownerFile = 0o600;
const largestFile = 256 * 1024;

export const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined;

/** Why others may read or change it; null where only its owner, who is us, may. Windows guards the profile by its own list. */
export const exposure = (stats: Stats, path: string): Unsaid | null => {
  if (process.platform === 'win32' || process.getuid === undefined) return null;
  if (stats.uid !== process.getuid())
    return unsaid('{0} belongs to another user and is not used. Remove it.', path);
  const mode = stats.isDirectory() ? ownerFolder : ownerFile;
  return (stats.mode & 0o077) === 0
    ? null
    : unsaid(
        '{0} can be reached by other users and is not used. Run: chmod {1} {2}',
        path,
        mode.toString(8),
        JSON.stringify(path),
      );
};

/** Throws where the folder cannot be made, or belongs to somebody else. */
export const makeOwnFolder = (path: string): void => {
  mkdirSync(path, { recursive: true, mode: ownerFolder });
  if (process.platform === 'win32') return;
  const stats = lstatSync(path);
  if (!stats.isDirectory()) throw new SaidError(unsaid('{0} is not a folder.', path));
  if (stats.uid === process.getuid?.() && (stats.mode & 0o077) !== 0) chmodSync(path, ownerFolder);
  const trouble = exposure(lstatSync(path), path);
  if (trouble !== null) throw new SaidError(trouble);
};

/** All of the new text or all of the old, whenever somebody looks, also after a power cut of this process. */
export const writeOwnFile = (path: string, text: string): void => {
  const draft = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    writeFileSync(draft, text, { mode: ownerFile, flag: 'wx', flush: true });
    renameSync(draft, path);
  } catch (error) {
    rmSync(draft, { force: true });
    throw error;
  }
};

type ReadFile =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'missing' }
  | { readonly kind: 'refused'; readonly reason: string };

// A link would let somebody choose what we read, and a pipe would make us wait (neither exists on Windows).
const readingFlags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** Reads a file of which only its owner may know, after asking the opened file itself, so that none can be slipped in. */
export const readOwnFile = (path: string): ReadFile => {
  let handle: number;
  try {
    handle = openSync(path, readingFlags);
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT') return { kind: 'missing' };
    return { kind: 'refused', reason: `${path} cannot be read (${String(code)}).` };
  }
  try {
    const stats = fstatSync(handle);
    if (!stats.isFile()) return { kind: 'refused', reason: `${path} is not a file.` };
    const trouble = exposure(stats, path);
    if (trouble !== null) return { kind: 'refused', reason: sayNow(trouble, inEnglish) };
    if (stats.size > largestFile)
      return { kind: 'refused', reason: `${path} is too large to be of use.` };
    return { kind: 'text', text: readFileSync(handle, 'utf8') };
  } finally {
    closeSync(handle);
  }
};
