// The promises with the tests that claim them, as they stand in the README: `npm run docs` writes the list, and a law
// (documents.laws.test.ts) fails when it is stale. Not here: which promises there are (test/promises.ts).
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promises } from '../promises.ts';
import { type SourceFile, sourcesUnder } from '../support/sources.ts';

const readme = join(import.meta.dirname, '..', '..', 'README.md');
const begin = '<!-- promises: written by `npm run docs` -->';
const end = '<!-- promises: end -->';

const claims = (id: string, tests: readonly SourceFile[]): readonly string[] =>
  tests
    .filter(({ path, text }) => path !== 'test/laws.test.ts' && text.includes(`[${id}]`))
    .map(({ path }) => path)
    .toSorted();

const shortName = (path: string): string => path.replace(/^test\//, '').replace(/\.test\.ts$/, '');

const rowOf = (id: string, words: string, tests: readonly SourceFile[]): string => {
  const files = claims(id, tests).map((path) => `[${shortName(path)}](${path})`);
  return `| **${id}** | ${words} | ${files.join(', ')} |`;
};

/** Markdown, without the marks around it. */
export const promiseTable = (): string => {
  const tests = sourcesUnder('test', '.test.ts');
  const rows = Object.entries(promises).map(([id, words]) => rowOf(id, words, tests));
  return ['| promise | what it says | proved by |', '|---|---|---|', ...rows].join('\n');
};

/** What stands in the README at present; null where its marks are missing. */
export const shownTable = (): string | null => {
  const text = readFileSync(readme, 'utf8');
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  return from < 0 || to < from ? null : text.slice(from + begin.length, to).trim();
};

export const main = (): number => {
  const text = readFileSync(readme, 'utf8');
  const shown = shownTable();
  if (shown === null) {
    console.error(`README.md has no place for the promises: ${begin} … ${end}`);
    return 1;
  }
  const [from, to] = [text.indexOf(begin) + begin.length, text.indexOf(end)];
  writeFileSync(readme, `${text.slice(0, from)}\n\n${promiseTable()}\n\n${text.slice(to)}`);
  return 0;
};
