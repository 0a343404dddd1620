// Whatever is in a TOML file stays in it, and the entry is there, once.
import fc from 'fast-check';
import { parse, stringify } from 'smol-toml';
import { expect, it } from 'vitest';
import { editToml } from '../../../src/gateway/connectClientToml.ts';

const at = ['mcp_servers', 'files'];
const value = {
  url: 'http://127.0.0.1:4100/mcp/files',
  http_headers: { 'mcp-lifeline-client': 'codex' },
};

const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.constantFrom('[mcp_servers.files]', '"""', "'''", '#', '\\', '= [', 'a\nb', '\u007f'),
);
const leaf = fc.oneof(
  text,
  fc.integer({ min: -1_000_000, max: 1_000_000 }),
  fc.boolean(),
  fc.constant(new Date('2026-01-02T03:04:05Z')),
  fc.array(text, { maxLength: 4 }),
);
const key = fc.oneof(fc.constantFrom('a', 'mcp_servers', 'files', 'x-y', 'a.b', 'é', ''), text);
const table = fc.dictionary(key, fc.oneof(leaf, fc.dictionary(key, leaf, { maxKeys: 4 })), {
  maxKeys: 6,
  noNullPrototype: true,
});

/** The same with our entry in it; null where something else stands in its place. */
const withEntry = (root: Record<string, unknown>): Record<string, unknown> | null => {
  const { mcp_servers: servers = {} } = root;
  if (typeof servers !== 'object' || servers === null || Array.isArray(servers)) return null;
  if (servers instanceof Date || 'files' in servers) return null;
  return { ...root, mcp_servers: { ...servers, files: value } };
};

it('keeps everything that another program wrote', () => {
  fc.assert(
    fc.property(table, (root) => {
      const before = stringify(root);
      const expected = withEntry(parse(before));
      const edited = editToml(before, { at, value, replace: false });
      if (expected === null) {
        expect(edited.kind).not.toBe('changed');
        return;
      }
      if (edited.kind !== 'changed') throw new Error(JSON.stringify(edited));
      expect(parse(edited.text)).toEqual(expected);
      expect(edited.text.startsWith(before.trimEnd())).toBe(true);
      expect(editToml(edited.text, { at, value, replace: false })).toEqual({ kind: 'unchanged' });
    }),
    { numRuns: 500 },
  );
});

it('says of any text whether it can be changed, and throws nothing', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary-ascii', maxLength: 60 }), (garbage) => {
      const edited = editToml(garbage, { at, value, replace: false });
      expect(['changed', 'refused']).toContain(edited.kind);
    }),
    { numRuns: 500 },
  );
});
