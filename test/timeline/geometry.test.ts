// Where the signs of a lane stand. No browser is needed: what is drawn there is looked at in page.test.ts.
import { expect, test } from 'vitest';
import type { Mark } from '../../src/core/timeline/lane.ts';
import { placeMarks } from '../../src/timeline/geometry.ts';

const stretch = { span: { from: 1_000, to: 2_000 }, width: 500 };

const aMark = (more: Partial<Mark>): Mark => ({
  sign: 'restart',
  title: 'Server restarted',
  at: 1_500,
  length: null,
  isCommon: false,
  ...more,
});

const placesOf = (...marks: readonly Mark[]): readonly number[] =>
  placeMarks(marks, stretch).map(({ x }) => x);

test('a sign stands at its moment', () => {
  expect(placesOf(aMark({}))).toEqual([250]);
});

test('a sign at the first moment that is shown, or of what began before, is not cut by the edge', () => {
  expect(placesOf(aMark({ at: 1_000 }))).toEqual([7]);
  expect(placesOf(aMark({ at: 0, length: 1_200 }))).toEqual([7]);
});

test('of equal signs that would cover each other the first stands for all, others stand beside it', () => {
  expect(placesOf(aMark({}), aMark({ at: 1_510 }))).toEqual([250]);
  expect(placesOf(aMark({}), aMark({ at: 1_510, sign: 'sleep' }))).toEqual([250, 264]);
});
