// What the outside must offer to a connection: a way to dial, a link, a store, a log. Named from the user's
// side. Not here: anything that decides.
import type { Disposable } from '../base/disposable.ts';
import type { Clock, Millis } from '../base/clock.ts';
import type { Failure } from '../core/connection/failure.ts';
import type { Fate } from '../core/calls/fate.ts';
import type { JournalEntry } from '../core/calls/journal.ts';
import type { HealthReading } from '../core/connection/health.ts';
import type { JsonObject, RpcId, RpcNotification, RpcRequest, RpcResponse } from '../core/rpc.ts';
import type { HistoryEntry } from '../core/history.ts';
import type { SessionRecord } from '../core/record.ts';
import type { ServerDefinition } from '../core/settings.ts';
import type { Unsaid } from '../core/wording/unsaid.ts';
import type { Signal } from '../base/signal.ts';
import type { Witness } from './chronicle.ts';
import type { ClientEnd } from './clientEnd.ts';
import type { OfferStore } from './gatewayPorts.ts';
import type { Catalog, ToolCallOptions } from './watch.ts';

/**
 * The server's memory of us as a link needs it. `id` is null on a server that keeps none (stateless, stdio);
 * `protocolVersion` is null before the handshake.
 */
export interface SessionRef {
  readonly id: string | null;
  readonly protocolVersion: string | null;
}

/** One SSE stream of a session: the standalone GET stream, or the answer stream of one request of ours. */
export type StreamName = 'standalone' | `request:${RpcId}`;

/** What a link reports of itself. It stops reporting once closed. */
export interface LinkEvents {
  /** A request or notification of the server. Answers to our requests come back through `exchange` only. */
  message(message: RpcRequest | RpcNotification, stream: StreamName): void;
  /** Any byte from the server: proof of life, comments included. */
  heard(): void;
  /** The newest cursor of a stream; null when the stream has ended and needs none. */
  cursor(stream: StreamName, cursor: string | null): void;
  /**
   * The standalone stream. `off`: the server offers none. `resumed`: it went on from its cursor; `fresh`: it was opened without
   * one, so that notifications may have been missed.
   */
  push(state: 'off' | 'down' | 'fresh' | 'resumed'): void;
  /** The whole link is unusable: a process exit, or a session that the server refused outside an exchange. */
  lost(failure: Failure): void;
}

/** One live transport, for one epoch. Never reused. */
export interface Link {
  readonly session: SessionRef;
  /** Whether it tells when a request is about to leave; with any other link that is as soon as it is asked to exchange it. */
  readonly tellsLeaving?: boolean | undefined;
  /** Set by the handshake, sent as `MCP-Protocol-Version` from then on. */
  useVersion(protocolVersion: string): void;
  /**
   * Sends a request and waits for its end. Never rejects. `begun` is called once when the server has taken the
   * request (response headers, or a completed write on stdio). Aborting gives up waiting; it does not cancel.
   */
  exchange(request: RpcRequest, options: ExchangeOptions): Promise<Fate>;
  /** Sends a notification or a response of ours. Never rejects; `accepted` when the server took it. */
  tell(message: RpcNotification | RpcResponse): Promise<Fate>;
  /** Waits for the answer of request `id` on its stream, from `cursor`. Same session only. */
  resume(id: RpcId, cursor: string, options: ExchangeOptions): Promise<Fate>;
  /** Opens the standalone stream and keeps it open; a link without one reports `off`. */
  listen(cursor: string | null): void;
  /** Drops pooled sockets, for example after sleep, so that nothing waits on a dead one. */
  reset(): void;
  /** Takes nothing more and ends the standalone stream; resolves when the exchanges that run have ended. */
  leave(): Promise<void>;
  /** Ends everything. `goodbye`: tell the server that the session is over (spec, Session Management 5). Never rejects. */
  close(goodbye: boolean): Promise<void>;
}

export interface ExchangeOptions {
  readonly signal?: AbortSignal;
  /** Called before a byte of the request may leave, in the same turn, by a link that tells it; once or more often. */
  readonly leaving?: () => void;
  readonly begun?: () => void;
}

export interface Dialer {
  /** Makes a link. Rejects with `ConnectionError`. `session` with a null id asks for a new one. */
  dial(session: SessionRef, events: LinkEvents, signal: AbortSignal): Promise<Link>;
}

/** Asks a server how it is, outside the protocol. */
export interface Prober {
  /** `GET /health`. Null: this server offers none (404, 405, 400, or switched off). Rejects with `ConnectionError`. */
  health(signal: AbortSignal): Promise<HealthReading | null>;
  /** Whether somebody accepts TCP connections; null where that says nothing (remote, proxied, stdio). */
  listening(signal: AbortSignal): Promise<boolean | null>;
  /** On loopback the quick cadences apply. */
  readonly isLocal: boolean;
}

/** Where records live. Synchronous, as SQLite is; a failing store logs once and keeps serving from memory. */
export interface RecordStore {
  load(serverId: string, client: string): SessionRecord | null;
  save(record: SessionRecord): void;
  remove(serverId: string, client: string): void;
}

export interface HistoryStore {
  append(entry: HistoryEntry): void;
  /** Newest first. */
  recent(serverId: string, limit: number): readonly HistoryEntry[];
}

/**
 * Unfinished tool calls, written ahead: `put` returns only when the entry would survive the death of this process. Bounded;
 * false when it could not be kept (full, or too large), which is said once and never stops a call.
 */
export interface JournalStore {
  put(entry: JournalEntry): boolean;
  /** As `put`, of a call that it has no entry of; written down together with others of this turn, at the latest by `settle`. */
  putSoon(entry: JournalEntry): boolean;
  /** Writes down now what was put to be so soon. */
  settle(): void;
  remove(key: string): void;
  /** In order of arrival. */
  load(serverId: string, client: string): readonly JournalEntry[];
  /** Everybody of whom something is kept for this server. */
  clients(serverId: string): readonly string[];
}

export interface Log {
  debug(text: string): void;
  info(text: string): void;
  warn(text: string): void;
  error(text: string): void;
}

/** Outside events after which an attempt or a proof is due at once. */
export interface WakeSource {
  onWake(listener: (why: 'slept' | 'network' | 'focus') => void): Disposable;
}

/** Lifeline's own client of a connection: what the views list and call. It connects when it is made. */
export interface ViewClient extends Disposable {
  /** Keeps what was last listed, whatever happens to the server. */
  readonly catalog: Signal<Catalog>;
  /** Lists anew; also due when the server was replaced. Asked while a listing runs, one more follows. */
  refresh(): void;
  /** The workspace folders have changed. */
  rootsChanged(): void;
  /**
   * Resolves with the tool result as the server sent it; rejects with an Error whose message is fit for a person. `replaces`:
   * the journal key of a call of an earlier life that this one takes the place of.
   */
  callTool(
    name: string,
    args: JsonObject,
    options: ToolCallOptions,
    replaces?: string,
  ): Promise<JsonObject>;
  /**
   * Asks after a task until it has ended, across everything that happens to the connection. Rejects when the signal is
   * aborted, which leaves the task alone, and when the client is disposed.
   */
  followTask(taskId: string, options: FollowOptions): Promise<FollowedTask>;
}

export interface FollowOptions {
  /** The id of the request whose answer the result is. */
  readonly id: RpcId;
  readonly pollAfter: Millis;
  readonly signal: AbortSignal;
}

export type FollowedTask =
  | { readonly kind: 'answered'; readonly response: RpcResponse }
  /** The server knows nothing of it any more. */
  | { readonly kind: 'lost'; readonly detail: string; readonly words?: Unsaid };

export type ViewClientFactory = (end: ClientEnd) => ViewClient;

/** How one server is reached. The same definition always gets the same one. */
export interface Reach {
  readonly dialer: Dialer;
  readonly prober: Prober;
  /**
   * Finds out what the entry means now, before each attempt; that attempt uses what it is given. Rejects with `ConnectionError`
   * (needs-input, unapproved, bad-config, blocked). Left out where an entry always means the same.
   */
  readonly settle?: (signal: AbortSignal) => Promise<SettledReach>;
}

/** The way to a server of which nothing is open any more. */
export interface SettledReach {
  readonly dialer: Dialer;
  readonly prober: Prober;
  /** Tells one meaning from another: a session belongs to one of them. A hash, free of secrets. */
  readonly meaning: string;
}

/** What a server needs of the outside. */
export interface ServerPorts {
  readonly clock: Clock;
  /** A number in [0, 1), for jitter. */
  readonly random: () => number;
  readonly records: RecordStore;
  readonly history: HistoryStore;
  /** Is told what happens, where that is written down. */
  readonly witness?: Witness;
  readonly journal: JournalStore;
  readonly offers: OfferStore;
  readonly reach: (definition: ServerDefinition) => Reach;
  readonly makeViewClient: ViewClientFactory;
  /** Of ourselves, as servers are told. */
  readonly version: string;
  readonly logOf: (serverId: string) => Log;
}

export type { Fate, Millis };
