// Raw values of the settings -> settings that can be relied on, and what was wrong with them. Never throws: a bad value
// falls back to its default and is reported, with what to do. Not here: the servers' entries (parseServers.ts).
import type { Millis } from '../base/clock.ts';
import { parseInputs } from './parseInputs.ts';
import { parseServers, theUser, unappliedIn } from './parseServers.ts';
import { isObject } from './rpc.ts';
import {
  type ChoiceRow,
  type DelaysRow,
  type NumberRow,
  type PathRow,
  type SecretTextRow,
  type SwitchRow,
  settingTable,
} from './settingTable.ts';
import type {
  BackoffSettings,
  CallSettings,
  Complaint,
  EventStoreSettings,
  GatewaySettings,
  HealthSettings,
  Origin,
  Settings,
} from './settings.ts';
import { inEnglish } from './wording/english.ts';
import type { Say } from './wording/say.ts';
import { sayNow, type Unsaid, unsaid } from './wording/unsaid.ts';

/** By key without prefix; a missing or undefined value means the default. */
export type RawSettings = Readonly<Record<string, unknown>>;

interface Source {
  readonly raw: RawSettings;
  /** For the complaints. */
  readonly say: Say;
  readonly complaints: Complaint[];
}

type Table = typeof settingTable;
type KeyOf<Row> = { [Key in keyof Table]: Table[Key] extends Row ? Key : never }[keyof Table];

const longestQuote = 60;
const quote = (value: unknown): string => {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > longestQuote ? `${text.slice(0, longestQuote)}…` : text;
};

const accept = <T>(
  source: Source,
  key: string,
  read: (value: unknown) => T | undefined,
  byDefault: T,
  demand: Unsaid,
): T => {
  const value = source.raw[key];
  if (value === undefined) return byDefault;
  const accepted = read(value);
  if (accepted !== undefined) return accepted;
  const must = unsaid(
    "'{0}' must be {1}, got {2}. Its default {3} is used.",
    `mcpLifeline.${key}`,
    demand,
    quote(value),
    quote(byDefault),
  );
  source.complaints.push({ key, text: sayNow(must, source.say) });
  return byDefault;
};

const isWithin = (value: unknown, min: number, max: number): value is number =>
  typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max;

const numberDemand = (unit: NumberRow['unit'], min: number, max: number): Unsaid => {
  switch (unit) {
    case 'milliseconds':
      return unsaid('a whole number of milliseconds from {0} to {1}', min, max);
    case 'bytes':
      return unsaid('a whole number of bytes from {0} to {1}', min, max);
    case null:
      return unsaid('a whole number from {0} to {1}', min, max);
  }
};

const numberOf = (source: Source, key: KeyOf<NumberRow>): number => {
  const { min, max, unit, default: byDefault } = settingTable[key];
  const read = (value: unknown): number | undefined =>
    isWithin(value, min, max) ? value : undefined;
  return accept(source, key, read, byDefault, numberDemand(unit, min, max));
};

const delaysOf = (source: Source, key: KeyOf<DelaysRow>): readonly Millis[] => {
  const { min, max, maxItems, default: byDefault } = settingTable[key];
  const read = (value: unknown): readonly Millis[] | undefined => {
    if (!Array.isArray(value) || value.length === 0 || value.length > maxItems) return undefined;
    const items: readonly unknown[] = value;
    const good = items.filter((item) => isWithin(item, min, max));
    return good.length === items.length ? good : undefined;
  };
  const demand = unsaid(
    'a list of 1 to {0} whole numbers of milliseconds from {1} to {2}',
    maxItems,
    min,
    max,
  );
  return accept(source, key, read, byDefault, demand);
};

const pathOf = (source: Source, key: KeyOf<PathRow>): string | false => {
  // A second slash would make it the name of another host.
  const read = (value: unknown): string | false | undefined =>
    value === false || (typeof value === 'string' && /^\/(?![/\\])/.test(value))
      ? value
      : undefined;
  const demand = unsaid('a path that begins with one slash, such as "/health", or false');
  return accept(source, key, read, settingTable[key].default, demand);
};

const choiceOf = <T extends string>(source: Source, key: string, row: ChoiceRow<T>): T => {
  const read = (value: unknown): T | undefined => row.choices.find((one) => one === value);
  const demand = unsaid('one of {0}', row.choices.map(quote).join(', '));
  return accept(source, key, read, row.default, demand);
};

const switchOf = (source: Source, key: KeyOf<SwitchRow>): boolean => {
  const read = (value: unknown): boolean | undefined =>
    typeof value === 'boolean' ? value : undefined;
  return accept(source, key, read, settingTable[key].default, unsaid('true or false'));
};

/** Not through `accept`, which quotes what it refuses. */
const secretTextOf = (source: Source, key: KeyOf<SecretTextRow>, demand: Unsaid): string => {
  const { default: byDefault, pattern } = settingTable[key];
  const value = source.raw[key];
  if (value === undefined) return byDefault;
  if (typeof value === 'string' && pattern.test(value.trim())) return value.trim();
  const must = unsaid("'{0}' must be {1}. It is not used.", `mcpLifeline.${key}`, demand);
  source.complaints.push({ key, text: sayNow(must, source.say) });
  return byDefault;
};

const backoffOf = (source: Source): BackoffSettings => ({
  delays: delaysOf(source, 'backoff.delays'),
  localCap: numberOf(source, 'backoff.localCap'),
  remoteCap: numberOf(source, 'backoff.remoteCap'),
  stableAfter: numberOf(source, 'backoff.stableAfter'),
});

const healthOf = (source: Source): HealthSettings => ({
  path: pathOf(source, 'health.path'),
  interval: numberOf(source, 'health.interval'),
  reconnectingLocal: numberOf(source, 'health.reconnectingLocal'),
  reconnectingRemote: numberOf(source, 'health.reconnectingRemote'),
  idleInterval: numberOf(source, 'health.idleInterval'),
  idleAfter: numberOf(source, 'health.idleAfter'),
  pingInterval: numberOf(source, 'health.pingInterval'),
  callSilence: numberOf(source, 'health.callSilence'),
  probeTimeout: numberOf(source, 'health.probeTimeout'),
});

const callsOf = (source: Source): CallSettings => ({
  holdBudget: numberOf(source, 'calls.holdBudget'),
  patientHoldBudget: numberOf(source, 'calls.patientHoldBudget'),
  maxHeld: numberOf(source, 'calls.maxHeld'),
  maxHeldBytes: numberOf(source, 'calls.maxHeldBytes'),
  maxHeldBytesTotal: numberOf(source, 'calls.maxHeldBytesTotal'),
});

const gatewayOf = (source: Source): GatewaySettings => ({
  enabled: switchOf(source, 'gateway.enabled'),
  offerToEditor: switchOf(source, 'gateway.offerToEditor'),
  port: numberOf(source, 'gateway.port'),
  keepPort: numberOf(source, 'gateway.keepPort'),
  maxBodyBytes: numberOf(source, 'gateway.maxBodyBytes'),
  maxConnections: numberOf(source, 'gateway.maxConnections'),
  maxSessions: numberOf(source, 'gateway.maxSessions'),
  idleAfter: numberOf(source, 'gateway.idleAfter'),
});

const sourcesOf = (source: Source): Settings['sources'] => ({
  vscodeWorkspace: switchOf(source, 'sources.vscodeWorkspace'),
  vscodeUser: switchOf(source, 'sources.vscodeUser'),
  project: switchOf(source, 'sources.project'),
  claudeCode: switchOf(source, 'sources.claudeCode'),
  claudeDesktop: switchOf(source, 'sources.claudeDesktop'),
  cursor: switchOf(source, 'sources.cursor'),
  windsurf: switchOf(source, 'sources.windsurf'),
});

const redisUrlDemand = unsaid(
  'the address of a Redis server, such as "redis://127.0.0.1:6379", or empty where none is used',
);

const eventStoreOf = (source: Source): EventStoreSettings => {
  const kind = choiceOf(source, 'eventStore.kind', settingTable['eventStore.kind']);
  const redisUrl = secretTextOf(source, 'eventStore.redisUrl', redisUrlDemand);
  if (kind === 'redis' && redisUrl === '')
    source.complaints.push({
      key: 'eventStore.kind',
      text: source.say(
        `'mcpLifeline.eventStore.kind' is "redis", and 'mcpLifeline.eventStore.redisUrl' names no server. Events are kept in SQLite.`,
      ),
    });
  return {
    kind: kind === 'redis' && redisUrl === '' ? 'sqlite' : kind,
    redisUrl,
    ttl: numberOf(source, 'eventStore.ttl'),
    maxEvents: numberOf(source, 'eventStore.maxEvents'),
    maxBytes: numberOf(source, 'eventStore.maxBytes'),
    compressFrom: numberOf(source, 'eventStore.compressFrom'),
  };
};

/** The entries of one place. */
export interface ServerLayer {
  readonly origin: Origin;
  /** `mcpLifeline.servers` as it stands there. */
  readonly servers: unknown;
}

const layerOf = (
  source: Source,
  { origin, servers: value }: ServerLayer,
  health: HealthSettings,
): Settings['servers'] => {
  if (value === undefined) return [];
  if (isObject(value)) {
    source.complaints.push(
      ...unappliedIn(value, source.say).map((text) => ({ key: 'servers', text })),
    );
    return parseServers(value, health.path, origin, source.say);
  }
  // The value is not quoted: whatever was meant by it may hold a credential.
  const text = source.say(
    `'mcpLifeline.servers' must be an object that gives each server a name: { "my-server": { "url": "http://…" } }. No server is used.`,
  );
  source.complaints.push({ key: 'servers', text });
  return [];
};

/**
 * Of entries with the same name the first one counts, whole: entries are never mixed, or a workspace could have the user's
 * credentials sent to a place of its choice.
 */
const serversOf = (
  source: Source,
  layers: readonly ServerLayer[],
  health: HealthSettings,
): Settings['servers'] => {
  const byName = new Map<string, Settings['servers'][number]>();
  for (const server of layers.flatMap((layer) => layerOf(source, layer, health)))
    if (!byName.has(server.name)) byName.set(server.name, server);
  return [...byName.values()];
};

const inputsOf = ({ raw, complaints, say }: Source): Settings['inputs'] => {
  const read = parseInputs(raw['inputs'], say);
  complaints.push(
    ...read.complaints.map((text) => ({ key: 'inputs', text: `'mcpLifeline.inputs': ${text}` })),
  );
  return read.inputs;
};

/** `layers`: where the entries of servers stand, what counts most first; else they are `raw.servers`, the user's own. */
export const parseSettings = (
  raw: RawSettings,
  layers: readonly ServerLayer[] = [{ origin: theUser, servers: raw['servers'] }],
  say: Say = inEnglish,
): { readonly settings: Settings; readonly complaints: readonly Complaint[] } => {
  const source: Source = { raw, say, complaints: [] };
  const health = healthOf(source);
  const settings: Settings = {
    servers: serversOf(source, layers, health),
    inputs: inputsOf(source),
    sources: sourcesOf(source),
    backoff: backoffOf(source),
    health,
    calls: callsOf(source),
    journal: choiceOf(source, 'calls.journal', settingTable['calls.journal']),
    crashLoop: {
      exits: numberOf(source, 'crashLoop.exits'),
      within: numberOf(source, 'crashLoop.within'),
    },
    connectTimeout: numberOf(source, 'connectTimeout'),
    maxMessageBytes: numberOf(source, 'maxMessageBytes'),
    sessionTtl: numberOf(source, 'session.ttl'),
    notifyAfterAttempts: numberOf(source, 'notifyAfterAttempts'),
    notifications: choiceOf(source, 'notifications', settingTable.notifications),
    statusBar: choiceOf(source, 'statusBar', settingTable.statusBar),
    historyEntries: numberOf(source, 'historyEntries'),
    historySamples: numberOf(source, 'historySamples'),
    historyMaxAge: numberOf(source, 'historyMaxAge'),
    gateway: gatewayOf(source),
    eventStore: eventStoreOf(source),
  };
  return { settings, complaints: source.complaints };
};
