// What one try to hold the standalone stream tells, and how long to wait before the next. Pure.
import type { IncomingHttpHeaders } from 'node:http';
import type { Millis } from '../base/clock.ts';
import { retryAfterOf } from './statuses.ts';

export type Visit =
  /** A person must act. */
  | { readonly kind: 'unauthorized' }
  /** The server has no such stream, or not under this cursor. */
  | { readonly kind: 'absent' }
  /** The server believes that our old stream still stands. */
  | { readonly kind: 'conflict' }
  | { readonly kind: 'failed'; readonly retryAfter: Millis }
  | {
      readonly kind: 'closed';
      readonly lived: Millis;
      /** It brought a message; priming events do not count. */
      readonly delivered: boolean;
      /** What the server announced on this very stream. */
      readonly retry: Millis | null;
      readonly clean: boolean;
    };

/** Of an answer to GET that is no event stream. */
export const visitOfStatus = (status: number, headers: IncomingHttpHeaders, now: Millis): Visit => {
  if (status === 401) return { kind: 'unauthorized' };
  if (status === 409) return { kind: 'conflict' };
  const passing = [408, 425, 429].includes(status) || (status >= 500 && status !== 501);
  return passing
    ? { kind: 'failed', retryAfter: retryAfterOf(headers, now) ?? 0 }
    : { kind: 'absent' };
};

const firstDelay = 250;
const longestDelay = 30_000;
/** A stream that lived this long was a good one. */
const goodLife = 30_000;
/** From here on `retry:` is a wish to be polled (SEP-1699) and not a mistake that would hammer the server. */
const politeRetry = 1_000;

export interface Next {
  readonly delay: Millis;
  /** Failures in a row, for the next question. */
  readonly failures: number;
}

/** How long to wait before the next try, after `failures` that came to nothing before this one. */
export const delayAfter = (
  visit: Extract<Visit, { kind: 'failed' | 'closed' }>,
  failures: number,
): Next => {
  const backoff = (tries: number): Millis => Math.min(longestDelay, firstDelay * 2 ** tries);
  if (visit.kind === 'failed') {
    return { delay: Math.max(visit.retryAfter, backoff(failures)), failures: failures + 1 };
  }
  const asked = visit.retry ?? 0;
  if (visit.clean && asked >= politeRetry) return { delay: asked, failures: 0 };
  const before = visit.delivered || visit.lived >= goodLife ? 0 : failures;
  return { delay: Math.max(asked, backoff(before)), failures: before + 1 };
};
