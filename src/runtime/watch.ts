// What a screen, a report or another extension may see of the running servers, and ask of them. The views derive
// from it and keep no copy. Implemented by runtime/fleet.ts.
import type { Millis } from '../base/clock.ts';
import type { Signal } from '../base/signal.ts';
import type { HealthReading } from '../core/connection/health.ts';
import type { ConnectionEffect, Life } from '../core/connection/state.ts';
import type { HistoryEntry } from '../core/history.ts';
import type { JsonObject } from '../core/rpc.ts';
import type { ServerDefinition, BadServer } from '../core/settings.ts';

/** The last thing that proved the connection to work. */
export interface Proof {
  /** Wall time. */
  readonly at: Millis;
  readonly by: 'handshake' | 'answer' | 'ping' | 'stream';
}

export interface Tool {
  readonly name: string;
  readonly title: string | null;
  readonly description: string | null;
  readonly inputSchema: JsonObject;
  readonly annotations: JsonObject;
  /** The server can run it as a task, whose id outlives sessions and restarts (2025-11-25, tasks). */
  readonly canBeTask: boolean;
}

export interface Resource {
  readonly uri: string;
  readonly name: string;
  readonly description: string | null;
  readonly mimeType: string | null;
}

export interface Prompt {
  readonly name: string;
  readonly description: string | null;
}

/** What a server offers, as last listed; `listedAt` is null before the first list. */
export interface Catalog {
  readonly listedAt: Millis | null;
  readonly tools: readonly Tool[];
  readonly resources: readonly Resource[];
  readonly prompts: readonly Prompt[];
}

/** Facts of the present session for the tree and the tooltip. The id is shortened: it is a credential. */
export interface SessionFacts {
  readonly idHint: string | null;
  readonly protocolVersion: string | null;
  readonly serverName: string | null;
  readonly serverVersion: string | null;
  readonly created: Millis;
  readonly recoveries: number;
}

export interface ToolCallOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: {
    readonly progress: number;
    readonly total?: number;
    readonly message?: string;
  }) => void;
}

/**
 * A call that has no answer yet, or whose answer nobody waited for. `held` and `running` belong to somebody who waits.
 * The others were left behind by a reload: `orphan-held` never ran, `orphan-running` goes on and will be `answered`,
 * `orphan-unknown` may have run.
 */
export interface PendingCall {
  readonly key: string;
  readonly tool: string;
  readonly phase:
    | 'held'
    | 'running'
    | 'orphan-held'
    | 'orphan-running'
    | 'orphan-unknown'
    | 'answered';
  /** Wall time of its arrival. */
  readonly since: Millis;
  /** Wall time by which a waiting caller is answered; null where none is set. */
  readonly deadline: Millis | null;
  /** Arguments for the person at this screen; never for a log. */
  readonly args: JsonObject;
  /** The result, where it was answered. */
  readonly result: JsonObject | null;
}

/** A program that uses a server through the gateway. */
export interface ClientWatch {
  /** How it calls itself. */
  readonly label: string;
  readonly life: Signal<Life>;
  readonly calls: Signal<{ readonly held: number; readonly running: number }>;
}

export interface ServerWatch {
  readonly id: string;
  readonly definition: ServerDefinition;
  readonly life: Signal<Life>;
  readonly proof: Signal<Proof | null>;
  readonly health: Signal<HealthReading | null>;
  readonly session: Signal<SessionFacts | null>;
  readonly catalog: Signal<Catalog>;
  /** Calls waiting for the server, and calls on their way. */
  readonly calls: Signal<{ readonly held: number; readonly running: number }>;
  /** The programs at the gateway that use it. */
  readonly clients: Signal<readonly ClientWatch[]>;
  /** In order of arrival. */
  readonly pending: Signal<readonly PendingCall[]>;
  /** Runs a call that a reload left behind, once more if it may have run: the person decided. Rejects as `callTool`. */
  runPending(key: string, options: ToolCallOptions): Promise<JsonObject>;
  /** Forgets a call that a reload left behind, or an answer that was read. */
  discardPending(key: string): void;
  /** Newest first. */
  history(limit: number): readonly HistoryEntry[];
  start(): void;
  stop(): void;
  reconnect(): void;
  startNewSession(): void;
  /** Resolves with the tool result; rejects with an Error whose message is fit for a person. */
  callTool(name: string, args: JsonObject, options: ToolCallOptions): Promise<JsonObject>;
}

export interface UserNotice {
  readonly server: ServerWatch;
  readonly about: Extract<ConnectionEffect, { kind: 'tell-user' }>['about'];
}

/** Calls of an earlier life that may have run, and of which nobody will ever learn more: work may be lost. */
export interface LeftBehindNotice {
  readonly server: ServerWatch;
  readonly count: number;
}

export interface FleetWatch {
  readonly servers: Signal<readonly ServerWatch[]>;
  readonly bad: Signal<readonly BadServer[]>;
  get(id: string): ServerWatch | undefined;
}
