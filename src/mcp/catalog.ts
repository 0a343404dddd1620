// Reads what a server offers: every page of one list, within limits, and tolerant of odd entries. Not here:
// when to list, and what to do when a list fails (viewClient.ts).
import { isObject, type JsonObject } from '../core/rpc.ts';
import type { Catalog, Prompt, Resource, Tool } from '../runtime/watch.ts';

export type ListName = 'tools' | 'resources' | 'prompts';
export const listNames: readonly ListName[] = ['tools', 'resources', 'prompts'];

export const emptyCatalog: Catalog = { listedAt: null, tools: [], resources: [], prompts: [] };

// A server that never stops paging must not fill the memory; more entries than this no tree can show.
const maxPages = 50;
const maxEntries = 1000;

export type Ask = (method: string, params: JsonObject) => Promise<JsonObject>;

/** `cut`: the server has more than we take. */
export interface Listing {
  readonly part: Partial<Catalog>;
  readonly cut: boolean;
}

const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null);
const objectOrEmpty = (value: unknown): JsonObject => (isObject(value) ? value : {});

const toolOf = (entry: JsonObject): Tool | undefined => {
  const { name } = entry;
  if (typeof name !== 'string') return undefined;
  const annotations = objectOrEmpty(entry['annotations']);
  const support = objectOrEmpty(entry['execution'])['taskSupport'];
  return {
    name,
    title: textOrNull(entry['title']) ?? textOrNull(annotations['title']),
    description: textOrNull(entry['description']),
    inputSchema: objectOrEmpty(entry['inputSchema']),
    annotations,
    canBeTask: support === 'optional' || support === 'required',
  };
};

const resourceOf = (entry: JsonObject): Resource | undefined => {
  const { uri } = entry;
  if (typeof uri !== 'string') return undefined;
  return {
    uri,
    name: textOrNull(entry['name']) ?? uri,
    description: textOrNull(entry['description']),
    mimeType: textOrNull(entry['mimeType']),
  };
};

const promptOf = (entry: JsonObject): Prompt | undefined => {
  const { name } = entry;
  return typeof name === 'string'
    ? { name, description: textOrNull(entry['description']) }
    : undefined;
};

const readAll = async <T>(
  ask: Ask,
  name: ListName,
  read: (entry: JsonObject) => T | undefined,
): Promise<{ readonly entries: readonly T[]; readonly cut: boolean }> => {
  const entries: T[] = [];
  let params: JsonObject = {};
  for (let page = 0; page < maxPages; page += 1) {
    const result = await ask(`${name}/list`, params);
    const listed = result[name];
    // Without this check an answer that is no list would wipe the last good catalog.
    if (!Array.isArray(listed)) throw new Error(`The answer to ${name}/list holds no ${name}.`);
    for (const entry of listed) {
      const value = isObject(entry) ? read(entry) : undefined;
      if (value === undefined) continue;
      if (entries.length === maxEntries) return { entries, cut: true };
      entries.push(value);
    }
    const next = result['nextCursor'];
    // Some servers answer an empty cursor, or the same one for ever, where the list has ended.
    if (typeof next !== 'string' || next === '' || next === params['cursor'])
      return { entries, cut: false };
    params = { cursor: next };
  }
  return { entries, cut: true };
};

/** Rejects where the server refuses or answers nonsense, so that the caller keeps what it had. */
export const readList = async (ask: Ask, name: ListName): Promise<Listing> => {
  switch (name) {
    case 'tools': {
      const { entries, cut } = await readAll(ask, name, toolOf);
      return { part: { tools: entries }, cut };
    }
    case 'resources': {
      const { entries, cut } = await readAll(ask, name, resourceOf);
      return { part: { resources: entries }, cut };
    }
    case 'prompts': {
      const { entries, cut } = await readAll(ask, name, promptOf);
      return { part: { prompts: entries }, cut };
    }
  }
};
