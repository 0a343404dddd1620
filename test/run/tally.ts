// Counting what passed and failed, over all suites. Not here: running any.

export interface Tally {
  readonly passed: number;
  readonly failed: number;
  /** What was said meanwhile and kept back, because others spoke. */
  readonly said?: string;
  /** What failed and why, to be said again at the end, where nobody has to search for it. */
  readonly failures?: readonly string[];
  /** What passed only when it was tried again, and why it had not: it shall be known, and looked after. */
  readonly doubts?: readonly string[];
}

export const sum = (tallies: readonly Tally[]): Tally => ({
  passed: tallies.reduce((total, { passed }) => total + passed, 0),
  failed: tallies.reduce((total, { failed }) => total + failed, 0),
  failures: tallies.flatMap(({ failures }) => failures ?? []),
  doubts: tallies.flatMap(({ doubts }) => doubts ?? []),
});

const longestWhy = 1500;

/** One failure, with as much of its reason as fits a screen. */
export const failure = (name: string, error: unknown): string => {
  const whole = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const why = whole.replaceAll(
    /\n +at [^\n]*(?:node_modules|new Promise|node:internal)[^\n]*/g,
    '',
  );
  return `${name}\n${why.length > longestWhy ? `${why.slice(0, longestWhy)}…` : why}`;
};

/** A suite that ran nothing has proved nothing. */
export const atLeastOne = (tally: Tally): Tally => {
  if (tally.passed + tally.failed > 0) return tally;
  console.log('This suite ran nothing, which counts as a failure.');
  return { passed: 0, failed: 1 };
};

export const wordsOf = ({ passed, failed }: Tally): string => `${passed} passed, ${failed} failed`;

/** Runs one thing that can only pass or fail as a whole, and says which. */
export const verdict = async (name: string, run: () => void | Promise<void>): Promise<Tally> => {
  const start = performance.now();
  const seconds = (): string => `${((performance.now() - start) / 1000).toFixed(1)} s`;
  try {
    await run();
    console.log(`✓ ${name} (${seconds()})`);
    return { passed: 1, failed: 0 };
  } catch (error) {
    console.log(`✗ ${name} (${seconds()})`);
    console.log(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return { passed: 0, failed: 1, failures: [failure(name, error)] };
  }
};
