// The settings: shape, defaults, limits, and parsing that never throws. A bad value falls back to its default
// and is reported once, with what to do. Not here: reading the editor (host/settings.ts).
import type { Millis } from '../base/clock.ts';

/** One configured server, checked and complete. Headers may hold secrets: never log one. */
export interface HttpServer {
  readonly kind: 'http';
  /** The name the user gave it; also its id. */
  readonly name: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Path (or absolute URL of the same origin) of the health endpoint; false: never ask. */
  readonly health: string | false;
  readonly autoStart: boolean;
  readonly enabled: boolean;
  /** Whether the user trusts this server's tool hints (design section 6, class E). */
  readonly trustHints: boolean;
}

export interface StdioServer {
  readonly kind: 'stdio';
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string | null;
  readonly autoStart: boolean;
  readonly enabled: boolean;
  readonly trustHints: boolean;
}

export type ServerDefinition = HttpServer | StdioServer;

/** An entry that could not be used: one row in the tree with its reason. */
export interface BadServer {
  readonly kind: 'bad';
  readonly name: string;
  readonly reason: string;
}

/** How long to wait before each try; the last delay repeats for ever. */
export interface BackoffSettings {
  readonly delays: readonly Millis[];
  readonly localCap: Millis;
  readonly remoteCap: Millis;
  /** A connection that stood this long starts counting from zero again. */
  readonly stableAfter: Millis;
}

export interface HealthSettings {
  readonly path: string | false;
  readonly interval: Millis;
  readonly reconnectingLocal: Millis;
  readonly reconnectingRemote: Millis;
  readonly idleInterval: Millis;
  readonly idleAfter: Millis;
  readonly pingInterval: Millis;
  /** A waiting call with this much silence makes us probe. */
  readonly callSilence: Millis;
  readonly probeTimeout: Millis;
}

export interface CallSettings {
  readonly holdBudget: Millis;
  readonly patientHoldBudget: Millis;
  readonly maxHeld: number;
  readonly maxHeldBytes: number;
  readonly maxHeldBytesTotal: number;
}

export interface Settings {
  readonly servers: readonly (ServerDefinition | BadServer)[];
  readonly backoff: BackoffSettings;
  readonly health: HealthSettings;
  readonly calls: CallSettings;
  readonly connectTimeout: Millis;
  /** Largest answer that is read, in bytes. */
  readonly maxMessageBytes: number;
  readonly sessionTtl: Millis;
  readonly notifyAfterAttempts: number;
  readonly statusBar: 'always' | 'problems' | 'never';
  readonly historyEntries: number;
}

export interface Complaint {
  readonly key: string;
  readonly text: string;
}
