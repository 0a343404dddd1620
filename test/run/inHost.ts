// Runs Mocha suites inside an editor's extension host and believes only the result file that they leave: a host that
// dies or is killed is reported by the workbench as a success. Not here: the part that runs inside (test/host/index.cjs).
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, delimiter, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { runTests } from '@vscode/test-electron';
import { build } from 'esbuild';
import { z } from 'zod';
import { repository } from '../vscode/places.ts';
import { type ChosenEditor, chooseEditor } from './desktop.ts';
import { suitesInHost } from './suites.ts';
import { type Tally, failure } from './tally.ts';

export interface InHostPlan {
  /** Full paths of the suites. */
  readonly suites: readonly string[];
  /** Whether an extension that uses our API is there, too. */
  readonly hasApiUser?: boolean;
  readonly developmentPath: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly limit: number;
}

const resultShape = z.object({
  finished: z.literal(true),
  tests: z.array(
    z.object({
      title: z.string(),
      state: z.enum(['passed', 'failed', 'skipped']),
      error: z.string().nullable(),
    }),
  ),
});

const rigs = join(repository, 'test', 'support', 'rig.ts');

/** The editor loads JavaScript only, and ours is CommonJS there. */
const bundle = async (suites: readonly string[], folder: string): Promise<void> => {
  const index = { in: join(repository, 'test', 'host', 'index.cjs'), out: 'index' };
  const tests = suites.map((path) => ({ in: path, out: basename(path, '.ts') }));
  await build({
    entryPoints: [index, ...tests],
    outdir: folder,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    external: ['vscode'],
    // In one bundled file it would say nothing; what asks for it are the rigs of test/support.
    define: { 'import.meta.url': JSON.stringify(pathToFileURL(rigs).href) },
    // The main file of jsonc-parser asks for its parts in a way that no bundler can follow.
    mainFields: ['module', 'main'],
    sourcemap: 'inline',
    // The tests' own words are no finding where written files are searched (planted.ts).
    sourcesContent: false,
    logLevel: 'warning',
  });
  writeFileSync(join(folder, 'package.json'), '{ "type": "commonjs" }\n');
};

/** Another extension beside ours, which uses its API (test/host/apiUser). Resolves with its folder. */
const bundleApiUser = async (folder: string): Promise<string> => {
  const extension = join(folder, 'api-user');
  await build({
    entryPoints: [join(repository, 'test', 'host', 'apiUser', 'extension.ts')],
    outdir: extension,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    external: ['vscode'],
    logLevel: 'warning',
  });
  const manifest = {
    ...{ name: 'api-user', publisher: 'lifeline-tests', version: '1.0.0', type: 'commonjs' },
    ...{ main: './extension.js', engines: { vscode: '^1.101.0' }, activationEvents: [] },
    extensionDependencies: ['mcp-lifeline.mcp-lifeline'],
    extensionKind: ['workspace'],
  };
  writeFileSync(join(extension, 'package.json'), JSON.stringify(manifest));
  return extension;
};

/** Null when the run ended well by its exit code; the reason otherwise. */
const launch = async (
  editor: ChosenEditor,
  plan: InHostPlan,
  folder: string,
): Promise<string | null> => {
  const workspace = join(folder, 'workspace');
  mkdirSync(workspace);
  try {
    await runTests({
      vscodeExecutablePath: editor.executable,
      extensionDevelopmentPath: [
        plan.developmentPath,
        ...(plan.hasApiUser === true ? [await bundleApiUser(folder)] : []),
      ],
      extensionTestsPath: join(folder, 'tests'),
      extensionTestsEnv: {
        ...plan.environment,
        MCP_LIFELINE_TEST_RESULT: join(folder, 'result.json'),
        MCP_LIFELINE_TEST_ROOTS: [folder, plan.developmentPath].join(delimiter),
        MCP_LIFELINE_TEST_MOCHA: join(repository, 'node_modules', 'mocha', 'index.js'),
        MCP_LIFELINE_TEST_LIMIT: String(plan.limit),
      },
      launchArgs: [workspace, `--user-data-dir=${join(folder, 'user')}`],
    });
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

const judge = (file: string, complaint: string | null): Tally => {
  if (!existsSync(file)) {
    console.log(
      `The run did not reach its end (${complaint ?? 'although the editor reports success'}).`,
    );
    return { passed: 0, failed: 1 };
  }
  const { tests } = resultShape.parse(JSON.parse(readFileSync(file, 'utf8')));
  for (const { title, state, error } of tests) {
    if (state !== 'passed') console.log(`${state}: ${title}\n${error ?? ''}`);
  }
  const failures = tests
    .filter(({ state }) => state !== 'passed')
    .map(({ title, state, error }) => failure(title, error ?? state));
  const passed = tests.length - failures.length;
  const failed = failures.length;
  if (complaint !== null) console.log(`The editor says: ${complaint}`);
  return { passed, failed: complaint === null ? failed : Math.max(1, failed), failures };
};

export const runInHost = async (plan: InHostPlan): Promise<Tally> => {
  const editor = await chooseEditor();
  console.log(`In ${editor.words}:`);
  const folder = mkdtempSync(join(tmpdir(), 'ml-in-'));
  try {
    await bundle(plan.suites, join(folder, 'tests'));
    const complaint = await launch(editor, plan, folder);
    return judge(join(folder, 'result.json'), complaint);
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 300 });
  }
};

const minutes = 60_000;

/** The suites of test/host, with the extension of this repository. */
export const runHostSuites = async (): Promise<Tally> => {
  const suites = suitesInHost();
  if (suites.length === 0) return { passed: 0, failed: 0 };
  return runInHost({
    ...{ suites, developmentPath: repository, hasApiUser: true, limit: 3 * minutes },
  });
};
