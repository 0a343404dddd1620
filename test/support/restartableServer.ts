// The restartable server (test/servers/restartable.ts) as a test wants to speak of it.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, type ServerProcess, startServer } from './serverProcess.ts';

export type Cut = 'rst' | 'end' | 'blackhole';

export interface RestartableOptions {
  readonly port?: number;
  readonly stale?:
    | '404-32000'
    | '404-32001'
    | '404-text'
    | '400-32000'
    | '503'
    | '200-error'
    | 'accept';
  readonly health?: boolean;
  /** `kept`: cursors outlive a restart. */
  readonly events?: 'off' | 'memory' | 'kept';
  /** Calls are answered with JSON and not with a stream. */
  readonly jsonAnswers?: boolean;
  readonly keepSessions?: boolean;
  readonly tools?: readonly string[];
  readonly startDelay?: number;
  /** How it calls itself. */
  readonly name?: string;
  /** Calls of its tool `job` end even when it is killed meanwhile; needs kept events and sessions. */
  readonly keepJobs?: boolean;
  /** Where it learns how each of its lives ends (test/servers/doom.ts). */
  readonly doomFile?: string;
}

/** One HTTP request that the server saw. */
export interface SeenRequest {
  readonly method: string;
  readonly rpc: string | null;
  readonly tool: string | null;
  readonly id: unknown;
  readonly session: string | null;
  readonly lastEventId: string | null;
  readonly protocolVersion: string | null;
}

export interface RestartableServer {
  readonly process: ServerProcess;
  readonly url: string;
  /** Breaks the open streams, and tells how many there were. */
  cut(how: Cut, which?: 'standalone' | 'post' | 'all'): Promise<number>;
  /** Forgets every session, as an idle limit would. */
  expire(): Promise<void>;
  /** A frozen server takes requests and never says a word; its admin door goes on. */
  freeze(on: boolean): Promise<void>;
  /** Sends `count` numbered notifications to every session. */
  notify(count: number): Promise<void>;
  /** The HTTP requests seen since it started or since they were last cleared. */
  requests(): Promise<readonly SeenRequest[]>;
  clearRequests(): Promise<void>;
  /** Calls that were executed, over all its lives. */
  ledger(): readonly { readonly name: string; readonly args: unknown }[];
  /** Ends it and removes what it kept. */
  stop(): Promise<void>;
}

const onOff = (on: boolean): string => (on ? 'on' : 'off');

const usual = {
  stale: '404-32001',
  health: true,
  events: 'off',
  jsonAnswers: false,
  keepSessions: false,
  keepJobs: false,
  tools: [],
  startDelay: 0,
} as const satisfies RestartableOptions;

const environmentOf = (
  options: RestartableOptions,
  folder: string,
): Readonly<Record<string, string>> => {
  const { stale, health, events, jsonAnswers, ...others } = { ...usual, ...options };
  const { keepSessions, keepJobs, tools, startDelay, doomFile, name } = others;
  return {
    STALE: stale,
    HEALTH: onOff(health),
    EVENTS: onOff(events !== 'off'),
    JSON_ANSWERS: onOff(jsonAnswers),
    ...(events === 'kept' ? { EVENT_FILE: join(folder, 'events') } : {}),
    ...(keepSessions ? { SESSION_FILE: join(folder, 'sessions') } : {}),
    ...(keepJobs ? { JOB_FILE: join(folder, 'jobs') } : {}),
    ...(doomFile === undefined ? {} : { DOOM_FILE: doomFile }),
    LEDGER: join(folder, 'ledger'),
    TASK_FILE: join(folder, 'tasks'),
    TOOLS: tools.join(','),
    START_DELAY: String(startDelay),
    ...(name === undefined ? {} : { NAME: name }),
  };
};

/** Starts one and waits until it listens. */
export const startRestartable = async (
  options: RestartableOptions = {},
): Promise<RestartableServer> => {
  const folder = mkdtempSync(join(tmpdir(), 'restartable-'));
  const ledgerFile = join(folder, 'ledger');
  const process = startServer({
    script: 'test/servers/restartable.ts',
    port: options.port ?? (await freePort()),
    env: environmentOf(options, folder),
  });
  await process.waitListening();
  const admin = async (path: string): Promise<unknown> => {
    const answer = await fetch(`${process.origin}/admin/${path}`, { method: 'POST' });
    if (!answer.ok) throw new Error(`/admin/${path} answered ${answer.status}`);
    return answer.json();
  };
  return {
    process,
    url: process.url,
    cut: async (how, which = 'all') => {
      const { cut } = (await admin(`cut?how=${how}&which=${which}`)) as { cut: number };
      return cut;
    },
    expire: async () => void (await admin('expire')),
    freeze: async (on) => void (await admin(`freeze?on=${on}`)),
    notify: async (count) => void (await admin(`notify?count=${count}`)),
    requests: async () => (await admin('requests')) as readonly SeenRequest[],
    clearRequests: async () => void (await admin('requests?clear=true')),
    ledger: () => readLedger(ledgerFile),
    stop: async () => {
      await process.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

const readLedger = (file: string): readonly { readonly name: string; readonly args: unknown }[] => {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    // Nothing was executed yet.
    return [];
  }
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { name: string; args: unknown });
};
