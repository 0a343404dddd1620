// What the history tells of each server, for the health report: figures, and the newest losses in plain words. Not here: what to
// do about it (healthAdvice.ts).
import type { Millis } from '../base/clock.ts';
import { linesOf } from '../core/chronicle/lines.ts';
import { figureKinds, metricsOf, type ServerMetrics } from '../core/chronicle/metrics.ts';
import type { ChronicleEntry } from '../core/chronicle.ts';
import { describeEntry } from '../core/wording/chronicle.ts';
import { describeFigures } from '../core/wording/figures.ts';
import type { Say } from '../core/wording/say.ts';
import type { ChronicleReader } from '../runtime/chronicle.ts';

// Types and not interfaces, because they go out as JSON objects.
export type HistoryEvent = { readonly ageMs: number; readonly text: string };

export type ServerHistory = {
  /** How far back recoveries, restarts and calls are counted. */
  readonly sinceMs: number;
  /** 0 to 1; null where nothing is known. */
  readonly upShare: number | null;
  /** How far back that share reaches: states may be remembered for less long than calls. */
  readonly upSinceMs: number | null;
  readonly recoveries: number;
  readonly medianRecoveryMs: number | null;
  readonly worstRecoveryMs: number | null;
  readonly restarts: number;
  readonly calls: {
    readonly count: number;
    readonly errors: number;
    readonly held: number;
    readonly repeated: number;
    readonly unknown: number;
    readonly refused: number;
    readonly p50Ms: number | null;
    readonly p95Ms: number | null;
    readonly p99Ms: number | null;
  };
  /** The same in words: name and value. */
  readonly figures: readonly (readonly string[])[];
  /** What went wrong, newest first. */
  readonly troubles: readonly HistoryEvent[];
};

export interface HistoryPorts {
  readonly chronicle: ChronicleReader;
  readonly clean: (text: string) => string;
  readonly say: Say;
}

const mostTroubles = 5;

/** Losses, and calls that came to harm. */
const isTrouble = (entry: ChronicleEntry): boolean => {
  if (entry.kind === 'recovery' || entry.kind === 'calls') return true;
  return entry.kind === 'transition' && entry.failure !== null;
};

const wholeMs = (length: Millis | null): number | null =>
  length === null ? null : Math.round(length);

const asReport = (
  metrics: ServerMetrics,
  troubles: readonly HistoryEvent[],
  now: Millis,
  say: Say,
): ServerHistory => {
  const { since, upShare, upSince, recoveries, restarts, calls } = metrics;
  const { count, errors, held, repeated, unknown, refused } = calls;
  return {
    sinceMs: Math.max(0, now - since),
    upShare: upShare === null ? null : Math.round(upShare * 10_000) / 10_000,
    upSinceMs: upShare === null || upSince === null ? null : Math.max(0, now - upSince),
    recoveries,
    medianRecoveryMs: wholeMs(metrics.medianRecovery),
    worstRecoveryMs: wholeMs(metrics.worstRecovery),
    restarts,
    calls: {
      ...{ count, errors, held, repeated, unknown, refused },
      p50Ms: wholeMs(calls.p50),
      p95Ms: wholeMs(calls.p95),
      p99Ms: wholeMs(calls.p99),
    },
    figures: describeFigures(metrics, now, say),
    troubles,
  };
};

/** By server; empty of one of which nothing was written down. */
export const serversHistory = (
  { chronicle, clean, say }: HistoryPorts,
  servers: readonly string[],
  now: Millis,
): Readonly<Record<string, ServerHistory>> =>
  Object.fromEntries(
    servers.flatMap((id): readonly (readonly [string, ServerHistory])[] => {
      const entries = chronicle.read(id, 0, now, figureKinds);
      const metrics = metricsOf(entries, now, new Set(servers)).get(id);
      if (!metrics) return [];
      const troubles = linesOf(entries)
        .filter(({ entry }) => entry.serverId === id && isTrouble(entry))
        .slice(0, mostTroubles)
        .map(({ entry }) => ({
          ageMs: Math.max(0, now - entry.at),
          text: clean(describeEntry(entry, say).sentence),
        }));
      return [[id, asReport(metrics, troubles, now, say)]];
    }),
  );
