import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  bringIntoView,
  type Extent,
  firstLook,
  firstLookAt,
  type Look,
  pan,
  rangeOf,
  ranges,
  showPart,
  spanOf,
  zoom,
} from '../../../src/core/timeline/span.ts';

const hour = 3_600_000;
const extent: Extent = { first: 0, now: 100 * hour };
const live: Look = { length: hour, until: null };

describe('live', () => {
  test('what ends now moves on with the clock', () => {
    expect(spanOf(live, extent)).toEqual({ from: 99 * hour, to: 100 * hour });
    expect(spanOf(live, { ...extent, now: 101 * hour }).to).toBe(101 * hour);
  });

  test('zooming at its end keeps it live', () => {
    expect(zoom(live, 0.5, extent.now, extent)).toEqual({ length: hour / 2, until: null });
    expect(zoom(live, 2, extent.now, extent)).toEqual({ length: 2 * hour, until: null });
  });

  test('moving to the past ends it, and moving back to the present begins it again', () => {
    const past = pan(live, -0.5, extent);
    expect(past).toEqual({ length: hour, until: 99.5 * hour });
    expect(pan(past, 0.5, extent)).toEqual(live);
  });
});

describe('everything', () => {
  test('it begins before the first moment and ends now', () => {
    const { from, to } = spanOf({ length: null, until: null }, extent);
    expect(from).toBeLessThan(0);
    expect(to).toBe(extent.now);
  });

  test('a history of a second fills a minute', () => {
    const { from, to } = spanOf({ length: null, until: null }, { first: 99, now: 100 });
    expect(to - from).toBe(60_000);
  });

  test('without a history it is a minute too', () => {
    const { from, to } = spanOf({ length: null, until: null }, { first: null, now: 100 });
    expect(to - from).toBe(60_000);
  });
});

test('a part that was chosen is shown exactly', () => {
  const look = showPart(10 * hour, 11 * hour, extent);
  expect(spanOf(look, extent)).toEqual({ from: 10 * hour, to: 11 * hour });
});

test('a moment in sight moves nothing, another one is moved into sight', () => {
  expect(bringIntoView(live, 99.5 * hour, extent)).toBe(live);
  const { from, to } = spanOf(bringIntoView(live, 50 * hour, extent), extent);
  expect(50 * hour).toBeGreaterThanOrEqual(from);
  expect(50 * hour).toBeLessThanOrEqual(to);
});

test('each range knows its button, and the first look has one', () => {
  expect(Object.values(ranges).map((length) => rangeOf({ length, until: null }))).toEqual(
    Object.keys(ranges),
  );
  expect(rangeOf({ length: 12_345, until: null })).toBeNull();
  expect(rangeOf(firstLook)).toBe('hour');
});

test('a history of less than an hour is first looked at as a whole, a longer one or none by the hour', () => {
  const now = 100 * hour;
  const firstRange = (first: number | null) => rangeOf(firstLookAt({ first, now }));
  expect(firstRange(now - hour + 1)).toBe('all');
  expect(firstRange(now - hour)).toBe('hour');
  expect(firstRange(null)).toBe('hour');
});

const someMoves = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constant('zoom' as const),
      factor: fc.double({ min: 0.01, max: 100, noNaN: true }),
      pivot: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
    fc.record({
      kind: fc.constant('pan' as const),
      share: fc.double({ min: -5, max: 5, noNaN: true }),
    }),
  ),
  { maxLength: 40 },
);

test('whatever is zoomed and moved, some time is shown, none of it later than now, and the past is not lost', () => {
  fc.assert(
    fc.property(someMoves, (moves) => {
      let look = firstLook;
      for (const move of moves) {
        const { from, to } = spanOf(look, extent);
        look =
          move.kind === 'pan'
            ? pan(look, move.share, extent)
            : zoom(look, move.factor, from + move.pivot * (to - from), extent);
        const span = spanOf(look, extent);
        expect(span.to - span.from).toBeGreaterThan(0);
        expect(span.to).toBeLessThanOrEqual(extent.now);
        expect(span.to).toBeGreaterThanOrEqual(extent.first ?? 0);
      }
    }),
  );
});

test('the moment under the pointer stays under it', () => {
  const look: Look = { length: hour, until: 50 * hour };
  const pivot = 49.25 * hour;
  const { from, to } = spanOf(zoom(look, 0.3, pivot, extent), extent);
  expect((pivot - from) / (to - from)).toBeCloseTo(0.25);
});
