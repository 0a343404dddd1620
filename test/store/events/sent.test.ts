// Answers that were sent before they were kept: they are there at once, and written down when the turn is over.
import { expect, it } from 'vitest';
import { type aDatabase, readNumber } from '../fixtures.ts';
import { answer, note, said, someEvents } from './eventFixtures.ts';

const rowsIn = (database: ReturnType<typeof aDatabase>): number =>
  readNumber(database, 'SELECT count(*) FROM gateway_events');

const theTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('what was sent under a mark is there for every reader at once, in its place', () => {
  const { events } = someEvents();
  const first = events.append('s', note('before'));
  const id = events.mark('s');
  expect(events.append('s', answer(1, 'done'), undefined, id)).toBe(id);
  expect(events.readAfter('s', first)).toMatchObject([{ id, message: answer(1, 'done') }]);
  expect(events.streamOf(id)).toBe('s');
});

it('all that was sent in one turn is written down when it is over, and found where it was', async () => {
  const { events, database, clock } = someEvents();
  const ids = ['a', 'b', 'c'].map((stream) => {
    const id = events.mark(stream);
    return events.append(stream, note(stream), undefined, id);
  });
  expect(rowsIn(database)).toBe(0);
  await theTurn();
  expect(rowsIn(database)).toBe(3);
  expect(ids.map((id) => events.streamOf(id))).toEqual(['a', 'b', 'c']);
  expect(said(events.readAfter('b', null))).toEqual(['b']);
  const next = someEvents({ database, clock });
  expect(next.events.readAfter('c', null)).toMatchObject([{ id: ids[2], message: note('c') }]);
});

it('what was sent is written down before what is kept after it, when it is asked for, and at the end', () => {
  const { events, database } = someEvents();
  const send = (): string => events.append('s', note('sent'), undefined, events.mark('s'));
  send();
  events.append('other', note('kept'));
  expect(rowsIn(database)).toBe(2);
  send();
  events.flush();
  expect(rowsIn(database)).toBe(3);
  send();
  events.dispose();
  expect(rowsIn(database)).toBe(4);
});

it('what was sent by a window without the lease stays in memory, and what its owner had not written is not the next one`s', async () => {
  const { events, database, turnLease } = someEvents();
  events.append('s', note('a'), undefined, events.mark('s'));
  turnLease('waiting');
  events.append('s', note('b'), undefined, events.mark('s'));
  await theTurn();
  expect(rowsIn(database)).toBe(0);
  expect(said(events.readAfter('s', null))).toEqual(['b']);
});

it('what was sent and dropped in the same turn is never written down', async () => {
  const { events, database } = someEvents();
  events.append('s', note('a'), undefined, events.mark('s'));
  events.drop('s');
  await theTurn();
  expect(rowsIn(database)).toBe(0);
});
