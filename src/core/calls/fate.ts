// How one exchange with a server ended, as far as it can be known. What follows from it is decided in ledger.ts.
import type { Failure } from '../connection/failure.ts';
import type { RpcResponse } from '../rpc.ts';

/**
 * `not-sent`: no byte of the request was written (class A). `refused`: the server answered that it did not run it
 * (class B). `broken`: written, no answer; with a cursor it can be resumed (C), without it the outcome is unknown (E).
 * `accepted`: taken without an answer to come, as notifications are.
 */
export type Fate =
  | { readonly kind: 'answered'; readonly response: RpcResponse }
  | { readonly kind: 'accepted' }
  | { readonly kind: 'not-sent'; readonly failure: Failure }
  | { readonly kind: 'refused'; readonly failure: Failure }
  | { readonly kind: 'broken'; readonly failure: Failure; readonly cursor: string | null };
