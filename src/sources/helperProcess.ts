// One run of a command line of the user's, in a shell, for what it prints: with a time limit, limits of size, and an end for
// everything that it started. Not here: what the output means (headersHelper.ts).
import { type ChildProcess, spawn } from 'node:child_process';
import { win32 } from 'node:path';
import type { Clock, Millis } from '../base/clock.ts';
import { type Disposable, Store, toDisposable } from '../base/disposable.ts';
import { unsaid, type Unsaid } from '../core/wording/unsaid.ts';

export interface HelperCommand {
  readonly line: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface HelperLimits {
  readonly clock: Clock;
  readonly time: Millis;
  readonly stdoutBytes: number;
}

export type HelperEnd =
  | { readonly kind: 'printed'; readonly stdout: string; readonly stderr: string }
  | { readonly kind: 'failed'; readonly reason: Unsaid; readonly stderr: string };

const mostStderr = 16 * 1024;
/** A child that it left behind may hold the pipes open; what it had to say was said before it ended. */
const afterExit: Millis = 250;
const hasGroups = process.platform !== 'win32';

const killTree = (child: ChildProcess): void => {
  const { pid } = child;
  if (pid === undefined) return;
  if (!hasGroups) {
    const file = win32.join(process.env['SystemRoot'] ?? 'C:\\Windows', 'System32', 'taskkill.exe');
    spawn(file, ['/PID', String(pid), '/T', '/F'], { stdio: 'ignore', windowsHide: true })
      // Whether it worked is not worth waiting for.
      .on('error', () => child.kill());
    return;
  }
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // All of it has ended.
  }
};

/** Reads a pipe up to a limit. */
class Output {
  readonly #limit: number;
  readonly #chunks: Buffer[] = [];
  #size = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get isOver(): boolean {
    return this.#size > this.#limit;
  }

  add(chunk: Buffer): void {
    this.#size += chunk.length;
    if (!this.isOver) this.#chunks.push(chunk);
  }

  toString(): string {
    return Buffer.concat(this.#chunks).toString('utf8');
  }
}

const howItEnded = (code: number | null, signal: NodeJS.Signals | null): Unsaid =>
  signal === null
    ? unsaid('It ended with exit code {0}.', String(code))
    : unsaid('It was ended by {0}.', signal);

/** Never rejects; an abort counts as a failure. Nothing of it lives on when it resolves, but for what left its group. */
export const runHelper = (
  { line, cwd, env }: HelperCommand,
  { clock, time, stdoutBytes }: HelperLimits,
  signal: AbortSignal,
): Promise<HelperEnd> =>
  new Promise((resolve) => {
    const watch = new Store();
    const stdout = new Output(stdoutBytes);
    const stderr = new Output(mostStderr);
    const child = spawn(line, {
      ...{ shell: true, cwd, env: { ...env }, detached: hasGroups, windowsHide: true },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const finish = (reason: Unsaid | null): void => {
      if (watch.isDisposed) return;
      watch.dispose();
      killTree(child);
      child.stdout.destroy();
      child.stderr.destroy();
      const said = { stderr: String(stderr) };
      if (reason === null) resolve({ kind: 'printed', stdout: String(stdout), ...said });
      else resolve({ kind: 'failed', reason, ...said });
    };
    child.stdout.on('data', (chunk: Buffer) => {
      stdout.add(chunk);
      if (stdout.isOver) finish(unsaid('It printed more than {0} bytes.', stdoutBytes));
    });
    child.stderr.on('data', (chunk: Buffer) => stderr.add(chunk));
    const end = (code: number | null, by: NodeJS.Signals | null): void =>
      finish(code === 0 ? null : howItEnded(code, by));
    child.on('error', () => finish(unsaid('It could not be started.')));
    child.once('close', end);
    child.once('exit', (code, by) => {
      if (!watch.isDisposed) watch.add(clock.after(afterExit, () => end(code, by)));
    });
    watch.add(clock.after(time, () => finish(unsaid('It did not end within {0} s.', time / 1000))));
    watch.add(onAbort(signal, () => finish(unsaid('It was given up.'))));
  });

const onAbort = (signal: AbortSignal, react: () => void): Disposable => {
  // After this turn: whoever registers has yet to finish.
  if (signal.aborted) queueMicrotask(react);
  signal.addEventListener('abort', react, { once: true });
  return toDisposable(() => signal.removeEventListener('abort', react));
};
