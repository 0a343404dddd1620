// Runs the pinned conformance suite and counts the checks: its client scenarios against Lifeline's connection, its server
// scenarios through the gateway. By hand: `node test/conformance/run.ts`, with `client` or `gateway` behind it for one of the
// two, or with `control` for the client scenarios on the SDK's own transport.
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nodePath, projectRoot } from '../support/serverProcess.ts';
import { runThroughGateway, type Verdict } from './gateway.ts';
import { scenarioNames } from './scenarios.ts';

interface Check {
  readonly id: string;
  readonly status: string;
  readonly errorMessage?: string;
  readonly details?: unknown;
}

const suite = join(projectRoot, 'node_modules/@modelcontextprotocol/conformance/dist/index.js');
const timeout = '30000';

const runSuite = (scenario: string, client: string, results: string): Promise<string> =>
  new Promise((resolve, reject) => {
    // The suite splits the command at blanks and knows no quoting, so it gets paths relative to the project.
    const command = `node test/conformance/${client}`;
    const args = [suite, 'client', '--command', command, '--scenario', scenario];
    const child = spawn(nodePath, [...args, '--timeout', timeout, '-o', results], {
      cwd: projectRoot,
      env: { ...process.env, PATH: `${join(nodePath, '..')}:${process.env['PATH'] ?? ''}` },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const keep = (part: Buffer): void => {
      output += part.toString('utf8');
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('error', reject);
    child.once('close', () => resolve(output));
  });

const readChecks = async (results: string): Promise<readonly Check[]> => {
  const files = await readdir(results, { recursive: true });
  const file = files.find((name) => name.endsWith('checks.json'));
  return file === undefined
    ? []
    : (JSON.parse(await readFile(join(results, file), 'utf8')) as Check[]);
};

const lineOf = (scenario: string, check: Check): string =>
  `${check.status} ${scenario}: ${check.id}${check.errorMessage ? ` (${check.errorMessage})` : ''}`;

const judge = async (scenario: string, client: string): Promise<Verdict> => {
  const results = await mkdtemp(join(tmpdir(), 'conformance-'));
  try {
    const output = await runSuite(scenario, client, results);
    const checks = await readChecks(results);
    // A client that crashed may leave checks that all passed: the suite says so only in its output.
    const crashed = /Client (exited with code [1-9]|timed out)/u.test(output);
    const of = (status: string): readonly Check[] =>
      checks.filter((check) => check.status === status);
    const passed = of('SUCCESS').length;
    const empty = passed + of('FAILURE').length === 0;
    const lines = [...of('SUCCESS'), ...of('WARNING'), ...of('FAILURE')].map((check) =>
      lineOf(scenario, check),
    );
    if (crashed || empty)
      lines.push(`FAILURE ${scenario}: the client or the suite failed\n${output}`);
    return { passed, failed: of('FAILURE').length + (crashed || empty ? 1 : 0), lines };
  } finally {
    await rm(results, { recursive: true, force: true });
  }
};

const both = (one: Verdict, other: Verdict): Verdict => ({
  passed: one.passed + other.passed,
  failed: one.failed + other.failed,
  lines: [...one.lines, ...other.lines],
});

/** One scenario after the other: `sse-retry` measures time and wants the machine for itself. */
const runClient = async (client = 'client.ts'): Promise<Verdict> => {
  let verdict: Verdict = { passed: 0, failed: 0, lines: [] };
  for (const scenario of scenarioNames) verdict = both(verdict, await judge(scenario, client));
  return verdict;
};

const parts: Readonly<Record<string, () => Promise<Verdict>>> = {
  client: () => runClient(),
  control: () => runClient('control.ts'),
  gateway: runThroughGateway,
};

export const run = async (): Promise<Verdict> => both(await runClient(), await runThroughGateway());

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { passed, failed, lines } = await (parts[process.argv[2] ?? ''] ?? run)();
  console.log([...lines, `${passed} passed, ${failed} failed`].join('\n'));
  process.exitCode = failed === 0 ? 0 : 1;
}
