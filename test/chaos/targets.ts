// What a storm rages against: servers in real processes, over HTTP and over stdio, each with its ledger on disk and a way
// to be killed without a goodbye.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FleetRig } from '../support/fleetRig.ts';
import { type RestartableOptions, startRestartable } from '../support/restartableServer.ts';
import { nodePath, projectRoot } from '../support/serverProcess.ts';
import type { LedgerLine } from './ledger.ts';

export interface Target {
  /** Its entry in `mcpLifeline.servers`. */
  readonly entry: Readonly<Record<string, unknown>>;
  /** SIGKILL to whatever runs now; false where nothing ran. What is killed comes back: by us over HTTP, by the product over stdio. */
  kill(rig: FleetRig): Promise<boolean>;
  ledger(): readonly LedgerLine[];
  stop(): Promise<void>;
}

const overHttp = async (options: RestartableOptions): Promise<Target> => {
  const server = await startRestartable(options);
  return {
    entry: { url: server.url, trustHints: true },
    kill: async () => {
      const wasUp = server.process.pid !== undefined;
      await server.process.kill9();
      server.process.start();
      return wasUp;
    },
    ledger: () => server.ledger(),
    stop: () => server.stop(),
  };
};

/** The process that the product started last, as it says in its log. */
const lastPid = (rig: FleetRig): number | null => {
  const said = rig.log.findLast((line) => / as process \d+/.test(line));
  const pid = said === undefined ? undefined : / as process (\d+)/.exec(said)?.[1];
  return pid === undefined ? null : Number(pid);
};

const overStdio = async (): Promise<Target> => {
  const folder = mkdtempSync(join(tmpdir(), 'stdio-ledger-'));
  const file = join(folder, 'ledger');
  const killed = new Set<number>();
  return {
    entry: {
      command: nodePath,
      args: [join(projectRoot, 'test/servers/stdioLedger.ts')],
      env: { LEDGER: file },
      trustHints: true,
    },
    kill: async (rig) => {
      const pid = lastPid(rig);
      // A process id that was killed once may belong to somebody else by now.
      if (pid === null || killed.has(pid)) return false;
      killed.add(pid);
      process.kill(pid, 'SIGKILL');
      return true;
    },
    ledger: () =>
      existsSync(file)
        ? readFileSync(file, 'utf8')
            .split('\n')
            .filter((line) => line !== '')
            .map((line) => JSON.parse(line) as LedgerLine)
        : [],
    stop: async () => rmSync(folder, { recursive: true, force: true }),
  };
};

/** The kinds of server, by what survives a kill: nothing, or the streams with their cursors and the sessions. */
export const targets = {
  'HTTP without events': () => overHttp({ events: 'off' }),
  'HTTP with kept events': () => overHttp({ events: 'kept', keepSessions: true }),
  stdio: overStdio,
} satisfies Record<string, () => Promise<Target>>;

export type TargetName = keyof typeof targets;
export const targetNames: readonly TargetName[] = [
  'HTTP without events',
  'HTTP with kept events',
  'stdio',
];
