// An unfinished tool call as it is kept across a reload: what it asks, and how far it had come. Only tool calls are kept;
// everything else can simply be asked again. Not here: where it is kept (store) and what is done with it after a reload.
import type { Millis } from '../../base/clock.ts';
import type { Failure } from '../connection/failure.ts';
import type { RpcId, RpcRequest, RpcResponse } from '../rpc.ts';

/**
 * `held`: no byte left. `sent`: it may run, in the session with that id; with a cursor its answer can be resumed. `task`: the
 * server runs it as a task. `unknown`: it may have run and nobody will learn it. `answered`: its answer waits to be read.
 */
export type JournalPhase =
  | { readonly kind: 'held' }
  | {
      readonly kind: 'sent';
      readonly at: Millis;
      readonly upstreamId: number;
      readonly sessionId: string | null;
      readonly cursor: string | null;
    }
  | { readonly kind: 'task'; readonly at: Millis; readonly taskId: string; readonly pollAfter: Millis }
  | { readonly kind: 'unknown'; readonly at: Millis; readonly failure: Failure }
  | { readonly kind: 'answered'; readonly at: Millis; readonly response: RpcResponse };

export interface JournalEntry {
  /** Unique over all servers and reloads. */
  readonly key: string;
  readonly serverId: string;
  /** The client of the server that asked: `lifeline` for our own views. */
  readonly client: string;
  readonly clientId: RpcId;
  /** The request of the client, arguments included: private, kept owner-only, erased when answered. */
  readonly request: RpcRequest;
  readonly arrivedAt: Millis;
  readonly phase: JournalPhase;
}
