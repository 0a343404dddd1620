// How a process and everything that it started is told to end, on each system. Pure.
import { win32 } from 'node:path';

export type KillPlan =
  /** To a whole process group, which the negative number names (kill(2)). */
  | { readonly kind: 'signal'; readonly target: number; readonly signal: 'SIGTERM' | 'SIGKILL' }
  | { readonly kind: 'command'; readonly file: string; readonly args: readonly string[] };

export interface KillSystem {
  readonly platform: NodeJS.Platform;
  /** `%SystemRoot%`: by its full path no other program of that name is run. */
  readonly systemRoot: string | undefined;
}

/**
 * `force`: at once, without a chance to tidy up. On Windows there are no process groups to signal; `taskkill /T` walks
 * the tree while its root still lives. Without `/F` it asks windows to close, which programs without one do not hear,
 * so that only the forced end counts there. Tried on POSIX; the Windows half is tested as a decision only.
 */
export const killPlan = (
  pid: number,
  force: boolean,
  { platform, systemRoot }: KillSystem,
): KillPlan => {
  if (platform !== 'win32')
    return { kind: 'signal', target: -pid, signal: force ? 'SIGKILL' : 'SIGTERM' };
  const file = win32.join(systemRoot ?? 'C:\\Windows', 'System32', 'taskkill.exe');
  return { kind: 'command', file, args: ['/PID', String(pid), '/T', ...(force ? ['/F'] : [])] };
};
