// The text of one file -> the servers that it defines, in the shapes of each product. Pure, and never throws: whoever wrote
// the file may have meant harm, or may not have finished. Not here: reading it (readText.ts).
import { parse, type ParseError, printParseErrorCode, stripComments } from 'jsonc-parser';
import type { InputDefinition } from '../core/inputs.ts';
import type { OwnDoor } from '../core/loops.ts';
import { parseInputs } from '../core/parseInputs.ts';
import { parseServers } from '../core/parseServers.ts';
import { isObject, type JsonObject } from '../core/rpc.ts';
import { settingTable } from '../core/settingTable.ts';
import type { BadServer, Origin, ServerDefinition } from '../core/settings.ts';
import type { FoundServer } from '../core/sources.ts';
import { inEnglish } from '../core/wording/english.ts';
import type { Say } from '../core/wording/say.ts';
import { ourEntry, usableName } from './entryOf.ts';
import { leadsTo } from './leadsTo.ts';
import type { SourcePlace } from './places.ts';
import type { Trouble } from './trouble.ts';

export interface Parsed {
  readonly kind: 'parsed';
  readonly servers: readonly FoundServer[];
  /** What is wrong with a part of the file. */
  readonly trouble: Trouble | null;
}

/** Nothing of it can be used: what it said before is the best that is known. */
export interface Unparsed {
  readonly kind: 'unparsed';
  readonly trouble: Trouble;
}

/** More would drown the views; nobody has as many. */
export const mostServers = 500;

const unparsed = (trouble: Trouble): Unparsed => ({ kind: 'unparsed', trouble });

const misread = (text: string, { error, offset }: ParseError): Unparsed =>
  unparsed({
    kind: 'syntax',
    line: text.slice(0, offset).split('\n').length,
    mistake: printParseErrorCode(error),
  });

type Root = { readonly kind: 'root'; readonly value: unknown } | Unparsed;

const parseTolerant = (text: string): Root => {
  const errors: ParseError[] = [];
  const value: unknown = parse(text, errors, { allowTrailingComma: true });
  const [error] = errors;
  // The clone has nothing inherited: a key `__proto__` would otherwise smuggle in what no view shows.
  return error ? misread(text, error) : { kind: 'root', value: structuredClone(value) };
};

/** Strict JSON first: it is what programs write, and many times faster. */
const rootOf = (text: string): Root => {
  try {
    return { kind: 'root', value: JSON.parse(text) };
  } catch {
    // Comments, trailing commas, or a mistake: the tolerant parser knows, and says where.
  }
  if (stripComments(text).trim() === '') return { kind: 'root', value: {} };
  try {
    return parseTolerant(text);
  } catch {
    // It calls itself for each level, and runs out of stack.
    return unparsed({ kind: 'too-deep' });
  }
};

/** One object of entries: where it stands in the file, and what paths in its entries are meant from. */
interface Section {
  readonly path: readonly string[];
  readonly folder: string | null;
}

const ownValue = (value: unknown, key: string): unknown =>
  isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
const valueAt = (root: unknown, path: readonly string[]): unknown => path.reduce(ownValue, root);

/** Windows has several ways to write one path, and Claude Code writes yet another one. */
const plainPath = (path: string): string => {
  const plain = path.replaceAll('\\', '/').replace(/(?<=.)\/$/, '');
  return /^[a-z]:/i.test(plain) ? plain.toLowerCase() : plain;
};

/** Claude Code's scope `local`, before its scope `user`. */
const claudeSections = (root: unknown, { projects }: SourcePlace): readonly Section[] => {
  const known = ownValue(root, 'projects');
  const keys = isObject(known) ? Object.keys(known) : [];
  const local = projects.flatMap((folder) =>
    keys
      .filter((key) => plainPath(key) === plainPath(folder))
      .map((key) => ({ path: ['projects', key, 'mcpServers'], folder })),
  );
  return [...local, { path: ['mcpServers'], folder: null }];
};

const isWorkspaceFile = ({ kind, folder }: SourcePlace): boolean =>
  kind === 'vscode-workspace' && folder === null;

const sectionsOf = (root: unknown, place: SourcePlace): readonly Section[] => {
  const { kind, folder } = place;
  if (kind === 'claude-code') return claudeSections(root, place);
  if (isWorkspaceFile(place)) return [{ path: ['settings', 'mcp', 'servers'], folder }];
  const key = kind === 'vscode-workspace' || kind === 'vscode-user' ? 'servers' : 'mcpServers';
  return [{ path: [key], folder }];
};

const originOf = (place: SourcePlace, { folder }: Section): Origin => {
  if (place.folder !== null) return { scope: 'folder', folder };
  return { scope: isWorkspaceFile(place) ? 'workspace' : 'user', folder };
};

const definitionOf = (
  name: string,
  entry: JsonObject,
  origin: Origin,
  say: Say,
): ServerDefinition | BadServer => {
  const health = settingTable['health.path'].default;
  const entries = { [usableName(name)]: ourEntry(entry) };
  const [definition] = parseServers(entries, health, origin, say);
  return definition ?? unusable(name, say('The entry cannot be read.'));
};

/** Only those that the entry asks for: another one of the same file is none of its business. */
const inputsUsed = (
  entry: JsonObject,
  inputs: readonly InputDefinition[],
): readonly InputDefinition[] => {
  const text = JSON.stringify(entry);
  return inputs.filter(({ id }) => text.includes(JSON.stringify(`\${input:${id}}`).slice(1, -1)));
};

interface Around {
  readonly place: SourcePlace;
  readonly inputs: readonly InputDefinition[];
  readonly door: OwnDoor;
  readonly say: Say;
}

const deepest = 50;

/** Nobody nests entries, and whoever walks through one later must not run out of stack. */
const isDeep = (value: unknown, levels = deepest): boolean =>
  typeof value === 'object' &&
  value !== null &&
  (levels === 0 || Object.values(value).some((one: unknown) => isDeep(one, levels - 1)));

const unusable = (name: string, reason: string): BadServer => ({ kind: 'bad', name, reason });

const judge = (
  name: string,
  value: unknown,
  origin: Origin,
  say: Say,
): ServerDefinition | BadServer => {
  if (!isObject(value))
    return unusable(name, say("The entry must be an object with a 'url' or a 'command'."));
  return isDeep(value)
    ? unusable(name, say('The entry is nested too deeply to be used.'))
    : definitionOf(name, value, origin, say);
};

const serverOf = (name: string, value: unknown, section: Section, around: Around): FoundServer => {
  const { place, inputs, door, say } = around;
  const definition = judge(name, value, originOf(place, section), say);
  const entry = isObject(value) && !isDeep(value) ? value : {};
  return {
    name,
    place: { kind: place.kind, file: place.file, path: [...section.path, name] },
    entry,
    definition,
    inputs: inputsUsed(entry, inputs),
    leadsTo: leadsTo(definition, door),
  };
};

const inputsOf = (root: unknown, place: SourcePlace): readonly InputDefinition[] => {
  if (place.kind !== 'vscode-workspace' && place.kind !== 'vscode-user') return [];
  const path = isWorkspaceFile(place) ? ['settings', 'mcp', 'inputs'] : ['inputs'];
  return parseInputs(valueAt(root, path)).inputs;
};

export const parseSource = (
  text: string,
  place: SourcePlace,
  door: OwnDoor,
  say: Say = inEnglish,
): Parsed | Unparsed => {
  const root = rootOf(text);
  if (root.kind === 'unparsed') return root;
  if (!isObject(root.value)) return unparsed({ kind: 'no-object' });
  const around: Around = { place, inputs: inputsOf(root.value, place), door, say };
  const sections = sectionsOf(root.value, place);
  const wrong = sections.find(({ path }) => {
    const value = valueAt(root.value, path);
    return value !== undefined && !isObject(value);
  });
  const servers = sections.flatMap((section) => {
    const entries = valueAt(root.value, section.path);
    return isObject(entries)
      ? Object.entries(entries).map(([name, value]) => serverOf(name, value, section, around))
      : [];
  });
  return {
    kind: 'parsed',
    servers: servers.slice(0, mostServers),
    trouble: troubleOf(servers.length, wrong),
  };
};

const troubleOf = (count: number, wrong: Section | undefined): Trouble | null => {
  if (wrong) return { kind: 'no-servers', at: wrong.path.join('.') };
  return count > mostServers ? { kind: 'too-many', count, listed: mostServers } : null;
};
