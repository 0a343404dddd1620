// Finds and ends processes of the test editor's server, by reading /proc. Only what descends from that server is touched.
import { readFileSync, readdirSync } from 'node:fs';

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

const read = (pid: number): Process | null => {
  try {
    // The name in parentheses may hold anything; what follows the last one is fixed.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
    return fields[0] === 'Z' ? null : { pid, parent: Number(fields[1]), command };
  } catch {
    // It ended while we looked.
    return null;
  }
};

const allProcesses = (): Map<number, Process> => {
  const found = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => read(Number(name)))
    .filter((process) => process !== null);
  return new Map(found.map((process) => [process.pid, process]));
};

const descendsFrom = (processes: Map<number, Process>, pid: number, ancestor: number): boolean => {
  let current = processes.get(pid);
  while (current !== undefined) {
    if (current.parent === ancestor) return true;
    current = processes.get(current.parent);
  }
  return false;
};

/** Everything that the process started, directly or not. */
export const descendantsOf = (ancestor: number): number[] => {
  const processes = allProcesses();
  return [...processes.keys()].filter((pid) => descendsFrom(processes, pid, ancestor));
};

/** The extension hosts of one server, oldest first. */
export const extensionHostsOf = (server: number): number[] => {
  const processes = allProcesses();
  return [...processes.values()]
    .filter(({ command }) => command.includes('--type=extensionHost'))
    .map(({ pid }) => pid)
    .filter((pid) => descendsFrom(processes, pid, server))
    .sort((a, b) => a - b);
};

/** Whether it is still there; one that ended and was not collected yet is not. */
export const isRunning = (pid: number): boolean => read(pid) !== null;

/** As a crash: no goodbye. Nothing happens when it has already ended. */
export const killAtOnce = (pid: number): void => {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
};
