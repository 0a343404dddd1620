// Credentials that tests give to servers or get from them, all with one mark by which the last step of `npm test` finds them
// wherever the run has written one down (test/run/planted.ts). Not to be used for anything that may be written down.
import { randomUUID } from 'node:crypto';

/** What every planted credential begins with. Put together here, so that no bundle of a test holds it. */
export const plantedMark = ['planted', 'secret', ''].join('-');

/** A credential that says where it was planted. */
export const planted = (where: string): string => `${plantedMark}${where}`;

/** One that a server gives out, and nobody guesses. */
export const plantedToken = (what: string): string => planted(`${what}-${randomUUID()}`);

/** What every planted code of a sign-in begins with: the browser in which somebody signs in keeps the address that brings it. */
export const plantedCodeMark = 'planted-code-';

export const plantedCode = (): string => `${plantedCodeMark}${randomUUID()}`;

/** What every planted id of a session begins with: unlike a credential it is kept in the workspace's storage, and nowhere else. */
export const plantedSessionMark = ['planted', 'session', ''].join('-');

export const plantedSession = (): string => `${plantedSessionMark}${randomUUID()}`;

/** Headers of an entry, as people have them. No Authorization, which is for those that sign in. */
export const plantedHeaders = (where: string): Readonly<Record<string, string>> => ({
  'X-Api-Key': planted(`${where}-key`),
  'X-Access-Token': `Bearer ${planted(`${where}-header`)}`,
});

type Entry = Readonly<Record<string, unknown>>;

const isEntry = (value: unknown): value is Entry =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The entry with credentials where it has none of its own: test servers take what they are given. */
const withPlanted = (entry: Entry, where: string): Entry => {
  if (typeof entry['url'] === 'string' && entry['headers'] === undefined)
    return { ...entry, headers: plantedHeaders(where) };
  if (typeof entry['command'] === 'string' && entry['env'] === undefined)
    return { ...entry, env: { API_TOKEN: planted(`${where}-variable`) } };
  return entry;
};

/** Entries of `mcpLifeline.servers`, each with credentials. What is no entry stays what it is. */
export const plantIn = (servers: Entry, where: string): Entry =>
  Object.fromEntries(
    Object.entries(servers).map(([name, entry]) => [
      name,
      isEntry(entry) ? withPlanted(entry, where) : entry,
    ]),
  );
