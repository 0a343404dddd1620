// A found server as an entry of our own setting that means the same: where it would stand, under which name, with which inputs,
// and which of its texts are credentials that anybody can read. Pure. Not here: asking (host) and writing (takeOver.ts).
import { posix, win32 } from 'node:path';
import type { InputDefinition } from '../core/inputs.ts';
import { telling } from '../core/redact.ts';
import { isObject, type JsonObject } from '../core/rpc.ts';
import type { ServerDefinition } from '../core/settings.ts';
import type { FoundServer } from '../core/sources.ts';
import type { Draft, EntryHome, PlainSecret } from '../core/takeOver.ts';
import { hasVariables } from '../core/template.ts';
import { keysWithoutMeaning, ourEntry, usableName } from './entryOf.ts';

/** What is the user's stays the user's, and what everybody who opens a folder has stays that: nothing is more shared than before. */
const homeOf = ({ origin }: ServerDefinition, file: string): EntryHome => {
  if (origin.scope === 'workspace') return { kind: 'workspace', file };
  return origin.scope === 'folder' && origin.folder !== null
    ? { kind: 'folder', folder: origin.folder }
    : { kind: 'user' };
};

type Paths = typeof posix;

const pathsFor = (folder: string): Paths => (/^([a-z]:|\\\\)/i.test(folder) ? win32 : posix);

const absolute = (path: string, folder: string): string => {
  const paths = pathsFor(folder);
  return paths.isAbsolute(path) || hasVariables(path) ? path : paths.join(folder, path);
};

const inTexts = (value: unknown, change: (text: string) => string): unknown => {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((one) => inTexts(one, change));
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, inTexts(one, change)]));
};

const asText = (value: unknown): string | null => (typeof value === 'string' ? value : null);

/** An entry for one folder, written so that it means that folder wherever it stands. */
const forFolder = (entry: JsonObject, folder: string): JsonObject => {
  const filled = inTexts(entry, (text) => text.replaceAll('${workspaceFolder}', folder));
  if (!isObject(filled) || typeof filled['command'] !== 'string')
    return isObject(filled) ? filled : entry;
  const envFile = asText(filled['envFile']);
  return {
    ...filled,
    cwd: absolute(asText(filled['cwd']) ?? '.', folder),
    ...(envFile === null ? {} : { envFile: absolute(envFile, folder) }),
  };
};

/** What services give out, whatever it is called. */
const looksGivenOut = /^(sk-|ghp_|gho_|github_pat_|glpat-|xox[abp]-|AKIA|eyJ)/;
const scheme = /^(Bearer|Basic|Token|ApiKey)\s+/i;
const shortest = 4;

const secretIn = (where: readonly string[], value: unknown): readonly PlainSecret[] => {
  const name = where.at(-1) ?? '';
  if (typeof value !== 'string' || hasVariables(value)) return [];
  const prefix = scheme.exec(value)?.[0] ?? '';
  const bare = value.slice(prefix.length);
  const isSecret = telling.test(name) || looksGivenOut.test(bare) || prefix !== '';
  return isSecret && bare.length >= shortest ? [{ where, value: bare, prefix }] : [];
};

const within = (entry: JsonObject, key: string): readonly PlainSecret[] => {
  const values = entry[key];
  return isObject(values)
    ? Object.entries(values).flatMap(([name, value]) => secretIn([key, name], value))
    : [];
};

/** Headers and variables of a program with the look of a credential. */
const plainSecretsIn = (entry: JsonObject): readonly PlainSecret[] => {
  const { oauth } = entry;
  return [
    ...within(entry, 'headers'),
    ...within(entry, 'env'),
    ...(isObject(oauth) ? secretIn(['oauth', 'clientSecret'], oauth['clientSecret']) : []),
  ];
};

/** Null where the entry cannot be used. */
export const draftOf = (server: FoundServer): Draft | null => {
  const { definition, place, entry: raw, inputs } = server;
  if (definition.kind === 'bad') return null;
  const { origin } = definition;
  const home = homeOf(definition, place.file);
  const isElsewhere = home.kind === 'user' && origin.folder !== null;
  const plain = ourEntry(raw);
  const entry = isElsewhere ? forFolder(plain, origin.folder) : plain;
  return {
    server,
    name: usableName(server.name),
    home,
    entry,
    inputs,
    secrets: plainSecretsIn(entry),
    lost: keysWithoutMeaning(raw),
  };
};

const setAt = (entry: JsonObject, where: readonly string[], value: unknown): JsonObject => {
  const [key, ...rest] = where;
  if (key === undefined) return entry;
  const inner = entry[key];
  return {
    ...entry,
    [key]: rest.length === 0 ? value : setAt(isObject(inner) ? inner : {}, rest, value),
  };
};

const freeId = (wanted: string, taken: ReadonlySet<string>): string => {
  let id = wanted;
  for (let number = 2; taken.has(id); number++) id = `${wanted}-${number}`;
  return id;
};

export interface Hidden {
  readonly entry: JsonObject;
  readonly inputs: readonly InputDefinition[];
  /** By the id of the input. */
  readonly answers: ReadonlyMap<string, string>;
}

/** The entry with inputs in place of its credentials, and those as their answers. */
export const withoutSecrets = (
  { entry, inputs, secrets, name }: Pick<Draft, 'entry' | 'inputs' | 'secrets' | 'name'>,
  taken: readonly string[],
): Hidden => {
  const ids = new Set([...taken, ...inputs.map(({ id }) => id)]);
  const answers = new Map<string, string>();
  const added: InputDefinition[] = [];
  let next = entry;
  for (const { where, value, prefix } of secrets) {
    const label = where.at(-1) ?? 'secret';
    const id = freeId(`${name}-${label}`.replaceAll(/[{}\s]+/g, '-'), ids);
    ids.add(id);
    answers.set(id, value);
    next = setAt(next, where, `${prefix}\${input:${id}}`);
    const description = `${name}: ${label}`;
    added.push({ kind: 'promptString', id, description, default: null, password: true });
  }
  return { entry: next, inputs: [...inputs, ...added], answers };
};

/** The entry with other ids for inputs whose ids mean something else here. */
export const withFreeInputs = (
  { entry, inputs }: Pick<Draft, 'entry' | 'inputs'>,
  known: readonly InputDefinition[],
): Pick<Draft, 'entry' | 'inputs'> => {
  const taken = new Set(known.map(({ id }) => id));
  const renamed = new Map<string, string>();
  const next = inputs.map((input) => {
    const same = known.find(({ id }) => id === input.id);
    if (!same || JSON.stringify(same) === JSON.stringify(input)) return input;
    const id = freeId(input.id, taken);
    taken.add(id);
    renamed.set(input.id, id);
    return { ...input, id };
  });
  const change = (text: string): string =>
    [...renamed].reduce(
      (rest, [from, to]) => rest.replaceAll(`\${input:${from}}`, `\${input:${to}}`),
      text,
    );
  const changed = renamed.size === 0 ? entry : inTexts(entry, change);
  return { entry: isObject(changed) ? changed : entry, inputs: next };
};
