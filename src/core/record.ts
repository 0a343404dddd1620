// What survives a reload: one record per connection, with a version, a parser that accepts anything and never
// throws, and a migration per version. Secrets never enter it.
import type { Millis } from '../base/clock.ts';
import type { JsonObject } from './rpc.ts';

export const recordVersion = 1;

export type RecordStatus = 'active' | 'disconnected' | 'expired';

/** The last health answer that identifies the server's run. */
export interface RunMark {
  readonly at: Millis;
  readonly uptimeSecs: number | null;
  readonly version: string | null;
  readonly instanceId: string | null;
}

export interface SessionRecord {
  readonly version: typeof recordVersion;
  readonly serverId: string;
  /** Which client of the server the session serves: `lifeline` for our own views. */
  readonly client: string;
  /** Fingerprint of the server's definition; another one invalidates the record. */
  readonly fingerprint: string;
  /** `Mcp-Session-Id`, null on a server that keeps none. */
  readonly sessionId: string | null;
  readonly protocolVersion: string | null;
  /** Params of the client's `initialize`. */
  readonly hello: JsonObject | null;
  /** Result of the server's `initialize`: capabilities, serverInfo, instructions. */
  readonly welcome: JsonObject | null;
  /** No upstream request id below this may be used again in this session (spec, basic: requests). */
  readonly nextId: number;
  /** Newest SSE event id per stream (`standalone`, `request:7`). */
  readonly cursors: Readonly<Record<string, string>>;
  /** Upstream ids of calls without an answer. */
  readonly inFlight: readonly number[];
  /** What has to be restored on a new session. */
  readonly logLevel: string | null;
  readonly subscriptions: readonly string[];
  readonly created: Millis;
  readonly lastActive: Millis;
  readonly status: RecordStatus;
  readonly recoveries: number;
  readonly run: RunMark | null;
}
