// What the documents say follows from the code where it can.
import { expect, test } from 'vitest';
import { promiseTable, shownTable } from './run/promiseTable.ts';

test('the README names the tests that prove each promise as they are now', () => {
  expect(shownTable(), 'Run `npm run docs`.').toBe(promiseTable());
});
