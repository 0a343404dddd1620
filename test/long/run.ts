// `node test/long/run.ts [--minutes 6]`: calls that take longer than the 300 s after which Node's own fetch, and whoever is
// built on it, gives up. All kinds side by side, for real; ends with 1 when one was cut, doubled, or its connection lost
// meanwhile. What keeps the limit away is shown in a blink by test/mcp/patience.test.ts.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { FleetRig, until } from '../support/fleetRig.ts';
import { type RestartableOptions, startRestartable } from '../support/restartableServer.ts';

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '6' } } });
const ms = Number(values.minutes) * 60_000;
if (!(ms > 0)) throw new Error('--minutes takes a number.');

interface Trial {
  readonly name: string;
  readonly options: RestartableOptions;
  readonly wantsProgress: boolean;
}

const servers: Readonly<Record<string, RestartableOptions>> = {
  'SSE answer': {},
  'SSE answer, without /health': { health: false },
  'SSE answer, with events': { events: 'memory' },
  'JSON answer': { jsonAnswers: true },
};

const trials: readonly Trial[] = Object.entries(servers).flatMap(([name, options]) => [
  { name: `${name}, silent`, options, wantsProgress: false },
  { name: `${name}, with progress`, options, wantsProgress: true },
]);

/** A line on how it went, and whether it went well. */
const attempt = async ({ name, options, wantsProgress }: Trial): Promise<boolean> => {
  const folder = mkdtempSync(join(tmpdir(), 'lifeline-long-'));
  const server = await startRestartable(options);
  const rig = new FleetRig({ settings: { servers: { dev: { url: server.url } } }, folder });
  try {
    await rig.untilState('ready');
    await until(() => rig.server().catalog.value.listedAt !== null);
    const before = rig.states();
    const from = performance.now();
    let progress = 0;
    const onProgress = (): void => void (progress += 1);
    const { text, isError } = await rig.call('slow', { ms }, wantsProgress ? { onProgress } : {});
    const seconds = ((performance.now() - from) / 1000).toFixed(1);
    const runs = server.ledger().filter(({ name: tool }) => tool === 'slow').length;
    const since = rig.states().slice(before.length);
    const isFine = !isError && text === `slept ${ms}` && runs === 1 && since.length === 0;
    console.log(
      `${isFine ? 'ok  ' : 'FAIL'} ${name}: "${text}" after ${seconds} s, ran ${runs} times, ` +
        `${progress} reports of progress, states since: ${since.join(', ') || 'none'}`,
    );
    return isFine;
  } finally {
    await rig.close();
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  }
};

console.log(`${trials.length} calls of ${ms / 1000} s, side by side`);
const outcomes = await Promise.all(trials.map(attempt));
process.exit(outcomes.every(Boolean) ? 0 : 1);
