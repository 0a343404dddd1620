// The calls of one server within a minute, counted where they end. The only mutable thing here, because it stands in the way of every
// call. Not here: when it is written down.
import type { Millis } from '../../base/clock.ts';
import type { CallsEntry } from '../chronicle.ts';
import { bucketOf } from './latencies.ts';

const minuteLength: Millis = 60_000;

export const minuteOf = (at: Millis): Millis => Math.floor(at / minuteLength) * minuteLength;

/** How a call ended, for the figures. */
export type CallEnd = 'answered' | 'error' | 'unknown' | 'refused';

/** News of a call of one client. */
export type CallNews =
  /** It waits, for the first time. */
  | { readonly kind: 'held' }
  /** It was sent a second time. */
  | { readonly kind: 'repeated' }
  /** `latency`: from its arrival, as its caller saw it. */
  | { readonly kind: 'ended'; readonly how: CallEnd; readonly latency: Millis };

export class MinuteTally {
  readonly serverId: string;
  readonly at: Millis;
  readonly #latencies = new Map<number, number>();
  readonly #counts = { count: 0, errors: 0, held: 0, repeated: 0, unknown: 0, refused: 0 };

  constructor(serverId: string, at: Millis) {
    this.serverId = serverId;
    this.at = minuteOf(at);
  }

  note(news: CallNews): void {
    if (news.kind === 'ended') return this.#ended(news.how, news.latency);
    this.#counts[news.kind] += 1;
  }

  get entry(): CallsEntry {
    const latencies = [...this.#latencies].toSorted(([one], [other]) => one - other);
    return { kind: 'calls', serverId: this.serverId, at: this.at, ...this.#counts, latencies };
  }

  #ended(how: CallEnd, latency: Millis): void {
    this.#counts.count += 1;
    if (how === 'unknown') this.#counts.unknown += 1;
    else if (how === 'refused') this.#counts.refused += 1;
    else {
      if (how === 'error') this.#counts.errors += 1;
      const bucket = bucketOf(latency);
      this.#latencies.set(bucket, (this.#latencies.get(bucket) ?? 0) + 1);
    }
  }
}
