// Texts as programs really print them, with secrets that nobody has told us: lists of variables, raw headers, requests, homes.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { redact } from '../../src/core/redact.ts';

const aToken = fc
  .string({
    unit: fc.constantFrom(...'ABCXYZabcxyz0123456789-_'.split('')),
    minLength: 12,
    maxLength: 50,
  })
  .map((text) => `Q7${text}`);

const inAnyCase = (word: string) =>
  fc
    .array(fc.boolean(), { minLength: word.length, maxLength: word.length })
    .map((flags) =>
      [...word.split('')]
        .map((letter, index) => (flags[index] === true ? letter.toUpperCase() : letter))
        .join(''),
    );

const names = [
  'GITHUB_TOKEN',
  'AWS_SECRET_ACCESS_KEY',
  'API_KEY',
  'OPENAI_API_KEY',
  'PRIVATE_KEY',
  'DB_PASSWORD',
  'CLIENT_SECRET',
  'NPM_TOKEN',
  'SSH_PASSPHRASE',
  'REFRESH_TOKEN_OF_MINE',
  'MCP_SESSION_ID',
];

describe('[keep-secrets] a secret that nobody knows is taken out of', () => {
  test.each(names)('a list of variables, by the name %s', (name) => {
    fc.assert(
      fc.property(aToken, inAnyCase(name), (token, written) => {
        for (const text of [
          `HOME=/x\n${written}=${token}\nPATH=/bin`,
          `export ${written}="${token}"`,
          `{ ${written}: '${token}', A: 1 }`,
          JSON.stringify({ env: { [written]: token } }),
        ])
          expect(redact(text, [])).not.toContain(token);
      }),
      { numRuns: 20 },
    );
  });

  test.each([
    'authorization',
    'proxy-authorization',
    'cookie',
    'set-cookie',
    'x-api-key',
    'mcp-session-id',
  ])('raw headers, by the name %s in whatever letters', (name) => {
    fc.assert(
      fc.property(aToken, inAnyCase(name), (token, written) => {
        const raw = `POST /mcp HTTP/1.1\r\nHost: a\r\n${written}: ${token}\r\nAccept: */*\r\n\r\n`;
        const clean = redact(raw, []);
        expect(clean).not.toContain(token);
        expect(clean).toContain('Accept: */*');
      }),
      { numRuns: 20 },
    );
  });

  test('a Basic header, whose user and password are one word of base64', () => {
    fc.assert(
      fc.property(aToken, fc.constantFrom('Basic', 'basic', 'BASIC'), (token, scheme) => {
        const word = Buffer.from(`me:${token}`).toString('base64');
        expect(redact(`sent "${scheme} ${word}" and got 401`, [])).not.toContain(word);
      }),
    );
  });
});

describe('[keep-secrets] the home of the user', () => {
  const aName = fc.string({
    unit: fc.constantFrom(...'abcxyz.-_0'.split('')),
    minLength: 3,
    maxLength: 12,
  });

  test('is named nowhere, in a path, a URL, JSON or an encoded path', () => {
    fc.assert(
      fc.property(aName, (name) => {
        const home = `/home/Q7${name}`;
        const dresses = [
          `open '${home}/.npmrc'`,
          `at file://${home}/x.js:1:2`,
          JSON.stringify({ cwd: home }),
          `GET /open/${encodeURIComponent(`${home}/x`)}`,
          `in ${home}`,
        ];
        for (const text of dresses) expect(redact(text, [], [home])).not.toContain(`Q7${name}`);
      }),
    );
  });
});
