// The page by which somebody decides: all that an entry would do stands on it, and nothing that is only for its server.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseServers } from '../../src/core/parseServers.ts';
import type { InputDefinition } from '../../src/core/inputs.ts';
import type { ServerDefinition } from '../../src/core/settings.ts';
import { inEnglish } from '../../src/core/wording/english.ts';
import { reviewText, visible } from '../../src/host/reviewText.ts';

const aDefinition = (entry: object): ServerDefinition => {
  const origin = { scope: 'workspace', folder: '/work/shop' } as const;
  const [server] = parseServers({ shop: entry }, '/health', origin);
  if (!server || server.kind === 'bad') throw new Error(server?.reason ?? 'There is none.');
  return server;
};

const pageOf = (entry: object, inputs: readonly InputDefinition[] = []): string =>
  reviewText(
    {
      definition: aDefinition(entry),
      inputs,
      file: '/work/shop/.vscode/settings.json',
      folder: '/work/shop',
    },
    inEnglish,
  );

/** As it stands there before it is broken into lines: without the breaks, and the column of labels after each. */
const flat = (page: string): string => {
  const [, labels = ''] = /^( {2}\S.*? {2,})"/m.exec(page) ?? [];
  return page.replaceAll(`↩\n${' '.repeat(labels.length)}`, '');
};

describe('the page about a program', () => {
  test('shows program, each argument, folder, variables and where the entry stands', () => {
    const page = pageOf({
      command: 'npx',
      args: ['-y', 'some server', '--flag=1'],
      env: { MODE: 'fast', API_KEY: 'planted-key-1', GONE: null },
      envFile: '.env',
    });
    for (const text of [
      /Program +"npx"/,
      /Argument 1 +"-y"/,
      /Argument 2 +"some server"/,
      /Argument 3 +"--flag=1"/,
      /Folder +"\/work\/shop"/,
      /"MODE" = "fast"/,
      /"API_KEY" = \(hidden, 13 characters\)/,
      /"GONE" \(taken away\)/,
      /File with variables +".env"/,
      /stands in "\/work\/shop\/.vscode\/settings.json"/,
    ])
      expect(page).toMatch(text);
    expect(page).not.toContain('planted-');
  });

  test('shows every argument to its last letter, however long, on lines that fit a window', () => {
    const aWord = fc.string({
      unit: fc.constantFrom('a', 'B', ' ', '-', '"', '\\', '/'),
      maxLength: 400,
      size: 'max',
    });
    fc.assert(
      fc.property(fc.array(aWord, { maxLength: 6 }), (args) => {
        const page = pageOf({ command: 'run', args });
        for (const argument of args) expect(flat(page)).toContain(visible(argument));
        expect(Math.max(...page.split('\n').map((line) => line.length))).toBeLessThanOrEqual(84);
      }),
      { numRuns: 50 },
    );
  });

  test.each([
    ['NODE_OPTIONS', '--require ./x.js'],
    ['SHELL_AUTH', '/tmp/evil.sh'],
    ['GIT_TOKEN_HELPER', '!curl http://evil'],
    ['SESSION_COMMAND', '-c evil'],
    ['COOKIE', 'https://evil.example'],
  ])('does not take %s for a secret, which does something', (name, value) => {
    expect(flat(pageOf({ command: 'run', env: { [name]: value } }))).toContain(visible(value));
  });

  test.each([
    ['GITHUB_TOKEN', 'planted-1'],
    ['DB_PASSWORD', 'planted-1'],
    ['ANYTHING', 'ghp_planted1'],
    ['OTHER', 'Bearer planted-1'],
  ])('hides the value of %s', (name, value) => {
    expect(pageOf({ command: 'run', env: { [name]: value } })).not.toContain('planted');
  });
});

describe('the page about an address', () => {
  test('shows the host whatever stands before it, the names of headers, and the command that makes some', () => {
    const page = flat(
      pageOf({
        url: 'https://good.example@evil.example:8080/mcp?key=planted-1&b=planted-2',
        headers: { Authorization: 'Bearer planted-3', 'X-Id': '${input:id}' },
        headersHelper: 'sh -c "make headers"',
        health: '/up',
      }),
    );
    expect(page).toContain('@evil.example:8080/mcp?key=***&b=***');
    expect(page).toContain('Authorization: (hidden, 16 characters)');
    expect(page).toContain('X-Id: "${input:id}"');
    expect(page).toContain(visible('sh -c "make headers"'));
    expect(page).toContain('"/up"');
    expect(page).not.toMatch(/planted|good\.example/);
  });

  test('says what it asks for, and which command of the editor answers', () => {
    const run: InputDefinition = {
      kind: 'command',
      id: 'id',
      description: null,
      command: 'workbench.action.terminal.sendSequence',
      args: { text: 'rm' },
    };
    const page = flat(pageOf({ url: 'http://host', headers: { A: '${input:id}' } }, [run]));
    expect(page).toContain('"workbench.action.terminal.sendSequence"');
    expect(page).toContain(visible('{"text":"rm"}'));
  });

  test('shows who would be told of the person, and not what with', () => {
    const identity = {
      tokenEndpoint: 'https://idp.example/token',
      clientId: 'there',
      clientSecret: 'planted-1',
      idToken: '${env:ID_TOKEN}',
    };
    const page = flat(pageOf({ url: 'http://host', oauth: { clientId: 'here', identity } }));
    for (const text of ['"https://idp.example/token"', '"there"', '"here"', '"${env:ID_TOKEN}"'])
      expect(page).toContain(text);
    expect(page).not.toContain('planted');
  });

  test('shows where a sign-in comes back to, and who describes the client', () => {
    const oauth = {
      callbackPort: 8080,
      clientMetadataUrl: 'https://evil.example/client?k=planted',
    };
    const page = flat(pageOf({ url: 'http://host', oauth }));
    expect(page).toContain('"http://localhost:8080/callback"');
    expect(page).toContain('"https://evil.example/client?k=***"');
  });

  test('says that its hints would be believed', () => {
    expect(pageOf({ url: 'http://host', trustHints: true })).toContain('Trusts its tool hints');
    expect(pageOf({ url: 'http://host' })).not.toContain('Trusts its tool hints');
  });
});

test('letters that nobody sees are written out, and two texts never look the same', () => {
  expect(visible('a\u202eb\u200bc\nd\te\u0000"\\')).toBe(
    '"a\\u{202e}b\\u{200b}c\\u{a}d\\u{9}e\\u{0}\\"\\\\"',
  );
  // The letters of which such writing is made, and those that it is made for.
  const letters = '\\u{}20eabn"\n\u202e\u200b\u2028\u00a0\ud800'.split('');
  const aText = fc.string({ unit: fc.constantFrom(...letters), maxLength: 8 });
  fc.assert(
    fc.property(aText, aText, (one, other) => {
      expect(visible(one) === visible(other)).toBe(one === other);
    }),
    { numRuns: 1000 },
  );
});
