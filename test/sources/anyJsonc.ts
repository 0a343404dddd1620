// JSON files as people and programs write them: any spacing, comments anywhere, either line end, trailing commas, a byte order
// mark. For properties that must hold for all of them.
import * as fc from 'fast-check';

export interface AnyFile {
  readonly text: string;
  /** Names of the entries. */
  readonly names: readonly string[];
  readonly section: string;
}

const gap = (eol: string): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom('', ' ', `${eol}    `, `${eol}\t\t`, eol) },
    {
      weight: 2,
      arbitrary: fc.constantFrom(
        `${eol}  // about, {it} "all"${eol}  `,
        ' /* a, b */ ',
        ` // at the end${eol}`,
        `/* over${eol}lines */`,
        `${eol}${eol}  `,
      ),
    },
  );

const scalar = fc.oneof(
  fc.constantFrom(
    'true',
    'false',
    'null',
    '0',
    '-1.5e3',
    '"text"',
    '"ä€😀"',
    '"a \\"b\\" , }"',
    '"// no comment"',
  ),
);

const value = (eol: string): fc.Arbitrary<string> =>
  fc.letrec<{ value: string; object: string; list: string }>((tie) => ({
    value: fc.oneof({ maxDepth: 2, withCrossShrink: true }, scalar, tie('object'), tie('list')),
    object: fc
      .tuple(
        fc.uniqueArray(fc.constantFrom('url', 'args', 'env', 'a b', 'x'), { maxLength: 3 }),
        fc.array(tie('value'), { minLength: 3, maxLength: 3 }),
        gap(eol),
        gap(eol),
      )
      .map(([keys, values, one, other]) => {
        const inside = keys.map((key, at) => `${one}"${key}":${other}${values[at] ?? '1'}`);
        return `{${inside.join(',')}${one}}`;
      }),
    list: fc
      .tuple(fc.array(tie('value'), { maxLength: 3 }), gap(eol))
      .map(([items, one]) => `[${items.map((item) => one + item).join(',')}${one}]`),
  })).value;

const entry = (eol: string): fc.Arbitrary<string> =>
  fc
    .tuple(gap(eol), gap(eol), value(eol), gap(eol))
    .map(
      ([one, two, more, three]) => `{${one}"command":${two}"run",${three}"more": ${more}${one}}`,
    );

const names = ['github', 'a/b', 'with "quotes"', 'ä', '1', 'linear', 'x.y'];

/** A file with some servers and some keys of the product's own. */
export const anyFile: fc.Arbitrary<AnyFile> = fc.constantFrom('\n', '\r\n').chain((eol) =>
  fc
    .record({
      mark: fc.constantFrom('', '\ufeff'),
      section: fc.constantFrom('servers', 'mcpServers'),
      names: fc.uniqueArray(fc.constantFrom(...names), { minLength: 1, maxLength: 5 }),
      entries: fc.array(entry(eol), { minLength: 5, maxLength: 5 }),
      gaps: fc.array(gap(eol), { minLength: 30, maxLength: 30 }),
      others: fc.array(value(eol), { maxLength: 2 }),
      trailing: fc.boolean(),
      outerTrailing: fc.boolean(),
      first: fc.boolean(),
    })
    .map((parts) => {
      let at = 0;
      const next = (): string => parts.gaps[at++ % parts.gaps.length] ?? '';
      const written = parts.names.map(
        (name, index) =>
          `${next()}${JSON.stringify(name)}${next()}:${next()}${parts.entries[index] ?? '{}'}${next()}`,
      );
      const section = `${next()}"${parts.section}":${next()}{${written.join(',')}${parts.trailing ? `,${next()}` : ''}}`;
      const others = parts.others.map(
        (text, index) => `${next()}"other${index}":${next()}${text}${next()}`,
      );
      const all = parts.first ? [section, ...others] : [...others, section];
      const text = `${parts.mark}${next()}{${all.join(',')}${parts.outerTrailing ? ',' : ''}${next()}}${next()}`;
      return { text, names: parts.names, section: parts.section };
    }),
);
