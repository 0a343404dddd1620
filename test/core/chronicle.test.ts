// What is derived from what was written down: bands, figures, lines, episodes, looks.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChronicleEntry, MarkEntry, TransitionEntry } from '../../src/core/chronicle.ts';
import { bandsOf, upShareOf } from '../../src/core/chronicle/bands.ts';
import { stepEpisode } from '../../src/core/chronicle/episode.ts';
import { latencyOf } from '../../src/core/chronicle/latencies.ts';
import { linesOf } from '../../src/core/chronicle/lines.ts';
import {
  type HealthLook,
  isWorthKeeping,
  noRuns,
  noteRun,
} from '../../src/core/chronicle/looks.ts';
import { metricsOf } from '../../src/core/chronicle/metrics.ts';
import { looks } from '../../src/core/wording.ts';
import type { StateKind } from '../../src/core/connection/state.ts';

const aMove = (
  at: number,
  from: StateKind,
  to: StateKind,
  more: Partial<TransitionEntry> = {},
): TransitionEntry => ({
  ...{ kind: 'transition', serverId: 'a', at, from, to, cause: 'lost', epoch: 1 },
  ...{ attempt: null, nextTry: null, recovered: null, failure: null, detail: null },
  ...more,
});

const aMark = (at: number, what: MarkEntry['what']): MarkEntry => ({
  ...{ kind: 'mark', serverId: null, at, what },
  length: null,
});

const aRecovery = (at: number, until: number, client: string | null = null): ChronicleEntry => ({
  ...{ kind: 'recovery', serverId: 'a', at, until, client, cause: 'lost', failure: 'closed' },
  ...{ detail: null, rung: 'same-session', attempts: 1 },
  calls: { held: 0, repeated: 0, unknown: 0, refused: 0 },
});

const aLook = (at: number, more: Partial<HealthLook> = {}): HealthLook => ({
  ...{ serverId: 'a', at, by: 'health', latency: 5, status: 200, uptimeSecs: null },
  ...{ failure: null, instanceId: null },
  ...more,
});

const whole = { from: 0, to: 1000, isLive: true };
const inShort = (entries: readonly ChronicleEntry[], span = whole): unknown[] =>
  bandsOf(entries, 'a', span).map(({ state, from, to }) => [state, from, to]);

const up = { recovered: 'same-session', cause: 'attempt-succeeded' } as const;
const aDay: readonly ChronicleEntry[] = [
  aMove(100, 'idle', 'connecting', { cause: 'start' }),
  aMove(110, 'connecting', 'ready', { recovered: 'first' }),
  aMove(500, 'ready', 'reconnecting', { failure: 'closed', attempt: 1 }),
  aMove(550, 'reconnecting', 'reconnecting', { failure: 'refused', attempt: 2 }),
  aMove(600, 'reconnecting', 'ready', up),
  aRecovery(500, 600),
];

describe('bands', () => {
  it('follow the transitions, and the newest lasts while it is watched', () => {
    expect(inShort(aDay)).toEqual([
      ['connecting', 100, 110],
      ['ready', 110, 500],
      ['reconnecting', 500, 600],
      ['ready', 600, 1000],
    ]);
    expect(bandsOf(aDay, 'a', whole)[2]).toMatchObject({ failure: 'refused', attempt: 2 });
  });

  it('end with the last evidence where nobody watches any more, and at the end of the window', () => {
    expect(inShort([...aDay, aMark(700, 'slept')], { ...whole, isLive: false }).at(-1)).toEqual([
      'ready',
      600,
      700,
    ]);
    expect(inShort([...aDay, aMark(800, 'ended')]).at(-1)).toEqual(['ready', 600, 800]);
  });

  it('leave a gap where a window was killed and another one began', () => {
    const later = [aMark(900, 'started'), aMove(910, 'idle', 'connecting')];
    expect(inShort([...aDay, aMark(650, 'slept'), ...later]).slice(-2)).toEqual([
      ['ready', 600, 650],
      ['connecting', 910, 1000],
    ]);
  });

  it('end with the last evidence where the next transition does not fit, whatever lies between', () => {
    const later = aMove(900, 'connecting', 'ready');
    expect(inShort([...aDay, aMark(650, 'slept'), later]).slice(-2)).toEqual([
      ['ready', 600, 650],
      ['ready', 900, 1000],
    ]);
  });

  it('are cut to the span that is asked for', () => {
    expect(inShort(aDay, { from: 520, to: 700, isLive: true })).toEqual([
      ['reconnecting', 520, 600],
      ['ready', 600, 700],
    ]);
  });

  const kinds = Object.keys(looks) as StateKind[];
  const anEntry = fc.oneof(
    fc
      .tuple(fc.integer({ min: 0, max: 999 }), fc.constantFrom(...kinds), fc.constantFrom(...kinds))
      .map(([at, from, to]) => aMove(at, from, to)),
    fc
      .tuple(fc.integer({ min: 0, max: 999 }), fc.constantFrom('started', 'ended', 'slept'))
      .map(([at, what]) => aMark(at, what as MarkEntry['what'])),
  );

  it('never overlap, never leave the span and are never empty, whatever was written down', () => {
    fc.assert(
      fc.property(fc.array(anEntry), fc.boolean(), (entries, isLive) => {
        const bands = bandsOf(entries, 'a', { from: 100, to: 900, isLive });
        let last = 100;
        for (const { from, to } of bands) {
          expect(from).toBeGreaterThanOrEqual(last);
          expect(to).toBeGreaterThan(from);
          last = to;
        }
        expect(last).toBeLessThanOrEqual(900);
        const share = upShareOf(bands);
        expect(share === null || (share >= 0 && share <= 1)).toBe(true);
      }),
    );
  });
});

describe('the share of time up', () => {
  it('counts only the time in which the server was meant to work', () => {
    const stopped = [...aDay, aMove(800, 'ready', 'stopped', { cause: 'user' })];
    expect(upShareOf(bandsOf(stopped, 'a', whole))).toBeCloseTo(590 / 700);
    expect(upShareOf([])).toBeNull();
  });
});

describe('figures', () => {
  const calls = (at: number, more: object = {}): ChronicleEntry => ({
    ...{ kind: 'calls', serverId: 'a', at, count: 3, errors: 1, held: 1, repeated: 0 },
    ...{ unknown: 1, refused: 0, latencies: [[10, 2]] },
    ...more,
  });

  it('sum up recoveries and calls of each server by itself', () => {
    const entries = [
      ...aDay,
      aRecovery(700, 1000),
      aRecovery(800, 900, 'Claude Code'),
      calls(0),
      calls(60, { latencies: [[20, 8]] }),
      { ...aMove(5, 'idle', 'ready'), serverId: 'b' },
    ];
    const metrics = metricsOf(entries, 1000, new Set(['a']));
    expect([...metrics.keys()].toSorted()).toEqual(['a', 'b']);
    expect(metrics.get('a')).toMatchObject({
      ...{ since: 0, recoveries: 2, medianRecovery: 200, worstRecovery: 300 },
      calls: { count: 6, errors: 2, held: 2, unknown: 2, p50: latencyOf(20), p99: latencyOf(20) },
    });
    expect(metrics.get('b')?.calls).toMatchObject({ count: 0, p50: null });
  });

  it('tell the time up since the first known state, not since older recoveries', () => {
    const known = [aRecovery(100, 200), aMove(700, 'connecting', 'ready')];
    const metrics = metricsOf(known, 1000, new Set(['a'])).get('a');
    expect(metrics).toMatchObject({ since: 100, upShare: 1, upSince: 700 });
  });
});

describe('an episode', () => {
  it('begins with a loss, keeps its first reason and ends when the server is up', () => {
    let open = null;
    const ends: unknown[] = [];
    for (const entry of aDay) {
      if (entry.kind !== 'transition') continue;
      const step = stepEpisode(open, entry);
      if (step.kind === 'over') ends.push(step);
      open = step.kind === 'open' ? step.open : null;
    }
    expect(ends).toMatchObject([
      {
        until: 600,
        recovered: 'same-session',
        episode: { at: 500, failure: 'closed', attempts: 2 },
      },
    ]);
  });

  it('is none where a person asked for the break, and over where he stops the server', () => {
    const asked = aMove(1, 'ready', 'reconnecting', { cause: 'user' });
    expect(stepEpisode(null, asked)).toEqual({ kind: 'open', open: null });
    const lost = stepEpisode(null, aMove(1, 'ready', 'reconnecting'));
    const open = lost.kind === 'open' ? lost.open : null;
    expect(open).not.toBeNull();
    expect(stepEpisode(open, aMove(2, 'reconnecting', 'stopped'))).toEqual({
      kind: 'open',
      open: null,
    });
  });
});

describe('looks', () => {
  const kept = { kind: 'health' as const, ...aLook(1000) };
  it.each([
    ['soon, with nothing new', aLook(10_000), false],
    ['after 45 s', aLook(46_000), true],
    ['after a clock that was set back', aLook(0), true],
    ['not answered', aLook(10_000, { latency: null, failure: 'timeout' }), true],
    ['another status', aLook(10_000, { status: 503 }), true],
    ['a little slower', aLook(10_000, { latency: 20 }), false],
    ['much slower', aLook(10_000, { latency: 40 }), true],
  ])('%s: kept %s', (_, look, isKept) => {
    expect(isWorthKeeping(kept, look)).toBe(isKept);
  });

  it('tell a restart by the uptime or another instance, and not by instances that take turns', () => {
    const seen = (lookings: readonly Partial<HealthLook>[]): boolean[] => {
      let runs = noRuns;
      return lookings.map((more, index) => {
        const step = noteRun(runs, aLook(index * 10_000, more));
        ({ runs } = step);
        return step.restarted;
      });
    };
    expect(seen([{ uptimeSecs: 100 }, { uptimeSecs: 110 }, { uptimeSecs: 2 }])).toEqual([
      false,
      false,
      true,
    ]);
    const [one, two] = [{ instanceId: 'x' }, { instanceId: 'y' }];
    expect(seen([one, one, two])).toEqual([false, false, true]);
    expect(seen([one, two, one, two])).toEqual([false, true, false, false]);
  });
});

describe('lines', () => {
  it('make one line of a loss with everything that was tried, newest first', () => {
    const lines = linesOf(aDay);
    expect(lines.map(({ entry }) => [entry.kind, entry.at])).toEqual([
      ['recovery', 500],
      ['transition', 110],
    ]);
    expect(lines[0]?.steps.map(({ at }) => at)).toEqual([500, 550, 600]);
  });

  it('tell a loss that lasts with its steps, and one that a window ended', () => {
    const lost = aDay.slice(0, 4);
    expect(linesOf(lost)[0]).toMatchObject({ entry: { kind: 'transition', at: 500 } });
    expect(linesOf(lost)[0]?.steps).toHaveLength(2);
    const next = [aMark(700, 'ended'), aMark(705, 'reloaded'), aMove(710, 'idle', 'connecting')];
    expect(linesOf([...lost, ...next]).map(({ entry }) => entry.at)).toEqual([710, 705, 500, 110]);
  });

  it('show a recovery whose steps are forgotten, those of programs, and calls that came to harm', () => {
    const harm: ChronicleEntry = {
      ...{ kind: 'calls', serverId: 'a', at: 60, count: 3, errors: 0, held: 0, repeated: 0 },
      ...{ unknown: 1, refused: 0, latencies: [] },
    };
    const lines = linesOf([
      aRecovery(10, 20),
      aRecovery(30, 40, 'x'),
      harm,
      { ...harm, unknown: 0 },
    ]);
    expect(lines.map(({ entry }) => entry.at)).toEqual([60, 30, 10]);
  });
});
