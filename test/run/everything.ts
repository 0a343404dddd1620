// `npm test`: every suite under its own heading, and one line over all of them at the end. With `-- --only unit,check`
// just those. Journeys wait most of their time, for backoff and outages, so they run beside the suites that compute; what
// they say is kept back until their turn.
import { mustRun } from './command.ts';
import { provideEditor } from './desktop.ts';
import { runGates } from './gates.ts';
import { runHostSuites } from './inHost.ts';
import { beginRun } from './planted.ts';
import { provideRedis } from './provideRedis.ts';
import { runSelfcheck } from './selfcheck.ts';
import { type Tally, atLeastOne, failure, sum, verdict, wordsOf } from './tally.ts';
import { runVitest } from './vitest.ts';
import { checkPackage } from './vsix.ts';

interface Suite {
  readonly name: string;
  readonly title: string;
  readonly run: () => Promise<Tally>;
  /** Runs only when it is asked for by name. */
  readonly onRequest?: true;
  /** Its tests give credentials to servers, which must be found nowhere afterwards. */
  readonly plants?: true;
  /** Begins when the suite of that name has ended, beside those that follow it. */
  readonly besideAfter?: string;
}

const runConformance = async (): Promise<Tally> => {
  const { run } = await import('../conformance/run.ts');
  const { passed, failed, lines } = await run();
  for (const line of lines) console.log(line);
  const failures = lines.filter((line) => line.startsWith('FAILURE'));
  return { passed, failed, failures: failures.map((line) => failure('conformance', line)) };
};

const runInEditor = async (): Promise<Tally> => {
  provideEditor();
  return runVitest('shown', 'editor');
};

const runIntegration = async (): Promise<Tally> => {
  provideRedis((line) => console.log(line));
  return runVitest('shown', 'integration');
};

const suites: readonly Suite[] = [
  { name: 'check', title: 'Types, lint, format, dead code', run: runGates },
  {
    name: 'build',
    title: 'Build',
    run: () => verdict('the extension builds', async () => console.log(await mustRun('build', []))),
  },
  { name: 'unit', title: 'Unit tests and laws', run: () => runVitest('shown', 'unit', 'laws') },
  {
    name: 'integration',
    title: 'Against real files, processes and servers',
    run: runIntegration,
  },
  { name: 'conformance', title: 'Conformance to the protocol', run: runConformance },
  { name: 'host', title: 'Inside the editor', run: runHostSuites, plants: true },
  { name: 'editor', title: 'Journeys in the editor, as a user', run: runInEditor, plants: true },
  {
    name: 'journeys',
    title: 'Journeys with real processes',
    run: () => runVitest('kept', 'journeys'),
    besideAfter: 'unit',
  },
  { name: 'package', title: 'The package', run: checkPackage },
  { name: 'laws', title: 'The laws alone', run: () => runVitest('shown', 'laws'), onRequest: true },
  {
    name: 'selfcheck',
    title: 'The harness itself: broken runs fail',
    run: runSelfcheck,
    onRequest: true,
  },
];

interface Ended {
  readonly tally: Tally;
  readonly seconds: number;
}

const runSuite = async ({ run, name }: Suite): Promise<Ended> => {
  const start = performance.now();
  const seconds = (): number => (performance.now() - start) / 1000;
  try {
    const tally = await run();
    return { tally, seconds: seconds() };
  } catch (error) {
    // The suite itself broke, for example because its editor could not be installed: the others still run.
    console.log(error instanceof Error ? (error.stack ?? error.message) : String(error));
    const tally = { passed: 0, failed: 1, failures: [failure(`the suite ${name} itself`, error)] };
    return { tally, seconds: seconds() };
  }
};

/** All of them, in their order, save those that run beside the others; each under its heading. */
const runAll = async (wanted: readonly Suite[]): Promise<ReadonlyMap<string, Tally>> => {
  const begun = new Map<Suite, Promise<Ended>>();
  const beginAfter = (name: string | undefined): void => {
    for (const suite of wanted)
      if (suite.besideAfter === name && name !== undefined) begun.set(suite, runSuite(suite));
  };
  const tallies = new Map<string, Tally>();
  for (const suite of wanted) {
    console.log(`\n━━ ${suite.title} ━━`);
    const { tally, seconds } = await (begun.get(suite) ?? runSuite(suite));
    if (tally.said !== undefined) console.log(tally.said);
    const counted = atLeastOne(tally);
    console.log(`${wordsOf(counted)} in ${seconds.toFixed(1)} s`);
    tallies.set(suite.name, counted);
    beginAfter(suite.name);
  }
  return tallies;
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
  const wanted = chosen(args);
  const run = beginRun();
  const tallies = new Map(await runAll(wanted));
  console.log('\n━━ Planted secrets: nobody has written one down ━━');
  tallies.set('planted secrets', run.search(wanted.some(({ plants }) => plants === true)));
  run.end();
  const failing = [...tallies].filter(([, { failed }]) => failed > 0).map(([name]) => name);
  const total = sum([...tallies.values()]);
  const doubts = total.doubts ?? [];
  if (doubts.length > 0) console.log('\n━━ Passed only when tried again ━━');
  for (const one of doubts) console.log(`\n? ${one}`);
  if (failing.length > 0) console.log(`\n━━ Failures in: ${failing.join(', ')} ━━`);
  for (const one of total.failures ?? []) console.log(`\n✗ ${one}`);
  console.log(`\n${wordsOf(total)}`);
  return total.failed === 0 && total.passed > 0 ? 0 : 1;
};
