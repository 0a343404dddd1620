// All calls of one connection as one value, and the questions one may ask of it.
// Not here: how it moves (stepCalls.ts), and the messages themselves (runtime/caller.ts).
import type { Millis } from '../../base/clock.ts';
import type { Failure } from '../connection/failure.ts';
import type { RpcId } from '../rpc.ts';
import type { CallSettings } from '../settings.ts';
import { type Call, type CallSpec, deadlineOf, type Verdict } from './call.ts';
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

export interface LedgerRules {
  readonly limits: CallSettings;
  readonly holdBudget: Millis;
  /** Bytes held by the other connections, for the limit over all servers. */
  readonly bytesElsewhere: number;
  readonly repeatRight: (call: Call) => RepeatRight;
}

export type LedgerEvent =
  | { readonly kind: 'arrived'; readonly at: Millis; readonly call: CallSpec }
  | { readonly kind: 'gate'; readonly at: Millis; readonly gate: LedgerGate }
  /** The server has taken the request, or so much time has passed that the next one need not wait for it. */
  | { readonly kind: 'begun'; readonly at: Millis; readonly key: number }
  | {
      readonly kind: 'ended';
      readonly at: Millis;
      readonly key: number;
      readonly upstreamId: number;
      readonly fate: Fate;
    }
  | { readonly kind: 'cancelled'; readonly at: Millis; readonly clientId: RpcId }
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

export const heldCalls = (ledger: Ledger): readonly Call[] =>
  ledger.calls.filter((call) => call.phase.kind === 'held');
export const heldBytes = (ledger: Ledger): number =>
  heldCalls(ledger).reduce((sum, call) => sum + call.bytes, 0);
export const runningCalls = (ledger: Ledger): readonly Call[] =>
  ledger.calls.filter((call) => call.phase.kind !== 'held');

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
