import { describe, expect, test } from 'vitest';
import {
  eventsAt,
  eventsOf,
  nearestIndex,
  stepTo,
  tableOf,
  tellEvent,
} from '../../../src/core/timeline/events.ts';
import { spokenOf, tellLatency } from '../../../src/core/timeline/words.ts';
import {
  aLane,
  aMark,
  anHour,
  aTransition,
  manyLanes,
  minute,
  say,
  second,
} from '../../support/timelineScenes.ts';

const now = Date.UTC(2026, 5, 1, 12);
const speech = { say, now, time: (at: number) => new Date(at).toISOString().slice(11, 19) };
const lane = aLane('notes', 'ready', anHour(now), now);

describe('stepping through a lane', () => {
  const events = eventsOf(lane);

  test('every band and mark is met once, in order of time', () => {
    let event = stepTo(events, null, 1);
    const met = [event];
    while (event !== null && event !== events.at(-1)) {
      event = stepTo(events, event, 1);
      met.push(event);
    }
    expect(met).toEqual(events);
    expect(events.length).toBeGreaterThan(12);
  });

  test('it stays at both ends', () => {
    expect(stepTo(events, events[0] ?? null, -1)).toBe(events[0]);
    expect(stepTo(events, events.at(-1) ?? null, 1)).toBe(events.at(-1));
    expect(stepTo([], null, 1)).toBeNull();
  });

  test('an event is known again in a lane that was made anew', () => {
    const again = eventsOf(aLane('notes', 'ready', anHour(now), now));
    expect(stepTo(again, events[3] ?? null, 1)).toEqual(again[4]);
  });
});

describe('what lies at a moment', () => {
  test('the band, and marks that are near', () => {
    const at = now - 28 * minute + second;
    const titles = eventsAt(lane, at, 10 * second, now).map(
      (each) => tellEvent(each, speech).title,
    );
    expect(titles).toEqual(['3 calls held', '1 call that may have run', 'Reconnecting']);
  });

  test('nothing where nobody watched', () => {
    expect(eventsAt(lane, now - 58 * minute, second, now)).toEqual([]);
  });

  test('the nearest look at health is found, or none within reach', () => {
    const times = [100, 200, 300];
    expect(nearestIndex(times, 240, 50)).toBe(1);
    expect(nearestIndex(times, 260, 50)).toBe(2);
    expect(nearestIndex(times, 400, 50)).toBeNull();
    expect(nearestIndex([], 400, 50)).toBeNull();
  });
});

describe('the table', () => {
  test('it holds what the lanes show in the span, newest first', () => {
    const { rows } = tableOf([lane], { from: now - 30 * minute, to: now - 20 * minute });
    expect(rows.map(({ event }) => tellEvent(event, speech).title)).toEqual([
      'Ready',
      'Suspended',
      'Reconnecting',
      '3 calls held',
      '1 call that may have run',
      'Ready',
    ]);
  });

  test('what concerns every server stands in it once', () => {
    const span = { from: now - 15 * minute, to: now };
    const common = tableOf(manyLanes(now), span).rows.filter(({ serverId }) => serverId === null);
    expect(common.map(({ event }) => tellEvent(event, speech).title)).toEqual([
      'Computer slept',
      'Window reloaded',
    ]);
  });

  test('what lasts into the span belongs to it', () => {
    const { rows } = tableOf([lane], { from: now - 5 * minute, to: now });
    expect(rows.map(({ event }) => tellEvent(event, speech).title)).toEqual([
      'Computer slept',
      'Ready',
    ]);
  });

  test('[bounded] it has a most, and says how many rows are left out', () => {
    const restarts = Array.from({ length: 700 }, (_, index) =>
      aMark(now - index * second, 'restarted'),
    );
    const table = tableOf([aLane('notes', 'ready', restarts, now)], { from: 0, to: now });
    expect([table.rows.length, table.leftOut]).toEqual([500, 200]);
    expect(table.rows[0]?.event.at).toBe(now);
  });
});

test('an event is told in one sentence for the ear', () => {
  const entries = [
    aTransition(now - 2_500, 'connecting', 'ready', {
      cause: 'attempt-succeeded',
      recovered: 'same-session',
    }),
  ];
  const [event] = eventsOf(aLane('notes', 'ready', entries, now));
  expect(event && spokenOf(tellEvent(event, speech))).toBe(
    'Ready, since 11:59:57 (2.5 s), A try succeeded, The same session goes on.',
  );
});

test('a look at health is told with what it found', () => {
  expect(tellLatency(now, 12.4, speech).title).toBe('Health answered in 12 ms');
  expect(tellLatency(now, null, speech).title).toBe('No health answer');
});
