// What the operating system knows about processes: the real side of ProcessFacts.
import { readlinkSync } from 'node:fs';
import { hostname, uptime } from 'node:os';
import type { ProcessFacts } from './leaseRules.ts';

/** Two containers may share folder, host name and pids; only their process namespace tells them apart (Linux). */
const namespaceOf = (): string => {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    // No such thing on this system, so there is one namespace only.
    return '';
  }
};

export const realProcesses = (): ProcessFacts => ({
  machine: `${hostname()} ${namespaceOf()}`.trimEnd(),
  bootedAt: Date.now() - uptime() * 1000,
  isAlive: (pid) => {
    try {
      // Signal 0 is never delivered; it only asks.
      process.kill(pid, 0);
      return true;
    } catch (error) {
      // EPERM: it exists and belongs to somebody else. Anything we do not understand counts as alive.
      return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
    }
  },
});
