// Which test files of test/host belong to whom: those that import Vitest need no editor, all others run inside one
// under Mocha. Not here: running them.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '..', 'host');

const testsOfHost = (): string[] =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.test.ts'))
        .map((name) => name.replaceAll('\\', '/'))
    : [];

const importsVitest = (name: string): boolean =>
  /from 'vitest'/.test(readFileSync(join(folder, name), 'utf8'));

/** Paths from the repository's root, for Vitest. */
export const unitTestsOfHost = (): string[] =>
  testsOfHost()
    .filter(importsVitest)
    .map((name) => `test/host/${name}`);

/** Full paths of the suites that need an editor. */
export const suitesInHost = (): string[] =>
  testsOfHost()
    .filter((name) => !importsVitest(name))
    .map((name) => join(folder, name));
