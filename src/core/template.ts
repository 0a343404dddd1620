// `${…}` in a text, taken apart: which variables stand in it, and which of them nobody here can fill in. Pure.
// Not here: their values (variables.ts), and which texts of an entry may hold variables (fillServer.ts).
import { inEnglish } from './wording/english.ts';
import type { Say } from './wording/say.ts';
import { sayNow, type Unsaid, unsaid } from './wording/unsaid.ts';

/** Text, and variables in it, in their order. */
export type Template = readonly (string | Variable)[];

export type Variable =
  /** `${NAME}`, `${env:NAME}`, and either with a default: `${NAME:-default}`, which may hold variables again. */
  | { readonly kind: 'env'; readonly name: string; readonly fallback: Template | null }
  | { readonly kind: 'input'; readonly id: string }
  /** `${workspaceFolder}`, `${workspaceFolder:name}`; `basename`: its last part only. */
  | {
      readonly kind: 'folder';
      readonly name: string | null;
      readonly part: 'path' | 'basename';
      readonly fallback: Template | null;
    }
  | { readonly kind: 'place'; readonly place: Place }
  /** Looks like a variable, and nobody here can fill it in. */
  | { readonly kind: 'unknown'; readonly name: string; readonly why: UnknownWhy };

export type Place = 'userHome' | 'pathSeparator' | 'cwd' | 'execPath';

/** `editor`: it depends on what is open in the editor. `nested`: a name made of another variable, or too deep. */
export type UnknownWhy = 'config' | 'command' | 'editor' | 'nested' | 'no-default' | 'other';

/** Defaults within defaults; nobody writes more by hand. */
const deepest = 8;

const places: ReadonlyMap<string, Place> = new Map([
  ['userHome', 'userHome'],
  ['pathSeparator', 'pathSeparator'],
  ['/', 'pathSeparator'],
  ['cwd', 'cwd'],
  ['execPath', 'execPath'],
]);

/** Names that VS Code fills in from what is open; as names of environment variables nobody uses them. */
const ofEditor: ReadonlySet<string> = new Set([
  'file',
  'fileWorkspaceFolder',
  'relativeFile',
  'relativeFileDirname',
  'fileBasename',
  'fileBasenameNoExtension',
  'fileExtname',
  'fileDirname',
  'fileDirnameBasename',
  'lineNumber',
  'columnNumber',
  'selectedText',
  'defaultBuildTask',
]);

/** Where each `${` ends; one that does not is text. One pass, whatever the text. */
const endsOf = (text: string): ReadonlyMap<number, number> => {
  const ends = new Map<number, number>();
  const open: number[] = [];
  for (const { 0: found, index } of text.matchAll(/\$\{|\}/g)) {
    if (found === '}') {
      const start = open.pop();
      if (start !== undefined) ends.set(start, index);
    } else open.push(index);
  }
  return ends;
};

const unknown = (name: string, why: UnknownWhy): Variable => ({ kind: 'unknown', name, why });

const folderOf = (name: string, fallback: Template | null): Variable | null => {
  const [, word, of] = /^(workspaceFolder|workspaceFolderBasename|workspaceRoot)(?::(.+))?$/.exec(
    name,
  ) ?? [null, null];
  if (word === null) return null;
  const part = word === 'workspaceFolderBasename' ? 'basename' : 'path';
  return { kind: 'folder', name: of ?? null, part, fallback };
};

const ofPrefix = (
  { prefix, rest, name }: Readonly<Record<'prefix' | 'rest' | 'name', string>>,
  fallback: Template | null,
): Variable => {
  if (prefix === 'env' && rest !== '') return { kind: 'env', name: rest, fallback };
  if (fallback !== null) return unknown(name, 'no-default');
  if (prefix === 'input' && rest !== '') return { kind: 'input', id: rest };
  return unknown(name, prefix === 'config' || prefix === 'command' ? prefix : 'other');
};

const envName = /^[A-Za-z_]\w*$/;

/** A bare word: an environment variable unless VS Code gives it another meaning. */
const ofWord = (word: string, fallback: Template | null): Variable => {
  const place = places.get(word);
  if (!place && !ofEditor.has(word)) return { kind: 'env', name: word, fallback };
  if (fallback !== null) return unknown(word, 'no-default');
  return place ? { kind: 'place', place } : unknown(word, 'editor');
};

/** What stands between the braces; null where it is nothing that anybody means as a variable, as in a piece of shell. */
const variableOf = (name: string, fallback: Template | null): Variable | null => {
  if (name.includes('${')) return unknown(name, 'nested');
  const folder = folderOf(name, fallback);
  if (folder) return folder;
  if (envName.test(name) || name === '/') return ofWord(name, fallback);
  const [, prefix, rest = ''] = /^([A-Za-z]\w*):(.*)$/s.exec(name) ?? [];
  return prefix === undefined ? null : ofPrefix({ prefix, rest, name }, fallback);
};

interface Reading {
  readonly text: string;
  readonly ends: ReadonlyMap<number, number>;
  readonly depth: number;
}

const readVariable = (reading: Reading, start: number, end: number): Variable | null => {
  const { text, depth } = reading;
  const whole = text.slice(start + 2, end);
  const mark = whole.indexOf(':-');
  const inner = whole.indexOf('${');
  if (mark === -1 || (inner !== -1 && inner < mark)) return variableOf(whole, null);
  const name = whole.slice(0, mark);
  if (depth >= deepest) return unknown(name, 'nested');
  return variableOf(name, readPieces({ ...reading, depth: depth + 1 }, start + 2 + mark + 2, end));
};

const readPieces = (reading: Reading, from: number, to: number): Template => {
  const { text, ends } = reading;
  const pieces: (string | Variable)[] = [];
  let begun = from;
  let at = text.indexOf('${', from);
  while (at !== -1 && at < to) {
    const end = ends.get(at);
    const variable = end === undefined ? null : readVariable(reading, at, end);
    if (variable && end !== undefined) {
      if (at > begun) pieces.push(text.slice(begun, at));
      pieces.push(variable);
      begun = end + 1;
    }
    at = text.indexOf('${', variable && end !== undefined ? begun : at + 2);
  }
  if (begun < to) pieces.push(text.slice(begun, to));
  return pieces;
};

export const parseTemplate = (text: string): Template =>
  text.includes('${') ? readPieces({ text, ends: endsOf(text), depth: 0 }, 0, text.length) : [text];

const isVariable = (piece: string | Variable): piece is Variable => typeof piece !== 'string';

/** All that may be asked for, also in defaults. */
export const variablesIn = (template: Template): readonly Variable[] =>
  template
    .filter(isVariable)
    .flatMap((variable) => [
      variable,
      ...('fallback' in variable ? variablesIn(variable.fallback ?? []) : []),
    ]);

export const hasVariables = (text: string): boolean =>
  text.includes('${') && parseTemplate(text).some(isVariable);

const whyUnknown: Readonly<Record<UnknownWhy, Unsaid>> = {
  config: unsaid(
    '{0} reads a setting, which only VS Code itself can fill in; write the value, or use ${input:…}',
  ),
  command: unsaid(
    "{0} runs a command; define an input of the type 'command' in 'mcpLifeline.inputs' and use ${input:…}",
  ),
  editor: unsaid('{0} depends on the open editor, and a server has none; write the path'),
  nested: unsaid('{0} holds a variable where a name is expected, or is nested too deeply'),
  'no-default': unsaid('{0} takes no default here; only environment variables and folders do'),
  other: unsaid(
    '{0} is no variable that is known here; known are ${workspaceFolder}, ${userHome}, ${env:NAME}, ${NAME:-default} and ${input:id}',
  ),
};

const longestName = 40;

/** One sentence about the first variable that nobody can fill in, or null. Names only, no values. */
export const unknownReason = (template: Template, say: Say = inEnglish): string | null => {
  const first = variablesIn(template).find((variable) => variable.kind === 'unknown');
  if (!first) return null;
  const { name, why } = first;
  const shown = name.length > longestName ? `${name.slice(0, longestName)}…` : name;
  return sayNow([...whyUnknown[why], `\${${shown}}`], say);
};
