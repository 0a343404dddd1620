// Every setting in one table: key, default and limits, which the manifest must match. Not here: what they mean together
// (settings.ts) and how values are read (parseSettings.ts, parseServers.ts).
import type { Millis } from '../base/clock.ts';

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
  notifications: choice('on', ['on', 'off']),
  connectTimeout: time(30 * second, second, 10 * minute),
  notifyAfterAttempts: count(10, 1, 1000),
  historyEntries: count(200, 10, 10_000),
  historySamples: count(2_000, 10, 50_000),
  historyMaxAge: time(14 * 24 * hour, hour, 365 * 24 * hour),
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
  // Longer than a window of a slow machine takes to reload, and no longer than a person watches an agent wait for one that was closed.
  'gateway.keepPort': time(20 * second, 0, 5 * minute),
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
