// One window that opens the store in the folder given, puts a held call and its next step into the journal, and is killed
// by itself in the very next statement: nothing that was left for later can happen any more.
import { realClock } from '../../src/base/clock.ts';
import type { JournalEntry } from '../../src/core/calls/journal.ts';
import { openOnlyWindow } from './onlyWindow.ts';

const [, , folder = ''] = process.argv;
const store = openOnlyWindow(folder);

const held: JournalEntry = {
  key: 'k-1',
  serverId: 'alpha',
  client: 'lifeline',
  clientId: 1,
  request: { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'add' } },
  arrivedAt: realClock.now(),
  phase: { kind: 'held' },
};
const at = realClock.now();

store.journal.put(held);
store.journal.put({ ...held, key: 'k-2' });
store.journal.put({
  ...held,
  phase: { kind: 'sent', at, upstreamId: 4, sessionId: 's-1', cursor: null },
});
for (const key of ['k-3', 'k-4']) store.journal.putSoon({ ...held, key });
store.journal.settle();
process.kill(process.pid, 'SIGKILL');
