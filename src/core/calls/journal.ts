// An unfinished call as it is kept across a reload: what it asks, and how far it had come. Of our own views only tool calls are
// kept, everything else can simply be asked again; of programs at the gateway every request is.
// Not here: where it is kept (store) and what is done with it after a reload.
import type { Millis } from '../../base/clock.ts';
import type { Failure } from '../connection/failure.ts';
import {
  isObject,
  type JsonObject,
  type RpcId,
  type RpcRequest,
  type RpcResponse,
} from '../rpc.ts';
import { type Call, upstreamIdOf } from './call.ts';

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
      /** It was sent a second time already, and no life may do so again. Only said of those. */
      readonly isRepeat?: boolean | undefined;
    }
  | {
      readonly kind: 'task';
      readonly at: Millis;
      readonly taskId: string;
      readonly pollAfter: Millis;
    }
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

/** What a call's stream and session are, which the ledger does not know. */
export interface SentFacts {
  readonly at: Millis;
  readonly sessionId: string | null;
  readonly cursor: string | null;
}

/** How far a call has come, as a later life must know it. A call that may have run is never called held. */
export const journalPhaseOf = (call: Call, sent: SentFacts): JournalPhase => {
  const { phase, maybeRan } = call;
  const upstreamId = upstreamIdOf(call);
  if (upstreamId === null)
    return maybeRan === null
      ? { kind: 'held' }
      : { kind: 'unknown', at: sent.at, failure: maybeRan };
  const { at, sessionId } = sent;
  const cursor = 'cursor' in phase ? phase.cursor : sent.cursor;
  const isRepeat = call.repeats > 0 ? { isRepeat: true } : {};
  return { kind: 'sent', at, upstreamId, sessionId, cursor, ...isRepeat };
};

/** Whether the difference matters to a later life. */
export const isSamePhase = (one: JournalPhase, other: JournalPhase): boolean => {
  if (one.kind === 'sent' && other.kind === 'sent')
    return one.upstreamId === other.upstreamId && one.cursor === other.cursor;
  return one.kind === other.kind;
};

/**
 * Key in the `_meta` of a tool call that a person makes of one which an earlier life left behind: the new call takes over
 * the entry of that key, in one write, so that at no moment both or neither are kept. It is for us; no server sees it.
 */
const replacesKey = 'mcp-lifeline/replaces';

export const replacing = (key: string): JsonObject => ({ [replacesKey]: key });

/** The request as the server is to see it, and the entry that it takes over. */
export const replacedBy = (
  request: RpcRequest,
): { readonly request: RpcRequest; readonly key: string | null } => {
  const meta = request.params?.['_meta'];
  if (!isObject(meta) || typeof meta[replacesKey] !== 'string') return { request, key: null };
  const { [replacesKey]: key, ...others } = meta;
  return { request: { ...request, params: { ...request.params, _meta: others } }, key };
};
