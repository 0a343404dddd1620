// The text of a document of tool arguments: a skeleton written from the tool's JSON schema, and what a finished
// document says. Passwords never stand in it. No editor in here.
import {
  findNodeAtLocation,
  type Node,
  parseTree,
  parse,
  type ParseError,
  printParseErrorCode,
} from 'jsonc-parser';
import { isObject, type JsonObject } from '../core/rpc.ts';
import { type Say, sentenceOf } from '../core/wording.ts';
import { mistakeWords } from '../core/wording/mistake.ts';
import { sayNow } from '../core/wording/unsaid.ts';
import { isSecretName, requiredNames, secretFieldsOf } from './toolFields.ts';

/** Deeper nesting is left to the editor's completion; recursive schemas have no end. */
const deepest = 4;

const firstOf = (value: unknown): unknown => (Array.isArray(value) ? value[0] : undefined);

const resolveRef = (schema: JsonObject, root: JsonObject): JsonObject => {
  const ref = schema['$ref'];
  if (typeof ref !== 'string' || !ref.startsWith('#/')) return schema;
  const target = ref
    .slice(2)
    .split('/')
    .reduce<unknown>((at, name) => (isObject(at) ? at[name] : undefined), root);
  return isObject(target) ? target : schema;
};

const emptyOf = (type: unknown): unknown => {
  switch (Array.isArray(type) ? type[0] : type) {
    case 'string':
      return '';
    case 'number':
    case 'integer':
      return 0;
    case 'boolean':
      return false;
    case 'array':
      return [];
    default:
      return null;
  }
};

/** What the schema itself gives: its default, its only value, its first example or option. */
const givenBy = (schema: JsonObject): unknown =>
  schema['default'] ?? schema['const'] ?? firstOf(schema['examples']) ?? firstOf(schema['enum']);

const firstBranch = (schema: JsonObject): unknown =>
  firstOf(schema['anyOf']) ?? firstOf(schema['oneOf']) ?? firstOf(schema['allOf']);

/** A value to start from: a given one, or an empty one of the right type. */
const exampleOf = (raw: unknown, root: JsonObject, depth: number): unknown => {
  if (!isObject(raw) || depth > deepest) return null;
  const schema = resolveRef(raw, root);
  const given = givenBy(schema);
  if (given !== undefined) return given;
  const branch = firstBranch(schema);
  if (branch !== undefined) return exampleOf(branch, root, depth + 1);
  return schema['type'] === 'object' || isObject(schema['properties'])
    ? exampleObject(schema, root, depth + 1)
    : emptyOf(schema['type']);
};

const exampleObject = (schema: JsonObject, root: JsonObject, depth: number): JsonObject => {
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  const required = requiredNames(schema);
  return Object.fromEntries(
    Object.entries(properties)
      .filter(([name]) => required.includes(name))
      .map(([name, property]) => [name, exampleOf(property, root, depth)]),
  );
};

const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').trim();

const optionalHint = (
  schema: JsonObject,
  written: JsonObject,
  secret: readonly string[],
  say: Say,
): string[] => {
  const properties = isObject(schema['properties']) ? Object.keys(schema['properties']) : [];
  const rest = properties.filter((name) => !(name in written) && !secret.includes(name));
  return rest.length === 0 ? [] : [say('Optional: {0}', rest.join(', '))];
};

/** The document that a user starts from: required arguments, the names of the others, and what happens on Call. */
export const skeletonOf = (
  tool: {
    readonly name: string;
    readonly description: string | null;
    readonly inputSchema: JsonObject;
  },
  given: JsonObject,
  schemaUri: string,
  say: Say,
): string => {
  const schema = tool.inputSchema;
  const secret = secretFieldsOf(schema).map((field) => field.name);
  const values = { ...exampleObject(schema, schema, 0), ...given };
  const shown = Object.fromEntries(
    Object.entries(values).filter(([name]) => !secret.includes(name)),
  );
  const notes = [
    say('Arguments for {0}', tool.name),
    ...(tool.description === null ? [] : [oneLine(tool.description).slice(0, 200)]),
    ...optionalHint(schema, shown, secret, say),
    ...(secret.length > 0
      ? [say('Asked for when you call the tool, and never kept: {0}', secret.join(', '))]
      : []),
  ];
  const body = JSON.stringify({ $schema: schemaUri, ...shown }, null, 2);
  return `${notes.map((note) => `// ${note}`).join('\n')}\n${body}\n`;
};

/** Something wrong with a document, and where. */
export interface Fault {
  readonly offset: number;
  readonly length: number;
  readonly text: string;
}

const faultAt = (root: Node | undefined, path: readonly PropertyKey[], text: string): Fault => {
  // The innermost part of the path that is written down: a missing property is shown at its owner.
  for (let end = path.length; root && end >= 0; end--) {
    const segments = path
      .slice(0, end)
      .map((part) => (typeof part === 'number' ? part : String(part)));
    const node = findNodeAtLocation(root, segments);
    if (node) return { offset: node.offset, length: node.length, text };
  }
  return { offset: 0, length: 1, text };
};

const checkAgainst = async (
  schema: JsonObject,
  value: JsonObject,
  text: string,
  say: Say,
): Promise<readonly Fault[]> => {
  const { misfitsOf } = await import('./schemaCheck.ts');
  const root = parseTree(text);
  return misfitsOf(schema, value).map(({ path, words }) => {
    const reason = typeof words === 'string' ? words : sayNow(words, say);
    const place = path.map(String).join('.');
    return faultAt(root, path, place === '' ? reason : say('{0}: {1}', place, reason));
  });
};

export type Checked =
  | { readonly kind: 'fine'; readonly args: JsonObject }
  | { readonly kind: 'faulty'; readonly faults: readonly Fault[] };

/** Reads a document and checks it. `extra`: the values that were asked for apart, such as passwords. */
export const readDocument = async (
  text: string,
  schema: JsonObject,
  extra: JsonObject,
  say: Say,
): Promise<Checked> => {
  const errors: ParseError[] = [];
  const value: unknown = parse(text, errors, { allowTrailingComma: true });
  if (errors.length > 0)
    return {
      kind: 'faulty',
      faults: errors.map(({ error, offset, length }) => ({
        offset,
        length,
        text: sentenceOf(sayNow(mistakeWords(printParseErrorCode(error)), say), say),
      })),
    };
  if (!isObject(value))
    return {
      kind: 'faulty',
      faults: [{ offset: 0, length: 1, text: say('The arguments must be one JSON object.') }],
    };
  const { $schema: _schema, ...written } = value;
  const args = { ...written, ...extra };
  const faults = await checkAgainst(schema, args, text, say);
  return faults.length > 0 ? { kind: 'faulty', faults } : { kind: 'fine', args };
};

/** The text with the values of password-like properties emptied: what may be kept. */
export const withoutSecrets = (text: string): string => {
  const root = parseTree(text);
  const cuts: Node[] = [];
  const visit = (node: Node): void => {
    const [name, value] = node.children ?? [];
    if (node.type === 'property' && isSecretName(String(name?.value)) && value?.type === 'string')
      cuts.push(value);
    for (const child of node.children ?? []) visit(child);
  };
  if (root) visit(root);
  return cuts
    .toSorted((one, other) => other.offset - one.offset)
    .reduce(
      (kept, cut) => `${kept.slice(0, cut.offset)}""${kept.slice(cut.offset + cut.length)}`,
      text,
    );
};
