// What the settings editor shows of a setting, and where its value belongs. That keys, defaults and limits are those of the code is
// the manifest's law (manifest.laws.test.ts).
import { expect, test } from 'vitest';
import { z } from 'zod';
import { readProjectJson } from './support/sources.ts';

const property = z.looseObject({
  scope: z.string().optional(),
  description: z.string().optional(),
  markdownDescription: z.string().optional(),
});
const manifest = z
  .looseObject({
    contributes: z.looseObject({
      configuration: z.array(z.looseObject({ properties: z.record(z.string(), property) })),
    }),
  })
  .parse(readProjectJson('package.json'));
const groups = manifest.contributes.configuration;
const properties = Object.fromEntries(groups.flatMap((group) => Object.entries(group.properties)));

const texts = z.array(z.string()).optional();
/** The choices of one setting, or of a field in one, with what is said of each. A property may have the name `enum` too. */
const choiceShape = z.looseObject({
  enum: z.array(z.unknown()).optional(),
  enumDescriptions: texts,
  markdownEnumDescriptions: texts,
});
const choiceOf = (node: object) => choiceShape.safeParse(node).data ?? {};

const wordsIn = (file: string): Readonly<Record<string, string>> =>
  z.record(z.string(), z.string()).parse(readProjectJson(file));
const lines = Object.entries(properties).map(
  ([key, { description, markdownDescription }]) =>
    [key, (markdownDescription ?? description ?? '').slice(1, -1)] as const,
);

test.each(['package.nls.json', 'package.nls.de.json'])(
  'fits into a line, and leads to the setting that goes with it (%s)',
  (file) => {
    const words = wordsIn(file);
    const textOf = (id: string): string => words[id] ?? '';
    expect(lines.filter(([, id]) => textOf(id).length > 160)).toEqual([]);
    expect(lines.filter(([, id]) => !/`#mcpLifeline\.[\w.]+#`/.test(textOf(id)))).toEqual([]);
  },
);

test('each choice of a setting, and of a field in one, is explained', () => {
  const bare: unknown[] = [];
  const look = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    const { enum: choices, enumDescriptions, markdownEnumDescriptions: drawn } = choiceOf(node);
    const isExplained = (drawn ?? enumDescriptions)?.length === choices?.length;
    if (choices !== undefined && !isExplained) bare.push(choices);
    Object.values(node).forEach(look);
  };
  look(properties);
  expect(bare).toEqual([]);
});

test('what fits one machine does not follow the user to another', () => {
  const ofMachine = Object.keys(properties).filter((key) =>
    /\.gateway\.(port|max\w+)$|\.eventStore\.kind$/.test(key),
  );
  expect(ofMachine).toHaveLength(5);
  const scopes = ofMachine.map((key) => properties[key]?.scope);
  expect(new Set(scopes)).toEqual(new Set(['machine-overridable']));
});
