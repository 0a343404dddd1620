// Unfinished calls in every phase, and a lease and a setting that a test turns by hand.
import { onTestFinished } from 'vitest';
import { Source } from '../../src/base/signal.ts';
import type { JournalEntry, JournalPhase } from '../../src/core/calls/journal.ts';
import { aFailure, wordedFailure } from '../../src/core/connection/failure.ts';
import { resultOf } from '../../src/core/rpc.ts';
import { unsaid } from '../../src/core/wording/unsaid.ts';
import type { Database } from '../../src/store/database.ts';
import { Journal } from '../../src/store/journal.ts';
import { type JournalLimits, journalLimits } from '../../src/store/journalBounds.ts';
import { JournalTable } from '../../src/store/journalTable.ts';
import type { LeaseStatus } from '../../src/store/leasePorts.ts';
import { VirtualClock } from '../support/virtualClock.ts';
import { RememberingLog, aDatabase } from './fixtures.ts';

export const aCall = (key: string, more: Partial<JournalEntry> = {}): JournalEntry => ({
  key,
  serverId: 'alpha',
  client: 'lifeline',
  clientId: 7,
  request: {
    jsonrpc: '2.0',
    id: 7,
    method: 'tools/call',
    params: { name: 'add', arguments: { to: 'the list', secret: `hush-${key}` } },
  },
  arrivedAt: 1000,
  phase: { kind: 'held' },
  ...more,
});

export const phases: readonly JournalPhase[] = [
  { kind: 'held' },
  { kind: 'sent', at: 2000, upstreamId: 12, sessionId: 's-1', cursor: null },
  { kind: 'sent', at: 2000, upstreamId: 12, sessionId: null, cursor: 'e-9' },
  { kind: 'task', at: 2000, taskId: 't-1', pollAfter: 500 },
  { kind: 'unknown', at: 2000, failure: aFailure('closed', 'socket hang up', { status: 502 }) },
  {
    kind: 'unknown',
    at: 2000,
    failure: wordedFailure('timeout', unsaid('no answer to {0} within {1} ms', 'ping', 5)),
  },
  { kind: 'answered', at: 3000, response: resultOf(7, { content: [], isError: true }) },
  {
    kind: 'answered',
    at: 3000,
    response: { jsonrpc: '2.0', id: 7, error: { code: -32000, message: 'no', data: [1] } },
  },
];

export const sent = {
  kind: 'sent',
  at: 2000,
  upstreamId: 12,
  sessionId: 's-1',
  cursor: null,
} as const satisfies JournalPhase;

/** An entry that counts `charge` bytes towards the limits while its phase is small. */
export const aCallOf = (charge: number, key: string, phaseRoom: number): JournalEntry => {
  const of = (length: number): JournalEntry =>
    aCall(key, {
      request: { jsonrpc: '2.0', id: 7, method: 'tools/call', params: { pad: 'x'.repeat(length) } },
    });
  const { phase } = of(0);
  const empty = JSON.stringify(of(0)).length - JSON.stringify(phase).length + phaseRoom;
  return of(charge - empty);
};

export interface JournalSetup {
  readonly clock: VirtualClock;
  readonly log: RememberingLog;
  readonly database: Database;
  readonly journal: Journal;
  readonly allowed: Source<boolean>;
  readonly turnLease: (status: LeaseStatus) => void;
  /** What the file said of calls each time when answers had to be kept. */
  readonly keptAnswers: readonly (readonly string[])[];
  /** What another owner of the file would find. */
  readonly written: (serverId?: string, client?: string) => readonly JournalEntry[];
}

export const aJournal = (
  more: {
    readonly database?: Database;
    readonly limits?: Partial<JournalLimits>;
    readonly status?: LeaseStatus;
    readonly allowed?: boolean;
  } = {},
): JournalSetup => {
  const [clock, log] = [new VirtualClock(1_000_000), new RememberingLog()];
  const database = more.database ?? aDatabase();
  const limits = { ...journalLimits, ...more.limits };
  const status = new Source<LeaseStatus>(more.status ?? 'owner');
  const allowed = new Source(more.allowed ?? true);
  const table = new JournalTable({ database, clock, log, limits });
  const ownership = { status, holds: () => status.value === 'owner' };
  const written = (serverId = 'alpha', client = 'lifeline'): readonly JournalEntry[] =>
    new JournalTable({ database, clock, log, limits }).load(serverId, client);
  const keptAnswers: (readonly string[])[] = [];
  const keepAnswers = (): void => void keptAnswers.push(keysOf(written()));
  const journal = new Journal({ ownership, allowed, table, limits, keepAnswers, clock, log });
  onTestFinished(() => journal.dispose());
  return {
    clock,
    log,
    database,
    journal,
    allowed,
    turnLease: (next) => status.set(next),
    keptAnswers,
    written,
  };
};

export const keysOf = (entries: readonly JournalEntry[]): readonly string[] =>
  entries.map(({ key }) => key);
