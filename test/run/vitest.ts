// Runs Vitest projects and counts honestly: a skipped test, a file that cannot be loaded and an error outside any test
// are failures. Not here: which files belong to which project (vitest.config.ts).
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { runTool } from './command.ts';
import { type Tally, failure } from './tally.ts';

const reportShape = z.object({
  numPassedTests: z.number(),
  numTotalTests: z.number(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string().optional(),
      assertionResults: z.array(
        z.object({
          status: z.string(),
          fullName: z.string(),
          failureMessages: z.array(z.string()).nullish(),
        }),
      ),
    }),
  ),
});

type Report = z.infer<typeof reportShape>;

const readReport = (path: string): Report | null => {
  try {
    return reportShape.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    console.log(`Vitest left no report that can be read: ${String(error)}`);
    return null;
  }
};

const count = (report: Report, code: number | null): Tally => {
  const tests = report.testResults.flatMap((file) => file.assertionResults);
  const notPassed = tests.filter(({ status }) => status !== 'passed');
  for (const { status, fullName } of notPassed) {
    if (status !== 'failed')
      console.log(`Not run (${status}), which counts as failed: ${fullName}`);
  }
  // Of a test that passed at last Vitest still reports why it had failed.
  const doubtful = tests.filter(
    ({ status, failureMessages }) => status === 'passed' && (failureMessages?.length ?? 0) > 0,
  );
  // A failed file whose tests all passed or never came to be: it could not be loaded, or left something behind.
  const brokenFiles = report.testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  );
  const failed = notPassed.length + brokenFiles.length;
  return {
    passed: tests.length - notPassed.length,
    failed: code === 0 ? failed : Math.max(1, failed),
    failures: [
      ...notPassed.map(({ fullName, status, failureMessages }) =>
        failure(fullName, failureMessages?.join('\n') ?? status),
      ),
      ...brokenFiles.map(({ name, message }) => failure(name, message ?? 'the file failed')),
    ],
    doubts: doubtful.map(({ fullName, failureMessages }) =>
      failure(fullName, failureMessages?.join('\n') ?? ''),
    ),
  };
};

/** `kept`: what Vitest prints is handed back, because others print meanwhile. */
export const runVitest = async (
  output: 'shown' | 'kept',
  ...projects: readonly string[]
): Promise<Tally> => {
  const folder = mkdtempSync(join(tmpdir(), 'ml-vitest-'));
  const report = join(folder, 'report.json');
  const chosen = projects.flatMap((project) => ['--project', project]);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const args = ['run', '--config', 'test/vitest.config.ts', ...chosen, ...reporters];
  try {
    const { code, output: said } = await runTool('vitest', args, output);
    const read = readReport(report);
    const tally = read === null ? { passed: 0, failed: 1 } : count(read, code);
    return output === 'kept' ? { ...tally, said } : tally;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
