// One window as a real process: takes or waits for the lease in the folder given, prints each status, and obeys
// a line on its input by releasing it. Ends with its parent.
import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import { realClock } from '../../src/base/clock.ts';
import { openDatabase } from '../../src/store/database.ts';
import { Lease } from '../../src/store/lease.ts';
import { LeaseTable, leaseFile, leaseMigrations } from '../../src/store/leaseTable.ts';
import { realProcesses } from '../../src/store/processes.ts';

const [, , folder = ''] = process.argv;
const silence = (): void => undefined;
const log = { debug: silence, info: silence, warn: silence, error: silence };

const lease = new Lease({
  clock: realClock,
  log,
  id: randomUUID(),
  pid: process.pid,
  processes: realProcesses(),
  open: () => {
    const opened = openDatabase({ folder, name: leaseFile, migrations: leaseMigrations, log });
    return opened.kind === 'open'
      ? { kind: 'open', table: new LeaseTable(opened.database) }
      : opened;
  },
  isWatched: () => Promise.resolve(true),
});

const report = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

lease.status.onChange(report);
if (lease.acquire() === 'waiting') report('waiting');

createInterface(process.stdin)
  .on('line', () => lease.release())
  .on('close', () => process.exit());
