// A real Redis server of a test, on a port of its own and with nothing kept on disk unless asked for: it can be killed with
// kill -9, stopped and started again. Not here: installing it (run/provideRedis.ts).
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { delimiter, join } from 'node:path';
import { tmpdir } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { freePort } from './serverProcess.ts';

const onPath = (name: string): string[] =>
  (process.env['PATH'] ?? '').split(delimiter).map((folder) => join(folder, name));

/** The server's program; undefined where there is none. */
export const redisPath = (): string | undefined =>
  [process.env['REDIS_SERVER_PATH'], ...onPath('redis-server'), ...onPath('valkey-server')].find(
    (path) => path !== undefined && existsSync(path),
  );

export interface RedisOptions {
  readonly password?: string;
  /** Survives a kill with everything that was acknowledged. */
  readonly persistent?: boolean;
}

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    const answer = (isOpen: boolean): void => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.on('connect', () => answer(true));
    socket.on('error', () => answer(false));
  });

const startLimit = 10_000;

export class RedisServer {
  readonly #options: RedisOptions;
  readonly #folder: string;
  readonly port: number;
  #process: ChildProcess | null = null;

  constructor(port: number, options: RedisOptions) {
    this.port = port;
    this.#options = options;
    this.#folder = mkdtempSync(join(tmpdir(), 'lifeline-redis-'));
  }

  get url(): string {
    const { password } = this.#options;
    return `redis://${password === undefined ? '' : `:${password}@`}127.0.0.1:${this.port}`;
  }

  async start(): Promise<void> {
    const path = redisPath();
    if (path === undefined)
      throw new Error(
        'There is no redis-server: install the Debian package of that name, or name the program in REDIS_SERVER_PATH.',
      );
    const { password, persistent } = this.#options;
    const kept = persistent === true ? ['--appendonly', 'yes', '--appendfsync', 'always'] : [];
    const secret = password === undefined ? [] : ['--requirepass', password];
    this.#process = spawn(
      path,
      [
        ...['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.#folder],
        ...['--save', '', ...kept, ...secret],
      ],
      { stdio: 'ignore' },
    );
    const until = performance.now() + startLimit;
    while (!(await accepts(this.port))) {
      if (performance.now() > until) throw new Error('redis-server did not start within 10 s.');
      await delay(20);
    }
  }

  /** `SIGKILL`: gone without a word; `SIGSTOP`: there, and silent. */
  async kill(): Promise<void> {
    const child = this.#process;
    this.#process = null;
    if (child === null || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  freeze(): void {
    this.#process?.kill('SIGSTOP');
  }

  /** After `freeze`: it goes on with what it had. */
  thaw(): void {
    this.#process?.kill('SIGCONT');
  }

  async end(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Started, and ended with the test. */
export const aRedis = async (options: RedisOptions = {}): Promise<RedisServer> => {
  const server = new RedisServer(await freePort(), options);
  onTestFinished(() => server.end());
  await server.start();
  return server;
};
