// Every language is complete and says the same: the same texts, places for arguments, links and names as in English, and
// the quotes and dots of its own. A language is there when its two files are; no list of languages is kept.
// Not here: that the code's texts stand in the English bundle (host/words.test.ts).
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { readProjectJson, readProjectText, sourcesUnder } from './support/sources.ts';

const texts = z.record(z.string(), z.string());
type Texts = z.infer<typeof texts>;
const read = (path: string): Texts => texts.parse(readProjectJson(path));

const english = {
  bundle: read('media/l10n/bundle.l10n.json'),
  manifest: read('package.nls.json'),
};
const languages = sourcesUnder('media/l10n', '.json').flatMap(
  ({ path }) => /bundle\.l10n\.([\w-]+)\.json$/.exec(path)?.[1] ?? [],
);

/** What a language looks like where it differs from English. */
interface Language {
  readonly quotes: readonly [open: string, close: string];
  /** English texts that are the same in this language, by the reason. */
  readonly same: Readonly<Record<string, readonly string[]>>;
}

const known: Readonly<Record<string, Language>> = {
  de: {
    quotes: ['„', '“'],
    same: {
      'names of products and protocols': ['MCP Lifeline', 'Ping'],
      'words that German has taken over': [
        'Argument {0}',
        'Client',
        'Clients',
        'Gateway',
        'Gateway: {0}',
        'Header',
        'Name',
        'Optional: {0}',
        'Port',
        'Prompt {0}',
        'Prompt {0}: {1}',
        'Prompts',
        '${2:Region}',
        'Server',
        'Status',
        'Tool {0}',
        'Tool {0}: {1}',
        'Tools',
        'URL',
        'Variable',
        'Version',
        'Version {0}',
        'Version {0}.',
      ],
      'symbols of units, which are international': [
        '1 h',
        '24 h',
        '5 min',
        '{0} d',
        '{0} h',
        '{0} h {1} min',
        '{0} min',
        '{0} min {1} s',
        '{0} ms',
        '{0} s',
        'p50 {0}, p95 {1}, p99 {2}',
      ],
      'nothing but places and signs': [
        '# MCP Lifeline: {0}',
        '### {0}',
        '- {0}: {1}',
        '{0} ({1})',
        '{0} ({1}, {2})',
        '{0} {1}',
        '{0} {1}.',
        '{0} → {1}',
        '{0}, {1}',
        '{0}, {1}.',
        '{0}, {1}: {2}',
        '{0}: {1}',
        '{0}: {1}.',
        '{0}: {1} {2}.',
        '{0}.',
        '{0}. {1}',
      ],
    },
  },
};

const found = (pattern: RegExp, text: string): readonly string[] =>
  [...text.matchAll(pattern)].map((match) => match[1] ?? match[0]).toSorted();

/** What no translator may change, or the product would say something else. */
const kept: Readonly<Record<string, RegExp>> = {
  'places for arguments': /\{\d+\}/g,
  'targets of links': /\]\(([^)]*)\)/g,
  'references to settings': /#([\w.]+)#/g,
  'code in backticks': /`([^`]+)`/g,
  'names of settings': /\bmcpLifeline(?:\.\w+)+/g,
  'JSON to be typed': /\{ .* \}/g,
  // What stands in a place of a snippet is a word like any other.
  variables: /\$\{(?:\d+(?=:)|[^}]*\})/g,
  'marks of Markdown': /^(?:#+|-) /g,
  addresses: /\b\w+:\/\/\w*/g,
  'names of variables and protocols': /\b(?:MCP_\w+|JSON|HTTP|MCP|URL|OAuth|SQLite|Redis)\b/g,
  'line breaks': /\n/g,
};

/** A translator may name a thing once more or once less; whether it is named counts. */
const setOf = (items: readonly string[]): readonly string[] => [...new Set(items)];

const rows = languages.flatMap((language) =>
  (['bundle', 'manifest'] as const).map((file) => {
    const path =
      file === 'bundle'
        ? `media/l10n/bundle.l10n.${language}.json`
        : `package.nls.${language}.json`;
    const said = read(path);
    // What is missing breaks one law, not all of them.
    const pairs = Object.entries(english[file]).flatMap(
      ([key, text]): readonly (readonly [string, string, string])[] => {
        const translated = said[key];
        return translated === undefined ? [] : [[key, text, translated]];
      },
    );
    return { path, language, said, english: english[file], pairs };
  }),
);

test('there is one more language than English, and each is known here', () => {
  expect(languages).toContain('de');
  expect(Object.keys(known)).toEqual(languages);
});

describe.each(rows)('$path', ({ language, said, english: original, pairs }) => {
  const style = known[language];
  /** The texts that break a rule, with what they say. */
  const offences = (breaks: (text: string, translated: string, key: string) => boolean) =>
    pairs
      .filter(([key, text, translated]) => breaks(text, translated, key))
      .map(([key, , translated]) => `${key} => ${translated}`);

  test('has the texts of the English one, no more and no less, in its order', () => {
    expect(Object.keys(said)).toEqual(Object.keys(original));
  });

  test('says something everywhere, with no blanks around or doubled', () => {
    expect(
      offences((_, text) => text === '' || text !== text.trim() || /\S {2}/.test(text)),
    ).toEqual([]);
  });

  test.each(Object.entries(kept))('keeps the %s', (_, pattern) => {
    const wrong = offences(
      (text, translated) =>
        setOf(found(pattern, text)).join('\n') !== setOf(found(pattern, translated)).join('\n'),
    );
    expect(wrong).toEqual([]);
  });

  test('keeps the words that English quotes because somebody has to type or find them', () => {
    const [open = '', close = ''] = style?.quotes ?? [];
    const wrong = offences((text, translated) =>
      found(/'([\w.-]+)'/g, text).some((word) => !translated.includes(`${open}${word}${close}`)),
    );
    expect(wrong).toEqual([]);
  });

  test('quotes in its own way, each opened and closed', () => {
    const [open = '', close = ''] = style?.quotes ?? [];
    const wrong = offences((_, text) => {
      const signs = found(new RegExp(`[${open}${close}]`, 'g'), text).length;
      const pairsOfThem = found(new RegExp(`${open}[^${open}${close}]+${close}`, 'g'), text).length;
      return /["']/.test(text.replaceAll(/`[^`]*`|\{ .* \}/g, '')) || signs !== 2 * pairsOfThem;
    });
    expect(wrong).toEqual([]);
  });

  test('ends as the English text does, and writes an ellipsis as one sign', () => {
    const end = (text: string): string => /[.:?!…]$/.exec(text)?.[0] ?? '';
    expect(offences((text, said_) => end(text) !== end(said_) || said_.includes('...'))).toEqual(
      [],
    );
  });

  test('has nothing left in English but what is the same in both', () => {
    const same = Object.values(style?.same ?? {}).flat();
    expect(offences((text, translated) => text === translated && !same.includes(text))).toEqual([]);
  });

  test('has room on its buttons', () => {
    // A button, a short heading or a link: every word of it begins with a capital in English.
    const button = /^[A-Z]\w*(?: (?:[A-Z]\w*|a|and|as|in|of|the|with))*…?$/;
    const longest = 30;
    const wrong = offences(
      (text, translated, key) =>
        text === key && button.test(text) && text.length < longest && translated.length > longest,
    );
    expect(wrong).toEqual([]);
  });
});

test.each(languages)(
  'in %s the pictures of the walkthrough differ in their words only',
  (language) => {
    const manifest = read(`package.nls.${language}.json`);
    const drawn = (path = ''): string =>
      readProjectText(path).replaceAll(/(<text[^>]*>)[^<]*/g, '$1');
    const keys = Object.keys(english.manifest).filter((key) => key.endsWith('.svg'));
    expect(keys.length).toBeGreaterThan(0);
    for (const key of keys) expect(drawn(manifest[key])).toBe(drawn(english.manifest[key]));
  },
);

/** Where a line is somebody else's, with whose it is. What we say of a failure ourselves is in words (`wordedFailure`). */
const foreignLines: Readonly<Record<string, string>> = {
  'src/core/connection/failure.ts': 'it makes the others',
  'src/core/timeline/derive.ts': 'none: the kind is described',
  'src/core/wording/chronicle.ts': 'none: the kind is described',
  'src/gateway/healthReportText.ts': 'none: the kind is described',
  'src/gateway/bridgeDialer.ts': 'of the bridge, which has no screen',
  'src/mcp/auth/renewal.ts': 'of what was thrown',
  'src/mcp/probeServer.ts': 'of what was thrown',
  'src/runtime/attempt.ts': 'of what was thrown',
  'src/runtime/leftBehind.ts': 'of the server, or it brings words along',
  'src/sources/resolveServer.ts': 'names as they stand in the entry',
};

describe('what is told of a failure', () => {
  const filesWith = (pattern: RegExp, folder = 'src'): readonly string[] =>
    sourcesUnder(folder)
      .filter(({ text }) => pattern.test(text))
      .map(({ path }) => path)
      .toSorted();

  test('is in words wherever it is ours', () => {
    expect(filesWith(/\baFailure\(/)).toEqual(Object.keys(foreignLines).toSorted());
  });

  test('has none of these words in a place from which no translator would get them', () => {
    expect(filesWith(/\bwordedFailure\(\s*[^,()]+,\s*(?:\[|['"`])/)).toEqual([]);
    expect(filesWith(/\bnew SaidError\(\s*(?:\[|['"`])/)).toEqual([]);
  });

  test('is found by whoever collects the texts', () => {
    expect(filesWith(/\bunsaid\(\s*[^'"`\s]/)).toEqual([]);
    expect(filesWith(/\bshow(?:Error|Warning|Information)Message\(\s*['"`]/)).toEqual([]);
  });

  test('is said on every screen', () => {
    const raw = /\b(?:failure|entry|band)\.detail\b|failureOf\([^;]*\)\?*\.detail\b/;
    expect(filesWith(raw, 'src/host')).toEqual([]);
    expect(filesWith(raw, 'src/timeline')).toEqual([]);
  });
});

test.each(languages)(
  'in %s the manifest and the code call the same thing by the same name',
  (language) => {
    const bundle = read(`media/l10n/bundle.l10n.${language}.json`);
    const manifest = read(`package.nls.${language}.json`);
    const wrong = Object.entries(english.manifest)
      .filter(([key, text]) => text in bundle && manifest[key] !== bundle[text])
      .map(([key, text]) => `${key}: ${manifest[key] ?? ''} / ${bundle[text] ?? ''}`);
    expect(wrong).toEqual([]);
  },
);
