// The headless gateway in a process of its own, as a user starts it: a configuration file, a folder for what it keeps, and
// one line in which it says where it is. To be killed without a goodbye and started again on the same folder.
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { plantIn } from './planted.ts';
import { nodePath, projectRoot } from './serverProcess.ts';

type Child = ChildProcessByStdio<null, Readable, Readable>;

/** What it prints when it listens. */
export interface Door {
  /** With `{name}` where the name of a server goes. */
  readonly url: string;
  readonly token: string;
}

/** What a client has to know of a gateway. */
export interface WayIn {
  url(server: string): URL;
  /** Bearer, ready for a request. */
  readonly headers: Readonly<Record<string, string>>;
  readonly token: string;
  /** Where a client may keep things; it goes when the gateway goes. */
  readonly folder: string;
}

export interface GatewayOptions {
  /** The entries of its `mcp.json`, by name. */
  readonly servers: Readonly<Record<string, unknown>>;
  /** Settings of ours, without their prefix. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Further arguments, such as `--trust`. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** `GATEWAY_BUNDLE` names another build, to see what a test says of it. */
const bundle = process.env['GATEWAY_BUNDLE'] ?? join(projectRoot, 'dist/gateway.js');
const startLimit = 30_000;
const stopLimit = 10_000;
const outputLimit = 64 << 10;

/** A home of a test's own: what programs announce to each other there must not reach, or disturb, those of the user. */
export const homeIn = (folder: string): Readonly<Record<string, string>> => ({
  HOME: folder,
  USERPROFILE: folder,
  LOCALAPPDATA: join(folder, 'local'),
  XDG_STATE_HOME: join(folder, 'local'),
  XDG_RUNTIME_DIR: folder,
});

/** The first line of its output that is JSON. */
const doorFrom = (child: Child, said: () => string): Promise<Door> =>
  new Promise((resolve, reject) => {
    const lines = createInterface(child.stdout);
    const fail = (why: string): void => {
      clearTimeout(late);
      reject(new Error(`${why}:\n${said()}`));
    };
    const late = setTimeout(() => fail('The gateway does not say where it is'), startLimit);
    child.once('exit', (code, signal) => fail(`The gateway ended at once (${code ?? signal})`));
    lines.on('line', (line) => {
      if (!line.startsWith('{')) return;
      clearTimeout(late);
      resolve(JSON.parse(line) as Door);
    });
  });

export class GatewayProcess implements WayIn {
  /** What outlives it: its configuration and, in `state`, whatever it keeps. */
  readonly folder: string;
  readonly #options: GatewayOptions;
  #child: Child | undefined;
  #door: Door | undefined;
  #output = '';

  constructor(options: GatewayOptions) {
    if (!existsSync(bundle)) throw new Error(`There is no ${bundle}: run \`npm run build\` first.`);
    this.#options = options;
    this.folder = mkdtempSync(join(tmpdir(), 'gateway-'));
    this.configure(options.servers);
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** The end of what it wrote, without its one line. */
  get output(): string {
    return this.#output;
  }

  get token(): string {
    return this.#known.token;
  }

  get headers(): Readonly<Record<string, string>> {
    return { authorization: `Bearer ${this.token}` };
  }

  get state(): string {
    return join(this.folder, 'state');
  }

  get door(): Door {
    return this.#known;
  }

  url(server: string): URL {
    return new URL(this.#known.url.replace('{name}', encodeURIComponent(server)));
  }

  configure(servers: Readonly<Record<string, unknown>>): void {
    const { settings: lifeline = {} } = this.#options;
    const text = JSON.stringify({ servers: plantIn(servers, 'headless'), lifeline });
    writeFileSync(join(this.folder, 'mcp.json'), text);
  }

  /** Resolves when it listens. A second start must find the same door, or no client would. */
  async start(): Promise<void> {
    if (this.#child !== undefined) throw new Error('The gateway is running already.');
    const files = ['--config', join(this.folder, 'mcp.json'), '--state', this.state];
    const child = spawn(nodePath, [bundle, ...files, ...(this.#options.args ?? [])], {
      cwd: this.folder,
      env: { ...process.env, ...homeIn(this.folder), ...this.#options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    child.stderr.on('data', (part: Buffer) => {
      this.#output = (this.#output + part.toString('utf8')).slice(-outputLimit);
    });
    child.once('exit', () => {
      if (this.#child === child) this.#child = undefined;
    });
    const door = await doorFrom(child, () => this.#output);
    const before = this.#door;
    this.#door = door;
    if (before !== undefined && (before.url !== door.url || before.token !== door.token))
      throw new Error(`The gateway came back elsewhere: ${before.url} is now ${door.url}`);
  }

  /** What comes is there, and nobody reads it. Not on Windows, which has no such signal. */
  standStill(): void {
    this.#child?.kill('SIGSTOP');
  }

  kill9(): Promise<void> {
    return this.#end('SIGKILL');
  }

  /** As a crash in the middle of everything, and a supervisor who brings it back. */
  async restart(): Promise<void> {
    await this.kill9();
    await this.start();
  }

  /** Ends it in order; false when it had to be killed. */
  async shutDown(): Promise<boolean> {
    const child = this.#child;
    const late = setTimeout(() => child?.kill('SIGKILL'), stopLimit);
    await this.#end('SIGTERM');
    clearTimeout(late);
    return child?.signalCode !== 'SIGKILL';
  }

  /** Ends it and removes what it kept. */
  async stop(): Promise<void> {
    await this.shutDown();
    rmSync(this.folder, { recursive: true, force: true });
  }

  get #known(): Door {
    if (this.#door === undefined) throw new Error('The gateway has not said yet where it is.');
    return this.#door;
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }
}

export const startGateway = async (options: GatewayOptions): Promise<GatewayProcess> => {
  const gateway = new GatewayProcess(options);
  try {
    await gateway.start();
  } catch (error) {
    await gateway.stop();
    throw error;
  }
  return gateway;
};
