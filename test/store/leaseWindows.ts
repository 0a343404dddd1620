// Windows that contend for one lease: some in this process under a virtual clock, some real processes.
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { openDatabase } from '../../src/store/database.ts';
import { Lease } from '../../src/store/lease.ts';
import type { LeaseOpening, LeasePorts } from '../../src/store/leasePorts.ts';
import { LeaseTable, leaseFile, leaseMigrations } from '../../src/store/leaseTable.ts';
import type { VirtualClock } from '../support/virtualClock.ts';
import { RememberingLog } from './fixtures.ts';

export const openTable = (folder: string, log = new RememberingLog()): LeaseOpening => {
  const opened = openDatabase({ folder, name: leaseFile, migrations: leaseMigrations, log });
  return opened.kind === 'open' ? { kind: 'open', table: new LeaseTable(opened.database) } : opened;
};

export interface TestWindow {
  readonly lease: Lease;
  readonly log: RememberingLog;
  /** How often the workbench was asked whether somebody looks. */
  readonly asked: () => number;
}

/** A window whose process always lives, so that only beats and requests decide. */
export const aWindow = (
  folder: string,
  clock: VirtualClock,
  id: string,
  more: Partial<LeasePorts> = {},
): TestWindow => {
  const log = new RememberingLog();
  let asked = 0;
  const lease = new Lease({
    clock,
    log,
    id,
    pid: 1,
    processes: { machine: 'here', bootedAt: 0, isAlive: () => true },
    open: () => openTable(folder, log),
    ...more,
    isWatched: () => {
      asked += 1;
      return more.isWatched?.() ?? Promise.resolve(true);
    },
  });
  onTestFinished(() => lease.dispose());
  return { lease, log, asked: () => asked };
};

/** A real process that holds or wants the lease; see leaseChild.ts. */
export class ChildWindow {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #seen: string[] = [];
  readonly #waiting = new Set<() => void>();
  readonly #exited: Promise<unknown>;

  constructor(folder: string) {
    const script = fileURLToPath(new URL('leaseChild.ts', import.meta.url));
    this.#child = spawn(process.execPath, [script, folder], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#exited = once(this.#child, 'exit');
    createInterface(this.#child.stdout).on('line', (line) => {
      this.#seen.push(line);
      for (const check of this.#waiting) check();
    });
    onTestFinished(async () => {
      this.kill('SIGKILL');
      await this.#exited;
    });
  }

  /** Waits until the child has reported `status`, and forgets what it reported before. */
  async reports(status: string): Promise<void> {
    await new Promise<void>((resolve) => {
      const check = (): void => {
        const index = this.#seen.indexOf(status);
        if (index < 0) return;
        this.#seen.splice(0, index + 1);
        this.#waiting.delete(check);
        resolve();
      };
      this.#waiting.add(check);
      check();
    });
  }

  release(): void {
    this.#child.stdin.write('release\n');
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async killed(): Promise<void> {
    this.kill('SIGKILL');
    await this.#exited;
  }
}
