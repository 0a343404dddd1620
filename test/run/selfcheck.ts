// Proves that the tests inside an editor cannot lie: every way of breaking must come out as a failure.
import { join } from 'node:path';
import { repository } from '../vscode/places.ts';
import { runInHost } from './inHost.ts';
import { type Tally, sum, verdict } from './tally.ts';

const ways = ['assertion', 'rejection', 'exit', 'kill', 'hang'];

export const runSelfcheck = async (): Promise<Tally> => {
  const broken = join(repository, 'test', 'vscode', 'broken');
  const tallies: Tally[] = [];
  for (const way of ['nothing', ...ways]) {
    const run = async (): Promise<void> => {
      const { passed, failed } = await runInHost({
        suites: [join(broken, 'broken.test.ts')],
        developmentPath: broken,
        environment: { MCP_LIFELINE_TEST_BREAK: way },
        limit: 25_000,
      });
      const asExpected = way === 'nothing' ? passed === 2 && failed === 0 : failed > 0;
      if (!asExpected) throw new Error(`${passed} passed and ${failed} failed.`);
    };
    tallies.push(await verdict(`broken by ${way}: judged rightly`, run));
  }
  return sum(tallies);
};
