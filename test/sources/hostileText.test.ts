// No text whatever harms anybody: what is wrong is said with its line, and one bad entry is one bad row.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type SourceKind, sourceKinds } from '../../src/core/sources.ts';
import { mostServers, parseSource } from '../../src/sources/parseSource.ts';
import type { SourcePlace } from '../../src/sources/places.ts';
import { aDoor } from './home.ts';

const aPlace = (kind: SourceKind = 'cursor'): SourcePlace => ({
  kind,
  file: '/file.json',
  folder: null,
  projects: ['/work/one'],
});

const parse = (text: string, kind?: SourceKind) => parseSource(text, aPlace(kind), aDoor());
const troubleOf = (text: string, kind?: SourceKind) => parse(text, kind).trouble;

const read = (text: string) => {
  const parsed = parse(text);
  if (parsed.kind === 'unparsed') throw new Error(parsed.trouble.kind);
  return parsed.servers;
};

test.each([
  ['{\n  "mcpServers": {\n    "a": { "command": "x" "args": [] }\n  }\n}', 3, 'CommaExpected'],
  ['{\n  "mcpServers": {\n', 3, 'CloseBraceExpected'],
  ['{ "mcpServers": ', 1, 'ValueExpected'],
  ['{ "a": "b\n}', 1, 'UnexpectedEndOfString'],
  ['{}\n{}', 2, 'EndOfFileExpected'],
])('%j is wrong in line %d: %s', (text, line, mistake) => {
  expect(troubleOf(text)).toEqual({ kind: 'syntax', line, mistake });
});

test.each(['', '  \n', '// nothing yet\n', '{}', '{ "other": 1 }'])(
  '%j has no servers, and nothing is wrong with it',
  (text) => {
    expect(parse(text)).toEqual({
      kind: 'parsed',
      servers: [],
      trouble: null,
    });
  },
);

test.each(['[]', 'null', '"text"', '3'])('%s is no object', (text) => {
  expect(troubleOf(text)).toEqual({ kind: 'no-object' });
});

test('something else in the place of the servers is said, by its name', () => {
  expect(troubleOf('{ "mcpServers": [] }')).toEqual({ kind: 'no-servers', at: 'mcpServers' });
  expect(troubleOf('{ "servers": "x" }', 'vscode-user')).toMatchObject({ at: 'servers' });
});

test('an entry that is no object is one bad row, and harms no other', () => {
  const text = '{ "mcpServers": { "a": 3, "b": { "command": "x" } } }';
  expect(read(text).map(({ definition }) => definition.kind)).toEqual(['bad', 'stdio']);
});

test('more servers than anybody has are cut off, and it is said', () => {
  const many = (count: number): string =>
    JSON.stringify({
      mcpServers: Object.fromEntries(
        Array.from({ length: count }, (_, index) => [`s${index}`, { command: 'x' }]),
      ),
    });
  expect(troubleOf(many(mostServers))).toBeNull();
  expect(troubleOf(many(mostServers + 1))).toMatchObject({ kind: 'too-many' });
  expect(read(many(mostServers + 1))).toHaveLength(mostServers);
});

test('levels without end are refused', () => {
  const deep = `{ // not strict\n "a": ${'['.repeat(200_000)}`;
  expect(troubleOf(deep)).toEqual({ kind: 'too-deep' });
});

test.each(['', '// tolerant\n'])(
  'an entry that is nested without end is one bad row (%j)',
  (comment) => {
    const nested = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`;
    const text = (levels: number): string =>
      `${comment}{ "mcpServers": { "a": { "command": "x", "args": ${nested(levels)} }, "b": { "command": "x" } } }`;
    const [bad, good] = read(text(500));
    expect(bad?.definition).toMatchObject({ kind: 'bad' });
    expect(JSON.stringify(bad?.definition)).toContain('too deeply');
    expect(good?.definition.kind).toBe('stdio');
    // Strict JSON may be far deeper than any stack.
    if (comment === '') expect(read(text(300_000))).toHaveLength(2);
  },
);

test.each(['', '// tolerant\n'])('no key can smuggle in what is not shown (%j)', (comment) => {
  const text = `${comment}{ "mcpServers": { "a": { "__proto__": { "command": "evil" } } } }`;
  const [server] = read(text);
  expect(server?.definition.kind).toBe('bad');
  expect(server?.entry['command']).toBeUndefined();
});

test('no text whatever throws, in any product', () => {
  const aText = fc.oneof(
    fc.string(),
    fc.json(),
    fc.json().map((text) => text.slice(1)),
  );
  fc.assert(
    fc.property(aText, fc.constantFrom(...sourceKinds), (text, kind) => {
      expect(['parsed', 'unparsed']).toContain(parse(text, kind).kind);
      const nested = `{ "mcpServers": { "a": ${text} }, "servers": { "a": ${text} } }`;
      expect(['parsed', 'unparsed']).toContain(parse(nested, kind).kind);
    }),
  );
});
