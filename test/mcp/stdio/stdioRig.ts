// Links and connections to stdio servers in real processes, and ways to ask what became of those processes.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished } from 'vitest';
import { realClock } from '../../../src/base/clock.ts';
import { ConnectionError, type Failure } from '../../../src/core/connection/failure.ts';
import { isObject, type JsonObject, type RpcId, type RpcRequest } from '../../../src/core/rpc.ts';
import type { StdioServer } from '../../../src/core/settings.ts';
import { ServerProcesses } from '../../../src/mcp/stdio/serverProcesses.ts';
import { stdioDialer } from '../../../src/mcp/stdio/stdioDialer.ts';
import type { Fate, Link, Log } from '../../../src/runtime/ports.ts';
import { nodePath, projectRoot } from '../../support/serverProcess.ts';
import { Heard, newSession } from '../linkRig.ts';

export const crashingScript = join(projectRoot, 'test/servers/crashing.ts');

export const aStdioServer = (more: Partial<StdioServer> = {}): StdioServer => ({
  kind: 'stdio',
  name: 'crashing',
  command: nodePath,
  args: [crashingScript],
  env: {},
  cwd: null,
  envFile: null,
  origin: { scope: 'user', folder: null },
  watch: [],
  autoStart: true,
  enabled: true,
  trustHints: false,
  connection: 'shared',
  ...more,
});

export class KeptLog implements Log {
  readonly lines: string[] = [];
  debug = (text: string): void => void this.lines.push(`debug ${text}`);
  info = (text: string): void => void this.lines.push(`info ${text}`);
  warn = (text: string): void => void this.lines.push(`warn ${text}`);
  error = (text: string): void => void this.lines.push(`error ${text}`);

  has(text: string): boolean {
    return this.lines.some((line) => line.includes(text));
  }

  /** Of the server processes that were started, in their order. */
  get pids(): number[] {
    return this.lines.flatMap((line) => {
      const pid = /as process (\d+)/.exec(line)?.[1];
      return pid === undefined ? [] : [Number(pid)];
    });
  }
}

export interface StdioOptions {
  readonly maxMessageBytes?: number;
}

export const dialerOf = (server: StdioServer, { maxMessageBytes = 2 ** 26 }: StdioOptions = {}) => {
  const log = new KeptLog();
  const processes = new ServerProcesses();
  onTestFinished(async () => {
    await processes.stop();
    processes.dispose();
  });
  const deps = { server, processes, maxMessageBytes, clock: realClock, log };
  return { log, processes, dialer: stdioDialer({ ...deps, folder: tmpdir }) };
};

export interface StdioRig {
  readonly link: Link;
  readonly heard: Heard;
  readonly log: KeptLog;
  readonly processes: ServerProcesses;
  /** Of the process that was started, which may be a wrapper. */
  readonly pid: number;
}

export const dialled = async (
  server: StdioServer = aStdioServer(),
  options: StdioOptions = {},
): Promise<StdioRig> => {
  const { dialer, log, processes } = dialerOf(server, options);
  const heard = new Heard();
  const link = await dialer.dial(newSession, heard, new AbortController().signal);
  onTestFinished(() => link.close(false));
  const [pid = 0] = log.pids;
  return { link, heard, log, processes, pid };
};

/** Why dialling failed. */
export const refusal = async (server: StdioServer): Promise<Failure> => {
  const { dialer } = dialerOf(server);
  try {
    await dialer.dial(newSession, new Heard(), new AbortController().signal);
  } catch (error) {
    if (error instanceof ConnectionError) return error.failure;
    throw error;
  }
  return expect.fail('It was dialled.');
};

let nextId = 1;

export const aRequest = (method: string, params: JsonObject = {}): RpcRequest => ({
  jsonrpc: '2.0',
  id: nextId++,
  method,
  params,
});

export const toolCall = (name: string, args: JsonObject = {}): RpcRequest =>
  aRequest('tools/call', { name, arguments: args });

export const ask = (link: Link, name: string, args: JsonObject = {}): Promise<Fate> =>
  link.exchange(toolCall(name, args), {});

const hello = {
  protocolVersion: '2025-11-25',
  capabilities: {},
  clientInfo: { name: 'stdio-test', version: '1' },
};

export const shake = async (link: Link): Promise<void> => {
  const fate = await link.exchange(aRequest('initialize', hello), {});
  expect(fate.kind).toBe('answered');
  link.useVersion('2025-11-25');
  const told = await link.tell({ jsonrpc: '2.0', method: 'notifications/initialized' });
  expect(told.kind).toBe('accepted');
};

export const resultOf = (fate: Fate): JsonObject => {
  if (fate.kind === 'answered' && 'result' in fate.response) return fate.response.result;
  return expect.fail(`Expected a result, met ${JSON.stringify(fate)}.`);
};

export const textOf = (fate: Fate): string => {
  const { content } = resultOf(fate);
  const first: unknown = Array.isArray(content) ? content[0] : undefined;
  return isObject(first) ? String(first['text']) : expect.fail('The result has no text.');
};

/** One that has ended and was not yet fetched by its parent (a container without an init) is gone too. */
export const lives = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    if (process.platform !== 'linux') return true;
    return !/^\d+ \(.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
};

export const untilTrue = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await delay(5);
};

export const untilGone = (pid: number): Promise<void> => untilTrue(() => !lives(pid));

export interface Asked {
  readonly pid: number;
  readonly method: string;
  readonly params: JsonObject;
  readonly id?: RpcId;
}

export interface ServerLedger {
  readonly file: string;
  readonly text: () => string;
  /** What is written in whole. */
  readonly asked: () => Asked[];
}

/** Where a server writes what it was asked, and what it wrote so far. */
export const aLedger = (): ServerLedger => {
  const folder = mkdtempSync(join(tmpdir(), 'lifeline-stdio-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'ledger');
  const text = (): string => (existsSync(file) ? readFileSync(file, 'utf8') : '');
  const asked = (): Asked[] =>
    text()
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Asked);
  return { file, text, asked };
};
