// The parent's side of a fleet in a process of its own (fleetChild.ts): asks it, stops it, kills it.
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { RpcMessage } from '../../src/core/rpc.ts';
import type { JsonObject } from '../../src/core/rpc.ts';
import type { StateKind } from '../../src/core/connection/state.ts';
import type { PendingCall } from '../../src/runtime/watch.ts';
import type { Question } from './fleetChild.ts';
import type { Called, RigOptions } from './fleetRig.ts';
import { nodePath, projectRoot } from './serverProcess.ts';

interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

interface Asker {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

export class FleetProcess {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #asked = new Map<number, Asker>();
  readonly #exited: Promise<unknown>;
  #nextId = 1;
  #isGone = false;

  constructor(options: RigOptions) {
    this.#child = spawn(nodePath, ['test/support/fleetChild.ts', JSON.stringify(options)], {
      cwd: projectRoot,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#exited = once(this.#child, 'exit').then(() => this.#gone());
    // Writing to a process that was killed is no failure of the test.
    this.#child.stdin.on('error', () => undefined);
    createInterface(this.#child.stdout).on('line', (line) => this.#answered(line));
  }

  call(name: string, args: JsonObject = {}, server?: string): Promise<Called> {
    return this.#ask({ ask: 'call', name, args, ...(server === undefined ? {} : { server }) });
  }

  untilState(name: StateKind, server?: string): Promise<{ readonly recovered?: string }> {
    return this.#ask({ ask: 'until', name, ...(server === undefined ? {} : { server }) });
  }

  states(server?: string): Promise<readonly StateKind[]> {
    return this.#ask({ ask: 'states', ...(server === undefined ? {} : { server }) });
  }

  /** The names of the tools. */
  catalog(server?: string): Promise<readonly string[]> {
    return this.#ask({ ask: 'catalog', ...(server === undefined ? {} : { server }) });
  }

  heard(): Promise<readonly RpcMessage[]> {
    return this.#ask({ ask: 'heard' });
  }

  /** Calls that wait, run, or were left behind. */
  pending(): Promise<readonly PendingCall[]> {
    return this.#ask({ ask: 'pending' });
  }

  runPending(key: string): Promise<Called> {
    return this.#ask({ ask: 'run', name: key });
  }

  discardPending(key: string): Promise<null> {
    return this.#ask({ ask: 'discard', name: key });
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  /** Resolves when the process has ended, however it ends. */
  get exited(): Promise<unknown> {
    return this.#exited;
  }

  /** Ends the fleet, and leaves the process. */
  closeFleet(): Promise<null> {
    return this.#ask({ ask: 'close' });
  }

  /** What keeps the process going. */
  openThings(): Promise<readonly string[]> {
    return this.#ask({ ask: 'open' });
  }

  /** As in the sleep of a laptop: it hears nothing until it goes on. */
  freeze(): void {
    this.#child.kill('SIGSTOP');
  }

  thaw(): void {
    this.#child.kill('SIGCONT');
  }

  /** As a crash of the extension host. */
  async kill9(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exited;
  }

  #ask<T>(question: Omit<Question, 'id'>): Promise<T> {
    if (this.#isGone) return Promise.reject(new Error('The fleet was killed.'));
    const id = this.#nextId++;
    this.#child.stdin.write(`${JSON.stringify({ id, ...question })}\n`);
    return new Promise((resolve, reject) => {
      this.#asked.set(id, { resolve: (value) => resolve(value as T), reject });
    });
  }

  #answered(line: string): void {
    const { id, value, error } = JSON.parse(line) as Answer;
    const asker = this.#asked.get(id);
    this.#asked.delete(id);
    if (error === undefined) asker?.resolve(value);
    else asker?.reject(new Error(error));
  }

  #gone(): void {
    this.#isGone = true;
    for (const { reject } of this.#asked.values()) reject(new Error('The fleet was killed.'));
    this.#asked.clear();
  }
}
