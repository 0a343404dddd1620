// One window that opens the store in the folder given, writes a call down, keeps its answer as one that was sent already, forgets
// the call, does what is asked for besides, and is killed by itself in the very next statement.
import { realClock } from '../../src/base/clock.ts';
import type { JournalEntry } from '../../src/core/calls/journal.ts';
import { openOnlyWindow } from './onlyWindow.ts';

const [, , folder = '', besides = ''] = process.argv;
const store = openOnlyWindow(folder);

const at = realClock.now();
const request = {
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name: 'add' },
} as const;
const call: JournalEntry = {
  key: 'k-1',
  serverId: 'alpha',
  client: 'agent',
  clientId: 1,
  request,
  arrivedAt: at,
  phase: { kind: 'sent', at, upstreamId: 4, sessionId: 's-1', cursor: null },
};
const { journal, events } = store;

journal.put(call);
events.append('s', { jsonrpc: '2.0', id: 1, result: {} }, undefined, events.mark('s'));
if (besides === 'task')
  journal.put({ ...call, phase: { kind: 'task', at, taskId: 't', pollAfter: 1000 } });
else journal.remove('k-1');
// It takes the row of the one before.
if (besides === 'next call') journal.put({ ...call, key: 'k-2' });
// Whoever asks whose calls there are finds none that is over.
if (besides === 'tidy') journal.clients('alpha');
if (besides === 'turn') await new Promise((resolve) => setImmediate(resolve));
process.kill(process.pid, 'SIGKILL');
