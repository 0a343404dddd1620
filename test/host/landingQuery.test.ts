// The code comes back from the sign-in page as it was sent, whatever signs are in it.
import { expect, test } from 'vitest';
import { queryOf } from '../../src/host/landingQuery.ts';

const sent = { code: 'a+b%2Fc%/=d e', state: 'right' };

test('a query that the editor has decoded is not decoded once more', () => {
  const query = `code=${sent.code}&state=${sent.state}`;
  expect(Object.fromEntries(queryOf(query, false))).toEqual(sent);
});

test('a query that is as it stands in an address is decoded once', () => {
  const query = new URLSearchParams(sent).toString();
  expect(Object.fromEntries(queryOf(query, true))).toEqual(sent);
});
