// One entry of a file is taken out, replaced or brought back, and nobody else's character moves.
import * as fc from 'fast-check';
import { parse } from 'jsonc-parser';
import { describe, expect, test } from 'vitest';
import { isObject } from '../../src/core/rpc.ts';
import { rawEntry, removeEntry, replaceEntry } from '../../src/sources/editEntry.ts';
import { insertEntry } from '../../src/sources/insertEntry.ts';
import { anyFile } from './anyJsonc.ts';

const textOf = (edited: { kind: string; text?: string }): string => {
  expect(edited).toMatchObject({ kind: 'edited' });
  return edited.text ?? '';
};

const remove = (text: string, ...path: string[]): string => textOf(removeEntry(text, path));

describe('taking an entry out', () => {
  const file = `{
  // Mine.
  "servers": {
    // The first.
    "a": { "url": "http://a" }, // behind a
    "b": {
      "command": "b" // inside
    },
    /* the last */
    "c": { "command": "c" }
  },
  "inputs": []
}
`;

  test('removes its lines and keeps every comment beside it', () => {
    expect(remove(file, 'servers', 'b')).toBe(file.replace(/ {4}"b": \{[^}]*\},\n/, ''));
    expect(remove(file, 'servers', 'a')).toBe(file.replace('"a": { "url": "http://a" }, //', '//'));
  });

  test('removes the comma before it where it is the last, and only there', () => {
    expect(remove(file, 'servers', 'c')).toBe(
      file.replace('    "c": { "command": "c" }\n', '').replace('    },\n    /*', '    }\n    /*'),
    );
    const trailing = '{ "servers": {\n  "a": {},\n  "b": {},\n} }';
    expect(remove(trailing, 'servers', 'b')).toBe('{ "servers": {\n  "a": {},\n} }');
  });

  test('keeps the spacing of a line that holds several', () => {
    const line = '{ "servers": { "a": {}, "b": {}, "c": {} } }';
    expect(remove(line, 'servers', 'a')).toBe('{ "servers": { "b": {}, "c": {} } }');
    expect(remove(line, 'servers', 'b')).toBe('{ "servers": { "a": {}, "c": {} } }');
    expect(remove(line, 'servers', 'c')).toBe('{ "servers": { "a": {}, "b": {} } }');
  });

  test('keeps line ends and tabs as they are', () => {
    const text = '{\r\n\t"servers": {\r\n\t\t"a": {},\r\n\t\t"b": {}\r\n\t}\r\n}\r\n';
    expect(remove(text, 'servers', 'a')).toBe('{\r\n\t"servers": {\r\n\t\t"b": {}\r\n\t}\r\n}\r\n');
    expect(textOf(replaceEntry(text, ['servers', 'b'], { url: 'x' }))).toBe(
      '{\r\n\t"servers": {\r\n\t\t"a": {},\r\n\t\t"b": {\r\n\t\t\t"url": "x"\r\n\t\t}\r\n\t}\r\n}\r\n',
    );
  });

  test('says why it cannot, and changes nothing', () => {
    expect(removeEntry(file, ['servers', 'x'])).toEqual({ kind: 'missing' });
    expect(removeEntry('{ "servers": { "a": 1, "a": 2 } }', ['servers', 'a'])).toEqual({
      kind: 'doubled',
    });
    expect(removeEntry('{ "servers": [1] }', ['servers', 'a'])).toEqual({ kind: 'blocked' });
    expect(removeEntry('{\n "servers": { "a" 1 } }', ['servers', 'a'])).toMatchObject({
      kind: 'syntax',
      line: 2,
    });
    expect(removeEntry('[1]', ['servers', 'a'])).toEqual({ kind: 'no-object' });
    expect(removeEntry('['.repeat(100_000), ['servers', 'a'])).toEqual({ kind: 'too-deep' });
  });
});

const entriesIn = (text: string, section: string): Record<string, unknown> => {
  const root: unknown = parse(text.replace(/^\ufeff/, ''), [], { allowTrailingComma: true });
  const entries = isObject(root) ? root[section] : undefined;
  return isObject(entries) ? { ...entries } : {};
};

const comments = (text: string): readonly string[] =>
  text.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""').match(/\/\/[^\r\n]*|\/\*[^]*?\*\//g) ?? [];

test('in any file, an entry is taken out with its own characters, its comma, and blank space', () => {
  fc.assert(
    fc.property(anyFile, fc.nat(), ({ text, names, section }, pick) => {
      const bare = text.replace(/^\ufeff/, '');
      const name = names[pick % names.length] ?? '';
      const raw = rawEntry(bare, [section, name]);
      if (raw.kind !== 'raw') throw new Error(raw.kind);
      const after = remove(bare, section, name);
      const { [name]: gone, ...others } = entriesIn(bare, section);
      expect(gone).toBeDefined();
      expect(entriesIn(after, section)).toEqual(others);
      // Between key and value, and inside the value, comments belong to the entry.
      const kept = comments(after);
      expect(
        comments(bare).filter((comment) => !kept.includes(comment)).length,
      ).toBeLessThanOrEqual(comments(bare).length - kept.length);
      expect(after.length).toBeLessThan(bare.length);
    }),
    { numRuns: 500 },
  );
});

test('in any file, an entry that was taken out comes back letter by letter among its neighbours', () => {
  fc.assert(
    fc.property(anyFile, fc.nat(), ({ text, names, section }, pick) => {
      const bare = text.replace(/^\ufeff/, '');
      const name = names[pick % names.length] ?? '';
      const raw = rawEntry(bare, [section, name]);
      if (raw.kind !== 'raw') throw new Error(raw.kind);
      const back = textOf(insertEntry(remove(bare, section, name), [section, name], raw));
      expect(entriesIn(back, section)).toEqual(entriesIn(bare, section));
      expect(Object.keys(entriesIn(back, section))).toEqual(Object.keys(entriesIn(bare, section)));
      expect(rawEntry(back, [section, name])).toMatchObject({ value: raw.value });
      for (const comment of comments(remove(bare, section, name)))
        expect(comments(back)).toContain(comment);
    }),
    { numRuns: 500 },
  );
});

describe('bringing an entry back', () => {
  const raw = {
    kind: 'raw',
    value: '{ "url": "b" }',
    order: ['a', 'b', 'c'],
    isTrailed: false,
  } as const;
  const insert = (text: string, ...path: string[]): string => textOf(insertEntry(text, path, raw));

  test('puts it behind the neighbour that stood before it, past that one’s comment', () => {
    expect(insert('{ "s": {\n  "a": {}, // of a\n  "c": {}\n} }', 's', 'b')).toBe(
      '{ "s": {\n  "a": {}, // of a\n  "b": { "url": "b" },\n  "c": {}\n} }',
    );
    expect(insert('{ "s": {\n  "a": {} // of a\n} }', 's', 'b')).toBe(
      '{ "s": {\n  "a": {}, // of a\n  "b": { "url": "b" }\n} }',
    );
  });

  test('puts it before the next one where those before it are gone', () => {
    expect(insert('{ "s": {\n  // of c\n  "c": {}\n} }', 's', 'b')).toBe(
      '{ "s": {\n  // of c\n  "b": { "url": "b" },\n  "c": {}\n} }',
    );
    expect(insert('{ "s": { "c": {} } }', 's', 'b')).toBe(
      '{ "s": { "b": { "url": "b" }, "c": {} } }',
    );
  });

  test('makes what is missing around it, in the file’s own way', () => {
    expect(insert('{\n\t"x": 1\n}\n', 's', 'b')).toBe(
      '{\n\t"x": 1,\n\t"s": {\n\t\t"b": { "url": "b" }\n\t}\n}\n',
    );
    expect(insert('', 's', 'b')).toBe('{\n  "s": {\n    "b": { "url": "b" }\n  }\n}\n');
    expect(insert('{}', 's', 'b')).toBe('{\n  "s": {\n    "b": { "url": "b" }\n  }\n}');
    expect(insert('{\n  "s": {\n    // none\n  }\n}', 's', 'b')).toBe(
      '{\n  "s": {\n    // none\n    "b": { "url": "b" }\n  }\n}',
    );
  });
});
