// Which store is in use, and why it is not the one that the user asked for. Pure.
import type { Millis } from '../../base/clock.ts';
import { unsaid, type Unsaid } from '../../core/wording/unsaid.ts';
import { ownReason } from '../../core/wording/detail.ts';
import type { EventLogStatus } from '../../runtime/gatewayPorts.ts';
import type { Trouble } from './eventPlaces.ts';
import type { CopyState } from './redisCopy.ts';

export interface StatusFacts {
  readonly wanted: EventLogStatus['wanted'];
  /** Whether events go into SQLite, as far as anybody knows. */
  readonly isStoring: boolean;
  readonly hasSqlite: boolean;
  readonly trouble: Trouble | null;
  /** Null where no Redis is configured. */
  readonly copy: CopyState | null;
  /** When the store was opened. */
  readonly begun: Millis;
  readonly events: number;
  readonly bytes: number;
}

const withoutSqlite = (hasSqlite: boolean): Unsaid =>
  hasSqlite
    ? unsaid('another window owns the store of this workspace')
    : unsaid('SQLite cannot be used here; the log says why');

const usedOf = ({ isStoring, trouble, copy }: StatusFacts): EventLogStatus['used'] => {
  if (copy?.kind === 'current') return 'redis';
  return isStoring && trouble === null ? 'sqlite' : 'memory';
};

const fallbackOf = (facts: StatusFacts): EventLogStatus['fallback'] => {
  const { wanted, copy, trouble, begun, hasSqlite } = facts;
  if (wanted === usedOf(facts)) return null;
  if (wanted === 'redis' && copy?.kind === 'behind')
    return { since: copy.since, reason: copy.reason, words: copy.words };
  return trouble ?? { since: begun, ...ownReason(withoutSqlite(hasSqlite)) };
};

export const statusOf = (facts: StatusFacts): EventLogStatus => ({
  wanted: facts.wanted,
  used: usedOf(facts),
  fallback: fallbackOf(facts),
  events: facts.events,
  bytes: facts.bytes,
});
