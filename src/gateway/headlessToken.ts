// The token of the headless gateway: made once, kept in its folder for its owner only, and the same in every life.
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { readOwnFile, writeOwnFile } from './ownFiles.ts';

export type KeptToken =
  | { readonly kind: 'ok'; readonly token: string }
  /** A sentence that says what to do. */
  | { readonly kind: 'refused'; readonly reason: string };

const newToken = (): string => randomBytes(32).toString('base64url');

/** Throws where the file cannot be written. */
export const keepToken = (folder: string): KeptToken => {
  const path = join(folder, 'token');
  const read = readOwnFile(path);
  if (read.kind === 'refused') return read;
  if (read.kind === 'missing') {
    const token = newToken();
    writeOwnFile(path, `${token}\n`);
    return { kind: 'ok', token };
  }
  const token = read.text.trim();
  return /^[\w-]{32,128}$/.test(token)
    ? { kind: 'ok', token }
    : { kind: 'refused', reason: `${path} holds no token. Remove it, and a new one is made.` };
};
