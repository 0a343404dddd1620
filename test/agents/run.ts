// `npm run agents [-- --only codex] [--scene calls] [--away 5]`: real agents, as they are installed on this machine, at the gateway in bad times. A
// model of ours has each call one tool, which takes four seconds; meanwhile its server goes, or the gateway. Prints a line for each
// trial; ends with 1 where a call was done twice or its agent was told nothing of it.
import { spawn, spawnSync } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { EntryScope } from '../../src/core/clientEntry.ts';
import { type GatewayProcess, homeIn, startGateway } from '../support/gatewayProcess.ts';
import { type RestartableServer, startRestartable } from '../support/restartableServer.ts';
import { until } from '../vscode/waiting.ts';
import { type Model, startModel } from './model.ts';
import { type Program, programs } from './programs.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    scene: { type: 'string' },
    away: { type: 'string', default: '5' },
  },
});
const away = Number(values.away) * 1000;
if (!(away > 0)) throw new Error('--away takes a number of seconds.');

const serverName = 'ledger';
const callMs = 4000;
const patience = 120_000;

interface Stage {
  readonly server: RestartableServer;
  readonly gateway: GatewayProcess;
  readonly model: Model;
  /** The model may go on. */
  readonly ready: () => void;
}

const runsOf = ({ server }: Stage): number =>
  server.ledger().filter(({ name }) => name === 'slow').length;

const inTheMiddle = async (stage: Stage): Promise<void> => {
  await until('the call runs', patience, () => runsOf(stage) > 0);
  await delay(callMs / 8);
};

/** What befalls the call. */
const scenes: Readonly<Record<string, (stage: Stage) => Promise<void>>> = {
  'the gateway ends in order': async (stage) => {
    await inTheMiddle(stage);
    await stage.gateway.shutDown();
    await delay(away);
    await stage.gateway.start();
  },
  'the gateway is killed': async (stage) => {
    await inTheMiddle(stage);
    await stage.gateway.kill9();
    await delay(away);
    await stage.gateway.start();
  },
  'the gateway is away when it calls': async ({ gateway, model, ready }) => {
    await until('the model is asked', patience, () => model.isAsked);
    await gateway.kill9();
    ready();
    await delay(away);
    await gateway.start();
  },
  'the gateway is killed before it reads the call': async ({ gateway, model, ready }) => {
    await until('the model is asked', patience, () => model.isAsked);
    gateway.standStill();
    ready();
    await delay(1000);
    await gateway.kill9();
    await delay(away);
    await gateway.start();
  },
  'the server is away': async ({ server, model, ready }) => {
    await until('the model is asked', patience, () => model.isAsked);
    ready();
    await server.process.kill9();
    await delay(away);
    server.process.start();
  },
};

/** In which the model asks for its tool when something has happened. */
const waiting: ReadonlySet<string> = new Set([
  'the gateway is away when it calls',
  'the gateway is killed before it reads the call',
  'the server is away',
]);

/** It has been away for so long before, as a window that reloads has. */
const learn = async (gateway: GatewayProcess): Promise<void> => {
  await gateway.shutDown();
  await delay(away);
  await gateway.start();
};

const isThere = ({ command }: Program): boolean =>
  spawnSync(command, ['--version'], { stdio: 'ignore', shell: process.platform === 'win32' })
    .status === 0;

const runProgram = async (
  program: Program,
  { gateway, model }: Stage,
  scope: EntryScope,
): Promise<string> => {
  const place = { gateway, server: serverName, scope, modelOrigin: model.origin };
  const { args, env } = program.prepare(place);
  const child = spawn(program.command, args, {
    cwd: gateway.folder,
    env: { ...process.env, ...homeIn(gateway.folder), ...env, CI: '1', NO_PROXY: '127.0.0.1' },
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: process.platform === 'win32',
    timeout: patience,
    killSignal: 'SIGKILL',
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (part: Buffer) => {
      output += part.toString('utf8');
    });
  await new Promise((resolve) => child.once('close', resolve));
  return output;
};

/** Whether the call was done once at most, and its agent was told what became of it. */
const attempt = async (program: Program, scene: string, scope: EntryScope): Promise<boolean> => {
  const server = await startRestartable({ events: 'kept', keepSessions: true });
  const gateway = await startGateway({
    servers: { [serverName]: { type: 'http', url: server.url } },
  });
  const { promise: isReady, resolve: ready } = Promise.withResolvers<void>();
  if (!waiting.has(scene)) ready();
  const model = await startModel(
    (offered) => {
      const name = offered.find((one) => one.includes('slow'));
      return name === undefined ? null : { name, args: { ms: callMs } };
    },
    () => isReady,
  );
  const stage = { server, gateway, model, ready };
  try {
    await learn(gateway);
    const befalling = scenes[scene]?.(stage);
    const output = await runProgram(program, stage, scope);
    if (model.isAsked) await befalling;
    else befalling?.catch(() => undefined);
    const [runs, told] = [runsOf(stage), model.heard.at(-1)];
    const isFine = runs <= 1 && told !== undefined;
    const way = scope === 'user' ? 'over HTTP' : 'over the bridge';
    console.log(
      `${isFine ? 'ok  ' : 'FAIL'} ${program.command} ${way}, ${scene}: ran ${runs} times, was told ${told?.slice(0, 160) ?? `nothing: ${output.slice(-400)}`}`,
    );
    return isFine;
  } finally {
    model.stop();
    await gateway.stop();
    await server.stop();
  }
};

const main = async (): Promise<number> => {
  let failed = 0;
  for (const program of programs) {
    if (values.only !== undefined && values.only !== program.command) continue;
    if (!isThere(program)) {
      console.log(`${program.command} is not installed here; left out.`);
      continue;
    }
    for (const scene of Object.keys(scenes).filter((one) => one.includes(values.scene ?? '')))
      for (const scope of ['user', 'workspace'] as const)
        if (!(await attempt(program, scene, scope))) failed += 1;
  }
  return failed;
};

process.exit((await main()) === 0 ? 0 : 1);
