// A process of ours with everything that it started: whether something of it lives, and its end, in order or at once.
// Wrappers (npx, uvx, sh) start the real server as a child of their own, so that ending one process is never enough.
// Not here: what the processes say.
import { type ChildProcess, spawn } from 'node:child_process';
import { type Clock, type Millis, sleep } from '../../base/clock.ts';
import { killPlan } from './killPlan.ts';

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The spec's shutdown (lifecycle, stdio): close the input, then SIGTERM, then SIGKILL. Together under five seconds. */
const graces = { input: 2_000, term: 2_000, kill: 500 } as const;
/** Grandchildren tell nobody that they ended, so they must be looked at. */
const glance: Millis = 20;

const system = { platform: process.platform, systemRoot: process.env['SystemRoot'] };
const hasGroups = system.platform !== 'win32';

/** Options of `spawn` that make the whole tree reachable: on POSIX a process group of its own. */
export const treeOptions = { detached: hasGroups, windowsHide: true } as const;

/** Whether a member of the process group is left; one that we may not signal is there too (kill(2), EPERM). */
const groupLives = (pid: number): boolean => {
  try {
    process.kill(-pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
};

export class ProcessTree {
  readonly #child: ChildProcess;
  readonly #pid: number;
  readonly #clock: Clock;
  #exit: Exit | null = null;
  #ending: Promise<void> | null = null;
  #gone = false;

  /** `child` was started with `treeOptions` and has a pid. */
  constructor(child: ChildProcess, pid: number, clock: Clock) {
    this.#child = child;
    this.#pid = pid;
    this.#clock = clock;
    child.once('exit', (code, signal) => {
      this.#exit = { code, signal };
    });
  }

  get pid(): number {
    return this.#pid;
  }

  /** How the first process ended; null while it runs. */
  get exit(): Exit | null {
    return this.#exit;
  }

  /**
   * Ends all of it in order, and resolves when it is gone or can do no more than be gone soon. Its input must have been
   * closed before. Never rejects.
   */
  end(): Promise<void> {
    this.#ending ??= this.#end();
    return this.#ending;
  }

  /** Ends all of it at once. */
  kill(): void {
    if (this.#lives()) this.#tell(true);
  }

  async #end(): Promise<void> {
    // After a crash nobody is left who would tidy up because of the closed input.
    const crashed = this.#exit !== null;
    if (!crashed && (await this.#goneWithin(graces.input))) return this.#release();
    if (this.#lives()) this.#tell(false);
    if (await this.#goneWithin(graces.term)) return this.#release();
    this.#tell(true);
    await this.#goneWithin(graces.kill);
    return this.#release();
  }

  async #goneWithin(limit: Millis): Promise<boolean> {
    const until = this.#clock.steady() + limit;
    while (this.#lives()) {
      if (this.#clock.steady() >= until) return false;
      await sleep(this.#clock, glance);
    }
    return true;
  }

  /** Once all were gone the number may belong to somebody else, so that it is never asked about again. */
  #lives(): boolean {
    if (this.#gone) return false;
    this.#gone = this.#exit !== null && !(hasGroups && groupLives(this.#pid));
    return !this.#gone;
  }

  #tell(force: boolean): void {
    const plan = killPlan(this.#pid, force, system);
    if (plan.kind === 'command') {
      // Nobody waits for it, and whether it worked is seen by looking.
      spawn(plan.file, plan.args, { stdio: 'ignore', windowsHide: true }).on('error', () => {});
      return;
    }
    try {
      process.kill(plan.target, plan.signal);
    } catch {
      // The last of them ended in this very moment.
    }
  }

  /** A process that left the group may keep our ends of its pipes open for ever. */
  #release(): void {
    this.#child.stdout?.destroy();
    this.#child.stderr?.destroy();
  }
}
