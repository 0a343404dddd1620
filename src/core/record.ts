// What survives a reload: one record per connection, with a version, a parser that accepts anything and never
// throws, and a migration per version. Secrets never enter it. Not here: where records are kept (store).
import * as z from 'zod/mini';
import type { Millis } from '../base/clock.ts';
import { isObject, type JsonObject } from './rpc.ts';
import type { ServerDefinition } from './settings.ts';
import { sha256 } from './sha256.ts';

export const recordVersion = 1;

/** `doubted`: the server was restarted since the session last proved itself, and may take its id without knowing it. */
export type RecordStatus = 'active' | 'disconnected' | 'doubted' | 'expired';

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
  /** What the definition meant when the session began, its variables filled in, hashed; null where that was never asked. */
  readonly meaning: string | null;
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

const aText = z.nullable(z.string());
const aCount = z.int().check(z.gte(0));
const aJsonObject = z.nullable(z.record(z.string(), z.unknown()));

const recordShape = z.object({
  version: z.literal(recordVersion),
  serverId: z.string(),
  client: z.string(),
  fingerprint: z.string(),
  // Records that were written before there was one have none.
  meaning: z._default(aText, null),
  sessionId: aText,
  protocolVersion: aText,
  hello: aJsonObject,
  welcome: aJsonObject,
  nextId: aCount,
  cursors: z.record(z.string(), z.string()),
  inFlight: z.array(aCount),
  logLevel: aText,
  subscriptions: z.array(z.string()),
  created: z.number(),
  lastActive: z.number(),
  status: z.enum(['active', 'disconnected', 'doubted', 'expired']),
  recoveries: aCount,
  run: z.nullable(
    z.object({
      at: z.number(),
      uptimeSecs: z.nullable(z.number()),
      version: aText,
      instanceId: aText,
    }),
  ),
});

/** Lifts a record of one version to the next one's shape. The version itself is set for it. */
export type Migration = (older: JsonObject) => JsonObject;

/** By the version that they lift. Empty as long as there is only one version. */
const migrations: Readonly<Record<number, Migration>> = {};

export type ParsedRecord =
  | { readonly kind: 'ok'; readonly record: SessionRecord }
  /** `reason` quotes nothing of the value: it goes to the log, and a session id is a credential. */
  | { readonly kind: 'unreadable'; readonly reason: string };

const unreadable = (reason: string): ParsedRecord => ({ kind: 'unreadable', reason });

const parseCurrent = (value: JsonObject): ParsedRecord => {
  const read = recordShape.safeParse(value);
  if (read.success) return { kind: 'ok', record: read.data };
  return unreadable(`its field '${String(read.error.issues[0]?.path[0])}' is not as it should be`);
};

/** Reads anything and never throws. `lifts` is another table of migrations for tests only. */
export const parseRecord = (value: unknown, lifts = migrations): ParsedRecord => {
  if (!isObject(value)) return unreadable('it is not an object');
  const version = value['version'];
  if (typeof version !== 'number') return unreadable('it has no version');
  if (version === recordVersion) return parseCurrent(value);
  if (version > recordVersion) return unreadable(`version ${version} is newer than this extension`);
  const lift = lifts[version];
  if (!lift) return unreadable(`version ${version} is no longer known`);
  try {
    return parseRecord({ ...lift(value), version: version + 1 }, lifts);
  } catch {
    // The migration met a shape that its version never had.
    return unreadable(`it is not a record of version ${version}`);
  }
};

/** The record of a connection that has not had a session yet. */
export const newRecord = (about: {
  readonly serverId: string;
  readonly client: string;
  readonly fingerprint: string;
  readonly at: Millis;
}): SessionRecord => ({
  version: recordVersion,
  serverId: about.serverId,
  client: about.client,
  fingerprint: about.fingerprint,
  meaning: null,
  sessionId: null,
  protocolVersion: null,
  hello: null,
  welcome: null,
  nextId: 1,
  cursors: {},
  inFlight: [],
  logLevel: null,
  subscriptions: [],
  created: about.at,
  lastActive: about.at,
  status: 'disconnected',
  recoveries: 0,
  run: null,
});

/** A record from the future (the wall clock was set back) is young, not expired. */
export const isExpired = (record: SessionRecord, now: Millis, ttl: Millis): boolean =>
  record.status === 'expired' || now - record.lastActive > ttl;

/** So many ids per write; a crash wastes at most one block, and ids are 53 bits wide. */
const idBlock = 1000;

/**
 * The stored counter is a ceiling: every id below it may have been used, so a start after a crash leaps over the rest
 * of a block. Says what must be stored before the id `next` is used; `stored` itself where nothing need be written.
 */
export const reserve = (stored: number, next: number): number =>
  next < stored ? stored : next + idBlock;

/** What does not change which server it is or what it is told, so that changing it keeps the session. */
const circumstances: ReadonlySet<string> = new Set([
  'autoStart',
  'enabled',
  'trustHints',
  'health',
  'connection',
  'origin',
  'watch',
]);

const inOrder = (value: unknown): unknown =>
  isObject(value)
    ? Object.entries(value).toSorted(([one], [other]) => (one < other ? -1 : 1))
    : value;

/**
 * Tells one definition from another, whatever the order of its keys. Header and environment values go in too, so nobody
 * may read them back from it; and a definition made up to collide would be given the session of another server.
 * Hence a cryptographic hash.
 */
export const fingerprintOf = (definition: ServerDefinition): string => {
  const meaning = Object.entries(definition)
    .filter(([key]) => !circumstances.has(key))
    .map(([key, value]): [string, unknown] => [key, inOrder(value)]);
  return sha256(JSON.stringify(inOrder(Object.fromEntries(meaning))));
};
