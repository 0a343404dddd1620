// Servers behind the gateway that write down every call they execute, to disk, before they answer; to be killed without a
// goodbye. Over HTTP whoever killed it starts it again, over stdio the gateway does.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LedgerLine } from '../chaos/ledger.ts';
import { startRestartable } from './restartableServer.ts';
import { nodePath, projectRoot } from './serverProcess.ts';

export interface Upstream {
  /** Its entry in `mcp.json`. */
  readonly entry: Readonly<Record<string, unknown>>;
  /** False where nothing ran that was not killed already. */
  kill(): Promise<boolean>;
  ledger(): readonly LedgerLine[];
  stop(): Promise<void>;
}

const overHttp = async (keeps: boolean): Promise<Upstream> => {
  const server = await startRestartable(
    keeps ? { events: 'kept', keepSessions: true } : { events: 'off' },
  );
  return {
    entry: { type: 'http', url: server.url },
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

const linesOf = (file: string): readonly string[] =>
  existsSync(file)
    ? readFileSync(file, 'utf8')
        .split('\n')
        .filter((line) => line !== '')
    : [];

const overStdio = async (): Promise<Upstream> => {
  const folder = mkdtempSync(join(tmpdir(), 'append-stdio-'));
  const ledger = join(folder, 'ledger');
  const pidFile = join(folder, 'pid');
  const killed = new Set<number>();
  return {
    entry: {
      command: nodePath,
      args: [join(projectRoot, 'test/servers/appendStdio.ts')],
      env: { LEDGER: ledger, PID_FILE: pidFile },
    },
    kill: async () => {
      const pid = Number(linesOf(pidFile)[0] ?? 0);
      // A process id that was killed once may belong to somebody else by now.
      if (pid === 0 || killed.has(pid)) return false;
      killed.add(pid);
      process.kill(pid, 'SIGKILL');
      return true;
    },
    ledger: () => linesOf(ledger).map((line) => JSON.parse(line) as LedgerLine),
    stop: async () => rmSync(folder, { recursive: true, force: true }),
  };
};

/** By what survives a kill: nothing, or the streams with their cursors and the sessions. */
export const upstreams = {
  'HTTP without events': () => overHttp(false),
  'HTTP with kept events': () => overHttp(true),
  stdio: overStdio,
} satisfies Record<string, () => Promise<Upstream>>;

export type UpstreamKind = keyof typeof upstreams;
export const upstreamKinds = Object.keys(upstreams) as readonly UpstreamKind[];
