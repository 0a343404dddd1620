// What the editor runs when the extension is removed for good (`vscode:uninstall` in the manifest). No decisions.
import { removeTraces } from './gateway/farewell.ts';
import { realProcesses } from './store/processes.ts';

try {
  removeTraces(realProcesses());
} catch {
  // Nobody listens here any more, and what stays is a few private files that nothing reads.
}
