// Keeps an unreadable file for whoever wants to look into it, out of the way and only a few of them.
import { readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isMissing } from './privateFiles.ts';

const kept = 3;

/** Tells one file from another of the same name; null where there is none. */
export const identityOf = (path: string): string | null => {
  try {
    const { dev, ino } = statSync(path, { bigint: true });
    return `${dev}:${ino}`;
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
};

/** Numbers of the files that were set aside before, oldest first. */
const numbersOf = (path: string): number[] => {
  const prefix = `${basename(path)}.unreadable-`;
  return readdirSync(dirname(path))
    .filter((name) => name.startsWith(prefix))
    .map((name) => Number(name.slice(prefix.length)))
    .filter((number) => Number.isInteger(number))
    .sort((one, other) => one - other);
};

const dropOldest = (path: string, numbers: readonly number[]): void => {
  for (const old of numbers.slice(0, Math.max(0, numbers.length - kept + 1))) {
    for (const suffix of ['', '-wal'])
      rmSync(`${path}.unreadable-${old}${suffix}`, { force: true });
  }
};

/**
 * Renames the database with its log and returns the new name. Null where the file under that name is no longer the
 * one that was `found` unreadable: another window was quicker, and its fresh file must stay.
 */
export const setAside = (path: string, found: string | null): string | null => {
  if (identityOf(path) !== found) return null;
  const numbers = numbersOf(path);
  const name = `${basename(path)}.unreadable-${(numbers.at(-1) ?? 0) + 1}`;
  const target = join(dirname(path), name);
  renameSync(path, target);
  if (identityOf(target) !== found) {
    // Replaced between the look and the renaming: put it back before its owner misses it.
    renameSync(target, path);
    return null;
  }
  // The write-ahead log holds the newest rows and belongs to the old file: a fresh one must not meet it.
  if (identityOf(`${path}-wal`) !== null) renameSync(`${path}-wal`, `${target}-wal`);
  // The index of that log is rebuilt whenever it is missing.
  rmSync(`${path}-shm`, { force: true });
  dropOldest(path, numbers);
  return name;
};
