// The stdio bridge in a process of its own, and a client that writes and reads its lines.
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { onTestFinished } from 'vitest';
import {
  asMessage,
  isResponse,
  type JsonObject,
  type RpcId,
  type RpcMessage,
  type RpcResponse,
} from '../../../src/core/rpc.ts';
import { nodePath, projectRoot } from '../../support/serverProcess.ts';

export interface BridgeProcess {
  readonly pid: number;
  /** What it said on standard error. */
  readonly notes: string;
  /** Everything that it wrote to standard output, as messages. */
  readonly heard: readonly RpcMessage[];
  /** Lines of standard output that are no JSON-RPC; there must never be one. */
  readonly noise: readonly string[];
  write(text: string): void;
  request(method: string, params?: JsonObject): Promise<RpcResponse>;
  /** The text of a tool's answer. */
  call(tool: string, args?: JsonObject): Promise<string>;
  hello(): Promise<JsonObject>;
  /** Resolves when it has said this on standard error. */
  noted(words: string): Promise<void>;
  /** Resolves with the first message that is wanted, said before or from now on. */
  until(wanted: (message: RpcMessage) => boolean): Promise<RpcMessage>;
  /** Stops and goes on reading its output. */
  read(isReading: boolean): void;
  endInput(): void;
  /** Closes its output: whatever it writes from then on fails. */
  hangUp(): void;
  kill(signal: NodeJS.Signals): void;
  /** The code, or the signal, with which it ended. */
  ended(): Promise<number | string>;
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

/** Tells whoever waits that something has been said. */
class Ears {
  readonly #waiting = new Set<() => boolean>();

  heard(): void {
    for (const look of this.#waiting) if (look()) this.#waiting.delete(look);
  }

  until<T>(look: () => T | undefined): Promise<T> {
    return new Promise((resolve) => {
      const see = (): boolean => {
        const found = look();
        if (found !== undefined) resolve(found);
        return found !== undefined;
      };
      if (!see()) this.#waiting.add(see);
    });
  }
}

export const textOf = (response: RpcResponse): string => {
  if ('error' in response) return `error ${response.error.code}: ${response.error.message}`;
  const content = response.result['content'] as readonly { readonly text: string }[];
  const text = content.map((part) => part.text).join('\n');
  return response.result['isError'] === true ? `isError: ${text}` : text;
};

class Bridge implements BridgeProcess {
  readonly #child: Child;
  readonly #ears = new Ears();
  readonly #heard: RpcMessage[] = [];
  readonly noise: string[] = [];
  #notes = '';
  #nextId = 1;
  readonly #ended: Promise<number | string>;

  constructor(child: Child) {
    this.#child = child;
    this.#ended = once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | string);
    createInterface({ input: child.stdout }).on('line', (line) => this.#hear(line));
    child.stderr.on('data', (chunk: Buffer) => {
      this.#notes += chunk.toString('utf8');
      this.#ears.heard();
    });
    // The end of the bridge is asked for by `ended`.
    child.stdin.on('error', () => undefined);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get notes(): string {
    return this.#notes;
  }

  get heard(): readonly RpcMessage[] {
    return this.#heard;
  }

  write(text: string): void {
    this.#child.stdin.write(`${text}\n`);
  }

  request(method: string, params?: JsonObject): Promise<RpcResponse> {
    const id = this.#nextId++;
    this.write(JSON.stringify({ jsonrpc: '2.0', id, method, ...(params ? { params } : {}) }));
    return this.answer(id);
  }

  async answer(id: RpcId): Promise<RpcResponse> {
    const isIt = (message: RpcMessage): message is RpcResponse =>
      isResponse(message) && message.id === id;
    return this.#ears.until(() => this.#heard.find(isIt));
  }

  async call(tool: string, args: JsonObject = {}): Promise<string> {
    return textOf(await this.request('tools/call', { name: tool, arguments: args }));
  }

  async hello(): Promise<JsonObject> {
    const response = await this.request('initialize', {
      protocolVersion: '2025-11-25',
      capabilities: {},
      clientInfo: { name: 'bridge-test', version: '1' },
    });
    if ('error' in response) throw new Error(response.error.message);
    this.write(JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' }));
    return response.result;
  }

  async noted(words: string): Promise<void> {
    await this.#ears.until(() => (this.#notes.includes(words) ? true : undefined));
  }

  until(wanted: (message: RpcMessage) => boolean): Promise<RpcMessage> {
    return this.#ears.until(() => this.#heard.find(wanted));
  }

  read(isReading: boolean): void {
    if (isReading) this.#child.stdout.resume();
    else this.#child.stdout.pause();
  }

  endInput(): void {
    this.#child.stdin.end();
  }

  hangUp(): void {
    this.#child.stdout.destroy();
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  ended(): Promise<number | string> {
    return this.#ended;
  }

  #hear(line: string): void {
    let message: RpcMessage | undefined;
    try {
      message = asMessage(JSON.parse(line));
    } catch {
      message = undefined;
    }
    if (message === undefined) this.noise.push(line);
    else this.#heard.push(message);
    this.#ears.heard();
  }
}

/** Starts one; it is gone when the test ends. `state`: where discovery files are looked for. */
export const startBridge = (
  args: readonly string[],
  {
    state,
    cwd = projectRoot,
    env = {},
  }: {
    readonly state: string;
    readonly cwd?: string;
    readonly env?: Readonly<Record<string, string>>;
  },
): BridgeProcess => {
  const child = spawn(nodePath, [`${projectRoot}src/bridge.ts`, ...args], {
    cwd,
    env: { ...process.env, ...homeIn(state), ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const bridge = new Bridge(child);
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await bridge.ended();
  });
  return bridge;
};

/** So that a child keeps what it remembers of its user under this folder, on every platform. */
export const homeIn = (folder: string): Readonly<Record<string, string>> => ({
  HOME: folder,
  XDG_STATE_HOME: folder,
  LOCALAPPDATA: folder,
});
