// The states of a connection, the events that move it, the effects it asks for, and the questions one may
// ask of a state. The words, fixed here for the whole code:
//   server      a configured MCP server
//   connection  our supervised life with a server on behalf of one client
//   link        one live transport
//   session     the server's memory of us (Mcp-Session-Id)
//   cursor      the last SSE event id seen on one stream
//   epoch       the number of a connection attempt; every callback carries it, a late one changes nothing
//   call        a request waiting for its answer
//   record      what survives a reload
//   client      whoever uses a connection: Lifeline's own views, or a program at the gateway
// Not here: how the state changes (step.ts) and how it is worded (core/wording.ts).
import type { Millis } from '../../base/clock.ts';
import type { Failure } from './failure.ts';

/** How an attempt succeeded. `first`: there was no session to go back to. */
export type Recovered = 'first' | 'same-session' | 'new-session' | 'stateless';

/** What works less well than it should while calls still work. */
export type Trouble = 'push-stream-down' | 'health-failing' | 'calls-failing' | 'slow';

export type Phase =
  | { readonly kind: 'trying' }
  /** `until`: wall time of the next try. */
  | { readonly kind: 'waiting'; readonly until: Millis };

interface Down {
  /** Wall time at which it was lost. */
  readonly since: Millis;
  /** Number of the attempt running or waited for, counted from 1 since the loss. */
  readonly attempt: number;
  readonly phase: Phase;
  readonly failure: Failure;
}

/** Only a person can help: nothing is tried by the clock. */
interface Blocked {
  readonly since: Millis;
  readonly attempt: number;
  readonly failure: Failure;
}

interface Up {
  readonly since: Millis;
  readonly recovered: Recovered;
}

export type ConnectionState =
  | { readonly kind: 'disabled' }
  | { readonly kind: 'idle' }
  | { readonly kind: 'connecting'; readonly since: Millis }
  | ({ readonly kind: 'ready' } & Up)
  | ({ readonly kind: 'degraded'; readonly troubles: readonly Trouble[] } & Up)
  | ({ readonly kind: 'reconnecting' } & Down)
  | ({ readonly kind: 'suspended' } & Down)
  | ({ readonly kind: 'needs-auth' } & Blocked)
  | ({ readonly kind: 'needs-input' } & Blocked)
  | {
      readonly kind: 'crash-loop';
      readonly since: Millis;
      readonly failure: Failure;
      readonly exits: number;
    }
  /** `phase`: waiting with a time where we still look now and then, null where only a new setting helps. */
  | {
      readonly kind: 'failed';
      readonly since: Millis;
      readonly failure: Failure;
      readonly attempt: number;
      readonly phase: Phase | null;
    }
  | { readonly kind: 'stopping'; readonly since: Millis }
  | { readonly kind: 'stopped'; readonly since: Millis };

export type StateKind = ConnectionState['kind'];

/** A connection's whole life as a value: the state, and what outlives a state. */
export interface Life {
  readonly state: ConnectionState;
  /** Number of the newest attempt; 0 before the first. Never reused. */
  readonly epoch: number;
  /** Attempts made or planned since the last proven stability (which takes 30 s, not a mere connect). */
  readonly tries: number;
  /** Whether the user has been told of this episode of trouble. */
  readonly told: boolean;
  /** Whether a session was ever had, so that a new one is called new. */
  readonly hadSession: boolean;
  /** Whether the next attempt must not go back to the stored session. */
  readonly mustRenew: boolean;
  /** Wall times of recent process exits (stdio). */
  readonly exits: readonly Millis[];
}

export type Cause =
  | 'start'
  | 'call'
  | 'lost'
  | 'retry-due'
  | 'listening'
  | 'wake'
  | 'user'
  | 'stable'
  | 'settings'
  | 'hold-budget'
  | 'health'
  | 'restart-seen'
  | 'attempt-failed'
  | 'attempt-succeeded'
  | 'shutdown';

/** Every event carries `at` (wall time); those that report on an attempt or a link carry its epoch. */
export type ConnectionEvent =
  | { readonly kind: 'started'; readonly at: Millis }
  | { readonly kind: 'call-arrived'; readonly at: Millis }
  /** The attempt loop begins another try; `step` gives it the next epoch. */
  | { readonly kind: 'attempt-begun'; readonly at: Millis }
  | {
      readonly kind: 'attempt-succeeded';
      readonly at: Millis;
      readonly epoch: number;
      readonly how: 'same-session' | 'new-session' | 'stateless';
    }
  | {
      readonly kind: 'attempt-failed';
      readonly at: Millis;
      readonly epoch: number;
      readonly failure: Failure;
      readonly random: number;
    }
  | {
      readonly kind: 'lost';
      readonly at: Millis;
      readonly epoch: number;
      readonly failure: Failure;
    }
  | {
      readonly kind: 'restart-seen';
      readonly at: Millis;
      readonly epoch: number;
      readonly failure: Failure;
    }
  | {
      readonly kind: 'troubled';
      readonly at: Millis;
      readonly epoch: number;
      readonly trouble: Trouble;
    }
  | {
      readonly kind: 'mended';
      readonly at: Millis;
      readonly epoch: number;
      readonly trouble: Trouble;
    }
  | { readonly kind: 'stood'; readonly at: Millis; readonly epoch: number }
  | { readonly kind: 'hold-budget-spent'; readonly at: Millis }
  /** Something outside says that a try may work now: a listener, wake, network change, focus, a health answer. */
  | { readonly kind: 'nudged'; readonly at: Millis; readonly cause: Cause }
  | { readonly kind: 'reconnect-asked'; readonly at: Millis }
  | { readonly kind: 'new-session-asked'; readonly at: Millis }
  | { readonly kind: 'stop-asked'; readonly at: Millis }
  | { readonly kind: 'goodbye-done'; readonly at: Millis }
  | { readonly kind: 'disable-asked'; readonly at: Millis }
  | { readonly kind: 'enable-asked'; readonly at: Millis };

export type ConnectionEffect =
  /** The next attempt comes after `delay`; this replaces the wait that is running. Attempts go on until one succeeds. */
  | { readonly kind: 'attempt'; readonly delay: Millis }
  | { readonly kind: 'cease' }
  /** End the present link. `goodbye`: tell the server that the session is over (DELETE). */
  | { readonly kind: 'close-link'; readonly goodbye: boolean }
  /** Use the present link no more, and end it when what runs on it has ended, or soon. */
  | { readonly kind: 'leave-link' }
  | { readonly kind: 'forget-session' }
  /** Tell `stood` to this epoch after `delay` of unbroken readiness. */
  | { readonly kind: 'watch-stability'; readonly epoch: number; readonly delay: Millis }
  | { readonly kind: 'watch-hold-budget'; readonly delay: Millis }
  | { readonly kind: 'finish-calls' }
  | { readonly kind: 'transition'; readonly cause: Cause }
  | {
      readonly kind: 'tell-user';
      readonly about: 'not-recovering' | 'needs-auth' | 'needs-input' | 'crash-loop';
    };

/** What happens to a call in a state (README, the table of states). */
export type Gate = 'send' | 'hold' | 'start' | 'refuse';

export const gateOf = (state: ConnectionState): Gate => {
  switch (state.kind) {
    case 'ready':
    case 'degraded':
      return 'send';
    case 'connecting':
    case 'reconnecting':
    case 'needs-auth':
    case 'needs-input':
      return 'hold';
    case 'idle':
      return 'start';
    case 'disabled':
    case 'suspended':
    case 'crash-loop':
    case 'failed':
    case 'stopping':
    case 'stopped':
      return 'refuse';
  }
};

export const isUp = (state: ConnectionState): boolean => gateOf(state) === 'send';

/** Whether the attempt loop may go on in this state. */
export const isRecovering = (state: ConnectionState): boolean => {
  switch (state.kind) {
    case 'connecting':
    case 'reconnecting':
    case 'suspended':
    case 'needs-auth':
    case 'needs-input':
      return true;
    case 'failed':
      return state.phase !== null;
    case 'ready':
    case 'degraded':
    case 'disabled':
    case 'idle':
    case 'crash-loop':
    case 'stopping':
    case 'stopped':
      return false;
  }
};

/** Whether only a person can mend it. */
export const needsPerson = (state: ConnectionState): boolean =>
  state.kind === 'needs-auth' ||
  state.kind === 'needs-input' ||
  state.kind === 'crash-loop' ||
  state.kind === 'failed';

export const failureOf = (state: ConnectionState): Failure | null =>
  'failure' in state ? state.failure : null;

export const newLife = (state: 'idle' | 'disabled', hadSession: boolean): Life => ({
  state: { kind: state },
  epoch: 0,
  tries: 0,
  told: false,
  hadSession,
  mustRenew: false,
  exits: [],
});

/** Whether the calls that still wait are answered now: nothing will ever send them. */
export const endsCalls = (state: ConnectionState): boolean =>
  state.kind === 'disabled' ||
  state.kind === 'stopped' ||
  state.kind === 'crash-loop' ||
  (state.kind === 'failed' && state.phase === null);

/**
 * Long enough for a sign-in that a click completes, and for a first try that the next one mends. Nobody knows when a person
 * comes; a call that is told at once what is missing can say so to the one who sits there.
 */
const whileAPersonActs: Millis = 5_000;

/** How long a call is held in this state, where `budget` is meant for a server that comes back by itself. */
export const holdBudgetIn = (state: ConnectionState, budget: Millis): Millis =>
  state.kind === 'needs-auth' || state.kind === 'needs-input'
    ? Math.min(budget, whileAPersonActs)
    : budget;

/** Which rounds of asking after the server suit the state. */
export const pulseOf = (state: ConnectionState): 'up' | 'down' | 'off' => {
  if (isUp(state)) return 'up';
  return isRecovering(state) && state.kind !== 'needs-auth' && state.kind !== 'needs-input'
    ? 'down'
    : 'off';
};
