// The life of a connection as one pure function: (life, event, policy) -> [life, effects]. No event is illegal;
// most answers are "stay", and a late event of an older epoch returns the very same life.
// Not here: performing the effects (runtime/connection.ts) and the wait between tries (retry.ts).
import type { Millis } from '../../base/clock.ts';
import { unsaid } from '../wording/unsaid.ts';
import {
  cease,
  changed,
  closeLink,
  failedAttempt,
  lose,
  retire,
  type Policy,
  type Step,
} from './failing.ts';
import { wordedFailure } from './failure.ts';
import {
  type Cause,
  type ConnectionEffect,
  type ConnectionEvent,
  type ConnectionState,
  isRecovering,
  isUp,
  type Life,
  type Phase,
  type Trouble,
} from './state.ts';

const stay = (life: Life): Step => [life, []];
const attemptNow: ConnectionEffect = { kind: 'attempt', delay: 0 };

const start = (life: Life, at: Millis, cause: Cause): Step => [
  { ...life, state: { kind: 'connecting', since: at }, tries: 1, told: false, exits: [] },
  [attemptNow, changed(cause)],
];

const begin = (life: Life): Step => {
  const { state } = life;
  if (!isRecovering(state)) return stay(life);
  const trying: Phase = { kind: 'trying' };
  const epoch = life.epoch + 1;
  return state.kind === 'reconnecting' || state.kind === 'suspended' || state.kind === 'failed'
    ? [{ ...life, epoch, state: { ...state, phase: trying } }, []]
    : [{ ...life, epoch }, []];
};

const waitsForPerson = ({ kind }: ConnectionState): boolean =>
  kind === 'needs-auth' || kind === 'needs-input';

const succeed = (
  life: Life,
  at: Millis,
  how: 'same-session' | 'new-session' | 'stateless',
  policy: Policy,
): Step => {
  const recovered = how === 'new-session' && !life.hadSession ? 'first' : how;
  return [
    {
      ...life,
      state: { kind: 'ready', since: at, recovered },
      hadSession: life.hadSession || how !== 'stateless',
      mustRenew: false,
      // Somebody has acted: whatever a person is needed for next is another matter, and is told.
      told: life.told && !waitsForPerson(life.state),
    },
    [
      { kind: 'watch-stability', epoch: life.epoch, delay: policy.backoff.stableAfter },
      changed('attempt-succeeded'),
    ],
  ];
};

const withTroubles = (life: Life, troubles: readonly Trouble[]): Step => {
  const { state } = life;
  if (state.kind !== 'ready' && state.kind !== 'degraded') return stay(life);
  const { since, recovered } = state;
  if (troubles.length === 0)
    return [{ ...life, state: { kind: 'ready', since, recovered } }, [changed('health')]];
  const next: ConnectionState = { kind: 'degraded', since, recovered, troubles };
  return [{ ...life, state: next }, state.kind === 'ready' ? [changed('health')] : []];
};

const troublesOf = (life: Life): readonly Trouble[] =>
  life.state.kind === 'degraded' ? life.state.troubles : [];

const suspend = (life: Life, at: Millis, policy: Policy): Step => {
  const { state } = life;
  if (state.kind !== 'reconnecting' || at - state.since < policy.holdBudget) return stay(life);
  return [{ ...life, state: { ...state, kind: 'suspended' } }, [changed('hold-budget')]];
};

/** Something outside says that a try may work now. A try that runs already is left alone. */
const nudge = (life: Life, cause: Cause): Step => {
  const { state } = life;
  switch (state.kind) {
    case 'reconnecting':
    case 'suspended':
    case 'failed':
      return state.phase?.kind === 'waiting' ? [life, [attemptNow]] : stay(life);
    case 'needs-auth':
    case 'needs-input':
      // Only what may have brought the missing sign-in or value: never a call, which would make a 401 loop.
      return cause === 'user' || cause === 'settings' ? [life, [attemptNow]] : stay(life);
    case 'connecting':
    case 'ready':
    case 'degraded':
    case 'disabled':
    case 'idle':
    case 'crash-loop':
    case 'stopping':
    case 'stopped':
      return stay(life);
  }
};

const callArrived = (life: Life, at: Millis): Step =>
  life.state.kind === 'idle' ? start(life, at, 'call') : nudge(life, 'call');

const reconnect = (life: Life, at: Millis, renew: boolean, policy: Policy): Step => {
  const { state } = life;
  const forget: ConnectionEffect[] = renew ? [{ kind: 'forget-session' }] : [];
  const mustRenew = life.mustRenew || renew;
  if (state.kind === 'disabled' || state.kind === 'stopping') return stay(life);
  if (isUp(state)) {
    const why = wordedFailure(
      'closed',
      renew ? unsaid('a new session was asked for') : unsaid('a reconnect was asked for'),
    );
    const [lost, effects] = lose({ ...life, tries: 0 }, at, why, 'user', policy);
    const [, ...others] = effects;
    return [{ ...lost, mustRenew, told: false }, [closeLink(renew), ...forget, ...others]];
  }
  // The running attempt, if any, was made for other wishes: it is given up for a new one.
  if (isRecovering(state))
    return [{ ...retire(life), mustRenew, told: false, exits: [] }, [cease, ...forget, attemptNow]];
  const [next, effects] = start({ ...life, mustRenew }, at, 'user');
  return [next, [...forget, ...effects]];
};

const stop = (life: Life, at: Millis): Step => {
  const { state } = life;
  if (state.kind === 'disabled' || state.kind === 'stopped' || state.kind === 'stopping')
    return stay(life);
  if (isUp(state))
    return [
      // The epoch stays: calls on their way may still finish on its link.
      { ...life, state: { kind: 'stopping', since: at } },
      [cease, changed('user'), { kind: 'finish-calls' }],
    ];
  return [
    { ...retire(life), state: { kind: 'stopped', since: at }, mustRenew: true },
    [cease, closeLink(false), { kind: 'forget-session' }, changed('user')],
  ];
};

const saidGoodbye = (life: Life, at: Millis): Step =>
  life.state.kind === 'stopping'
    ? [
        { ...retire(life), state: { kind: 'stopped', since: at }, mustRenew: true },
        [closeLink(true), { kind: 'forget-session' }, changed('user')],
      ]
    : stay(life);

const disable = (life: Life): Step =>
  life.state.kind === 'disabled'
    ? stay(life)
    : [
        { ...retire(life), state: { kind: 'disabled' }, mustRenew: true },
        [cease, closeLink(true), { kind: 'forget-session' }, changed('user')],
      ];

/** A report on an attempt or a link counts only while that epoch is the newest and its state is the expected one. */
const current = (life: Life, event: { readonly epoch: number }, expected: boolean): boolean =>
  event.epoch === life.epoch && expected;

const onReport = (
  life: Life,
  event: Extract<ConnectionEvent, { readonly epoch: number }>,
  policy: Policy,
): Step => {
  const up = isUp(life.state);
  const { at } = event;
  if (!current(life, event, event.kind.startsWith('attempt-') ? isRecovering(life.state) : up))
    return stay(life);
  switch (event.kind) {
    case 'attempt-succeeded':
      return succeed(life, at, event.how, policy);
    case 'attempt-failed':
      return failedAttempt(life, at, event.failure, event.random, policy);
    case 'lost':
      return lose(life, at, event.failure, 'lost', policy);
    case 'restart-seen':
      return lose(life, at, event.failure, 'restart-seen', policy);
    case 'troubled':
      return troublesOf(life).includes(event.trouble)
        ? stay(life)
        : withTroubles(life, [...troublesOf(life), event.trouble]);
    case 'mended':
      return troublesOf(life).includes(event.trouble)
        ? withTroubles(
            life,
            troublesOf(life).filter((trouble) => trouble !== event.trouble),
          )
        : stay(life);
    case 'stood':
      return life.tries === 0 && !life.told ? stay(life) : [{ ...life, tries: 0, told: false }, []];
  }
};

const started = (life: Life, at: Millis): Step => {
  const { kind } = life.state;
  return kind === 'idle' || kind === 'stopped' || kind === 'crash-loop' || kind === 'failed'
    ? start(life, at, kind === 'idle' ? 'start' : 'user')
    : stay(life);
};

export const step = (life: Life, event: ConnectionEvent, policy: Policy): Step => {
  if ('epoch' in event) return onReport(life, event, policy);
  switch (event.kind) {
    case 'started':
      return started(life, event.at);
    case 'call-arrived':
      return callArrived(life, event.at);
    case 'attempt-begun':
      return begin(life);
    case 'hold-budget-spent':
      return suspend(life, event.at, policy);
    case 'nudged':
      return nudge(life, event.cause);
    case 'reconnect-asked':
      return reconnect(life, event.at, false, policy);
    case 'new-session-asked':
      return reconnect(life, event.at, true, policy);
    case 'stop-asked':
      return stop(life, event.at);
    case 'goodbye-done':
      return saidGoodbye(life, event.at);
    case 'disable-asked':
      return disable(life);
    case 'enable-asked':
      return life.state.kind === 'disabled'
        ? [{ ...life, state: { kind: 'idle' } }, [changed('user')]]
        : stay(life);
  }
};
