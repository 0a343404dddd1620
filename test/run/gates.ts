// The checks that read the code without running it: types, lint, format, dead code. The house's own laws are tests.
import { mustRun } from './command.ts';
import { type Tally, sum, verdict } from './tally.ts';

const gates = [
  ['types', () => mustRun('tsc', ['--project', '.'])],
  // The page of the timeline has the types of a browser, and nobody else has.
  ['types of the page', () => mustRun('tsc', ['--project', 'src/timeline'])],
  ['lint', () => mustRun('oxlint', ['--type-aware', '--deny-warnings', '--format=unix'])],
  ['format', () => mustRun('oxfmt', ['--check'])],
  ['dead code', () => mustRun('knip', ['--no-progress', '--treat-config-hints-as-errors'])],
] as const;

export const runGates = async (): Promise<Tally> => {
  const tallies: Tally[] = [];
  for (const [name, run] of gates) {
    tallies.push(
      await verdict(name, async () => {
        await run();
      }),
    );
  }
  return sum(tallies);
};
