// What the gateway costs: the same calls of the same SDK client to one server, directly, through a bare reverse proxy, through one
// that does no more than begin each answer with a cursor, and through the gateway, taken in turns so that a busy moment of the
// machine is shared by all. Client, server and whatever is between them are processes of their own: on two cores they wait for
// each other, so their CPU times are told besides.
import { readFileSync } from 'node:fs';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { startGateway } from '../support/gatewayProcess.ts';
import { freePort, startServer } from '../support/serverProcess.ts';

interface Row {
  readonly what: string;
  readonly value: string;
  readonly goal?: string;
  readonly met?: boolean;
}

const ways = ['direct', 'proxy', 'primer', 'gateway'] as const;
type Way = (typeof ways)[number];
type Clients = Readonly<Record<Way, Client>>;
/** The process that each way leads through, and the server's own. */
type Processes = Readonly<Record<Way, number | undefined>>;

const warmUp = 200;
const calls = 2000;
const largeCalls = 20;
const megabytes = 5;
const callers = 32;
const rounds = 5;
const callsInRound = 1600;

const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((left, right) => left - right)[Math.ceil(values.length * share) - 1] ??
  Number.NaN;

const connect = async (url: string, headers: Readonly<Record<string, string>>): Promise<Client> => {
  const client = new Client({ name: 'bench', version: '1.0.0' });
  const transport = new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } });
  // The SDK's own type of its transport does not fit its own interface under exact optional properties.
  await client.connect(transport as Parameters<typeof client.connect>[0]);
  return client;
};

const echo = (client: Client): Promise<unknown> =>
  client.callTool({ name: 'echo', arguments: { text: 'hello' } });
const large = (client: Client): Promise<unknown> =>
  client.callTool({ name: 'large', arguments: { megabytes } });

const timed = async (work: () => Promise<unknown>): Promise<number> => {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
};

/** Each way's times in milliseconds, one call of each in turn. */
const inTurns = async (
  clients: Clients,
  count: number,
  call: (client: Client) => Promise<unknown>,
): Promise<Record<Way, number[]>> => {
  const times: Record<Way, number[]> = { direct: [], proxy: [], primer: [], gateway: [] };
  for (let index = 0; index < count; index += 1)
    for (const way of ways) times[way].push(await timed(() => call(clients[way])));
  return times;
};

const ratioRow = (what: string, times: Record<Way, number[]>, share: number, most: number): Row => {
  const base = percentile(times.direct, share);
  const ratioOf = (way: Way): number => percentile(times[way], share) / base;
  const ratio = ratioOf('gateway');
  const shown = ways.map((way) => `${way} ${percentile(times[way], share).toFixed(2)} ms`);
  const others = `proxy ${ratioOf('proxy').toFixed(2)}, primer ${ratioOf('primer').toFixed(2)}`;
  return {
    what,
    value: `${ratio.toFixed(2)} × direct (${others}; ${shown.join(', ')})`,
    goal: `at most ${most} × direct`,
    met: ratio <= most,
  };
};

/** Calls a second with all callers at work. */
const throughput = async (client: Client): Promise<number> => {
  let left = callsInRound;
  const caller = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await echo(client);
    }
  };
  const took = await timed(() => Promise.all(Array.from({ length: callers }, caller)));
  return (callsInRound / took) * 1000;
};

const microsInTick = 10_000;

/** CPU time so far, in microseconds; null where the system does not tell (proc_pid_stat(5), fields 14 and 15). */
const cpuOf = (pid: number | undefined): number | null => {
  if (pid === undefined || process.platform !== 'linux') return null;
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * microsInTick;
};

const ownCpu = (): number => {
  const { user, system } = process.cpuUsage();
  return user + system;
};

/** What each way costs per call, in its own process and in this one. On the direct way there is only the server. */
class CpuTimes {
  readonly #pids: Processes;
  readonly #spent: Record<Way, { own: number; client: number }> = {
    direct: { own: 0, client: 0 },
    proxy: { own: 0, client: 0 },
    primer: { own: 0, client: 0 },
    gateway: { own: 0, client: 0 },
  };

  constructor(pids: Processes) {
    this.#pids = pids;
  }

  async during<T>(way: Way, work: () => Promise<T>): Promise<T> {
    const [own, client] = [cpuOf(this.#pids[way]) ?? 0, ownCpu()];
    const result = await work();
    this.#spent[way].own += (cpuOf(this.#pids[way]) ?? 0) - own;
    this.#spent[way].client += ownCpu() - client;
    return result;
  }

  row(count: number): Row {
    const names = {
      direct: 'server',
      proxy: 'proxy',
      primer: 'primer',
      gateway: 'gateway',
    } as const;
    const each = ways.map((way) => {
      const { own, client } = this.#spent[way];
      return `${names[way]} ${(own / count).toFixed(0)} µs and its client ${(client / count).toFixed(0)} µs`;
    });
    return { what: `CPU time of a call with ${callers} callers`, value: each.join(', ') };
  }
}

const throughputRows = async (clients: Clients, pids: Processes): Promise<Row[]> => {
  const rates: Record<Way, number[]> = { direct: [], proxy: [], primer: [], gateway: [] };
  const cpu = new CpuTimes(pids);
  for (let round = 0; round < rounds; round += 1)
    for (const way of ways) rates[way].push(await cpu.during(way, () => throughput(clients[way])));
  const rateOf = (way: Way): number => percentile(rates[way], 0.5);
  const [direct, gateway] = [rateOf('direct'), rateOf('gateway')];
  const others = `proxy ${(rateOf('proxy') / direct).toFixed(2)}, primer ${(rateOf('primer') / direct).toFixed(2)}`;
  const row = {
    what: `throughput with ${callers} callers`,
    value: `${(gateway / direct).toFixed(2)} × direct (${others}; direct ${direct.toFixed(0)}/s, gateway ${gateway.toFixed(0)}/s)`,
    goal: 'at least 0.9 × direct',
    met: gateway / direct >= 0.9,
  };
  return [row, cpu.row(rounds * callsInRound)];
};

const measure = async (clients: Clients, pids: Processes): Promise<Row[]> => {
  await inTurns(clients, warmUp, echo);
  const small = await inTurns(clients, calls, echo);
  await inTurns(clients, 2, large);
  const big = await inTurns(clients, largeCalls, large);
  return [
    ratioRow(`latency of a call, p50 of ${calls}`, small, 0.5, 1.5),
    ratioRow(`latency of a call, p99 of ${calls}`, small, 0.99, 1.6),
    ratioRow(`a result of ${megabytes} MB, p50 of ${largeCalls}`, big, 0.5, 1.2),
    ...(await throughputRows(clients, pids)),
  ];
};

export const run = async (): Promise<{ readonly name: string; readonly rows: readonly Row[] }> => {
  const script = 'test/servers/benchServer.ts';
  const server = startServer({ script, port: await freePort() });
  await server.waitListening();
  const env = { PROXY_TO: server.origin };
  const proxy = startServer({ script, port: await freePort(), env });
  await proxy.waitListening();
  const primer = startServer({
    script,
    port: await freePort(),
    env: { ...env, PROXY_PRIMES: '1' },
  });
  await primer.waitListening();
  const gateway = await startGateway({ servers: { bench: { url: server.url } } });
  try {
    const clients: Clients = {
      direct: await connect(server.url, {}),
      proxy: await connect(proxy.url, {}),
      primer: await connect(primer.url, {}),
      gateway: await connect(gateway.url('bench').href, gateway.headers),
    };
    const pids = {
      direct: server.pid,
      proxy: proxy.pid,
      primer: primer.pid,
      gateway: gateway.pid,
    };
    const rows = await measure(clients, pids);
    await Promise.all(ways.map((way) => clients[way].close()));
    return { name: 'gateway', rows };
  } finally {
    await gateway.stop();
    await primer.stop();
    await proxy.stop();
    await server.stop();
  }
};
