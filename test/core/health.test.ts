// What a health answer, a changed one, and silence mean.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  asHealthBody,
  type HealthReading,
  judgeRun,
  nextPoll,
  type PollQuestion,
  silenceVerdict,
  strangerTo,
} from '../../src/core/connection/health.ts';
import { parseSettings } from '../../src/core/parseSettings.ts';
import type { RunMark } from '../../src/core/record.ts';

const settings = parseSettings({}).settings.health;
const nothing = {
  status: null,
  uptimeSecs: null,
  version: null,
  instanceId: null,
  sessions: null,
  jobs: null,
};

const aMark = (more: Partial<RunMark> = {}): RunMark => ({
  at: 0,
  uptimeSecs: null,
  version: null,
  instanceId: null,
  ...more,
});
const aReading = (
  body: Partial<HealthReading['body']>,
  more: Partial<HealthReading> = {},
): HealthReading => ({
  at: 10_000,
  steadyAt: 10_000,
  latency: 0,
  status: 200,
  ...more,
  body: { ...nothing, ...body },
});

describe('the body of a health answer', () => {
  test('is read in full where the server offers it', () => {
    const body = {
      status: 'healthy',
      uptime_secs: 12.5,
      version: '1.2.3',
      instanceId: 'a1',
      sessions: { total: 3, connected: 2 },
      jobs: { pending: 1, running: 0 },
      more: 'of its own',
    };
    expect(asHealthBody(body)).toEqual({
      status: 'healthy',
      uptimeSecs: 12.5,
      version: '1.2.3',
      instanceId: 'a1',
      sessions: { total: 3, connected: 2 },
      jobs: { pending: 1, running: 0 },
    });
  });

  test.each(['✓ Ok', 'pong', 'ok', null, undefined, 42, [], ['ok'], {}])(
    'of another shape (%j) says nothing and does no harm',
    (value) => expect(asHealthBody(value)).toEqual(nothing),
  );

  test('is null in each field of another type, and keeps the others', () => {
    const body = {
      status: 1,
      uptime_secs: '12',
      version: {},
      instanceId: 'a1',
      sessions: { total: -1, connected: 2 },
      jobs: 'none',
    };
    expect(asHealthBody(body)).toEqual({
      ...nothing,
      instanceId: 'a1',
      sessions: { total: null, connected: 2 },
    });
  });

  test('never throws and never grows', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        const body = asHealthBody({
          status: value,
          uptime_secs: value,
          sessions: value,
          jobs: value,
        });
        expect((body.status ?? '').length).toBeLessThanOrEqual(200);
        expect(body.uptimeSecs ?? 0).toBeGreaterThanOrEqual(0);
        asHealthBody(value);
      }),
    );
    expect(asHealthBody({ version: 'x'.repeat(5000) }).version).toHaveLength(200);
  });
});

describe('a restart between two readings', () => {
  const verdictOf = (
    before: Partial<RunMark>,
    now: Partial<HealthReading['body']>,
    elapsed: number | null = 10_000,
    slept = false,
  ) => judgeRun(aMark(before), aReading(now), elapsed, slept);

  test('is told by another instance, whatever else stayed', () => {
    const verdict = verdictOf(
      { instanceId: 'a', uptimeSecs: 5, version: '1' },
      { instanceId: 'b', uptimeSecs: 15, version: '1' },
    );
    expect(verdict).toEqual({ kind: 'restarted', sign: 'other-instance' });
  });

  test('is told by another version', () => {
    expect(verdictOf({ version: '1' }, { version: '2' })).toEqual({
      kind: 'restarted',
      sign: 'other-version',
    });
  });

  test('is told by an uptime that went down, even when no time is known, and after sleep', () => {
    for (const elapsed of [10_000, null])
      for (const slept of [true, false])
        expect(verdictOf({ uptimeSecs: 60 }, { uptimeSecs: 59 }, elapsed, slept)).toEqual({
          kind: 'restarted',
          sign: 'uptime-went-down',
        });
  });

  test('is told by an uptime that grew less than time went by', () => {
    expect(verdictOf({ uptimeSecs: 3 }, { uptimeSecs: 4 })).toEqual({
      kind: 'restarted',
      sign: 'uptime-too-small',
    });
    expect(verdictOf({ uptimeSecs: 0 }, { uptimeSecs: 1 })).toEqual({
      kind: 'restarted',
      sign: 'uptime-too-small',
    });
  });

  test('is not told by an uptime where time is unknown or the computer slept', () => {
    expect(verdictOf({ uptimeSecs: 3 }, { uptimeSecs: 4 }, null).kind).toBe('same');
    expect(verdictOf({ uptimeSecs: 3 }, { uptimeSecs: 4 }, 10_000, true).kind).toBe('same');
  });

  test('is not told by what appears, disappears or was never there', () => {
    expect(verdictOf({}, { instanceId: 'a', version: '1', uptimeSecs: 5 }).kind).toBe('same');
    expect(verdictOf({ instanceId: 'a', version: '1', uptimeSecs: 5 }, {}).kind).toBe('same');
  });

  test('is not told by an uptime that lags behind but is older than the last reading', () => {
    // A cached answer, or a counter that moves once a minute.
    expect(verdictOf({ uptimeSecs: 500 }, { uptimeSecs: 500 }).kind).toBe('same');
  });

  test('is not told by a server that always says zero', () => {
    expect(verdictOf({ uptimeSecs: 0 }, { uptimeSecs: 0 }).kind).toBe('same');
  });

  test('is not told by an answer that was long on its way', () => {
    const late = aReading({ uptimeSecs: 9 }, { latency: 5000 });
    expect(judgeRun(aMark({ uptimeSecs: 3 }), late, 10_000, false).kind).toBe('same');
    const quick = aReading({ uptimeSecs: 9 });
    expect(judgeRun(aMark({ uptimeSecs: 3 }), quick, 10_000, false).kind).toBe('restarted');
  });

  test('is never seen in a server that just goes on, however it rounds', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 1e6, noNaN: true }),
        fc.integer({ min: 0, max: 600_000 }),
        fc.boolean(),
        (uptime, elapsed, rounds) => {
          const shown = (secs: number) => (rounds ? Math.floor(secs) : secs);
          const before = aMark({ uptimeSecs: shown(uptime) });
          const now = aReading({ uptimeSecs: shown(uptime + elapsed / 1000) });
          expect(judgeRun(before, now, elapsed, false).kind).toBe('same');
        },
      ),
    );
  });

  test('is always seen where the new process is younger by more than rounding', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 4, max: 100_000 }),
        fc.integer({ min: 5000, max: 60_000 }),
        fc.double({ min: 0.001, max: 1, noNaN: true }),
        (uptime, elapsed, share) => {
          const now = aReading({ uptimeSecs: (elapsed / 1000) * share });
          expect(judgeRun(aMark({ uptimeSecs: uptime }), now, elapsed, false).kind).toBe(
            'restarted',
          );
        },
      ),
    );
  });
});

describe('the next question to a server', () => {
  const aQuestion = (more: Partial<PollQuestion>): PollQuestion => ({
    state: 'up',
    mode: 'health',
    idleFor: 0,
    local: true,
    settings,
    ...more,
  });

  test.each<[string, Partial<PollQuestion>, number]>([
    ['is due after 10 s while it is used', {}, 10_000],
    ['is still due after 10 s just before 5 minutes without use', { idleFor: 299_999 }, 10_000],
    [
      'is due within the minute of dead-detected when nobody has used it for 5 minutes',
      { idleFor: 300_000 },
      50_000,
    ],
    ['is a ping after 30 s where it has no health endpoint', { mode: 'ping' }, 30_000],
    ['keeps an idle session alive with the same pings', { mode: 'ping', idleFor: 1e9 }, 30_000],
    ['is due each second while a local one is down', { state: 'down', idleFor: 1e9 }, 1000],
    ['is due every 5 s while a remote one is down', { state: 'down', local: false }, 5000],
  ])('%s', (_, more, expected) => expect(nextPoll(aQuestion(more))).toBe(expected));
});

describe('a silence', () => {
  const verdictOf = (lasted: number, misses = 0, callWaits = true) =>
    silenceVerdict({ callWaits, lasted, misses }, settings);

  test('is probed from 5 s on while a call waits', () => {
    expect(verdictOf(4999)).toEqual({ kind: 'wait' });
    expect(verdictOf(5000)).toEqual({ kind: 'probe', limit: 3000 });
  });

  test('means nothing while no call waits', () => {
    expect(verdictOf(1e9, 0, false)).toEqual({ kind: 'wait' });
  });

  test('is probed again at once after a miss, and is a loss after two', () => {
    for (const callWaits of [true, false]) {
      expect(verdictOf(0, 1, callWaits)).toEqual({ kind: 'probe', limit: 1500 });
      expect(verdictOf(0, 2, callWaits)).toEqual({ kind: 'loss' });
    }
  });

  test('is a loss within 10 s of the last byte while a call waits', () => {
    const limits = [verdictOf(5000), verdictOf(8000, 1)].map((verdict) =>
      verdict.kind === 'probe' ? verdict.limit : Number.NaN,
    );
    expect(limits.reduce((sum, limit) => sum + limit, settings.callSilence)).toBeLessThanOrEqual(
      10_000,
    );
  });
});

describe('a session id that the server cannot have given to us', () => {
  test.each([
    ['6f1c-4a', '6f1c-4b'],
    ['6f1c-40', '6f1c-41'],
    ['session-7', 'session-0'],
    ['SESSION_Z', 'SESSION_A'],
    ['abc==', 'aba=='],
    ['{7}', '{0}'],
    ['--', null],
    ['', null],
  ])('of %s is %s', (id, stranger) => expect(strangerTo(id)).toBe(stranger));

  test('has the same shape, and is another', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[\u0021-\u007e]+$/), (id) => {
        const stranger = strangerTo(id);
        expect(stranger).not.toBe(id);
        const shapeOf = (text: string | null): string | undefined =>
          text?.replaceAll(/\d/g, '0').replaceAll(/[a-z]/g, 'a').replaceAll(/[A-Z]/g, 'A');
        if (stranger !== null) expect(shapeOf(stranger)).toBe(shapeOf(id));
      }),
    );
  });
});
