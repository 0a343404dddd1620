// `npm test`: every suite under its own heading, and one line over all of them at the end. With `-- --only unit,check`
// just those.
import { mustRun } from './command.ts';
import { provideEditor } from './desktop.ts';
import { runGates } from './gates.ts';
import { runHostSuites } from './inHost.ts';
import { runSelfcheck } from './selfcheck.ts';
import { type Tally, atLeastOne, sum, verdict, wordsOf } from './tally.ts';
import { runVitest } from './vitest.ts';
import { checkPackage } from './vsix.ts';

interface Suite {
  readonly name: string;
  readonly title: string;
  readonly run: () => Promise<Tally>;
  /** Runs only when it is asked for by name. */
  readonly onRequest?: true;
}

const runConformance = async (): Promise<Tally> => {
  const { run } = await import('../conformance/run.ts');
  const { passed, failed, lines } = await run();
  for (const line of lines) console.log(line);
  return { passed, failed };
};

const runInEditor = async (): Promise<Tally> => {
  provideEditor();
  return runVitest('editor');
};

const suites: readonly Suite[] = [
  { name: 'check', title: 'Types, lint, format, dead code', run: runGates },
  {
    name: 'build',
    title: 'Build',
    run: () => verdict('the extension builds', async () => console.log(await mustRun('build', []))),
  },
  { name: 'unit', title: 'Unit tests and laws', run: () => runVitest('unit', 'laws') },
  { name: 'integration', title: 'Against real servers', run: () => runVitest('integration') },
  { name: 'conformance', title: 'Conformance to the protocol', run: runConformance },
  { name: 'journeys', title: 'Journeys with real processes', run: () => runVitest('journeys') },
  { name: 'host', title: 'Inside the editor', run: runHostSuites },
  { name: 'editor', title: 'Journeys in the editor, as a user', run: runInEditor },
  { name: 'package', title: 'The package', run: checkPackage },
  { name: 'laws', title: 'The laws alone', run: () => runVitest('laws'), onRequest: true },
  {
    name: 'selfcheck',
    title: 'The harness itself: broken runs fail',
    run: runSelfcheck,
    onRequest: true,
  },
];

const runSuite = async ({ title, run }: Suite): Promise<Tally> => {
  console.log(`\n━━ ${title} ━━`);
  const start = performance.now();
  let tally: Tally;
  try {
    tally = atLeastOne(await run());
  } catch (error) {
    // The suite itself broke, for example because its editor could not be installed: the others still run.
    console.log(error instanceof Error ? (error.stack ?? error.message) : String(error));
    tally = { passed: 0, failed: 1 };
  }
  console.log(`${wordsOf(tally)} in ${((performance.now() - start) / 1000).toFixed(1)} s`);
  return tally;
};

const chosen = (args: readonly string[]): readonly Suite[] => {
  const at = args.indexOf('--only');
  if (at < 0) return suites.filter(({ onRequest }) => onRequest !== true);
  const names = (args[at + 1] ?? '').split(',');
  const unknown = names.filter((name) => !suites.some((suite) => suite.name === name));
  if (unknown.length > 0) {
    const known = suites.map(({ name }) => name).join(', ');
    throw new Error(`There is no suite "${unknown.join('", "')}"; there are ${known}.`);
  }
  return suites.filter(({ name }) => names.includes(name));
};

/** Resolves with the exit code. */
export const main = async (args: readonly string[]): Promise<number> => {
  const tallies: Tally[] = [];
  const failing: string[] = [];
  for (const suite of chosen(args)) {
    const tally = await runSuite(suite);
    tallies.push(tally);
    if (tally.failed > 0) failing.push(suite.name);
  }
  const total = sum(tallies);
  if (failing.length > 0) console.log(`\nFailures in: ${failing.join(', ')}`);
  console.log(`\n${wordsOf(total)}`);
  return total.failed === 0 && total.passed > 0 ? 0 : 1;
};
