// All calls of one connection as one value, and the questions one may ask of it.
// Not here: how it moves (stepCalls.ts), and the messages themselves (runtime/caller.ts).
import type { Millis } from '../../base/clock.ts';
import type { Failure } from '../connection/failure.ts';
import { type ConnectionState, holdBudgetIn } from '../connection/state.ts';
import type { RpcId } from '../rpc.ts';
import type { CallSettings } from '../settings.ts';
import { type Call, type CallSpec, deadlineOf, isWaiting, type Verdict } from './call.ts';
import type { Fate } from './fate.ts';
import type { RepeatRight } from './replay.ts';

/** Whether calls may go out now. `session` counts the sessions of this connection. */
export type LedgerGate =
  | { readonly kind: 'send'; readonly session: number }
  | { readonly kind: 'hold' }
  | { readonly kind: 'refuse' };

export interface Ledger {
  /** In order of arrival. */
  readonly calls: readonly Call[];
  readonly gate: LedgerGate;
  /** Next upstream request id. Goes up only. */
  readonly nextId: number;
  /** Key of the held call that was let go and that the server has not taken yet; the next one waits for it. */
  readonly releasing: number | null;
}

/** What the settings, and what is known of the tools, say about calls. */
export interface CallRules {
  readonly limits: CallSettings;
  readonly holdBudget: Millis;
  /** Bytes held by the other connections, for the limit over all servers. */
  readonly bytesElsewhere: number;
  readonly repeatRight: (call: Call) => RepeatRight;
}

/** The rules as they are in this state of the connection. */
export const rulesIn = (state: ConnectionState, rules: CallRules): CallRules => ({
  ...rules,
  holdBudget: holdBudgetIn(state, rules.holdBudget),
});

export interface LedgerRules extends CallRules {
  /** Asked only where a call has to wait: measuring costs as much as sending. */
  readonly bytesOf: (key: number) => number;
}

/**
 * How far a call had come when an earlier life ended. `session`: the number that its session has in this life; null where it is
 * not the session of this connection.
 */
export type CallPast =
  | { readonly kind: 'held' }
  | {
      readonly kind: 'sent';
      readonly upstreamId: number;
      readonly session: number | null;
      readonly cursor: string | null;
      /** Only said of a call that was sent a second time. */
      readonly isRepeat?: boolean | undefined;
    }
  | { readonly kind: 'unknown'; readonly failure: Failure };

export type LedgerEvent =
  | { readonly kind: 'arrived'; readonly at: Millis; readonly call: CallSpec }
  | { readonly kind: 'gate'; readonly at: Millis; readonly gate: LedgerGate }
  /**
   * The server has taken the request, or so much time has passed that the next one need not wait for it. Of a resumed
   * call: its stream is open.
   */
  | { readonly kind: 'begun'; readonly at: Millis; readonly key: number }
  /** Something came on the stream of the call: it is at work. */
  | { readonly kind: 'heard'; readonly at: Millis; readonly key: number }
  /** The session goes on, in another process than the one that ran its calls. */
  | { readonly kind: 'stranded'; readonly at: Millis }
  | {
      readonly kind: 'ended';
      readonly at: Millis;
      readonly key: number;
      readonly upstreamId: number;
      readonly fate: Fate;
    }
  | { readonly kind: 'cancelled'; readonly at: Millis; readonly clientId: RpcId }
  /** A call of an earlier life whose answer may still come on its stream, in the session of that number. */
  | {
      readonly kind: 'restored';
      readonly at: Millis;
      readonly call: CallSpec;
      readonly upstreamId: number;
      readonly session: number;
      readonly cursor: string;
    }
  /** A call of an earlier life whose client is there again and waits for its answer. */
  | {
      readonly kind: 'reclaimed';
      readonly at: Millis;
      readonly call: CallSpec;
      readonly past: CallPast;
    }
  /** A person wants to hear no more of a restored call. It goes on at the server. */
  | { readonly kind: 'discarded'; readonly at: Millis; readonly key: number }
  /** The marks of the call's tool were read again. A reading that failed is not reported: the next one, or the deadline, is. */
  | {
      readonly kind: 'marks-read';
      readonly at: Millis;
      readonly key: number;
      readonly round: number;
      readonly isMarked: boolean;
    }
  | { readonly kind: 'time'; readonly at: Millis }
  | { readonly kind: 'closed'; readonly at: Millis; readonly failure: Failure };

export type LedgerEffect =
  | { readonly kind: 'send'; readonly key: number; readonly upstreamId: number }
  | {
      readonly kind: 'resume';
      readonly key: number;
      readonly upstreamId: number;
      readonly cursor: string;
    }
  /** Read the marks of the call's tool, from the server as it is now, and tell `marks-read`. */
  | { readonly kind: 'read-marks'; readonly key: number; readonly round: number }
  /** The call is gone without an answer: its client cancelled it, or nobody wants it any more. */
  | { readonly kind: 'forget'; readonly key: number }
  /** Nobody waits for this request any more; `tellServer`: say so with notifications/cancelled. */
  | {
      readonly kind: 'abandon';
      readonly key: number;
      readonly upstreamId: number;
      readonly tellServer: boolean;
    }
  | { readonly kind: 'end'; readonly call: Call; readonly verdict: Verdict };

export type LedgerStep = readonly [ledger: Ledger, effects: readonly LedgerEffect[]];

export const newLedger = (nextId: number): Ledger => ({
  calls: [],
  gate: { kind: 'hold' },
  nextId,
  releasing: null,
});

export const heldCalls = (ledger: Ledger): readonly Call[] => ledger.calls.filter(isWaiting);
export const heldBytes = (ledger: Ledger, bytesOf: LedgerRules['bytesOf']): number =>
  heldCalls(ledger).reduce((sum, call) => sum + bytesOf(call.key), 0);

/** When the next waiting call must be answered, or null. */
export const nextDeadline = (ledger: Ledger): Millis | null =>
  ledger.calls.reduce<Millis | null>((soonest, call) => {
    const deadline = deadlineOf(call);
    if (deadline === null) return soonest;
    return soonest === null ? deadline : Math.min(soonest, deadline);
  }, null);

/** An id for a request of our own (handshake, ping), from the same counter. */
export const takeId = (ledger: Ledger): readonly [Ledger, number] => [
  { ...ledger, nextId: ledger.nextId + 1 },
  ledger.nextId,
];
