// The hash against the one of Node.
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sha256 } from '../../src/core/sha256.ts';

test('it agrees with the one of Node on any text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
      expect(sha256(text)).toBe(createHash('sha256').update(text).digest('hex'));
    }),
  );
});

test('it agrees at every length around a block', () => {
  // 55 and 56 bytes, 119 and 120: the length still fits behind the text, or takes a block of its own.
  for (const length of [0, 55, 56, 63, 64, 65, 119, 120, 128, 1000]) {
    const text = 'a'.repeat(length);
    expect(sha256(text)).toBe(createHash('sha256').update(text).digest('hex'));
  }
});
