// The technical line of a failure: English for programs, a person's language on the screen, and clean in both.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { aFailure, wordedFailure } from '../../../src/core/connection/failure.ts';
import { redactor } from '../../../src/core/redact.ts';
import { cleanDetail, sayDetail } from '../../../src/core/wording/detail.ts';
import { inEnglish } from '../../../src/core/wording/english.ts';
import type { Say } from '../../../src/core/wording/say.ts';
import { unsaid } from '../../../src/core/wording/unsaid.ts';

/** Another language, in which a text stands in brackets. */
const elsewhere: Say = (message, ...args) => `<${inEnglish(message, ...args)}>`;

const lost = wordedFailure(
  'process-exited',
  unsaid('{0} {1}', unsaid('The process exited with code {0}.', 3), 'EPIPE'),
);

describe('the line', () => {
  test('is English for programs and said in their language to a person', () => {
    expect(lost.detail).toBe('The process exited with code 3. EPIPE');
    expect(sayDetail(lost, elsewhere)).toBe('<<The process exited with code 3.> EPIPE>');
  });

  test('of somebody else is shown as it is, and so is one that an older version kept', () => {
    expect(sayDetail(aFailure('rejected', 'no such tool'), elsewhere)).toBe('no such tool');
    expect(sayDetail({ detail: null }, elsewhere)).toBeNull();
  });
});

describe('[keep-secrets] a cleaned line', () => {
  const clean = redactor(['planted-secret'], ['/home/ann']);

  test('has no secret in its words either', () => {
    const told = wordedFailure(
      'rejected',
      unsaid('{0} is wrong.', unsaid('{0}', 'planted-secret')),
    );
    const cleaned = cleanDetail(told, clean);
    expect(cleaned.detail).toBe('[redacted] is wrong.');
    expect(sayDetail(cleaned, elsewhere)).toBe('<<[redacted]> is wrong.>');
  });

  test('gives its words up where only the whole line shows that something is a secret', () => {
    const told = wordedFailure('rejected', unsaid('The token: {0}', 'abcdef'));
    expect(cleanDetail(told, clean)).toEqual(aFailure('rejected', 'The token: [redacted]'));
  });

  test('that holds none is the same one', () => {
    expect(cleanDetail(lost, clean)).toBe(lost);
  });

  test('shows no more in another language than in English', () => {
    const texts = fc.constantFrom(
      'planted-secret',
      'Bearer abcdefgh',
      '/home/ann/x',
      'token=abc',
      'x',
    );
    fc.assert(
      fc.property(texts, texts, (one, other) => {
        const told = cleanDetail(wordedFailure('rejected', unsaid('{0}: {1}', one, other)), clean);
        const shown = sayDetail(told, inEnglish);
        expect(shown).toBe(told.detail);
        expect(shown).toBe(clean(shown));
        expect(JSON.stringify(told)).not.toMatch(/planted|abcdefgh|ann/);
      }),
    );
  });
});
