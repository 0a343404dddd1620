// A call in every phase that the Pending Calls view knows, by server.
import type { PendingCall } from '../../../src/runtime/watch.ts';

const second = 1000;
const minute = 60 * second;

const aCall = (key: string, phase: PendingCall['phase'], more: Partial<PendingCall>) => ({
  key,
  tool: 'search',
  phase,
  since: 0,
  deadline: null,
  args: { query: 'how do sessions end', limit: 10 },
  result: null,
  ...more,
});

const longText = 'It was a dark and stormy night. '.repeat(200);

export const pendingCalls = (now: number): Readonly<Record<string, readonly PendingCall[]>> => ({
  'dev-server': [
    aCall('h-1', 'held', { since: now - 3 * second, deadline: now + 42 * second }),
    aCall('h-2', 'held', { tool: 'ping', since: now - second, deadline: null, args: {} }),
  ],
  search: [
    aCall('r-1', 'running', { since: now - 72 * second }),
    aCall('o-1', 'orphan-running', { tool: 'build_index', since: now - 4 * minute }),
    aCall('a-1', 'answered', {
      since: now - 5 * minute,
      result: { content: [{ type: 'text', text: '{"found":[1,2,3]}' }] },
    }),
    aCall('a-2', 'answered', {
      tool: 'drop_table',
      since: now - 6 * minute,
      args: { table: 'users' },
      result: { isError: true, content: [{ type: 'text', text: 'No such table.' }] },
    }),
  ],
  staging: [
    aCall('q-1', 'orphan-held', {
      tool: 'create_issue',
      since: now - 8 * minute,
      args: { title: 'Sessions vanish', labels: ['bug'], body: longText },
    }),
  ],
  weather: [
    aCall('u-1', 'orphan-unknown', {
      tool: 'create_issue',
      since: now - 2 * minute,
      args: { title: 'A `fence` ``` inside', labels: ['bug', 'urgent'] },
    }),
  ],
});
