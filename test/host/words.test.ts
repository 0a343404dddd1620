// Every text that the code says stands in the bundle that translators start from. After a change of words:
// `vitest run test/host/words.test.ts -u`.
import { expect, test } from 'vitest';
import { sourcesUnder } from '../support/sources.ts';

// A text in backticks is one whose quotes are of both kinds; one with a place for a value in it is no text of ours.
const ticked = '`((?:[^`\\\\$]|\\\\.|\\$(?!\\{))*)`';
const quoted = String.raw`(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|${ticked})`;
const said = new RegExp(String.raw`\b(?:l10n\.t|t|say|unsaid)\(\s*${quoted}`, 'g');
// `spokenUnit(count, '{0} day', '{0} days')` chooses between two texts.
const chosen = new RegExp(String.raw`\bspokenUnit\(\w+,\s*${quoted},\s*${quoted}\)`, 'g');

const unescape = (text: string): string => text.replaceAll(/\\(.)/g, '$1');

const textsIn = (source: string): string[] =>
  [...source.matchAll(said), ...source.matchAll(chosen)]
    .flatMap((match) => match.slice(1))
    .filter((text) => text !== undefined)
    .map(unescape);

const texts = sourcesUnder('src').flatMap(({ text }) => textsIn(text));

test('the texts of the code are those of the bundle', async () => {
  const bundle = Object.fromEntries([...new Set(texts)].toSorted().map((text) => [text, text]));
  expect(texts.length).toBeGreaterThan(200);
  const file = '../../media/l10n/bundle.l10n.json';
  await expect(`${JSON.stringify(bundle, null, 2)}\n`).toMatchFileSnapshot(file);
});

test('no text is put together from pieces that a translator could not order', () => {
  const glued = sourcesUnder('src')
    .filter(({ text }) => /\b(?:l10n\.t|say|unsaid)\(\s*`[^`]*\$\{/.test(text))
    .map(({ path }) => path);
  expect(glued).toEqual([]);
});

/** A place of a template, in which a text of ours may have places of its own. */
const places = /\$\{((?:[^{}]|\{\d\})*)\}/g;

/** Two places, one of them a text of ours, with nothing between them but signs of writing: icons and Markdown are no sentence. */
const isGlued = (template: string): boolean => {
  const codes = [...template.matchAll(places)].map(([, code = '']) => code);
  const hasText = codes.some((code) => /^(vscode\.)?(l10n\.t|t|say|\w+Words)\(/.test(code));
  return hasText && codes.length > 1 && /^`[ ,.:;()–-]*`$/.test(template.replaceAll(places, ''));
};

test('no sentence on screen is put together from a text and what stands beside it', () => {
  const glued = sourcesUnder('src/host').filter(({ text }) =>
    [...text.matchAll(/`[^`\n]*`/g)].some(([template]) => isGlued(template)),
  );
  expect(glued.map(({ path }) => path)).toEqual([]);
  expect(
    ['`${counted} ${peopleWords(2)}.`', "`${asked} ${t('At {0}.', at)}`"].map(isGlued),
  ).toEqual([true, true]);
});
