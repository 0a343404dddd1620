// Entries of the history and figures in words.
import { describe, expect, test } from 'vitest';
import type { CallToll, ChronicleEntry, RecoveryEntry } from '../../../src/core/chronicle.ts';
import { noToll } from '../../../src/core/chronicle/episode.ts';
import { latencyOf } from '../../../src/core/chronicle/latencies.ts';
import type { ServerMetrics } from '../../../src/core/chronicle/metrics.ts';
import { failureTraits } from '../../../src/core/connection/failure.ts';
import { looks } from '../../../src/core/wording.ts';
import { describeEntry } from '../../../src/core/wording/chronicle.ts';
import { describeFigures } from '../../../src/core/wording/figures.ts';
import { say } from './someStates.ts';

const aRecovery = (
  more: Partial<RecoveryEntry> = {},
  calls: Partial<CallToll> = {},
): RecoveryEntry => ({
  ...{ kind: 'recovery', serverId: 'a', at: 0, until: 3_200, client: null, cause: 'lost' },
  ...{ failure: 'closed', detail: null, rung: 'same-session', attempts: 1 },
  calls: { ...noToll, ...calls },
  ...more,
});

const sentenceOf = (entry: ChronicleEntry): string => describeEntry(entry, say).sentence;

describe('a recovery', () => {
  test('says for how long, why, by what, and what became of calls', () => {
    expect(sentenceOf(aRecovery({ failure: 'restarted' }, { held: 2 }))).toMatch(
      /^Down for 3\.2 s: .*restart.*\. Same session, 2 calls held, none lost\.$/,
    );
    expect(
      sentenceOf(aRecovery({ rung: 'new-session', attempts: 4 }, { held: 1, unknown: 1 })),
    ).toBe(
      'Down for 3.2 s: connection closed. New session, 1 call held, 1 call may have run. It took 4 attempts.',
    );
    expect(sentenceOf(aRecovery({ failure: null, until: 400, client: 'Claude Code' }))).toBe(
      'Claude Code was cut off for 400 ms: the connection was lost. Same session.',
    );
  });

  test('looks like trouble only where a call came to harm', () => {
    expect(describeEntry(aRecovery({}, { held: 2 }), say).icon).toBe('debug-restart');
    expect(describeEntry(aRecovery({}, { unknown: 1 }), say).icon).toBe('warning');
  });
});

test('how its session came about is said of a server that comes back, and not of one that gets into trouble later', () => {
  const entry: ChronicleEntry = {
    ...{ kind: 'transition', serverId: 'a', at: 1, from: 'reconnecting', to: 'ready' },
    ...{ cause: 'attempt-succeeded', epoch: 2, attempt: null, nextTry: null },
    ...{ recovered: 'new-session', failure: null, detail: null },
  };
  expect(describeEntry(entry, say).reason).toMatch(/^a new session was made/);
  const trouble: ChronicleEntry = { ...entry, from: 'ready', to: 'degraded', cause: 'health' };
  expect(describeEntry(trouble, say).reason).toBe('its health changed');
});

const entries: readonly ChronicleEntry[] = [
  ...Object.keys(failureTraits).map((failure) =>
    aRecovery({ failure: failure as keyof typeof failureTraits }),
  ),
  ...(['resumed-stream', 'restarted-process', 'stateless'] as const).map((rung) =>
    aRecovery({ rung }, { repeated: 2, refused: 1 }),
  ),
  ...Object.keys(looks).map((to): ChronicleEntry => ({
    ...{ kind: 'transition', serverId: 'a', at: 1, from: 'ready', to: to as keyof typeof looks },
    ...{ cause: 'health', epoch: 1, attempt: 3, nextTry: null, recovered: 'new-session' },
    ...{ failure: null, detail: null },
  })),
  ...(['started', 'reloaded', 'ended', 'slept', 'restarted'] as const).map(
    (what): ChronicleEntry => ({ kind: 'mark', serverId: null, at: 1, what, length: 65_000 }),
  ),
  ...(['new', 'same', 'ended'] as const).map((what): ChronicleEntry => ({
    ...{ kind: 'session', serverId: 'a', at: 1, what, hint: 'abcd…' },
    ...{ protocolVersion: '2025-06-18', serverVersion: '1.2' },
  })),
  ...([null, 12] as const).map((latency): ChronicleEntry => ({
    ...{ kind: 'health', serverId: 'a', at: 1, by: 'ping', latency, status: null },
    ...{ uptimeSecs: null, failure: latency === null ? 'timeout' : null },
  })),
  {
    ...{ kind: 'calls', serverId: 'a', at: 0, count: 5, errors: 1, held: 3, repeated: 0 },
    ...{ unknown: 2, refused: 1, latencies: [] },
  },
];

test.each(entries)('every entry has an icon, a title and whole sentences: $kind', (entry) => {
  const { icon, color, title, sentence } = describeEntry(entry, say);
  expect(icon).toMatch(/^[a-z-]+$/);
  expect(color).not.toBe('');
  expect(title).toMatch(/^[A-Z0-9]/);
  expect(sentence).toMatch(/^[A-Z0-9].*\.$/);
  expect(sentence).not.toMatch(/undefined|null|NaN|\{\d\}|\.\.|: \./);
});

describe('figures', () => {
  const metrics: ServerMetrics = {
    ...{ since: -1, upShare: 0.99999, upSince: 0, recoveries: 3, medianRecovery: 1_200 },
    ...{ worstRecovery: 62_000, restarts: 2 },
    calls: {
      ...{ count: 120, errors: 2, held: 1, repeated: 0, unknown: 1, refused: 0 },
      ...{ p50: latencyOf(20), p95: latencyOf(40), p99: latencyOf(60) },
    },
  };

  test('are names and values, and what is not known is left out', () => {
    expect(describeFigures(metrics, 7_200_000, say)).toEqual([
      ['Up', '99.9% of the last 2 h'],
      ['Recoveries', '3, median 1.2 s, worst 1 min 2 s'],
      ['Restarts seen', '2'],
      ['Calls', '120, 2 with errors, 1 held, 1 may have run'],
      ['Call latency', expect.stringMatching(/^p50 10 ms, p95 \d+ ms, p99 \d\.\d s$/)],
    ]);
    expect(describeFigures({ ...metrics, upSince: 3_600_000 }, 7_200_000, say)[0]).toEqual([
      'Up',
      '99.9% of the last 1 h',
    ]);
    const none = { ...metrics.calls, count: 0, p50: null, p95: null, p99: null };
    const quiet: ServerMetrics = {
      ...{ ...metrics, upShare: null, recoveries: 0, medianRecovery: null },
      ...{ worstRecovery: null, restarts: 0, calls: none },
    };
    expect(describeFigures(quiet, 0, say)).toEqual([['Recoveries', 'none needed']]);
  });

  test('never round up to what was not so', () => {
    const upOf = (upShare: number): string =>
      describeFigures({ ...metrics, upShare }, 1_000, say)[0]?.[1] ?? '';
    expect([upOf(1), upOf(0.9999), upOf(0)]).toEqual([
      '100% of the last 1 s',
      '99.9% of the last 1 s',
      '0% of the last 1 s',
    ]);
  });
});
