// The settings as values: what a server, a person's choice and a limit look like once they have been read and checked.
// Not here: the table of keys, defaults and limits (settingTable.ts), how values are read (parseSettings.ts,
// parseServers.ts) and where they come from (host/settings.ts).
import type { Millis } from '../base/clock.ts';
import type { InputDefinition } from './inputs.ts';
import type { SourceSwitch } from './sources.ts';

/**
 * Where an entry stands: who vouches for it, and what `${workspaceFolder}` and relative paths mean in it. `given`: whoever
 * started the headless gateway named its file.
 */
export interface Origin {
  readonly scope: 'user' | 'workspace' | 'folder' | 'given';
  /** Path of the folder that the entry belongs to; null: the first folder that is open. */
  readonly folder: string | null;
}

/** What an entry says of signing in; what it leaves open is found out (RFC 9728, RFC 8414, RFC 7591). */
export interface OAuthWish {
  /** Null: registered by us, or the address of our client metadata document. */
  readonly clientId: string | null;
  readonly clientSecret: string | null;
  /** Asked for besides those that the server names. */
  readonly scopes: readonly string[];
  readonly grant: 'authorization_code' | 'client_credentials';
  /** Left out where nobody's identity is passed on. */
  readonly identity?: IdentityWish;
  /** The port of `http://localhost:PORT/callback`, where a client was registered with that address. Else left out. */
  readonly callbackPort?: number;
  /** Of a document that describes this client, which somebody publishes (SEP-991). Left out where nobody does. */
  readonly clientMetadataUrl?: string;
}

/** Whose ID token is exchanged for access, where a company's identity provider vouches for its people (SEP-990). */
export interface IdentityWish {
  readonly tokenEndpoint: string;
  /** Of this client at the identity provider. */
  readonly clientId: string;
  readonly clientSecret: string | null;
  /** An ID token of the person, mostly a variable. */
  readonly idToken: string;
}

/** One configured server, checked. Texts may hold `${variables}` still. Headers may hold secrets: never log one. */
export interface HttpServer {
  readonly kind: 'http';
  /** The name the user gave it; also its id. */
  readonly name: string;
  readonly origin: Origin;
  readonly url: string;
  /** `http`: Streamable HTTP, and HTTP+SSE where the server turns out to speak only that. `sse`: HTTP+SSE and nothing else. */
  readonly transport: 'http' | 'sse';
  readonly headers: Readonly<Record<string, string>>;
  /** A command that prints a JSON object of further headers, asked anew for each attempt to connect. */
  readonly headersHelper: string | null;
  /** False: a refusal is never answered by signing in. */
  readonly oauth: OAuthWish | false;
  /** Path (or absolute URL of the same origin) of the health endpoint; false: never ask. */
  readonly health: string | false;
  readonly autoStart: boolean;
  readonly enabled: boolean;
  /** Whether the user trusts this server's tool hints (class E). */
  readonly trustHints: boolean;
  readonly connection: ConnectionSharing;
  /** Globs of files whose change means that the server is to be started or looked at again (`dev.watch`). */
  readonly watch: readonly string[];
}

export interface StdioServer {
  readonly kind: 'stdio';
  readonly name: string;
  readonly origin: Origin;
  readonly command: string;
  readonly args: readonly string[];
  /** Null: the variable is not there, also where it would be inherited. */
  readonly env: Readonly<Record<string, string | null>>;
  /** A file of `NAME=value` lines, read at each start; `env` wins over it. */
  readonly envFile: string | null;
  readonly cwd: string | null;
  readonly autoStart: boolean;
  readonly enabled: boolean;
  readonly trustHints: boolean;
  readonly connection: ConnectionSharing;
  readonly watch: readonly string[];
}

/** Whether each client of the gateway has a connection of its own upstream (by default on HTTP), or all use the window's. */
export type ConnectionSharing = 'perClient' | 'shared';

export type ServerDefinition = HttpServer | StdioServer;

/** An entry that could not be used: one row in the tree with its reason. */
export interface BadServer {
  readonly kind: 'bad';
  readonly name: string;
  readonly reason: string;
}

/** How long to wait before each try. After the last delay the cap is waited for ever; no delay is longer than the cap. */
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

export interface GatewaySettings {
  readonly enabled: boolean;
  /** Whether the editor's own agent is offered our servers, through the gateway. */
  readonly offerToEditor: boolean;
  /** 0: chosen once for each workspace, and kept. */
  readonly port: number;
  /** How long calls wait at the port for a gateway that has ended; 0: they are refused. */
  readonly keepPort: Millis;
  /** Largest request body that is read, in bytes. */
  readonly maxBodyBytes: number;
  readonly maxConnections: number;
  readonly maxSessions: number;
  /** A client that was not heard of for this long gives its connection upstream back; it gets another when it returns. */
  readonly idleAfter: Millis;
}

/** Where events are kept that clients of the gateway may still have to be told. */
export interface EventStoreSettings {
  readonly kind: 'sqlite' | 'memory' | 'redis';
  /** `redis://` or `rediss://`, may hold a password: never log it. */
  readonly redisUrl: string;
  readonly ttl: Millis;
  /** In one stream. */
  readonly maxEvents: number;
  /** Of all events together. */
  readonly maxBytes: number;
  /** An event of at least so many bytes is compressed. */
  readonly compressFrom: number;
}

/** So many exits of a stdio process within `within` stop it (the rule of vscode-languageclient). */
export interface CrashLoopSettings {
  readonly exits: number;
  readonly within: Millis;
}

export interface Settings {
  readonly servers: readonly (ServerDefinition | BadServer)[];
  /** What a person is asked for; by id. */
  readonly inputs: readonly InputDefinition[];
  /** Which files of other products are read. */
  readonly sources: Readonly<Record<SourceSwitch, boolean>>;
  readonly backoff: BackoffSettings;
  readonly health: HealthSettings;
  readonly calls: CallSettings;
  /** Whether unfinished calls are written down, with their arguments, so that they outlive a reload. */
  readonly journal: 'on' | 'off';
  readonly crashLoop: CrashLoopSettings;
  readonly connectTimeout: Millis;
  /** Largest answer that is read, in bytes. */
  readonly maxMessageBytes: number;
  readonly sessionTtl: Millis;
  readonly notifyAfterAttempts: number;
  /** Whether a notification says that a person must act; the status bar and the view say it anyway. */
  readonly notifications: 'on' | 'off';
  readonly statusBar: 'always' | 'problems' | 'never';
  readonly historyEntries: number;
  /** Changes of state, looks at health, and minutes of calls, that are kept for each server. */
  readonly historySamples: number;
  readonly historyMaxAge: Millis;
  readonly gateway: GatewaySettings;
  readonly eventStore: EventStoreSettings;
}

export interface Complaint {
  readonly key: string;
  readonly text: string;
}
