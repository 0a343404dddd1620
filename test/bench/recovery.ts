// How quickly a restarted server is usable again, what an expired session costs, and what waiting costs: all on loopback, against
// the same server called directly where there is something to compare with.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { FleetRig } from '../support/fleetRig.ts';
import { startRestartable } from '../support/restartableServer.ts';
import { accepts } from '../support/serverProcess.ts';

interface Row {
  readonly what: string;
  readonly value: string;
  readonly goal?: string;
  readonly met?: boolean;
}

const restarts = 20;
const fleetSize = 20;
const idleTime = 10_000;

const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((left, right) => left - right)[Math.ceil(values.length * share) - 1] ??
  Number.NaN;

const aFolder = (): string => mkdtempSync(join(tmpdir(), 'lifeline-bench-'));

/** From the moment that the server accepts to the answer of a call that was held meanwhile. */
const restartToAnswer = async (): Promise<Row[]> => {
  const server = await startRestartable({ stale: '404-32000' });
  const folder = aFolder();
  const rig = new FleetRig({
    settings: { servers: { dev: { url: server.url } }, 'backoff.stableAfter': 0 },
    folder,
  });
  const times: number[] = [];
  await rig.untilState('ready');
  for (let index = 0; index < restarts; index += 1) {
    await server.process.kill9();
    const answered = rig.call('echo', { text: 'hello' }).then(() => performance.now());
    server.process.start();
    const { port } = new URL(server.url);
    while (!(await accepts(Number(port)))) await delay(1);
    const accepted = performance.now();
    times.push((await answered) - accepted);
  }
  await rig.close();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
  const [median, worst] = [percentile(times, 0.5), percentile(times, 0.99)];
  return [
    {
      what: `restart to first success, p50 of ${restarts}`,
      value: `${median.toFixed(0)} ms`,
      goal: 'under 50 ms',
      met: median < 50,
    },
    {
      what: `restart to first success, p99 of ${restarts}`,
      value: `${worst.toFixed(0)} ms`,
      goal: 'under 250 ms',
      met: worst < 250,
    },
  ];
};

/** The requests that a call costs which meets an expired session, beside its own. */
const expiredSession = async (): Promise<Row[]> => {
  const server = await startRestartable({});
  const folder = aFolder();
  const rig = new FleetRig({ settings: { servers: { dev: { url: server.url } } }, folder });
  await rig.untilState('ready');
  await rig.call('echo', { text: 'first' });
  await server.expire();
  await server.clearRequests();
  await rig.call('echo', { text: 'second' });
  // Our own views list anew beside the call; that is not what the call costs.
  const seen = (await server.requests())
    .map(({ rpc }) => rpc)
    .filter((rpc) => rpc !== null && !rpc.endsWith('/list') && rpc !== 'ping');
  const untilAnswer = seen.slice(0, seen.lastIndexOf('tools/call') + 1);
  await rig.close();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
  return [
    {
      what: 'requests of a call that meets an expired session',
      value: untilAnswer.join(', '),
      goal: 'the refused call, initialize, initialized, the call',
      met: untilAnswer.filter((rpc) => rpc !== 'tools/call').length === 2,
    },
  ];
};

/** Twenty servers at once: back after a reload, and idle. */
const manyServers = async (): Promise<Row[]> => {
  const server = await startRestartable({ keepSessions: true });
  const folder = aFolder();
  const names = Array.from({ length: fleetSize }, (_, index) => `server ${index + 1}`);
  const before = process.memoryUsage().rss;
  const servers = Object.fromEntries(names.map((name) => [name, { url: server.url }]));
  const rig = new FleetRig({ settings: { servers }, folder });
  const allReady = (): Promise<unknown> =>
    Promise.all(names.map((name) => rig.untilState('ready', name)));
  await allReady();
  let opened = 0;
  await rig.reload(async () => {
    opened = performance.now();
  });
  await allReady();
  const back = performance.now() - opened;
  await delay(2000);
  const used = process.cpuUsage();
  await delay(idleTime);
  const { user, system } = process.cpuUsage(used);
  const share = (user + system) / 1000 / idleTime;
  const memory = (process.memoryUsage().rss - before) / 2 ** 20;
  await rig.close();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
  return [
    {
      what: `${fleetSize} stored sessions ready again after a reload`,
      value: `${back.toFixed(0)} ms`,
      goal: 'within 1 s',
      met: back < 1000,
    },
    {
      what: `idle with ${fleetSize} servers, share of one core`,
      value: `${(share * 100).toFixed(2)} %`,
      goal: 'under 1 %',
      met: share < 0.01,
    },
    {
      what: `memory of ${fleetSize} connected servers above the bare process`,
      value: `${memory.toFixed(0)} MiB`,
      goal: 'under 60 MiB',
      met: memory < 60,
    },
  ];
};

export const run = async (): Promise<{ readonly name: string; readonly rows: readonly Row[] }> => ({
  name: 'recovery',
  rows: [...(await restartToAnswer()), ...(await expiredSession()), ...(await manyServers())],
});
