// The waits between tries: as the settings have them by default, and what no luck and no server may make of it.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { aFailure, type FailureKind, failureTraits } from '../../src/core/connection/failure.ts';
import { type RetryQuestion, retryDelay } from '../../src/core/connection/retry.ts';
import { parseSettings } from '../../src/core/parseSettings.ts';

const { backoff } = parseSettings({}).settings;
const refused = aFailure('refused', 'ECONNREFUSED');
const aQuestion = (more: Partial<RetryQuestion> = {}): RetryQuestion => ({
  failures: 0,
  failure: refused,
  local: true,
  random: 1,
  backoff,
  ...more,
});

test('the first try comes at once', () => {
  for (const random of [0, 0.5, 1]) expect(retryDelay(aQuestion({ random }))).toBe(0);
});

test('the whole delays are those of the settings, and then the cap for ever', () => {
  const waits = (local: boolean) =>
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 1_000_000].map((failures) =>
      retryDelay(aQuestion({ failures, local })),
    );
  const table = [250, 500, 1000, 2000, 4000, 8000, 15_000, 30_000];
  expect(waits(true)).toEqual([...table, 30_000, 30_000, 30_000]);
  expect(waits(false)).toEqual([...table, 60_000, 60_000, 60_000]);
});

test('no delay is longer than the cap that the user has set', () => {
  const impatient = { ...backoff, localCap: 1500 };
  expect(retryDelay(aQuestion({ failures: 6, backoff: impatient }))).toBe(1500);
});

test('jitter takes any part of the delay', () => {
  expect(retryDelay(aQuestion({ failures: 5, random: 0.25 }))).toBe(1000);
});

test('jitter never makes us spin, nor wait longer than without it', () => {
  fc.assert(
    fc.property(
      fc.nat(50),
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.boolean(),
      (failures, random, local) => {
        const whole = retryDelay(aQuestion({ failures, local })) ?? Number.NaN;
        const delay = retryDelay(aQuestion({ failures, local, random })) ?? Number.NaN;
        expect(delay).toBeGreaterThanOrEqual(failures === 0 ? 0 : 50);
        expect(delay).toBeLessThanOrEqual(whole);
      },
    ),
  );
});

test('a delay below the floor is kept as the user has set it', () => {
  const eager = { ...backoff, delays: [0, 10] };
  expect(retryDelay(aQuestion({ failures: 1, random: 0, backoff: eager }))).toBe(10);
});

test('what the server asks for is the least that we wait, also before the first try', () => {
  const limited = aFailure('rate-limited', '429', { retryAfter: 7000 });
  expect(retryDelay(aQuestion({ failure: limited }))).toBe(7000);
  expect(retryDelay(aQuestion({ failure: limited, failures: 4, random: 0 }))).toBe(7000);
  expect(retryDelay(aQuestion({ failure: limited, failures: 7 }))).toBe(15_000);
});

test.each([
  [9e12, 3_600_000],
  [-5, 0],
])('a server that asks for %d ms is granted %d', (retryAfter, granted) => {
  expect(retryDelay(aQuestion({ failure: aFailure('rate-limited', '429', { retryAfter }) }))).toBe(
    granted,
  );
});

test('what looks permanent is tried at the slowest pace, without luck, and later if the server asks so', () => {
  const certificate = aFailure('certificate', 'expired');
  expect(retryDelay(aQuestion({ failure: certificate, random: 0 }))).toBe(30_000);
  expect(retryDelay(aQuestion({ failure: certificate, local: false, random: 0 }))).toBe(60_000);
  const asking = { ...certificate, retryAfter: 90_000 };
  expect(retryDelay(aQuestion({ failure: asking }))).toBe(90_000);
});

test('a clock starts a try for every failure but those that only a person can mend', () => {
  const kinds = Object.keys(failureTraits).filter(
    (kind): kind is FailureKind => kind in failureTraits,
  );
  const without = kinds.filter(
    (kind) => retryDelay(aQuestion({ failure: aFailure(kind, '') })) === null,
  );
  expect(without.toSorted()).toEqual([
    'bad-config',
    'blocked',
    'command-missing',
    'needs-input',
    'unapproved',
    'unauthorized',
  ]);
});
