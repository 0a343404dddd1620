// The settings: their shape, and one table of keys, defaults and limits, which the manifest must match. Not here: how
// values are read (parseSettings.ts, parseServers.ts) and where they come from (host/settings.ts).
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
  readonly env: Readonly<Record<string, string>>;
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
  readonly statusBar: 'always' | 'problems' | 'never';
  readonly historyEntries: number;
  readonly gateway: GatewaySettings;
  readonly eventStore: EventStoreSettings;
}

export interface Complaint {
  readonly key: string;
  readonly text: string;
}

export interface NumberRow {
  readonly kind: 'number';
  readonly default: number;
  readonly min: number;
  readonly max: number;
  readonly unit: 'milliseconds' | 'bytes' | null;
}

export interface DelaysRow {
  readonly kind: 'delays';
  readonly default: readonly Millis[];
  /** Limits of each delay. */
  readonly min: Millis;
  readonly max: Millis;
  readonly maxItems: number;
}

/** A path that begins with one slash, or false. */
export interface PathRow {
  readonly kind: 'path';
  readonly default: string | false;
}

export interface ChoiceRow<T extends string = string> {
  readonly kind: 'choice';
  readonly default: T;
  readonly choices: readonly T[];
}

export interface SwitchRow {
  readonly kind: 'switch';
  readonly default: boolean;
}

/** A text that may hold a credential: it is never quoted. */
export interface SecretTextRow {
  readonly kind: 'secret-text';
  readonly default: string;
  readonly pattern: RegExp;
}

export interface ServersRow {
  readonly kind: 'servers';
}

/** Definitions of `${input:id}`, as `mcp.json` has them. */
export interface InputsRow {
  readonly kind: 'inputs';
}

export type SettingRow =
  | NumberRow
  | DelaysRow
  | PathRow
  | ChoiceRow
  | SwitchRow
  | SecretTextRow
  | ServersRow
  | InputsRow;

const second: Millis = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const mebibyte = 2 ** 20;

const time = (byDefault: Millis, min: Millis, max: Millis): NumberRow => ({
  kind: 'number',
  default: byDefault,
  min,
  max,
  unit: 'milliseconds',
});
const bytes = (byDefault: number, min: number, max: number): NumberRow => ({
  ...time(byDefault, min, max),
  unit: 'bytes',
});
const count = (byDefault: number, min: number, max: number): NumberRow => ({
  ...time(byDefault, min, max),
  unit: null,
});
const choice = <const T extends string>(byDefault: T, choices: readonly T[]): ChoiceRow<T> => ({
  kind: 'choice',
  default: byDefault,
  choices,
});

const delays: DelaysRow = {
  kind: 'delays',
  default: [0, 250, 500, 1000, 2000, 4000, 8000, 15_000, 30_000],
  min: 0,
  max: hour,
  maxItems: 50,
};
const healthPath: PathRow = { kind: 'path', default: '/health' };
const servers: ServersRow = { kind: 'servers' };
const gatewayEnabled: SwitchRow = { kind: 'switch', default: true };
const offerToEditor: SwitchRow = { kind: 'switch', default: true };
const redisUrl: SecretTextRow = {
  kind: 'secret-text',
  default: '',
  pattern: /^(rediss?:\/\/\S+)?$/,
};

const sourceSwitch: SwitchRow = { kind: 'switch', default: true };

/** Every setting, by its key without the prefix `mcpLifeline.`. */
export const settingTable = {
  servers,
  inputs: { kind: 'inputs' },
  'sources.vscodeWorkspace': sourceSwitch,
  'sources.vscodeUser': sourceSwitch,
  'sources.project': sourceSwitch,
  'sources.claudeCode': sourceSwitch,
  'sources.claudeDesktop': sourceSwitch,
  'sources.cursor': sourceSwitch,
  'sources.windsurf': sourceSwitch,
  statusBar: choice('always', ['always', 'problems', 'never']),
  connectTimeout: time(30 * second, second, 10 * minute),
  notifyAfterAttempts: count(10, 1, 1000),
  historyEntries: count(200, 10, 10_000),
  maxMessageBytes: bytes(64 * mebibyte, mebibyte, 512 * mebibyte),
  'session.ttl': time(24 * hour, minute, 30 * 24 * hour),
  'backoff.delays': delays,
  'backoff.localCap': time(30 * second, 100, hour),
  'backoff.remoteCap': time(minute, second, hour),
  'backoff.stableAfter': time(30 * second, 0, hour),
  'crashLoop.exits': count(5, 2, 100),
  'crashLoop.within': time(3 * minute, second, hour),
  'health.path': healthPath,
  'health.interval': time(10 * second, second, hour),
  'health.reconnectingLocal': time(second, 100, hour),
  'health.reconnectingRemote': time(5 * second, second, hour),
  // With both probes after it, a silent death of an unused server is still found within a minute.
  'health.idleInterval': time(50 * second, second, 24 * hour),
  'health.idleAfter': time(5 * minute, 0, 24 * hour),
  'health.pingInterval': time(30 * second, second, hour),
  'health.callSilence': time(5 * second, 500, hour),
  'health.probeTimeout': time(3 * second, 100, minute),
  'calls.holdBudget': time(45 * second, 0, hour),
  'calls.patientHoldBudget': time(5 * minute, 0, 24 * hour),
  'calls.maxHeld': count(100, 0, 10_000),
  'calls.maxHeldBytes': bytes(2 * mebibyte, 1024, 64 * mebibyte),
  'calls.maxHeldBytesTotal': bytes(8 * mebibyte, 1024, 256 * mebibyte),
  'calls.journal': choice('on', ['on', 'off']),
  'gateway.enabled': gatewayEnabled,
  'gateway.offerToEditor': offerToEditor,
  'gateway.port': count(0, 0, 65_535),
  'gateway.maxBodyBytes': bytes(4 * mebibyte, 1024, 64 * mebibyte),
  'gateway.maxConnections': count(512, 8, 10_000),
  'gateway.maxSessions': count(200, 1, 10_000),
  'gateway.idleAfter': time(hour, minute, 7 * 24 * hour),
  'eventStore.kind': choice('sqlite', ['sqlite', 'memory', 'redis']),
  'eventStore.redisUrl': redisUrl,
  'eventStore.ttl': time(hour, second, 7 * 24 * hour),
  'eventStore.maxEvents': count(1000, 1, 100_000),
  'eventStore.maxBytes': bytes(64 * mebibyte, mebibyte, 4096 * mebibyte),
  'eventStore.compressFrom': bytes(16 * 1024, 256, 64 * mebibyte),
} satisfies Record<string, SettingRow>;

export type SettingKey = keyof typeof settingTable;

/** Where package.nls.json describes a setting. */
export const descriptionId = (key: SettingKey): string => `settings.${key}`;
