// The process that serves the test editor: how it is started, seen healthy, stopped and killed. Not here: the browser.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { codeServer, hostNode } from './places.ts';
import { descendantsOf, isRunning, killAtOnce } from './processes.ts';
import { until } from './waiting.ts';

export interface ServerPlan {
  readonly dataDir: string;
  readonly port: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly developmentMode: boolean;
  readonly workspaceTrust: boolean;
}

const startLimit = 30_000;
const stopLimit = 5_000;

const places = (dataDir: string): readonly string[] => [
  join(codeServer, 'out', 'node', 'entry.js'),
  // A file of our own, or it reads and writes the one in the user's home.
  '--config',
  join(dataDir, 'config.yaml'),
  '--user-data-dir',
  join(dataDir, 'user'),
  '--extensions-dir',
  join(dataDir, 'extensions'),
];

/** What the server, and with it every extension host, has in its environment. */
const environmentOf = (plan: ServerPlan): NodeJS.ProcessEnv => {
  const foreign = /^(?:npm_|VSCODE_|NODE_OPTIONS$|VITEST|ELECTRON_)/i;
  const clean = Object.entries(process.env).filter(([name]) => !foreign.test(name));
  const temporary = join(plan.dataDir, 'tmp');
  mkdirSync(temporary, { recursive: true });
  return {
    ...Object.fromEntries(clean),
    // Where gateways leave word for bridges: those of a test are nobody else's business.
    XDG_STATE_HOME: join(plan.dataDir, 'state'),
    ...plan.environment,
    PATH: dirname(hostNode) + delimiter + (process.env['PATH'] ?? ''),
    // Each window leaves sockets in the folder for temporary files; this one goes with the rest.
    TMPDIR: temporary,
  };
};

/** Runs its command line, for example to install a packed extension; resolves with what it printed. */
export const runServerCommand = async (
  plan: ServerPlan,
  args: readonly string[],
): Promise<string> => {
  const child = spawn(hostNode, [...places(plan.dataDir), ...args], { env: environmentOf(plan) });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await once(child, 'close');
  if (child.exitCode !== 0) throw new Error(`code-server ${args.join(' ')} failed.\n${output}`);
  return output;
};

export class EditorServer {
  readonly #process: ChildProcess;
  readonly #log: string;
  readonly #address: string;
  /** Resolves when the process has ended, however. */
  readonly ended: Promise<void>;

  constructor(plan: ServerPlan) {
    this.#address = `127.0.0.1:${plan.port}`;
    this.#log = join(plan.dataDir, 'server.log');
    const log = openSync(this.#log, 'a');
    const options = ['--auth', 'none', '--bind-addr', this.#address];
    options.push('--disable-telemetry', '--disable-update-check');
    options.push('--disable-getting-started-override');
    if (!plan.workspaceTrust) options.push('--disable-workspace-trust');
    // Without this switch a built workbench ignores the extension under development and its tests. It also
    // suppresses toasts and refuses modal dialogs, which is why user interface tests do without it.
    if (plan.developmentMode) options.push('--vscode-option', 'enable-smoke-test-driver');
    this.#process = spawn(hostNode, [...places(plan.dataDir), ...options], {
      env: environmentOf(plan),
      cwd: plan.dataDir,
      stdio: ['ignore', log, log],
    });
    closeSync(log);
    this.ended = once(this.#process, 'exit').then(() => undefined);
  }

  get pid(): number {
    const { pid } = this.#process;
    if (pid === undefined) throw new Error('The editor server could not be started.');
    return pid;
  }

  get #isOver(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }

  async untilHealthy(): Promise<void> {
    await until(`the editor server answers (its log: ${this.#log})`, startLimit, async () => {
      if (this.#isOver) {
        const log = readFileSync(this.#log, 'utf8').slice(-2_000);
        throw new Error(`The editor server ended at its start.\n${log}`);
      }
      const answer = await fetch(`http://${this.#address}/healthz`).catch(() => null);
      await answer?.body?.cancel();
      return answer !== null && answer.status < 500;
    });
  }

  /**
   * Ends it and waits for all that it started, extension hosts included; what does not end by itself in time is killed.
   * Resolves with the processes that had to be.
   */
  async stop(): Promise<readonly number[]> {
    if (this.#isOver) return [];
    const started = descendantsOf(this.pid);
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), stopLimit);
    this.#process.kill('SIGTERM');
    await this.ended;
    clearTimeout(timer);
    const end = performance.now() + stopLimit;
    while (started.some(isRunning) && performance.now() < end) await delay(50);
    const stubborn = started.filter(isRunning);
    for (const pid of stubborn) killAtOnce(pid);
    return stubborn;
  }

  /** As a crash of the machine: the server and all it started, extension hosts included, at once. */
  async kill(): Promise<void> {
    if (this.#isOver) return;
    for (const pid of [...descendantsOf(this.pid), this.pid]) killAtOnce(pid);
    await this.ended;
  }
}
