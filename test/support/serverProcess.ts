// A server in a process of its own, on a fixed port, so that it comes back on the same address after a kill. Waiting is by
// TCP connect, never by sleeping for luck.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export const projectRoot = fileURLToPath(new URL('../../', import.meta.url));

/** The Node of the project; inside an editor `process.execPath` would be the editor. */
export const nodePath = ((): string => {
  const own = `${projectRoot}node_modules/.bin/node`;
  return existsSync(own) ? own : process.execPath;
})();

export interface ServerOptions {
  /** A TypeScript or JavaScript file that Node runs, relative to the project's root. */
  readonly script: string;
  readonly args?: readonly string[];
  readonly port: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Path of the MCP endpoint. */
  readonly path?: string;
  readonly host?: string;
}

export interface ServerProcess {
  readonly url: string;
  readonly origin: string;
  /** Undefined while it is down. */
  readonly pid: number | undefined;
  /** The end of what it printed. */
  readonly output: string;
  /** Resolves when the port accepts connections; rejects with its output when it ends before. */
  waitListening(): Promise<void>;
  /** As a crash: no goodbye. Resolves when the process is gone. */
  kill9(): Promise<void>;
  start(env?: Readonly<Record<string, string>>): void;
  /** Kills it and starts it on the same port, with other settings where given; resolves when it listens. */
  restart(env?: Readonly<Record<string, string>>): Promise<void>;
  stop(): Promise<void>;
}

const startLimit = 30_000;
const stopLimit = 5_000;
const outputLimit = 8_192;

/** A port that was free a moment ago. */
export const freePort = async (): Promise<number> => {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  if (address === null || typeof address === 'string') throw new Error('No port was given.');
  return address.port;
};

export const accepts = (port: number, host = '127.0.0.1'): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ port, host });
    const end = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => end(true)).once('error', () => end(false));
  });

class NodeServer implements ServerProcess {
  readonly origin: string;
  readonly url: string;
  readonly #options: ServerOptions;
  #env: Readonly<Record<string, string>>;
  #child: ChildProcess | undefined;
  #output = '';

  constructor(options: ServerOptions) {
    this.#options = options;
    this.#env = options.env ?? {};
    this.origin = `http://${options.host ?? '127.0.0.1'}:${options.port}`;
    this.url = `${this.origin}${options.path ?? '/mcp'}`;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  get output(): string {
    return this.#output;
  }

  start(env: Readonly<Record<string, string>> = {}): void {
    if (this.#child !== undefined) throw new Error('The server is running already.');
    this.#env = { ...this.#env, ...env };
    const { script, args = [], port } = this.#options;
    // Its input is a pipe: our own servers end when it closes, which it does with us, however we end.
    const child = spawn(nodePath, [script, ...args], {
      cwd: projectRoot,
      env: { ...process.env, PORT: String(port), ...this.#env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.#child = child;
    const keep = (text: Buffer): void => {
      this.#output = (this.#output + text.toString('utf8')).slice(-outputLimit);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('exit', () => {
      if (this.#child === child) this.#child = undefined;
    });
  }

  async waitListening(): Promise<void> {
    const until = performance.now() + startLimit;
    while (!(await accepts(this.#options.port, this.#options.host))) {
      if (this.#child === undefined) throw new Error(`The server ended at once:\n${this.#output}`);
      if (performance.now() > until)
        throw new Error(`The server does not listen:\n${this.#output}`);
      await delay(20);
    }
  }

  kill9(): Promise<void> {
    return this.#end('SIGKILL');
  }

  async restart(env: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.kill9();
    this.start(env);
    await this.waitListening();
  }

  async stop(): Promise<void> {
    const insist = new AbortController();
    const late = delay(stopLimit, undefined, { signal: insist.signal, ref: false }).then(
      () => this.#end('SIGKILL'),
      () => {},
    );
    await this.#end('SIGTERM');
    insist.abort();
    await late;
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }
}

/** Starts it; `waitListening` tells when it can be used. */
export const startServer = (options: ServerOptions): ServerProcess => {
  const server = new NodeServer(options);
  server.start();
  return server;
};
