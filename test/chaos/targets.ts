// What a storm rages against: servers in real processes, over HTTP and over stdio, each with its ledger on disk and ways
// to die without a goodbye.
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Fate } from '../servers/doom.ts';
import type { FleetRig } from '../support/fleetRig.ts';
import { type RestartableOptions, startRestartable } from '../support/restartableServer.ts';
import { nodePath, projectRoot } from '../support/serverProcess.ts';
import type { HostTarget } from './hostStorm.ts';
import type { LedgerLine } from './ledger.ts';

export interface Target {
  /** Its entry in `mcpLifeline.servers`. */
  readonly entry: Readonly<Record<string, unknown>>;
  /** Its tool `job` ends also when it is killed meanwhile. */
  readonly keepsJobs: boolean;
  /** The process that runs now; null while none does. */
  pid(rig: FleetRig): number | null;
  /** Leaves word for the next life how it will die. */
  foretell(fate: Fate): void;
  /** The life that runs knows its fate; there is place for the next one's. */
  isForetold(): boolean;
  /** What is dead comes back: by us over HTTP, by the product over stdio. */
  revive(): void;
  ledger(): readonly LedgerLine[];
  stop(): Promise<void>;
}

/** Where the fates lie. */
const omens = (
  folder: string,
): Pick<Target, 'foretell' | 'isForetold'> & { readonly file: string } => {
  const file = join(folder, 'doom');
  return {
    file,
    // Written aside and renamed: nobody reads half of it.
    foretell: (fate) => {
      writeFileSync(`${file}.new`, JSON.stringify(fate));
      renameSync(`${file}.new`, file);
    },
    isForetold: () => !existsSync(file),
  };
};

const overHttp = async (options: RestartableOptions): Promise<Target> => {
  const folder = mkdtempSync(join(tmpdir(), 'http-doom-'));
  const { file, ...fates } = omens(folder);
  const server = await startRestartable({ ...options, doomFile: file });
  return {
    ...fates,
    entry: { url: server.url, trustHints: true },
    keepsJobs: options.keepJobs === true,
    pid: () => server.process.pid ?? null,
    revive: () => server.process.start(),
    ledger: () => server.ledger(),
    stop: async () => {
      await server.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

/** The process that the product started last, as it says in its log. */
const lastPid = (rig: FleetRig): number | null => {
  const said = rig.log.findLast((line) => / as process \d+/.test(line));
  const pid = said === undefined ? undefined : / as process (\d+)/.exec(said)?.[1];
  return pid === undefined ? null : Number(pid);
};

const readLedger = (file: string): readonly LedgerLine[] =>
  existsSync(file)
    ? readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as LedgerLine)
    : [];

const overStdio = async (): Promise<Target> => {
  const folder = mkdtempSync(join(tmpdir(), 'stdio-ledger-'));
  const ledgerFile = join(folder, 'ledger');
  const { file, ...fates } = omens(folder);
  return {
    ...fates,
    entry: {
      command: nodePath,
      args: [join(projectRoot, 'test/servers/stdioLedger.ts')],
      env: { LEDGER: ledgerFile, DOOM_FILE: file },
      trustHints: true,
    },
    keepsJobs: false,
    pid: (rig) => {
      const pid = lastPid(rig);
      return pid !== null && isAlive(pid) ? pid : null;
    },
    revive: () => undefined,
    ledger: () => readLedger(ledgerFile),
    stop: async () => rmSync(folder, { recursive: true, force: true }),
  };
};

/** The kinds of server, by what survives a kill: nothing, or the streams with their cursors, the sessions and the work. */
export const targets = {
  'HTTP without events': () => overHttp({ events: 'off' }),
  'HTTP with kept events': () => overHttp({ events: 'kept', keepSessions: true, keepJobs: true }),
  stdio: overStdio,
} satisfies Record<string, () => Promise<Target>>;

export type TargetName = keyof typeof targets;
export const targetNames: readonly TargetName[] = [
  'HTTP without events',
  'HTTP with kept events',
  'stdio',
];

const hostOverHttp = async (options: RestartableOptions): Promise<HostTarget> => {
  const server = await startRestartable(options);
  return {
    entry: { url: server.url },
    takeAway: async () => {
      await server.process.kill9();
      return () => server.process.start();
    },
    ledger: () => server.ledger(),
    stop: () => server.stop(),
  };
};

const hostOverStdio = async (): Promise<HostTarget> => {
  const target = await overStdio();
  return { ...target, takeAway: null };
};

/** What the hosts of a storm talk to while they are killed. */
export const hostTargets = {
  'host, HTTP without events': () => hostOverHttp({ events: 'off' }),
  'host, HTTP with events': () => hostOverHttp({ events: 'memory' }),
  'host, stdio': hostOverStdio,
} satisfies Record<string, () => Promise<HostTarget>>;

export type HostTargetName = keyof typeof hostTargets;
export const hostTargetNames: readonly HostTargetName[] = [
  'host, HTTP without events',
  'host, HTTP with events',
  'host, stdio',
];
