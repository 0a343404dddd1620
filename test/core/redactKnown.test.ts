// Values known to be secret, in every dress in which programs write them down.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { redact, redactor } from '../../src/core/redact.ts';

/** Letters of keys and passwords, those that every notation writes differently among them. */
const aSecret = fc
  .string({
    unit: fc.constantFrom(...'abcXYZ0189-_.~+/=!*()@:&?#% "\\\'é€'.split('')),
    minLength: 10,
    maxLength: 40,
  })
  .map((text) => `Q7w${text}k5Z`);

const inBase64 = (text: string): string => Buffer.from(text).toString('base64');

/** How a secret is written, and what must not be found there any more. */
const dresses: readonly (readonly [
  string,
  (secret: string) => readonly [text: string, trace: string],
])[] = [
  ['as it is', (secret) => [`it is ${secret}!`, secret]],
  ['in JSON', (secret) => [JSON.stringify({ secret }), JSON.stringify(secret).slice(1, -1)]],
  [
    'in JSON in JSON',
    (secret) => {
      const text = JSON.stringify(JSON.stringify({ body: secret }));
      return [text, JSON.stringify(JSON.stringify(secret).slice(1, -1)).slice(1, -1)];
    },
  ],
  [
    'in a query',
    (secret) => [`GET /a?b=${encodeURIComponent(secret)}`, encodeURIComponent(secret)],
  ],
  [
    'in the body of a form',
    (secret) => {
      const form = new URLSearchParams({ plain: secret }).toString();
      return [`posted ${form}`, form.slice('plain='.length)];
    },
  ],
  [
    'percent-encoded in small letters',
    (secret) => {
      const text = encodeURIComponent(secret).replace(/%../g, (code) => code.toLowerCase());
      return [`path ${text} end`, text];
    },
  ],
  ['in base64', (secret) => [`got ${inBase64(secret)}`, inBase64(secret).slice(0, 12)]],
  [
    'in base64 behind a user of one letter',
    (secret) => [`x ${inBase64(`u:${secret}`)}`, inBase64(`u:${secret}`).slice(4, 14)],
  ],
  [
    'in base64 behind a longer user',
    (secret) => [`x ${inBase64(`user:${secret}`)}`, inBase64(`user:${secret}`).slice(8, 18)],
  ],
  ['in capitals', (secret) => [`HOST ${secret.toUpperCase()}`, secret.toUpperCase().slice(0, 8)]],
  ['twice in a row', (secret) => [`${secret}${secret}`, secret]],
  [
    'folded over two lines',
    (secret) => [`x ${secret.slice(0, 7)}\r\n   ${secret.slice(7)} y`, secret.slice(0, 7)],
  ],
  ['as a variable', (secret) => [`PATH=/bin\nKEY_OF_MINE=${secret}\nA=b`, secret]],
];

describe('[keep-secrets] a known secret is taken out', () => {
  test.each(dresses)('%s', (_, dress) => {
    fc.assert(
      fc.property(aSecret, (secret) => {
        const [text, trace] = dress(secret);
        expect(text).toContain(trace);
        expect(redact(text, [secret])).not.toContain(trace);
      }),
      { numRuns: 60 },
    );
  });

  test('with others that overlap it, begin with it, or are part of it', () => {
    fc.assert(
      fc.property(aSecret, fc.integer({ min: 1, max: 9 }), (secret, cut) => {
        const others = [
          secret.slice(0, -cut),
          secret.slice(cut),
          `${secret}more`,
          secret.slice(1, -1),
        ];
        const clean = redact(`a ${secret}more b`, [secret, ...others]);
        expect(clean).toBe('a [redacted] b');
      }),
    );
  });

  test('of which whoever shortened the text has left the beginning', () => {
    fc.assert(
      fc.property(aSecret, fc.integer({ min: 6, max: 12 }), (secret, kept) => {
        const start = secret.slice(0, kept);
        for (const text of [`said: ${start}`, `said: ${start}… and more`, `x "${start}..." y`])
          expect(redact(text, [secret])).not.toContain(start);
      }),
    );
  });

  test('whose lines are written down one by one', () => {
    const key = '-----BEGIN KEY-----\nMIIplanted1line\nMIIplanted2line\n-----END KEY-----\n';
    for (const line of ['stderr: MIIplanted1line', 'MIIplanted2line'])
      expect(redact(line, [key])).not.toContain('planted');
  });

  test('that a URL holds encoded is found as it is meant', () => {
    expect(redact('password is pl@nted word', ['pl%40nted%20word'])).toBe('password is [redacted]');
  });
});

describe('what is no secret', () => {
  test('stays, although it shares letters with one', () => {
    expect(redact('the token bucket of server 12', ['tokens-of-mine', 'bucketeer'])).toBe(
      'the token bucket of server 12',
    );
  });

  test('stays in its own letters where the secret is a short word in others', () => {
    expect(redact('Dev server in development', ['DEV1'])).toBe('Dev server in development');
    expect(redact('mode DEV1', ['DEV1'])).toBe('mode [redacted]');
  });

  test('stays around what was taken out, line by line', () => {
    expect(redact('one\ntwo secret-7a2 three\nfour', ['secret-7a2'])).toBe(
      'one\ntwo [redacted] three\nfour',
    );
  });
});

test('a hundred secrets and a long text cost no more than both together', () => {
  const secrets = Array.from({ length: 100 }, (_, index) => `secret-number-${index}-of-many`);
  const clean = redactor(secrets, ['/home/ann']);
  const text = `${'a line of a log without anything\n'.repeat(3000)}${secrets[99]}`;
  expect(clean(text)).toHaveLength(text.length - `${secrets[99]}`.length + '[redacted]'.length);
});

test('what was taken out once is not taken apart again', () => {
  fc.assert(
    fc.property(aSecret, (secret) => {
      const clean = redactor([secret], []);
      const once = clean(`a ${secret} b Authorization: ${secret}`);
      expect(clean(once)).toBe(once);
    }),
  );
});
