// The ledger server over stdio that says in PID_FILE which process it is, so that a test can kill it whoever started it.
import { writeFileSync } from 'node:fs';

const pidFile = process.env['PID_FILE'];
if (pidFile === undefined) throw new Error('PID_FILE must name a file.');
writeFileSync(pidFile, String(process.pid));
await import('./stdioLedger.ts');
