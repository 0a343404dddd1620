import { describe, expect, test } from 'vitest';
import { laneOf } from '../../../src/core/timeline/derive.ts';
import { upShare } from '../../../src/core/timeline/lane.ts';
import { unsaid } from '../../../src/core/wording/unsaid.ts';
import {
  aLane,
  aLookAtHealth,
  aMark,
  aMinuteOfCalls,
  aRecovery,
  aTransition,
  minute,
  second,
} from '../../support/timelineScenes.ts';

const now = Date.UTC(2026, 5, 1, 12);

describe('bands', () => {
  test('[truth-on-screen] the newest state lasts while the server is in it', () => {
    const entries = [aTransition(now - minute, 'connecting', 'ready', { recovered: 'first' })];
    const [band] = aLane('notes', 'ready', entries, now).bands;
    expect(band).toMatchObject({ look: 'up', name: 'ready', from: now - minute, to: null });
    expect(band?.lines).toContain('A first session was made');
  });

  test('[truth-on-screen] nothing lasts that was written down of a server that is not configured any more', () => {
    const entries = [
      aTransition(now - 5 * minute, 'connecting', 'ready'),
      aLookAtHealth(now - 3 * minute, 5),
    ];
    const lane = aLane('notes', null, entries, now);
    expect(lane.state).toBe('no longer configured');
    expect(lane.bands.map(({ to }) => to)).toEqual([now - 3 * minute]);
  });

  test('[truth-on-screen] a state that was never written down ends what was', () => {
    const entries = [
      aTransition(now - 5 * minute, 'connecting', 'ready'),
      aLookAtHealth(now - 4 * minute, 5),
    ];
    expect(aLane('notes', 'idle', entries, now).bands.map(({ to }) => to)).toEqual([
      now - 4 * minute,
    ]);
  });

  test('several tries are one band, with how many there were and why the last one failed', () => {
    const entries = [
      aTransition(now - 9 * second, 'ready', 'reconnecting', { failure: 'closed', attempt: 1 }),
      aTransition(now - 5 * second, 'reconnecting', 'reconnecting', {
        attempt: 4,
        failure: 'refused',
        detail: 'ECONNREFUSED',
      }),
    ];
    const { bands } = aLane('notes', 'reconnecting', entries, now);
    expect(bands).toHaveLength(1);
    expect(bands[0]?.lines).toEqual([
      'The connection was lost',
      '4 tries',
      'Connection refused: ECONNREFUSED',
    ]);
  });

  test('what went wrong is said in the language of the person who looks', () => {
    const entries = [
      aTransition(now - 9 * second, 'ready', 'reconnecting', {
        failure: 'silent',
        detail: '3 pings in a row were not answered',
        words: unsaid('{0} pings in a row were not answered', 3),
      }),
    ];
    const source = { serverId: 'notes', state: 'reconnecting', entries } as const;
    const [band] = laneOf(source, now, (message, ...args) =>
      message === '{0}: {1}' ? args.join(' = ') : `<${message}>`,
    ).bands;
    expect(band?.lines).toContain('<no sign of life> = <{0} pings in a row were not answered>');
  });
});

describe('the line of latency', () => {
  test('it breaks where the server did not answer, and where nobody looked for long', () => {
    const entries = [
      aLookAtHealth(now, 5),
      aLookAtHealth(now + 10 * second, null),
      aLookAtHealth(now + 20 * second, 7),
      aLookAtHealth(now + 20 * second + 4 * minute, 8),
    ];
    const { latencies, times, misses } = aLane('notes', 'ready', entries, now + 5 * minute);
    expect(latencies).toEqual([5, null, 7, null, 8]);
    expect(times.every((at, index) => index === 0 || at > (times[index - 1] ?? at))).toBe(true);
    expect(misses).toEqual([now + 10 * second]);
  });

  test('two looks of one moment are one, since the plot needs times that rise', () => {
    const entries = [aLookAtHealth(now, 5), aLookAtHealth(now, 6)];
    expect(aLane('notes', 'ready', entries, now).latencies).toEqual([5]);
  });
});

describe('marks', () => {
  const marksOf = (entries: Parameters<typeof aLane>[2]) =>
    aLane('notes', 'ready', entries, now).marks.map(({ sign, title, at, length }) => ({
      sign,
      title,
      at: at - now,
      length,
    }));

  test('what lasted stands where it began', () => {
    expect(marksOf([aMark(now, 'slept', 5 * minute), aMark(now, 'restarted')])).toEqual([
      { sign: 'sleep', title: 'computer slept', at: -5 * minute, length: 5 * minute },
      { sign: 'restart', title: 'server restarted', at: 0, length: null },
    ]);
  });

  test('calls are counted once where they met a loss, whichever connections it met', () => {
    const entries = [
      aRecovery(now + second, now + 4 * second, { held: 3 }, 'a program'),
      aRecovery(now, now + 5 * second, { held: 3, unknown: 1 }),
      aMinuteOfCalls(now - 10 * second, { held: 3, unknown: 1 }),
    ];
    expect(marksOf(entries)).toEqual([
      { sign: 'held', title: '3 calls held', at: 0, length: 5 * second },
      { sign: 'unknown', title: '1 call that may have run', at: 0, length: null },
    ]);
  });

  test('a minute whose counts no loss explains has a mark of its own', () => {
    const entries = [
      aRecovery(now - 10 * minute, now - 9 * minute, { held: 2 }),
      aMinuteOfCalls(now - 5 * minute, { held: 1 }),
    ];
    expect(marksOf(entries).map(({ title, at }) => [title, at])).toEqual([
      ['2 calls held', -10 * minute],
      ['1 call held', -5 * minute],
    ]);
  });
});

describe('the share of time up', () => {
  const entries = [
    aTransition(now - 10 * minute, 'connecting', 'ready'),
    aTransition(now - 6 * minute, 'ready', 'reconnecting'),
    aTransition(now - 4 * minute, 'reconnecting', 'ready'),
    aTransition(now - 2 * minute, 'ready', 'stopped'),
  ];

  test('time in which the server was stopped counts neither for nor against it', () => {
    const lane = aLane('notes', 'stopped', entries, now);
    expect(upShare(lane, now - 10 * minute, now, now)).toBeCloseTo(0.75);
  });

  test('only what is looked at counts', () => {
    const lane = aLane('notes', 'stopped', entries, now);
    expect(upShare(lane, now - 5 * minute, now - 3 * minute, now)).toBeCloseTo(0.5);
    expect(upShare(lane, now - minute, now, now)).toBeNull();
  });
});
