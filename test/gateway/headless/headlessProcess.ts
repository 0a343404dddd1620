// The headless gateway in a process of its own, with a configuration and a state of its own, which outlive a kill.
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { onTestFinished } from 'vitest';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { nodePath, projectRoot } from '../../support/serverProcess.ts';
import { homeIn } from '../bridge/bridgeProcess.ts';

export interface Place {
  /** With `{name}` in place of a server's name. */
  readonly url: string;
  readonly token: string;
}

export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly log: string;
}

/** A folder that is gone when the test ends. */
export const aHome = (): string => {
  const home = mkdtempSync(join(tmpdir(), 'lifeline-headless-'));
  onTestFinished(() => rmSync(home, { recursive: true, force: true, maxRetries: 5 }));
  return home;
};

type Child = ChildProcessByStdio<null, Readable, Readable>;

type Environment = Readonly<Record<string, string>>;

const spawnGateway = (args: readonly string[], home: string, env: Environment = {}): Child =>
  spawn(nodePath, [`${projectRoot}src/gateway.ts`, ...args], {
    cwd: home,
    env: { ...process.env, ...homeIn(home), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });

/** Runs it to its end. */
export const runGateway = async (args: readonly string[], home = aHome()): Promise<Ended> => {
  const child = spawnGateway(args, home);
  let out = '';
  let log = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString('utf8')));
  child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString('utf8')));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, log };
};

export class HeadlessProcess {
  readonly home: string;
  readonly project: string;
  readonly config: string;
  readonly state: string;
  readonly #more: readonly string[];
  readonly #env: Environment;
  #child: Child | null = null;
  #gone: Promise<unknown> = Promise.resolve();
  #out = '';
  #log = '';
  readonly #looks = new Set<() => void>();

  constructor(home: string, more: readonly string[], env: Environment) {
    this.home = home;
    this.project = join(home, 'project');
    this.config = join(this.project, 'mcp.json');
    this.state = join(home, 'gateway-state');
    this.#more = more;
    this.#env = env;
    mkdirSync(this.project, { recursive: true });
  }

  get args(): readonly string[] {
    return ['--config', this.config, '--state', this.state, ...this.#more];
  }

  get pid(): number {
    return this.#child?.pid ?? 0;
  }

  /** Everything that it printed in this life. */
  get out(): string {
    return this.#out;
  }

  get log(): string {
    return this.#log;
  }

  configure(servers: object, lifeline: object = {}): void {
    writeFileSync(this.config, JSON.stringify({ servers, lifeline }));
  }

  /** Resolves when it listens; rejects with its log when it ends before. */
  async start(): Promise<Place> {
    this.#out = '';
    this.#log = '';
    const child = spawnGateway(this.args, this.home, this.#env);
    this.#child = child;
    this.#gone = once(child, 'close');
    child.stdout.on('data', (chunk: Buffer) => this.#hear(() => (this.#out += String(chunk))));
    child.stderr.on('data', (chunk: Buffer) => this.#hear(() => (this.#log += String(chunk))));
    const ended = this.#gone.then(() => {
      throw new Error(`The gateway ended:\n${this.#log}`);
    });
    await Promise.race([this.#until(() => this.#out.includes('\n')), ended]);
    ended.catch(() => undefined);
    return JSON.parse(this.#out) as Place;
  }

  /** Resolves when its log has these words. */
  logged(words: string): Promise<void> {
    return this.#until(() => this.#log.includes(words));
  }

  async kill9(): Promise<void> {
    this.#child?.kill('SIGKILL');
    await this.#gone;
  }

  /** Resolves with its exit code. */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    this.#child?.kill(signal);
    return this.ended();
  }

  /** The same, where it ends by itself. */
  async ended(): Promise<number | null> {
    await this.#gone;
    return this.#child?.exitCode ?? null;
  }

  #hear(keep: () => void): void {
    keep();
    for (const look of this.#looks) look();
  }

  #until(isSo: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!isSo()) return;
        this.#looks.delete(look);
        resolve();
      };
      this.#looks.add(look);
      look();
    });
  }
}

/** One that is gone when the test ends; it is not started yet. */
export const aGateway = (
  servers: object,
  {
    lifeline = {},
    more = [],
    env = {},
  }: {
    readonly lifeline?: object;
    readonly more?: readonly string[];
    readonly env?: Environment;
  } = {},
): HeadlessProcess => {
  const gateway = new HeadlessProcess(aHome(), more, env);
  gateway.configure(servers, lifeline);
  // In order: of one that is killed a keeper of its port would be left.
  onTestFinished(async () => {
    await gateway.end();
  });
  return gateway;
};

/** An SDK client at one of its servers; closed when the test ends. */
export const aClient = async ({ url, token }: Place, server: string): Promise<Client> => {
  const client = new Client({ name: 'headless-test', version: '1' });
  const transport = new StreamableHTTPClientTransport(new URL(url.replace('{name}', server)), {
    requestInit: { headers: { Authorization: `Bearer ${token}` } },
  });
  await client.connect(transport as Parameters<Client['connect']>[0]);
  onTestFinished(() => client.close());
  return client;
};

export const say = async (client: Client, name: string, args: Record<string, unknown> = {}) => {
  const result = await client.callTool({ name, arguments: args });
  const [first] = result.content as readonly { readonly text: string }[];
  return first?.text ?? '';
};
