// Credentials planted in all the places where they turn up must not come out again.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { redact } from '../../src/core/redact.ts';

/** What a token may be made of (RFC 6750, b64token), and long enough to be one. */
const aToken = fc
  .array(fc.constantFrom(...'ABCXYZabcxyz0123456789-._~+/='.split('')), {
    minLength: 12,
    maxLength: 60,
  })
  .map((letters) => `Q7${letters.join('')}`);
const aSimpleToken = fc
  .array(fc.constantFrom(...'ABCXYZabcxyz0123456789-_'.split('')), { minLength: 12, maxLength: 60 })
  .map((letters) => `Q7${letters.join('')}`);
const aSecret = fc
  .string({ unit: 'binary', minLength: 6, maxLength: 40 })
  .map((text) => `Q7${text}`);

const somewhere = fc.constantFrom('', 'before ', 'connect: ', '[2025-01-01] "', '\n', '{"a":1,');

describe('a known secret', () => {
  test('is found as it is, in a URL, in JSON, and more than once', () => {
    fc.assert(
      fc.property(aSecret, somewhere, (secret, before) => {
        const text = `${before}${secret} and ${JSON.stringify({ secret })} at /?a=${encodeURIComponent(secret.toWellFormed())} ${secret}`;
        const clean = redact(text, [secret]);
        expect(clean).not.toContain(secret);
        expect(clean).not.toContain(JSON.stringify(secret).slice(1, -1));
        expect(clean).not.toContain(encodeURIComponent(secret.toWellFormed()));
      }),
    );
  });

  test('that is a header value is found without its scheme', () => {
    expect(redact('sent abc-def', ['Bearer abc-def'])).toBe('sent [redacted]');
  });

  test('that contains another one leaves no rest', () => {
    expect(redact('it is abcdefgh.', ['abcd', 'abcdefgh'])).toBe('it is [redacted].');
  });

  test('may hold what means something in a pattern', () => {
    expect(redact('a $& (b*) [c] \\d', ['$& (b*)', '[c] \\d'])).toBe('a [redacted] [redacted]');
  });

  test('of three letters is no secret, or no text could be read', () => {
    expect(redact('the other', ['the', ''])).toBe('the other');
    expect(redact('the other', ['othe'])).toBe('the [redacted]r');
  });
});

describe('an unknown credential', () => {
  test.each<[string, (token: string) => string]>([
    ['the Authorization header', (token) => `Authorization: Bearer ${token}`],
    ['a custom scheme', (token) => `authorization: Custom id=1, key=${token}, more`],
    ['headers as JSON', (token) => JSON.stringify({ authorization: `Bearer ${token}` })],
    [
      'headers as JSON in JSON',
      (token) => JSON.stringify(JSON.stringify({ Authorization: token })),
    ],
    ['headers as a list', (token) => `[ 'Authorization', 'Bearer ${token}' ]`],
    ['a scheme alone', (token) => `got Bearer ${token} instead`],
    ['the header of a proxy', (token) => `Proxy-Authorization=Basic ${token}`],
    ['a cookie', (token) => `Set-Cookie: sid=${token}; Path=/; HttpOnly`],
  ])('in %s is taken out', (_, place) => {
    fc.assert(
      fc.property(aToken, somewhere, (token, before) => {
        expect(redact(`${before}${place(token)}`, [])).not.toContain(token);
      }),
      { numRuns: 30 },
    );
  });

  test.each<[string, (token: string) => string]>([
    ['a session header', (token) => `mcp-session-id: ${token}`],
    ['a session header as JSON', (token) => JSON.stringify({ 'Mcp-Session-Id': token, a: 1 })],
    ['a session header in a list', (token) => `['mcp-session-id', '${token}', 'x', 'y']`],
    ['a stored record', (token) => JSON.stringify({ sessionId: token, client: 'a' })],
    ['an OAuth answer', (token) => JSON.stringify({ access_token: token, refresh_token: token })],
    [
      'a form body',
      (token) => `grant_type=refresh_token&refresh_token=${token}&client_secret=${token}`,
    ],
    ['an API key', (token) => `X-API-Key: ${token}`],
    ['a variable', (token) => `GITHUB_TOKEN=${token} node server.js --password=${token}`],
    ['a query', (token) => `GET http://localhost:1/mcp?sessionId=${token}&a=b failed`],
    ['a query of a path', (token) => `POST /messages?id=${token} 404`],
    ['a fragment', (token) => `http://localhost/callback#code=${token}`],
    ['a password in a URL', (token) => `https://me:${token}@example.org/mcp`],
    ['a user in a URL', (token) => `redis://${token}@example.org:1/0`],
    ['a password with an @ in a URL', (token) => `https://me:p@${token}@example.org/mcp`],
  ])('in %s is taken out', (_, place) => {
    fc.assert(
      fc.property(aSimpleToken, somewhere, (token, before) => {
        expect(redact(`${before}${place(token)}`, [])).not.toContain(token);
      }),
      { numRuns: 30 },
    );
  });

  test.each(['sk-', 'ghp_', 'github_pat_', 'glpat-', 'xoxb-', 'AKIA'])(
    'what a service gave out, beginning with %s',
    (begin) => expect(redact(`npx x ${begin}Q7abcdefQ7abcdef`, [])).toBe('npx x [redacted]'),
  );

  test.each([
    'session_id=Q7abcdef',
    'session-id: Q7abcdef',
    '{"apiKey":"Q7abcdef"}',
    'api_key=Q7abcdef',
    'clientSecret: Q7abcdef',
    'client-secret=Q7abcdef',
    'codeVerifier=Q7abcdef',
    'code_verifier=Q7abcdef',
    'BEARER Q7abcdef',
    'HTTPS://ME:Q7abcdef@HOST/',
    'HTTPS://HOST/?Q7abcdef',
  ])('however its name is written is taken out: %s', (text) => {
    expect(redact(text, [])).toContain('[redacted]');
    expect(redact(text, [])).not.toContain('Q7abcdef');
  });

  test('that is a JSON Web Token is found anywhere', () => {
    const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.dBjftJeZ4CVP';
    expect(redact(`the value ${jwt} is old`, [])).toBe('the value [redacted] is old');
  });
});

describe('what is no credential', () => {
  test.each([
    'Connected to http://localhost:3000/mcp (session 12ab…), attempt 3.',
    'HTTP 404 for POST https://example.org/mcp',
    'Is it up? Try /mcp? or not.',
    'The session is gone; a new one was made.',
    'me@example.org',
    'risk-assessment-and-task-scheduling',
    'risk-assessment-and-task-scheduling',
    'C:\\Users\\ann\\server.exe exited with code 1',
  ])('stays: %s', (text) => expect(redact(text, [])).toBe(text));

  test('stays around what was taken out', () => {
    expect(redact('GET http://a:b@host:1/mcp?x=1 gave 401', [])).toBe(
      'GET http://[redacted]@host:1/mcp?[redacted] gave 401',
    );
    expect(redact('a\nAuthorization: Bearer x\nHost: b', [])).toBe(
      'a\nAuthorization: [redacted]\nHost: b',
    );
  });
});

describe('a home', () => {
  test.each([
    ['/home/ann', 'open /home/ann/.npmrc', 'open ~/.npmrc'],
    ['/home/ann/', 'in /home/ann', 'in ~'],
    ['/home/ann', 'in /home/anna and /home/ann-b', 'in /home/anna and /home/ann-b'],
    ['C:\\Users\\Ann', 'at c:\\users\\ann\\x', 'at ~\\x'],
    ['C:\\Users\\Ann', 'at file:///C:/Users/Ann/x', 'at file:///~/x'],
    ['C:\\Users\\Ann', '{"path":"C:\\\\Users\\\\Ann\\\\x"}', '{"path":"~\\\\x"}'],
    ['/home/a.b', 'in /home/axb and /home/a.b', 'in /home/axb and ~'],
  ])('%s: %s', (home, text, clean) => expect(redact(text, [], [home])).toBe(clean));

  test.each(['', '/', 'C:\\', 'c:'])('that is %j is none', (home) => {
    expect(redact('/a C:\\b', [], [home])).toBe('/a C:\\b');
  });
});

test('redacting twice changes nothing more', () => {
  const text =
    'Authorization: Bearer abc {"sessionId":"abc","token":"x"} https://a:b@c/d?e=f Bearer abcdef';
  const once = redact(text, ['secret'], ['/home/ann']);
  expect(redact(once, ['secret'], ['/home/ann'])).toBe(once);
});

test.each([
  'a',
  '/',
  ':',
  'a:',
  '://',
  'a://',
  '"',
  'token',
  'eyJ',
  '?',
  ' /',
  '=/',
  '@',
  'eyJaaaaaaaa.',
])('a long line of %j costs no more than its length', (piece) => {
  // With a pattern that costs the square of the length this would take minutes and meet the limit of the test.
  const line = piece.repeat(50_000);
  expect(redact(line, []).length).toBeLessThanOrEqual(line.length + 20 * 50_000);
});
