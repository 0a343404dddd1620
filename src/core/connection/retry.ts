// How long to wait before the next try, or that no clock starts one. Never that we stop for good: waking, a listener,
// a call or the user may start a try at any time (step.ts). Not here: the timer (runtime/attempts.ts).
import type { Millis } from '../../base/clock.ts';
import type { BackoffSettings } from '../settings.ts';
import { type Failure, failureTraits } from './failure.ts';

export interface RetryQuestion {
  /** Tries that have failed since the last proven stability; 0 asks for the first try. */
  readonly failures: number;
  /** Why we are down. Its `retryAfter` holds what the server asked for, by `Retry-After` or by SSE `retry:`. */
  readonly failure: Failure;
  /** Whether the server runs on this machine. */
  readonly local: boolean;
  /** From 0 to 1; with 1 the whole delay is waited. */
  readonly random: number;
  readonly backoff: BackoffSettings;
}

/** Luck with the jitter must not make us spin. */
const shortestWait: Millis = 50;

/** A mistaken `Retry-After` of days would switch a server off; after an hour we look again, whatever it said. */
const longestAskedWait: Millis = 3_600_000;

const askedWait = (failure: Failure): Millis =>
  Math.min(Math.max(failure.retryAfter ?? 0, 0), longestAskedWait);

/**
 * Full jitter (AWS, "Exponential Backoff And Jitter"): the wait is anywhere between nothing and the whole delay, so
 * that many windows do not fall upon a returned server together, and never longer than the delay, so that the
 * restart of a dev server is not met later than without jitter. Only the floor keeps it from being nothing.
 */
const jittered = (delay: Millis, random: number): Millis =>
  Math.max(Math.min(delay, shortestWait), Math.round(delay * random));

/** Null: no try by the clock, because only a person or a changed setting can help. */
export const retryDelay = (question: RetryQuestion): Millis | null => {
  const { failures, failure, local, random, backoff } = question;
  const cap = local ? backoff.localCap : backoff.remoteCap;
  switch (failureTraits[failure.kind].course) {
    case 'auth':
    case 'input':
    case 'never':
      return null;
    case 'slow':
      // It looks permanent, so there is no crowd to spread and no hurry.
      return Math.max(cap, askedWait(failure));
    case 'retry':
    case 'crash': {
      const delay = Math.min(backoff.delays[failures] ?? cap, cap);
      return Math.max(jittered(delay, random), askedWait(failure));
    }
  }
};
