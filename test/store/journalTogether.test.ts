// Calls that come in one turn: written down together, before the first of them leaves.
import { expect, it } from 'vitest';
import { aCall, aJournal, keysOf, sent } from './journalFixtures.ts';

const theTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A journal with three calls that were put to be written down soon. */
const threeCalls = (more: Parameters<typeof aJournal>[0] = {}) => {
  const setup = aJournal(more);
  for (const key of ['a', 'b', 'c'])
    expect(setup.journal.putSoon(aCall(key, { phase: sent }))).toBe(true);
  return setup;
};

it('are written down when one of them is about to leave [at-most-once]', () => {
  const { journal, written } = threeCalls();
  expect(written()).toEqual([]);
  journal.settle();
  expect(keysOf(written())).toEqual(['a', 'b', 'c']);
});

it('are written down when the turn is over, if none of them leaves', async () => {
  const { written } = threeCalls();
  await theTurn();
  expect(keysOf(written())).toEqual(['a', 'b', 'c']);
});

it('are written down before anything else is, or is asked', () => {
  const next = threeCalls();
  next.journal.put(aCall('a', { phase: { ...sent, cursor: 'e-1' } }));
  expect(next.written()).toMatchObject([{ phase: { cursor: 'e-1' } }, { key: 'b' }, { key: 'c' }]);
  const asked = threeCalls();
  expect(keysOf(asked.journal.load('alpha', 'lifeline'))).toEqual(['a', 'b', 'c']);
  expect(threeCalls().journal.clients('alpha')).toEqual(['lifeline']);
});

it('take the rows of calls that are over, whose answers are kept before', () => {
  const { journal, written, keptAnswers, database } = aJournal();
  for (const key of ['x', 'y']) journal.put(aCall(key, { phase: sent }));
  for (const key of ['x', 'y']) journal.remove(key);
  for (const key of ['a', 'b', 'c']) journal.putSoon(aCall(key, { phase: sent }));
  journal.settle();
  expect(keptAnswers).toEqual([['x', 'y']]);
  expect(keysOf(written())).toEqual(['a', 'b', 'c']);
  const ids = database.prepare('SELECT id FROM journal ORDER BY id').all();
  expect(ids.map(({ id }) => id)).toEqual([1, 2, 3]);
});

it('leave no trace where they are over before', async () => {
  const { journal, written } = threeCalls();
  journal.remove('b');
  await theTurn();
  expect(keysOf(written())).toEqual(['a', 'c']);
});

it('are written down one by one where one of them cannot be', () => {
  const { journal, written, database, log } = threeCalls();
  database.exec(
    "CREATE TRIGGER no BEFORE INSERT ON journal WHEN NEW.key = 'b' BEGIN SELECT RAISE(FAIL, 'no'); END",
  );
  journal.settle();
  expect(keysOf(written())).toEqual(['a', 'c']);
  expect(log.complaints.join()).toContain('cannot be stored (no)');
  database.exec('DROP TRIGGER no');
  journal.put(aCall('d'));
  expect(keysOf(written())).toEqual(['a', 'c', 'd']);
});

it('are kept up to the limits of the journal, and it is said that others are not [bounded]', () => {
  const { journal, written, log } = threeCalls({ limits: { entries: 2 } });
  journal.settle();
  expect(keysOf(written())).toEqual(['a', 'b']);
  expect(log.complaints).toEqual([expect.stringContaining('would not outlive a reload')]);
});

it('stay in memory where the lease is lost before, and are nobody else`s [one-owner]', async () => {
  const { journal, written, turnLease } = threeCalls();
  turnLease('waiting');
  await theTurn();
  expect(written()).toEqual([]);
  expect(keysOf(journal.load('alpha', 'lifeline'))).toEqual(['a', 'b', 'c']);
});

it('are written down at the end', () => {
  const { journal, written } = threeCalls();
  journal.dispose();
  expect(keysOf(written())).toEqual(['a', 'b', 'c']);
});
