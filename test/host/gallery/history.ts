// A made-up history of the made-up servers: a day with a restart, a loss of a program, calls that may have run, and a loss that lasts.
import type { ChronicleEntry, EntryOf } from '../../../src/core/chronicle.ts';

const minute = 60_000;

const aMove = (
  serverId: string,
  at: number,
  path: readonly [from: EntryOf<'transition'>['from'], to: EntryOf<'transition'>['to']],
  more: Partial<EntryOf<'transition'>> = {},
): ChronicleEntry => ({
  ...{ kind: 'transition', serverId, at, from: path[0], to: path[1], cause: 'lost', epoch: 1 },
  ...{ attempt: null, nextTry: null, recovered: null, failure: null, detail: null },
  ...more,
});

const calls = (at: number, unknown: number): ChronicleEntry => ({
  ...{ kind: 'calls', serverId: 'issue-tracker', at: Math.floor(at / minute) * minute },
  ...{ count: 42, errors: 1, held: 2, repeated: 0, unknown, refused: 0 },
  latencies: [
    [20, 30],
    [32, 11],
  ],
});

const restart = (at: number): readonly ChronicleEntry[] => [
  aMove('issue-tracker', at, ['ready', 'reconnecting'], {
    ...{ cause: 'restart-seen', failure: 'restarted', attempt: 1 },
  }),
  aMove('issue-tracker', at + 1_000, ['reconnecting', 'reconnecting'], {
    ...{ cause: 'attempt-failed', failure: 'refused', attempt: 2 },
    detail: 'connect ECONNREFUSED 127.0.0.1:3000',
  }),
  aMove('issue-tracker', at + 3_200, ['reconnecting', 'ready'], {
    ...{ cause: 'attempt-succeeded', recovered: 'same-session' },
  }),
  {
    ...{ kind: 'recovery', serverId: 'issue-tracker', at, until: at + 3_200, client: null },
    ...{ cause: 'restart-seen', failure: 'restarted', detail: null, rung: 'same-session' },
    ...{ attempts: 2, calls: { held: 2, repeated: 0, unknown: 0, refused: 0 } },
  },
  { kind: 'mark', serverId: 'issue-tracker', at: at + 3_000, what: 'restarted', length: null },
];

export const aHistory = (now: number): readonly ChronicleEntry[] => [
  { kind: 'mark', serverId: null, at: now - 50 * minute, what: 'started', length: null },
  aMove('issue-tracker', now - 49 * minute, ['connecting', 'ready'], {
    ...{ cause: 'attempt-succeeded', recovered: 'first' },
  }),
  ...restart(now - 30 * minute),
  calls(now - 20 * minute, 0),
  calls(now - 10 * minute, 1),
  {
    ...{ kind: 'recovery', serverId: 'search', at: now - 9 * minute, until: now - 8 * minute },
    ...{ client: 'Claude Code', cause: 'lost', failure: 'session-lost', detail: null },
    ...{ rung: 'new-session', attempts: 1 },
    calls: { held: 0, repeated: 0, unknown: 0, refused: 0 },
  },
  { kind: 'mark', serverId: null, at: now - 6 * minute, what: 'ended', length: null },
  { kind: 'mark', serverId: null, at: now - 6 * minute + 2_500, what: 'reloaded', length: 2_500 },
  aMove('dev-server', now - 4 * minute, ['ready', 'reconnecting'], {
    ...{ failure: 'closed', attempt: 1 },
  }),
  aMove('dev-server', now - 3 * minute, ['reconnecting', 'suspended'], {
    ...{ cause: 'hold-budget', failure: 'refused', attempt: 9 },
  }),
];
