// The bytes of a file that another product owns: read whole, written whole or not at all, links followed, rights kept. What
// somebody else wrote in between is never written over. Not here: what is in them (editEntry.ts).
import { createHash, randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import {
  access,
  chmod,
  mkdir,
  open,
  readFile,
  realpath,
  rename,
  rm,
  rmdir,
  stat,
} from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type Clock, type Millis, sleep } from '../base/clock.ts';

export interface Bytes {
  /** The file itself, where the path is a link to it. */
  readonly path: string;
  readonly bytes: Buffer;
  readonly mode: number;
}

/** Something that a person has to know before anything can be written. */
export class FileTrouble extends Error {
  readonly kind:
    | 'no-file'
    | 'too-large'
    | 'read-only'
    | 'changed'
    | 'busy'
    | 'encoding'
    | 'failed'
    /** Our own book cannot be read. */
    | 'no-book';
  /** Of the system. */
  readonly code: string;

  constructor(kind: FileTrouble['kind'], code = '') {
    super(`The file cannot be changed: ${kind} ${code}`.trim());
    this.name = 'FileTrouble';
    this.kind = kind;
    this.code = code;
  }
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : '';

const translated = (error: unknown): FileTrouble => {
  if (error instanceof FileTrouble) return error;
  const code = codeOf(error);
  return new FileTrouble(/^(EACCES|EPERM|EROFS)$/.test(code) ? 'read-only' : 'failed', code);
};

const read = async (file: string, limit: number): Promise<Bytes | null> => {
  const path = await realpath(file);
  const stats = await stat(path);
  if (!stats.isFile()) throw new FileTrouble('no-file');
  if (stats.size > limit) throw new FileTrouble('too-large');
  return { path, bytes: await readFile(path), mode: stats.mode & 0o777 };
};

/** Null where there is no file. Rejects with `FileTrouble`. */
export const readBytes = async (file: string, limit: number): Promise<Bytes | null> => {
  try {
    return await read(file, limit);
  } catch (error) {
    if (/^(ENOENT|ENOTDIR)$/.test(codeOf(error))) return null;
    throw translated(error);
  }
};

export const hashOf = (bytes: Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex');

const byteOrderMark = '\ufeff';

/** Rejects by `FileTrouble` where it is no UTF-8: what cannot be understood cannot be written again as it was. */
export const textIn = (bytes: Buffer): { readonly mark: string; readonly text: string } => {
  const whole = bytes.toString('utf8');
  if (!Buffer.from(whole, 'utf8').equals(bytes)) throw new FileTrouble('encoding');
  const mark = whole.startsWith(byteOrderMark) ? byteOrderMark : '';
  return { mark, text: whole.slice(mark.length) };
};

const writeDraft = async (path: string, bytes: Buffer, mode: number): Promise<string> => {
  const draft = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`);
  try {
    const handle = await open(draft, 'wx', mode);
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    // The process's mask may have taken something away.
    await chmod(draft, mode);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  return draft;
};

export interface WriteWish {
  readonly file: string;
  readonly bytes: Buffer;
  /** What must still be there; null: nothing. */
  readonly expected: Bytes | null;
  readonly limit: number;
  /** Rights of a file that has to be made anew: what it held before may have been for its owner only. */
  readonly mode: number;
}

const isAsExpected = async ({ file, expected, limit }: WriteWish): Promise<boolean> => {
  const now = await readBytes(file, limit);
  if (now === null || expected === null) return now === expected;
  return now.path === expected.path && now.bytes.equals(expected.bytes);
};

const write = async (wish: WriteWish): Promise<void> => {
  const { file, bytes, expected } = wish;
  const path = expected?.path ?? file;
  if (expected) await access(path, constants.W_OK);
  else await mkdir(dirname(path), { recursive: true });
  const draft = await writeDraft(path, bytes, expected?.mode ?? wish.mode);
  try {
    // At the last moment: the product may have written meanwhile, and what it said is not to be lost.
    if (!(await isAsExpected(wish))) throw new FileTrouble('changed');
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
};

/** All of the new bytes or all of the old, whenever somebody looks. Rejects with `FileTrouble`. */
export const writeBytes = async (wish: WriteWish): Promise<void> => {
  try {
    await write(wish);
  } catch (error) {
    throw translated(error);
  }
};

const lockPatience: Millis = 5000;
const lockPoll: Millis = 50;
/** Whoever holds it touches it every few seconds. */
const lockStale: Millis = 10_000;

const tryLock = async (lock: string, now: Millis): Promise<boolean> => {
  try {
    await mkdir(lock);
    return true;
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw translated(error);
    const stats = await stat(lock).catch(() => null);
    // Its owner died.
    if (stats && now - stats.mtimeMs > lockStale) await rmdir(lock).catch(() => undefined);
    return false;
  }
};

/**
 * Keeps Claude Code from writing at the same time: it takes a folder beside its file for a lock, as the library proper-lockfile
 * does. Other products write without one.
 */
export const withClaudeLock = async <T>(
  file: string,
  clock: Clock,
  work: () => Promise<T>,
): Promise<T> => {
  const lock = `${file}.lock`;
  const until = clock.steady() + lockPatience;
  while (!(await tryLock(lock, clock.now()))) {
    if (clock.steady() > until) throw new FileTrouble('busy');
    await sleep(clock, lockPoll);
  }
  try {
    return await work();
  } finally {
    await rmdir(lock).catch(() => undefined);
  }
};
