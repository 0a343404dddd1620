// Latencies counted in buckets that grow by an eighth, so that percentiles of any number of calls take little room and are at most
// a sixteenth off.
import type { Millis } from '../../base/clock.ts';
import type { LatencyCount } from '../chronicle.ts';

const growth = Math.log(1.125);

/** The bucket of over an hour; what is longer counts as that. */
const lastBucket = 129;

/** Bucket 0 holds up to a millisecond. */
export const bucketOf = (latency: Millis): number =>
  latency <= 1 ? 0 : Math.min(lastBucket, Math.ceil(Math.log(latency) / growth));

/** A latency in the middle of the bucket. */
export const latencyOf = (bucket: number): Millis =>
  bucket <= 0 ? 1 : Math.exp((Math.min(bucket, lastBucket) - 0.5) * growth);

/** In order of bucket. */
export const mergeLatencies = (
  one: readonly LatencyCount[],
  other: readonly LatencyCount[],
): LatencyCount[] => {
  const sums = new Map(one);
  for (const [bucket, count] of other) sums.set(bucket, (sums.get(bucket) ?? 0) + count);
  return [...sums].toSorted(([first], [second]) => first - second);
};

/** The latency that this share of all stayed within; null where there are none. `share` is in 0 to 1. */
export const percentile = (counts: readonly LatencyCount[], share: number): Millis | null => {
  const total = counts.reduce((sum, [, count]) => sum + count, 0);
  let left = Math.max(1, Math.ceil(total * share));
  for (const [bucket, count] of counts) {
    left -= count;
    if (left <= 0) return latencyOf(bucket);
  }
  return null;
};
