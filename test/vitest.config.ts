// How Vitest runs the tests: one project per kind, from those that may be run on every save to those that start real
// editors. Not here: the suites inside an editor, which are Mocha's (test/run/inHost.ts).
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { unitTestsOfHost } from './run/suites.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const seconds = 1000;

/** Files of one kind; `limit` is for one test, in milliseconds. */
const project = (
  name: string,
  include: readonly string[],
  limit: number,
  { parallel = true, isolate = true, retry = 0 } = {},
) => ({
  test: {
    name,
    root,
    include: [...include],
    testTimeout: limit,
    hookTimeout: limit,
    fileParallelism: parallel,
    isolate,
    retry,
    setupFiles: [`${root}test/support/leakCheck.ts`, `${root}test/support/keepFolders.ts`],
  },
});

const under = (...folders: readonly string[]): string[] =>
  folders.map((folder) => `test/${folder}/**/*.test.ts`);

export default defineConfig({
  root,
  test: {
    // A test that was singled out by hand must not silence the others.
    allowOnly: false,
    maxWorkers: availableParallelism(),
    projects: [
      project(
        'unit',
        [...under('base', 'core', 'runtime'), ...unitTestsOfHost()],
        5 * seconds,
        // Nothing here keeps state in a module, so the files may share a worker, which is faster.
        { isolate: false },
      ),
      project('laws', ['test/*.test.ts'], 5 * seconds, { isolate: false }),
      // With real processes and editors a busy machine can starve one test; it gets another chance, and two where a whole
      // editor is in play. The run tells at its end which needed one, and why.
      project(
        'integration',
        under('mcp', 'store', 'sources', 'gateway', 'wiring', 'servers', 'support'),
        20 * seconds,
        { retry: 1 },
      ),
      project('journeys', under('journeys'), 90 * seconds, { parallel: false, retry: 2 }),
      project('editor', under('editor', 'timeline'), 180 * seconds, { retry: 2 }),
    ],
  },
});
