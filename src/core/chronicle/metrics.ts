// The figures of each server, derived from what was written down. Not here: their words (wording/chronicle.ts).
import type { Millis } from '../../base/clock.ts';
import { type CallsEntry, type ChronicleEntry, isKind, type RecoveryEntry } from '../chronicle.ts';
import { bandsOf, upShareOf } from './bands.ts';
import { mergeLatencies, percentile } from './latencies.ts';

/**
 * What the figures are made from. Looks at health, which are the most, are none of it: they would only tell a little better when a
 * window that was killed was last there.
 */
export const figureKinds = ['transition', 'recovery', 'session', 'calls', 'mark'] as const;

export interface CallFigures {
  readonly count: number;
  readonly errors: number;
  readonly held: number;
  readonly repeated: number;
  readonly unknown: number;
  readonly refused: number;
  /** Null where no call was answered. */
  readonly p50: Millis | null;
  readonly p95: Millis | null;
  readonly p99: Millis | null;
}

export interface ServerMetrics {
  /** The earliest of what is known, from which the figures count. */
  readonly since: Millis;
  /** The share of the time in which it was meant to work that the server took calls, 0 to 1; null where nothing is known. */
  readonly upShare: number | null;
  /** From when on that is known: calls and recoveries may be remembered for longer. Null where nothing is. */
  readonly upSince: Millis | null;
  /** Of the server's own connection. */
  readonly recoveries: number;
  readonly medianRecovery: Millis | null;
  readonly worstRecovery: Millis | null;
  readonly restarts: number;
  readonly calls: CallFigures;
}

const medianOf = (values: readonly Millis[]): Millis | null => {
  const sorted = values.toSorted((one, other) => one - other);
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return low === undefined || high === undefined ? null : (low + high) / 2;
};

const lengthOf = ({ at, until }: RecoveryEntry): Millis => Math.max(0, until - at);

const sumOf = (
  entries: readonly CallsEntry[],
  field: 'count' | 'errors' | 'held' | 'repeated' | 'unknown' | 'refused',
): number => entries.reduce((sum, entry) => sum + entry[field], 0);

const callFigures = (entries: readonly CallsEntry[]): CallFigures => {
  const latencies = mergeLatencies(
    [],
    entries.flatMap((entry) => entry.latencies),
  );
  return {
    count: sumOf(entries, 'count'),
    errors: sumOf(entries, 'errors'),
    held: sumOf(entries, 'held'),
    repeated: sumOf(entries, 'repeated'),
    unknown: sumOf(entries, 'unknown'),
    refused: sumOf(entries, 'refused'),
    p50: percentile(latencies, 0.5),
    p95: percentile(latencies, 0.95),
    p99: percentile(latencies, 0.99),
  };
};

const metricsOfServer = (
  serverId: string,
  entries: readonly ChronicleEntry[],
  own: readonly ChronicleEntry[],
  now: Millis,
  isLive: boolean,
): ServerMetrics => {
  const since = own.reduce((first, { at }) => Math.min(first, at), now);
  const times = own
    .filter(isKind('recovery'))
    .filter(({ client }) => client === null)
    .map(lengthOf);
  const bands = bandsOf(entries, serverId, { from: since, to: now, isLive });
  return {
    since,
    upShare: upShareOf(bands),
    upSince: bands[0]?.from ?? null,
    recoveries: times.length,
    medianRecovery: medianOf(times),
    worstRecovery: times.length === 0 ? null : Math.max(...times),
    restarts: own.filter(isKind('mark')).filter(({ what }) => what === 'restarted').length,
    calls: callFigures(own.filter(isKind('calls'))),
  };
};

/** By server. `live`: the servers that are watched right now, whose newest state lasts until `now`. */
export const metricsOf = (
  entries: readonly ChronicleEntry[],
  now: Millis,
  live: ReadonlySet<string>,
): ReadonlyMap<string, ServerMetrics> => {
  const byServer = new Map<string, ChronicleEntry[]>();
  const common: ChronicleEntry[] = [];
  for (const entry of entries) {
    if (entry.serverId === null) common.push(entry);
    else {
      const own = byServer.get(entry.serverId);
      if (own) own.push(entry);
      else byServer.set(entry.serverId, [entry]);
    }
  }
  return new Map(
    [...byServer].map(([serverId, own]) => [
      serverId,
      metricsOfServer(serverId, [...own, ...common], own, now, live.has(serverId)),
    ]),
  );
};
