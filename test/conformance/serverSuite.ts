// Runs the server scenarios of the pinned suite against a URL, and reads what it checked. Not here: what to make of it
// (gateway.ts).
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodePath, projectRoot } from '../support/serverProcess.ts';

export interface ServerCheck {
  readonly scenario: string;
  readonly id: string;
  readonly status: string;
  readonly errorMessage?: string;
}

export interface ServerSuite {
  readonly url: string;
  /** All scenarios, active and pending, where none is named. */
  readonly scenario?: string;
  readonly token?: string;
}

const script = join(projectRoot, 'node_modules/@modelcontextprotocol/conformance/dist/index.js');
const bearer = join(projectRoot, 'test/conformance/bearer.ts');
/** The suite itself has no limit; the whole of it takes seconds. */
const patience = 120_000;

const start = async (
  { url, scenario, token }: ServerSuite,
  results: string,
): Promise<readonly [code: number | null, output: string]> => {
  const which = scenario === undefined ? ['--suite', 'all'] : ['--scenario', scenario];
  const preload = token === undefined ? [] : ['--import', bearer];
  const args = [...preload, script, 'server', '--url', url, ...which, '-o', results];
  const child = spawn(nodePath, args, {
    cwd: projectRoot,
    env: { ...process.env, ...(token === undefined ? {} : { CONFORMANCE_TOKEN: token }) },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: patience,
    killSignal: 'SIGKILL',
  });
  let output = '';
  const keep = (part: Buffer): void => {
    output += part.toString('utf8');
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  await once(child, 'close');
  return [child.exitCode, output];
};

/** A folder of results is called `server-SCENARIO-TIME`. */
const scenarioOf = (folder: string): string =>
  /^server-(.+)-\d{4}-\d\d-\d\dT.*$/.exec(folder)?.[1] ?? folder;

const readChecks = async (results: string): Promise<readonly ServerCheck[]> => {
  const checks: ServerCheck[] = [];
  for (const folder of (await readdir(results)).toSorted()) {
    const text = await readFile(join(results, folder, 'checks.json'), 'utf8');
    const scenario = scenarioOf(folder);
    for (const check of JSON.parse(text) as readonly ServerCheck[])
      checks.push({ ...check, scenario });
  }
  return checks;
};

/** Rejects when the suite did not get as far as a verdict. */
export const runServerSuite = async (suite: ServerSuite): Promise<readonly ServerCheck[]> => {
  const results = await mkdtemp(join(tmpdir(), 'conformance-'));
  try {
    const [code, output] = await start(suite, results);
    const checks = await readChecks(results);
    if (checks.length === 0 || (code !== 0 && code !== 1))
      throw new Error(`The conformance suite failed (${code}):\n${output}`);
    return checks;
  } finally {
    await rm(results, { recursive: true, force: true });
  }
};
