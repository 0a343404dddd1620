// One call as a value: where it is on its way, and how it ended. Not here: what happens next (ledger.ts).
import type { Millis } from '../../base/clock.ts';
import type { Failure } from '../connection/failure.ts';
import type { RpcId, RpcResponse } from '../rpc.ts';

/** What is known of a call from its arrival on. */
export interface CallSpec {
  /** Our own number of it, in order of arrival. */
  readonly key: number;
  readonly clientId: RpcId;
  readonly method: string;
  /** Name of the tool for `tools/call`, else null. */
  readonly tool: string | null;
  readonly bytes: number;
  readonly arrivedAt: Millis;
}

/**
 * `held` waits to be sent. `sent` is on its way.
 * `severed` lost its stream and waits to resume it; `resuming` waits on the resumed stream. `session` is the number of the
 * session that runs it: a cursor means nothing in another one.
 */
export type CallPhase =
  | { readonly kind: 'held'; readonly deadline: Millis }
  | {
      readonly kind: 'sent';
      readonly upstreamId: number;
      readonly session: number;
      readonly begun: boolean;
    }
  | {
      readonly kind: 'severed';
      readonly upstreamId: number;
      readonly session: number;
      readonly cursor: string;
      readonly deadline: Millis;
      readonly failure: Failure;
    }
  | {
      readonly kind: 'resuming';
      readonly upstreamId: number;
      readonly session: number;
      readonly cursor: string;
      readonly deadline: Millis;
      readonly failure: Failure;
    };

export interface Call extends CallSpec {
  readonly phase: CallPhase;
  /** How often it was sent again although the first try may have run. */
  readonly repeats: number;
  /** How often the server refused it unexecuted. */
  readonly refusals: number;
  /** What became of a try that may have run; null while certainly none has. */
  readonly maybeRan: Failure | null;
}

/** How a call ends; each call has exactly one. Cancelled calls have none: nobody waits for it. */
export type Verdict =
  | { readonly kind: 'answered'; readonly response: RpcResponse }
  /** Never sent, or certainly not run. */
  | {
      readonly kind: 'not-run';
      readonly why: 'state' | 'queue-full' | 'deadline' | 'refused-again' | 'closed';
      readonly failure: Failure | null;
    }
  | { readonly kind: 'unknown'; readonly failure: Failure; readonly repeats: number };

export const deadlineOf = (call: Call): Millis | null =>
  'deadline' in call.phase ? call.phase.deadline : null;

export const upstreamIdOf = (call: Call): number | null =>
  'upstreamId' in call.phase ? call.phase.upstreamId : null;
