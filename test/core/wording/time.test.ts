// Lengths of time for the eye and for the ear.
import { expect, test } from 'vitest';
import { exactAge } from '../../../src/core/timeline/words.ts';
import { decimal, quantity } from '../../../src/core/wording/number.ts';
import { formatAge, spokenAge, timeLeft } from '../../../src/core/wording/time.ts';
import { now, say } from './someStates.ts';

const [second, minute, hour, day] = [1000, 60_000, 3_600_000, 86_400_000];

test.each([
  [-5, '0 s', '0 seconds'],
  [999, '0 s', '0 seconds'],
  [second, '1 s', '1 second'],
  [59_999, '59 s', '59 seconds'],
  [minute, '1 min', '1 minute'],
  [59 * minute, '59 min', '59 minutes'],
  [hour, '1 h', '1 hour'],
  [hour + 5 * minute, '1 h 5 min', '1 hour'],
  [23 * hour, '23 h', '23 hours'],
  [day, '1 d', '1 day'],
  [40 * day, '40 d', '40 days'],
])('%d ms are "%s", and aloud "%s"', (length, short, spoken) => {
  expect(formatAge(length, say)).toBe(short);
  expect(spokenAge(length, say)).toBe(spoken);
});

test.each([
  [0.4, '0 ms'],
  [999.6, '1.0 s'],
  [9_940, '9.9 s'],
  [9_960, '10 s'],
  [59_400, '59 s'],
  [59_600, '1 min'],
  [minute + 59 * second, '1 min 59 s'],
  [59 * minute + 59 * second, '59 min 59 s'],
  [hour - 400, '1 h'],
  [hour + 5 * minute + 30 * second, '1 h 5 min'],
])('exactly, %d ms are "%s": a recovery loses no seconds below an hour', (length, words) => {
  expect(exactAge(length, say)).toBe(words);
});

test('a countdown reaches zero when its time has come, not before', () => {
  expect([1001, 1000, 1, 0, -5].map((left) => timeLeft(now + left, now))).toEqual([
    2000, 1000, 1000, 0, 0,
  ]);
});

test('a number with a tenth has the decimal sign of the language', () => {
  expect([decimal(25, say), decimal(3, say), decimal(998, say)]).toEqual(['2.5', '0.3', '99.8']);
  const inGerman: typeof say = (message, ...args) =>
    message === 'en' ? 'de' : say(message, ...args);
  expect(exactAge(2_500, inGerman)).toBe('2,5 s');
  expect([quantity(1_234_567, say), quantity(1_234_567, inGerman)]).toEqual([
    '1,234,567',
    '1.234.567',
  ]);
  // A translator who leaves it out, or writes anything else there, gets English numbers and no error.
  expect(quantity(1_234, () => '<tag>')).toBe('1,234');
});
