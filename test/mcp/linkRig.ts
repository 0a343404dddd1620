// A link to a trap, with everything that it reported, and ways to wait for a condition.
import { setImmediate as turn } from 'node:timers/promises';
import { expect, onTestFinished } from 'vitest';
import { type Clock, realClock } from '../../src/base/clock.ts';
import type { Failure } from '../../src/core/connection/failure.ts';
import type { RpcId, RpcNotification, RpcRequest } from '../../src/core/rpc.ts';
import type { HttpServer } from '../../src/core/settings.ts';
import { HttpLink } from '../../src/mcp/http.ts';
import { targetOf } from '../../src/mcp/target.ts';
import type { Fate, LinkEvents, Log, SessionRef } from '../../src/runtime/ports.ts';
import { VirtualClock } from '../support/virtualClock.ts';
import {
  type Answer,
  type Seen,
  startTrap,
  type Trap,
  type TrapOptions,
  type TrapServer,
} from '../servers/trapServer.ts';

export class Heard implements LinkEvents {
  readonly messages: { readonly message: RpcRequest | RpcNotification; readonly stream: string }[] =
    [];
  readonly cursors: (readonly [stream: string, cursor: string | null])[] = [];
  readonly pushes: string[] = [];
  readonly losses: Failure[] = [];
  bytes = 0;

  message(message: RpcRequest | RpcNotification, stream: string): void {
    this.messages.push({ message, stream });
  }
  heard(): void {
    this.bytes += 1;
  }
  cursor(stream: string, cursor: string | null): void {
    this.cursors.push([stream, cursor]);
  }
  push(state: string): void {
    this.pushes.push(state);
  }
  lost(failure: Failure): void {
    this.losses.push(failure);
  }

  get methods(): string[] {
    return this.messages.map(({ message }) => message.method);
  }

  /** Everything reported so far, as a number that only grows. */
  get total(): number {
    const { messages, cursors, pushes, losses, bytes } = this;
    return messages.length + cursors.length + pushes.length + losses.length + bytes;
  }
}

export const silentLog: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

export const oldSession: SessionRef = { id: 'session-1', protocolVersion: '2025-11-25' };
export const newSession: SessionRef = { id: null, protocolVersion: null };

export interface LinkOptions {
  readonly session?: SessionRef;
  readonly headers?: Readonly<Record<string, string>>;
  readonly clock?: Clock;
  readonly maxMessageBytes?: number;
  readonly connectTimeout?: number;
  /** Name and password before the host, as in `user:word@`. */
  readonly login?: string;
}

export const linkTo = (url: string, options: LinkOptions = {}) => {
  const heard = new Heard();
  const link = new HttpLink(
    {
      target: targetOf(url),
      headers: options.headers ?? {},
      connectTimeout: options.connectTimeout ?? 10_000,
      maxMessageBytes: options.maxMessageBytes ?? 64 * 1024 * 1024,
      clock: options.clock ?? realClock,
      log: silentLog,
    },
    options.session ?? oldSession,
    heard,
  );
  onTestFinished(() => link.close(false));
  return { link, heard };
};

export const trapped = async (trap: Trap, options: TrapOptions = {}): Promise<TrapServer> => {
  const server = await startTrap(trap, options);
  onTestFinished(() => server.close());
  return server;
};

/** A link and the trap that it meets. */
export const linkInto = async (trap: Trap, options: LinkOptions = {}) => {
  const server = await trapped(trap);
  const url = server.url.replace('//', `//${options.login ?? ''}`);
  return { server, ...linkTo(url, options) };
};

/** The trap for POST; GET is told that there is no such stream. */
export const onPost =
  (trap: Trap): Trap =>
  (seen: Seen, answer: Answer) =>
    seen.method === 'POST' ? trap(seen, answer) : answer.status(405);

export const aCall = (id: RpcId = 7): RpcRequest => ({
  jsonrpc: '2.0',
  id,
  method: 'tools/call',
  params: { name: 'echo' },
});

export const aNote = (text: string): RpcNotification => ({
  jsonrpc: '2.0',
  method: 'notifications/message',
  params: { text },
});

export const answerTo = (id: RpcId): object => ({ jsonrpc: '2.0', id, result: { ok: true } });

/** Waits until the condition holds; the test's own limit is the patience. */
export const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await turn();
};

export const failureIn = (fate: Fate): Failure => {
  if (!('failure' in fate)) return expect.fail(`Expected a failure, met ${fate.kind}.`);
  return fate.failure;
};

/** Kind of the fate and of its failure, as one line. */
export const inShort = (fate: Fate): string =>
  'failure' in fate ? `${fate.kind} ${fate.failure.kind}` : fate.kind;

export const cursorIn = (fate: Fate): string | null =>
  fate.kind === 'broken' ? fate.cursor : expect.fail(`Expected broken, met ${fate.kind}.`);

export const aServer = (url: string, more: Partial<HttpServer> = {}): HttpServer => ({
  kind: 'http',
  transport: 'http',
  name: 'trap',
  url,
  headers: {},
  headersHelper: null,
  oauth: false,
  origin: { scope: 'user', folder: null },
  watch: [],
  health: '/health',
  autoStart: true,
  enabled: true,
  trustHints: false,
  connection: 'perClient',
  ...more,
});

/** POST opens a stream that is cut by `cut` after `events`; GET does `goOn`. */
export const breaking =
  (open: (answer: Answer) => void, goOn: Trap = (_, answer) => answer.status(405)): Trap =>
  (seen: Seen, answer: Answer) => {
    if (seen.method !== 'POST') return goOn(seen, answer);
    return open(answer.stream());
  };

export const endSoon = (answer: Answer, cut: 'end' | 'reset'): void => {
  // Written and cut in one go, a reset would overtake the data.
  setTimeout(() => answer[cut](), 20);
};

export const paused = async (trap: Trap, options: LinkOptions = {}) => {
  const clock = new VirtualClock();
  return { clock, ...(await linkInto(trap, { clock, ...options })) };
};
