// The text of a file that another program owns: read whole, or not at all and with the reason. It never throws, never
// waits for a writer (a pipe, a device), and never reads more than its limit. Not here: what is in the text.
import { constants, type Stats } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import type { Trouble } from './trouble.ts';

/** More than this is nobody's list of servers. */
export const longestFile = 4 * 2 ** 20;

export type Reading =
  | { readonly kind: 'absent' }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'unreadable'; readonly trouble: Trouble };

const longestChunk = 256 * 1024;

const unreadable = (trouble: Trouble): Reading => ({ kind: 'unreadable', trouble });

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'unknown';

const classify = (error: unknown): Reading => {
  const code = codeOf(error);
  switch (code) {
    // A link to nowhere too.
    case 'ENOENT':
    case 'ENOTDIR':
      return { kind: 'absent' };
    case 'EACCES':
    case 'EPERM':
      return unreadable({ kind: 'forbidden' });
    case 'ELOOP':
      return unreadable({ kind: 'link-loop' });
    default:
      return unreadable({ kind: 'unreadable', code });
  }
};

/** Only a file has an end: reading anything else could wait for ever, or wake a device. */
const refusal = (stats: Stats, limit: number): Reading | null => {
  if (stats.isDirectory()) return unreadable({ kind: 'folder' });
  if (!stats.isFile()) return unreadable({ kind: 'no-file' });
  return stats.size > limit ? unreadable({ kind: 'too-large', limit }) : null;
};

const asText = (bytes: Buffer): Reading => {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff))
    return unreadable({ kind: 'utf-16' });
  // The decoder takes a byte order mark off.
  return { kind: 'text', text: new TextDecoder().decode(bytes) };
};

/** One byte more than the limit, by which too many are noticed: the file may be growing. */
const readAll = async (file: FileHandle, limit: number): Promise<Reading> => {
  const chunks: Buffer[] = [];
  let length = 0;
  while (length <= limit) {
    const chunk = Buffer.alloc(Math.min(longestChunk, limit + 1 - length));
    const { bytesRead } = await file.read(chunk, 0, chunk.length);
    if (bytesRead === 0) return asText(Buffer.concat(chunks));
    chunks.push(chunk.subarray(0, bytesRead));
    length += bytesRead;
  }
  return unreadable({ kind: 'too-large', limit });
};

const openAndRead = async (path: string, limit: number): Promise<Reading> => {
  // Without waiting for a writer, should it have become a pipe just now. Windows has no such flag, and no such pipes.
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    return refusal(await file.stat(), limit) ?? (await readAll(file, limit));
  } finally {
    await file.close();
  }
};

export const readText = async (path: string, limit: number = longestFile): Promise<Reading> => {
  try {
    return refusal(await stat(path), limit) ?? (await openAndRead(path, limit));
  } catch (error) {
    return classify(error);
  }
};
