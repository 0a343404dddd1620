// What the editor completes in `mcpLifeline.servers` and `mcpLifeline.inputs` is what is understood, and the other way round.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseInputs } from '../src/core/parseInputs.ts';
import { parseServers } from '../src/core/parseServers.ts';
import { isObject, type JsonObject } from '../src/core/rpc.ts';
import { httpShape, stdioShape } from '../src/core/serverShapes.ts';

const at = (value: unknown, ...path: readonly (string | number)[]): unknown =>
  path.reduce<unknown>((inner, key) => (inner as JsonObject | undefined)?.[key], value);
const objectAt = (value: unknown, ...path: readonly (string | number)[]): JsonObject => {
  const found = at(value, ...path);
  if (!isObject(found)) throw new Error(`There is no ${path.join('.')} in package.json.`);
  return found;
};

const manifest: unknown = JSON.parse(readFileSync('package.json', 'utf8'));
// Servers and inputs stand in the first group.
const settings = objectAt(manifest, 'contributes', 'configuration', 0, 'properties');
const entry = objectAt(settings, 'mcpLifeline.servers', 'additionalProperties');
const http = objectAt(entry, 'anyOf', 0, 'properties');
const stdio = objectAt(entry, 'anyOf', 1, 'properties');
const input = objectAt(settings, 'mcpLifeline.inputs', 'items', 'properties');

/** What other products write for `enabled`: understood, and not recommended. */
const withoutAliases = (keys: readonly string[]): string[] =>
  keys.filter((key) => key !== 'disabled');
const sorted = (keys: readonly string[]): string[] => keys.toSorted();

const snippetsOf = (schema: JsonObject): readonly JsonObject[] =>
  (schema['defaultSnippets'] as readonly { body: JsonObject }[]).map(({ body }) => body);

/** As the editor puts it in, with what stands in the placeholders. */
const filled = (body: JsonObject): JsonObject =>
  JSON.parse(JSON.stringify(body).replaceAll(/\$\{\d+:([^}]*)\}/g, '$1')) as JsonObject;

describe('an entry of mcpLifeline.servers', () => {
  test.each([
    ['at a URL', http, httpShape.shape],
    ['started by a command', stdio, stdioShape.shape],
  ])('%s has the same keys in the schema as in the parser', (_what, schema, shape) => {
    // The type decides which shape is meant, and is in none of them.
    expect(sorted(Object.keys(schema))).toEqual(
      sorted(['type', ...withoutAliases(Object.keys(shape))]),
    );
  });

  test('every key is described', () => {
    const nested = [objectAt(http, 'oauth', 'anyOf', 0, 'properties')];
    const bare = [http, stdio, input, ...nested].flatMap((properties) =>
      Object.keys(properties).filter((key) => {
        const text = at(properties, key, 'markdownDescription');
        return typeof text !== 'string' || !/^%[\w.]+%$/.test(text);
      }),
    );
    expect(bare).toEqual([]);
  });

  test('a name is good for the schema if, and only if, it is for the parser', () => {
    const pattern = new RegExp(
      String(at(settings, 'mcpLifeline.servers', 'propertyNames', 'pattern')),
    );
    const names = [
      'a',
      '_a',
      '-a',
      '.a',
      'a b',
      'a ',
      '',
      'a/b',
      'ü',
      'a'.repeat(64),
      'a'.repeat(65),
    ];
    const [good, bad] = [true, false].map((wanted) =>
      names.filter(
        (name) =>
          (parseServers({ [name]: { command: 'x' } }, '/health')[0]?.kind !== 'bad') === wanted,
      ),
    );
    expect(names.filter((name) => pattern.test(name))).toEqual(good);
    expect(names.filter((name) => !pattern.test(name))).toEqual(bad);
  });

  test.each([
    'http://a.example',
    'HTTPS://a.example',
    'unix:///tmp/a.sock#/mcp',
    'pipe:///pipe/a',
    // A variable that a person writes; nothing is filled in here.
    ['$', '{env:URL}/mcp'].join(''),
    'ftp://a.example',
    'a.example',
  ])('the URL %s is judged as the parser judges it', (url) => {
    const [server] = parseServers({ a: { url } }, '/health');
    const pattern = new RegExp(String(at(http, 'url', 'pattern')));
    expect(pattern.test(url)).toBe(server?.kind === 'http');
  });

  test('what the snippets put in is understood', () => {
    const bodies = snippetsOf(entry).map(filled);
    const parsed = bodies.flatMap((body) => parseServers({ a: body }, '/health'));
    expect(parsed.map(({ kind }) => kind)).toEqual(['http', 'stdio']);
  });
});

describe('an entry of mcpLifeline.inputs', () => {
  test('what the snippets put in is understood, and has keys of the schema only', () => {
    const items = objectAt(settings, 'mcpLifeline.inputs', 'items');
    const bodies = snippetsOf(items);
    const { inputs, complaints } = parseInputs(bodies.map(filled));
    expect(complaints).toEqual([]);
    expect(inputs.map(({ kind }) => kind)).toEqual(['promptString', 'pickString', 'command']);
    const keys = bodies.flatMap((body) => Object.keys(body));
    expect(keys.filter((key) => !Object.hasOwn(input, key))).toEqual([]);
  });
});
