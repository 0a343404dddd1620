import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isLongerThan } from '../../src/core/calls/size.ts';

it('never calls a message long that is shorter when it is written out', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.nat(200), (value, limit) => {
      if (isLongerThan(value, limit)) expect(JSON.stringify(value).length).toBeGreaterThan(limit);
    }),
  );
});

it('finds a long text, and many short ones', () => {
  expect(isLongerThan({ a: [{ b: 'x'.repeat(1000) }] }, 1000)).toBe(true);
  expect(isLongerThan({ a: Array.from({ length: 1000 }, () => 'xy') }, 1999)).toBe(true);
  expect(isLongerThan({ a: 'x'.repeat(10) }, 1000)).toBe(false);
});
