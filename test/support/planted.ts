// Credentials that tests give to servers, all with one mark by which the last step of `npm test` finds them wherever the run has
// written one down (test/run/planted.ts). Not to be used for anything that may be written down.

/** What every planted credential begins with. */
export const plantedMark = 'planted-secret-';

/** A credential that says where it was planted. */
export const planted = (where: string): string => `${plantedMark}${where}`;

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
