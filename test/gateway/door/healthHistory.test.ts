// What the health report tells of the past: figures, losses with their reasons, and what they advise.
import { describe, expect, it } from 'vitest';
import type { CallsEntry, ChronicleEntry } from '../../../src/core/chronicle.ts';
import type { StateKind } from '../../../src/core/connection/state.ts';
import { realClock } from '../../../src/base/clock.ts';
import { adviceOnHistory } from '../../../src/gateway/healthPastAdvice.ts';
import type { ServerHistory } from '../../../src/gateway/healthHistory.ts';
import { reportHealth } from '../../../src/gateway/healthReport.ts';
import { reportText } from '../../../src/gateway/healthReportText.ts';
import { aDefinition, aTool, FakeServer } from '../../support/fakeFleet.ts';
import { FakeChronicle } from '../../support/fakeChronicle.ts';
import { aHealthRig, sayPlainly, theHome } from './healthRig.ts';

const now = realClock.now();

const someCalls = (more: Partial<CallsEntry> = {}): CallsEntry => ({
  ...{ kind: 'calls', serverId: 'web', at: now - 60_000, count: 20, errors: 1, held: 2 },
  ...{ repeated: 0, unknown: 0, refused: 0, latencies: [[20, 20]] },
  ...more,
});

const aLoss = (at: number, length: number): ChronicleEntry => ({
  ...{ kind: 'recovery', serverId: 'web', at, until: at + length, client: null },
  ...{ cause: 'lost', failure: 'closed', detail: `${theHome}/socket`, rung: 'new-session' },
  ...{ attempts: 1, calls: { held: 2, repeated: 0, unknown: 0, refused: 0 } },
});

const aChange = (from: StateKind, to: StateKind, ago: number): ChronicleEntry => ({
  ...{ kind: 'transition', serverId: 'web', at: now - ago, from, to, cause: 'start' },
  ...{ attempt: 0, recovered: null, failure: null, detail: null, epoch: 1, nextTry: null },
});

const aReport = async (entries: readonly ChronicleEntry[]) => {
  const rig = await aHealthRig();
  rig.add('web', { kind: 'ready', since: now, recovered: 'first' });
  rig.add('other', { kind: 'idle' });
  const chronicle = new FakeChronicle();
  chronicle.write(...entries);
  const report = await reportHealth({ ...rig.ports, chronicle });
  if (!report) throw new Error('There is no report.');
  return { report, text: reportText(report, sayPlainly) };
};

describe('the report', () => {
  it('has the figures of each server, as numbers and in words, and its newest losses', async () => {
    const { report, text } = await aReport([
      aLoss(now - 50_000, 400),
      aLoss(now - 40_000, 800),
      someCalls(),
    ]);
    expect(Object.keys(report.history)).toEqual(['web']);
    expect(report.history['web']).toMatchObject({
      ...{ recoveries: 2, medianRecoveryMs: 600, worstRecoveryMs: 800 },
      calls: { count: 20, errors: 1, held: 2, p50Ms: 10 },
    });
    expect(report.history['web']?.troubles.map(({ text: words }) => words)).toEqual([
      expect.stringMatching(/^Down for 800 ms: connection closed\./),
      expect.stringMatching(/^Down for 400 ms: connection closed\./),
    ]);
    expect(text).toContain('## History');
    expect(text).toContain('- Recoveries: 2, median 600 ms, worst 800 ms');
    expect(text).toContain('ago: `Down for 800 ms: connection closed.');
    expect(text).not.toMatch(/\{\d\}|undefined|NaN/);
  });

  it('says of the share of time up how far back it reaches, which may be less far than the calls', async () => {
    const { report, text } = await aReport([
      someCalls({ at: now - 7_200_000 }),
      aChange('idle', 'ready', 180_000),
      aChange('ready', 'reconnecting', 120_000),
      aChange('reconnecting', 'ready', 60_000),
    ]);
    const past = report.history['web'];
    expect(past?.upShare).toBeCloseTo(2 / 3, 2);
    const inMinutes = [past?.upSinceMs, past?.sinceMs].map((length) =>
      Math.round((length ?? 0) / 60_000),
    );
    expect(inMinutes).toEqual([3, 120]);
    expect(text).toContain('% of the last 3 min');
  });

  it('is clean of what names the user [keep-secrets]', async () => {
    const loss = { ...aLoss(now - 5_000, 5), client: `${theHome}/agent` } as ChronicleEntry;
    const { report, text } = await aReport([loss]);
    expect(report.history['web']?.troubles[0]?.text).toContain('/agent was cut off');
    expect(JSON.stringify(report) + text).not.toContain(theHome);
  });

  it('has at most five losses of a server', async () => {
    const losses = Array.from({ length: 9 }, (_, index) => aLoss(now - index * 1_000 - 10_000, 5));
    const { report } = await aReport(losses);
    expect(report.history['web']?.troubles).toHaveLength(5);
  });

  it('has no part about the past where nothing was written down', async () => {
    const { report, text } = await aReport([]);
    expect(report.history).toEqual({});
    expect(text).not.toContain('## History');
  });
});

const aPast = (calls: Partial<ServerHistory['calls']>, more: Partial<ServerHistory> = {}) => ({
  ...{ sinceMs: 0, upShare: 1, recoveries: 0, medianRecoveryMs: null, worstRecoveryMs: null },
  ...{ upSinceMs: 0, restarts: 0, figures: [], troubles: [] },
  calls: {
    ...{ count: 100, errors: 0, held: 0, repeated: 0, unknown: 0, refused: 0 },
    ...{ p50Ms: 1, p95Ms: 2, p99Ms: 3, ...calls },
  },
  ...more,
});

const aServer = (trustHints: boolean, annotations = {}): FakeServer => {
  const definition = aDefinition('web', { trustHints });
  const server = new FakeServer(definition, { kind: 'idle' });
  const tools = [aTool('read', { annotations })];
  server.catalog.set({ listedAt: 0, tools, resources: [], prompts: [] });
  return server;
};

const adviceFor = (past: ServerHistory, server = aServer(false)): string =>
  adviceOnHistory(server, past, sayPlainly)
    .map(({ text }) => text)
    .join('\n');

describe('the advice on the past', () => {
  it('is nothing where all went well, or nothing is known', () => {
    expect(adviceFor(aPast({}))).toBe('');
    expect(adviceOnHistory(aServer(false), undefined, sayPlainly)).toEqual([]);
  });

  it('on calls that may have run depends on the marks of tools and on trust in them', () => {
    const past = aPast({ unknown: 2 });
    expect(adviceFor(past)).toContain('keeps events for its streams');
    expect(adviceFor(past, aServer(false, { readOnlyHint: true }))).toContain('Trust Tool Hints');
    expect(adviceFor(past, aServer(true))).toContain('should be marked');
  });

  it('speaks of one call in the singular', () => {
    expect(adviceFor(aPast({ unknown: 1 }))).toMatch(
      /^1 call may have run, .* before its answer\./,
    );
    expect(adviceFor(aPast({ unknown: 2 }))).toMatch(/^2 calls may have run, /);
  });

  it.each([
    ['errors', aPast({ errors: 50 }), aPast({ errors: 49 }), 'look into the log of the server'],
    ['refusals', aPast({ refused: 3 }), aPast({ refused: 2 }), 'calls.holdBudget'],
    ['slow calls', aPast({ p95Ms: 30_000 }), aPast({ p95Ms: 29_999 }), 'report progress'],
    [
      'slow recoveries',
      aPast({}, { recoveries: 3, medianRecoveryMs: 10_000 }),
      aPast({}, { recoveries: 2, medianRecoveryMs: 10_000 }),
      'to come back',
    ],
  ])('on %s is given from its limit on', (_, from, below, words) => {
    expect(adviceFor(from)).toContain(words);
    expect(adviceFor(below)).not.toContain(words);
  });
});
