// How long calls took, counted in buckets.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bucketOf,
  latencyOf,
  mergeLatencies,
  percentile,
} from '../../src/core/chronicle/latencies.ts';

describe('latencies', () => {
  it('come back from their bucket within a sixteenth', () => {
    fc.assert(
      fc.property(fc.double({ min: 1.001, max: 3_600_000, noNaN: true }), (latency) => {
        expect(Math.abs(latencyOf(bucketOf(latency)) / latency - 1)).toBeLessThan(0.0626);
      }),
    );
    expect([bucketOf(0), bucketOf(1), bucketOf(1e12)]).toEqual([0, 0, 129]);
  });

  it('give the percentile that sorting gives, to the width of a bucket', () => {
    const latency = fc.double({ min: 1.1, max: 60_000, noNaN: true });
    const share = fc.constantFrom(0.5, 0.95, 0.99);
    fc.assert(
      fc.property(fc.array(latency, { minLength: 1 }), share, (latencies, wanted) => {
        const sorted = latencies.toSorted((one, other) => one - other);
        const exact = sorted[Math.ceil(sorted.length * wanted) - 1] ?? 0;
        const counts = mergeLatencies(
          [],
          latencies.map((each) => [bucketOf(each), 1]),
        );
        expect(percentile(counts, wanted)).toBe(latencyOf(bucketOf(exact)));
      }),
    );
    expect(percentile([], 0.5)).toBeNull();
  });
});
