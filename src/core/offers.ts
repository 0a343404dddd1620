// What a client is told of a server that is not there: a welcome, lists, and which notices are due when the server turns out
// to be another than it was told. Not here: when any of it is said (runtime/steadyEnd.ts), and where it is kept (store).
import type { Millis } from '../base/clock.ts';
import { type ConnectionState, isUp } from './connection/state.ts';
import { outcomeKey } from './calls/answers.ts';
import { isLongerThan } from './calls/size.ts';
import {
  isObject,
  type JsonObject,
  type RpcNotification,
  type RpcRequest,
  type RpcResponse,
} from './rpc.ts';

/**
 * How long a client waits for the truth before it is answered from memory. Editors and agents wait for `initialize` and the
 * first list before they do anything else; a healthy server answers far quicker, and people take two seconds for a start.
 */
export const patience: Millis = 2000;

/** `coming`: the first connection is being made, or about to be. `away`: it is known that nobody answers now. */
export type Standing = 'up' | 'coming' | 'away';

export const standingOf = (state: ConnectionState): Standing => {
  if (isUp(state)) return 'up';
  return state.kind === 'idle' || state.kind === 'connecting' ? 'coming' : 'away';
};

/** Oldest last. A client that asks for one of these gets it, whatever the server chose when it was last here. */
const knownVersions: readonly unknown[] = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'];
const newestVersion = '2025-11-25';
/** The last revision whose servers could complete without saying so (capability `completions`: 2025-03-26). */
const silentCompletions = '2024-11-05';

const promisesEverything: JsonObject = {
  tools: { listChanged: true },
  prompts: { listChanged: true },
  resources: { listChanged: true, subscribe: true },
  logging: {},
  completions: {},
};

const strangerWelcome = (server: string): JsonObject => ({
  capabilities: promisesEverything,
  serverInfo: { name: server, version: '0' },
  instructions:
    `The server "${server}" is not there yet. Its tools are listed as soon as it is; ` +
    'calls are held until then and need not be repeated.',
});

/** A welcome of ours. `last`: what this server said when it was last here; null where it never was. */
export const welcomeFor = (
  hello: JsonObject | undefined,
  last: JsonObject | null,
  server: string,
): JsonObject => {
  const wanted = hello?.['protocolVersion'];
  const protocolVersion = knownVersions.includes(wanted) ? wanted : newestVersion;
  return { ...(last ?? strangerWelcome(server)), protocolVersion };
};

/**
 * A server's own welcome, as it was said in a handshake that was not this client's. A client that speaks only an older revision
 * gets that: told of one that it does not know, it would have to leave (spec, lifecycle: version negotiation).
 */
export const welcomeInVersionOf = (hello: JsonObject, welcome: JsonObject): JsonObject => {
  const wanted = hello['protocolVersion'];
  const spoken = welcome['protocolVersion'];
  const isOlder = knownVersions.includes(wanted) && String(wanted) < String(spoken);
  return isOlder ? { ...welcome, protocolVersion: wanted } : welcome;
};

export const capabilitiesOf = (welcome: JsonObject | null): JsonObject => {
  const capabilities = welcome?.['capabilities'];
  return isObject(capabilities) ? capabilities : {};
};

/**
 * Whether the client counts on something that the server does not have. `told`: the capabilities that the client knows of; null
 * for one that was told in an earlier life.
 */
export const isMissing = (
  capability: string,
  real: JsonObject | null,
  told: JsonObject | null,
): boolean => {
  if (real === null || capabilitiesOf(real)[capability] !== undefined) return false;
  if (capability === 'completions' && real['protocolVersion'] === silentCompletions) return false;
  return told === null || told[capability] !== undefined;
};

/** The capability that a list belongs to, and the field that holds its items. */
interface ListKind {
  readonly capability: 'tools' | 'prompts' | 'resources';
  readonly field: string;
}

const listKinds: ReadonlyMap<string, ListKind> = new Map<string, ListKind>([
  ['tools/list', { capability: 'tools', field: 'tools' }],
  ['prompts/list', { capability: 'prompts', field: 'prompts' }],
  ['resources/list', { capability: 'resources', field: 'resources' }],
  ['resources/templates/list', { capability: 'resources', field: 'resourceTemplates' }],
]);

/** Undefined where a method lists nothing that is remembered. */
export const listKindOf = (method: string): ListKind | undefined => listKinds.get(method);

export const emptyList = ({ field }: ListKind): JsonObject => ({ [field]: [] });

/** What is remembered of the lists of a server that has these capabilities. */
export const listsUnder = (
  lists: Readonly<Record<string, JsonObject>>,
  welcome: JsonObject,
): Readonly<Record<string, JsonObject>> => {
  const capabilities = capabilitiesOf(welcome);
  return Object.fromEntries(
    Object.entries(lists).filter(([method]) => {
      const kind = listKindOf(method);
      return kind !== undefined && capabilities[kind.capability] !== undefined;
    }),
  );
};

/** Whether a request asks for a list from its beginning. */
export const isFromStart = ({ params }: RpcRequest): boolean => params?.['cursor'] === undefined;

/** The first pages of a list of which more is to come under `cursor`. */
export interface PartialList {
  readonly cursor: unknown;
  readonly items: readonly unknown[];
  /** What the first page said besides its items. */
  readonly rest: JsonObject;
  /** In characters of JSON. */
  readonly length: number;
}

export type Gathered =
  | { readonly kind: 'whole'; readonly list: JsonObject }
  | { readonly kind: 'partial'; readonly partial: PartialList }
  /** A page of another list than the one before it, too large to keep, or no list at all. */
  | { readonly kind: 'lost' };

/** As much of one list is kept, in characters of JSON. A longer one is not remembered at all: half a list would lie. */
export const longestList = 4 * 1024 * 1024;

/** Infinite where it is certainly too long: writing such a page out would cost as much as sending it. */
const lengthOf = (page: JsonObject): number =>
  isLongerThan(page, longestList) ? Infinity : JSON.stringify(page).length;

const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);

const beginning = (field: string, page: JsonObject): PartialList => {
  // What belongs to one answer only is no part of the list.
  const { nextCursor: cursor, _meta, [field]: _items, ...rest } = page;
  return { cursor, items: [], rest, length: 0 };
};

/** The pages before this one; undefined where they are not known. */
const pagesBefore = (
  before: PartialList | undefined,
  request: RpcRequest,
  beginsWith: () => PartialList,
): PartialList | undefined => {
  if (isFromStart(request)) return beginsWith();
  return before?.cursor === request.params?.['cursor'] ? before : undefined;
};

/** Puts a page, the answer to `request`, to the pages before it. */
export const gather = (
  before: PartialList | undefined,
  request: RpcRequest,
  page: JsonObject,
): Gathered => {
  const field = listKindOf(request.method)?.field;
  const items: unknown = field === undefined ? undefined : page[field];
  if (field === undefined || !isList(items)) return { kind: 'lost' };
  const sofar = pagesBefore(before, request, () => beginning(field, page));
  if (!sofar) return { kind: 'lost' };
  const length = sofar.length + lengthOf(page);
  if (length > longestList) return { kind: 'lost' };
  const all = [...sofar.items, ...items];
  const cursor = page['nextCursor'] ?? null;
  return cursor === null
    ? { kind: 'whole', list: { ...sofar.rest, [field]: all } }
    : { kind: 'partial', partial: { ...sofar, cursor, items: all, length } };
};

const announced = ['tools', 'prompts', 'resources'] as const;

/**
 * The notices after which a client that knows of `before` sees what there is `now`. What is gone is announced too: its entries
 * may still stand in the client.
 */
export const noticesOf = (before: JsonObject, now: JsonObject): readonly string[] =>
  JSON.stringify(before) === JSON.stringify(now)
    ? []
    : announced
        .filter((list) => before[list] !== undefined || now[list] !== undefined)
        .map((list) => `notifications/${list}/list_changed`);

export const notice = (method: string): RpcNotification => ({ jsonrpc: '2.0', method });

/** Whether an error is ours, made because the server could not be asked, and not the server's own word. */
export const isOurError = (response: RpcResponse): boolean =>
  'error' in response && isObject(response.error.data) && outcomeKey in response.error.data;
