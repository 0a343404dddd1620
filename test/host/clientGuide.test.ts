// Which ways there are to tell a product about servers, and what happens to the entries when one is taken.
import { expect, test } from 'vitest';
import type { ClientEntry, EntryScope, Product } from '../../src/core/clientEntry.ts';
import { type ClientGuide, waysFor, type Written, writeWay } from '../../src/host/clientGuide.ts';

const door = {
  kind: 'open',
  port: 40_001,
  ports: [40_001],
  token: 'the-token',
  instead: null,
} as const;

const entryOf = (product: Product, scope: EntryScope, server: string): ClientEntry => {
  if (product === 'stdio') return { kind: 'text', text: `bridge ${server}`, secret: false };
  if (product === 'claude-code' && scope === 'user')
    return { kind: 'command', text: `add ${server}`, secret: true };
  const secret = scope === 'user';
  return { kind: 'file', path: scope, format: 'toml', at: [server], value: {}, secret };
};

const aGuide = (write: ClientGuide['write'] = () => ({ kind: 'unchanged', path: '' })) => ({
  entryFor: entryOf,
  render: (entries: readonly { readonly at: readonly string[] }[]) =>
    entries.map(({ at }) => at.join('.')).join('\n'),
  write,
});

const everywhere = { door, hasWorkspace: true };

test('the way for the workspace comes first and holds no token', () => {
  const ways = waysFor(aGuide(), 'codex', ['a', 'b'], everywhere);
  expect(ways.map(({ file, holdsToken, text }) => [file, holdsToken, text])).toEqual([
    ['workspace', false, 'a\nb'],
    ['user', true, 'a\nb'],
  ]);
});

test('without a folder there is no way for the workspace', () => {
  const ways = waysFor(aGuide(), 'codex', ['a'], { door, hasWorkspace: false });
  expect(ways.map(({ scope }) => scope)).toEqual(['user']);
});

test('a command stands beside a file, one line for each server', () => {
  const [file, command] = waysFor(aGuide(), 'claude-code', ['a', 'b'], everywhere);
  expect(file).toMatchObject({ kind: 'file', format: 'toml' });
  expect(command).toMatchObject({ file: null, format: 'shellscript', text: 'add a\nadd b' });
});

test('two ways that come to the same are one', () => {
  expect(waysFor(aGuide(), 'stdio', ['a'], everywhere)).toHaveLength(1);
});

test('each entry is written; the first that cannot be ends it', () => {
  const seen: string[] = [];
  const kinds: Written['kind'][] = ['written', 'taken', 'written'];
  const guide = aGuide(({ at: [server = ''], path }, replace): Written => {
    seen.push(`${server} ${replace}`);
    return kinds[seen.length - 1] === 'taken'
      ? { kind: 'taken', path }
      : { kind: 'written', path, backup: null };
  });
  const [way] = waysFor(guide, 'codex', ['a', 'b', 'c'], everywhere);
  if (!way) throw new Error('There is no way.');
  expect(writeWay(guide, way, false).map(({ kind }) => kind)).toEqual(['written', 'taken']);
  expect(seen).toEqual(['a false', 'b false']);
});
