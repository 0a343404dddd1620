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
  readonly arrivedAt: Millis;
}

/**
 * `held` waits to be sent. `doubted` may have run and waits to be repeated by right of its tool's marks, which must be
 * read again first; `isAsked` while they are. `sent` is on its way.
 * `severed` lost its stream and waits to resume it; `resuming` waits on the resumed stream. `session` is the number of the
 * session that runs it: a cursor means nothing in another one. Their deadline is null where nobody waits.
 */
export type CallPhase =
  | { readonly kind: 'held'; readonly deadline: Millis }
  | {
      readonly kind: 'doubted';
      readonly deadline: Millis;
      readonly isAsked: boolean;
    }
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
      readonly deadline: Millis | null;
      readonly failure: Failure;
    }
  | {
      readonly kind: 'resuming';
      readonly upstreamId: number;
      readonly session: number;
      readonly cursor: string;
      readonly deadline: Millis | null;
      readonly failure: Failure;
    };

export interface Call extends CallSpec {
  readonly phase: CallPhase;
  /** Its client went away with an earlier life of ours: nobody waits, and its answer is kept for a person. */
  readonly isOrphan: boolean;
  /** The server was restarted under it: its stream may be open again and never bring anything. */
  readonly isStranded: boolean;
  /** How often it was sent again although the first try may have run. */
  readonly repeats: number;
  /** How often the server refused it unexecuted. */
  readonly refusals: number;
  /** How often the marks of its tool were asked for. */
  readonly readings: number;
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

/** Not on its way: neither at the server nor on a stream that might bring its answer. */
export const isWaiting = (call: Call): boolean =>
  call.phase.kind === 'held' || call.phase.kind === 'doubted';

export const upstreamIdOf = (call: Call): number | null =>
  'upstreamId' in call.phase ? call.phase.upstreamId : null;
