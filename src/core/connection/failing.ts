// What a failed attempt or a lost link makes of a life: how long to wait, what to call it, when to tell the user.
// Not here: the other events (step.ts) and the delays themselves (retry.ts).
import type { Millis } from '../../base/clock.ts';
import type { BackoffSettings } from '../settings.ts';
import { type Failure, failureTraits } from './failure.ts';
import { retryDelay } from './retry.ts';
import {
  type Cause,
  type ConnectionEffect,
  type ConnectionState,
  isRecovering,
  type Life,
  type Phase,
} from './state.ts';

export interface Policy {
  readonly backoff: BackoffSettings;
  /** Loopback servers are tried more often. */
  readonly local: boolean;
  /** How long calls are held before the connection counts as suspended. */
  readonly holdBudget: Millis;
  /** Tell the user once after this many tries. */
  readonly notifyAfterAttempts: number;
  /** So many process exits within `within` are a crash loop (the rule of vscode-languageclient). */
  readonly crashLoop: { readonly exits: number; readonly within: Millis };
}

export type Step = readonly [life: Life, effects: readonly ConnectionEffect[]];

export const changed = (cause: Cause): ConnectionEffect => ({ kind: 'transition', cause });
export const closeLink = (goodbye: boolean): ConnectionEffect => ({ kind: 'close-link', goodbye });
const forgetSession: ConnectionEffect = { kind: 'forget-session' };
export const cease: ConnectionEffect = { kind: 'cease' };

/** Makes everything that still runs for the present epoch late. */
export const retire = (life: Life): Life => ({ ...life, epoch: life.epoch + 1 });

/** When the trouble began, so that a new failure of the same trouble does not start its age anew. */
const downSince = (state: ConnectionState, at: Millis): Millis =>
  isRecovering(state) && 'since' in state ? state.since : at;

const recentExits = (life: Life, failure: Failure, at: Millis, policy: Policy): readonly Millis[] =>
  failure.kind === 'process-exited'
    ? [...life.exits.filter((exit) => at - exit < policy.crashLoop.within), at]
    : life.exits;

/** Where a failure leads, given how long to wait before the next try (null: no timed try). */
const stateAfter = (
  life: Life,
  failure: Failure,
  at: Millis,
  phase: Phase | null,
): ConnectionState => {
  const since = downSince(life.state, at);
  const attempt = life.tries + 1;
  switch (failureTraits[failure.kind].course) {
    case 'auth':
      return { kind: 'needs-auth', since, attempt, failure };
    case 'input':
      return { kind: 'needs-input', since, attempt, failure };
    case 'slow':
    case 'never':
      return { kind: 'failed', since, attempt, failure, phase };
    case 'retry':
    case 'crash': {
      const kind = life.state.kind === 'suspended' ? 'suspended' : 'reconnecting';
      return { kind, since, attempt, failure, phase: phase ?? { kind: 'trying' } };
    }
  }
};

const tellAbout = (life: Life, state: ConnectionState, policy: Policy): ConnectionEffect[] => {
  if (life.told) return [];
  if (state.kind === 'needs-auth' || state.kind === 'needs-input')
    return [{ kind: 'tell-user', about: state.kind }];
  return life.tries >= policy.notifyAfterAttempts
    ? [{ kind: 'tell-user', about: 'not-recovering' }]
    : [];
};

const crashLoop = (life: Life, failure: Failure, at: Millis): Step => [
  {
    ...retire(life),
    state: { kind: 'crash-loop', since: at, failure, exits: life.exits.length },
    told: true,
    mustRenew: true,
  },
  [cease, closeLink(false), changed('lost'), { kind: 'tell-user', about: 'crash-loop' }],
];

/** The hold budget runs from the beginning of the trouble, once. */
const holdBudgetOf = (
  before: Life,
  state: ConnectionState,
  at: Millis,
  policy: Policy,
): ConnectionEffect[] =>
  state.kind === 'reconnecting' && before.state.kind !== 'reconnecting'
    ? [{ kind: 'watch-hold-budget', delay: Math.max(0, policy.holdBudget - (at - state.since)) }]
    : [];

export const failedAttempt = (
  before: Life,
  at: Millis,
  failure: Failure,
  random: number,
  policy: Policy,
): Step => {
  const life: Life = {
    ...before,
    exits: recentExits(before, failure, at, policy),
    mustRenew: before.mustRenew || failureTraits[failure.kind].endsSession,
  };
  if (life.exits.length >= policy.crashLoop.exits) return crashLoop(life, failure, at);
  const { backoff, local } = policy;
  const delay = retryDelay({ failures: life.tries, failure, local, random, backoff });
  const phase: Phase | null = delay === null ? null : { kind: 'waiting', until: at + delay };
  const state = stateAfter(life, failure, at, phase);
  const telling = tellAbout(life, state, policy);
  // Slow probing for hours must not push what mattered out of a bounded history.
  const worthALine = state.kind !== before.state.kind || life.tries <= policy.notifyAfterAttempts;
  return [
    { ...life, state, tries: life.tries + 1, told: life.told || telling.length > 0 },
    [
      delay === null ? cease : { kind: 'attempt', delay },
      ...holdBudgetOf(before, state, at, policy),
      ...(worthALine ? [changed('attempt-failed')] : []),
      ...telling,
    ],
  ];
};

/**
 * A working link is gone. The first try after stability comes at once; a server that accepts and drops again meets
 * the backoff, since the count goes back to zero only after proven stability.
 */
export const lose = (
  before: Life,
  at: Millis,
  failure: Failure,
  cause: Cause,
  policy: Policy,
): Step => {
  const life: Life = {
    ...before,
    exits: recentExits(before, failure, at, policy),
    mustRenew: before.mustRenew || failureTraits[failure.kind].endsSession,
  };
  if (life.exits.length >= policy.crashLoop.exits) return crashLoop(life, failure, at);
  // Jitter is for crowds; one client going back to its own server needs none (random 1: the whole delay).
  // What ended a working link is no verdict on the next attempt, whatever it was: that one finds out.
  const ended: Failure = { ...failure, kind: 'closed', status: null };
  const { backoff, local } = policy;
  const asked = { failures: life.tries, failure: ended, local, random: 1, backoff };
  const delay = retryDelay(asked) ?? 0;
  const phase: Phase = delay === 0 ? { kind: 'trying' } : { kind: 'waiting', until: at + delay };
  const attempt = life.tries + 1;
  return [
    {
      ...retire(life),
      state: { kind: 'reconnecting', since: at, attempt, phase, failure },
      tries: attempt,
    },
    [
      failureTraits[failure.kind].sparesOthers ? { kind: 'leave-link' } : closeLink(false),
      // Also from the record: a reload before the repair must not go back to it.
      ...(failureTraits[failure.kind].endsSession ? [forgetSession] : []),
      { kind: 'attempt', delay },
      { kind: 'watch-hold-budget', delay: policy.holdBudget },
      changed(cause),
    ],
  ];
};
