// Whose the stored events are, and what happens when they cannot be stored.
import { describe, expect, it } from 'vitest';
import type { EventLogStatus } from '../../../src/runtime/gatewayPorts.ts';
import { aDatabase, aFolder, readNumber } from '../fixtures.ts';
import { note, said, someEvents } from './eventFixtures.ts';

const rowsIn = (database: ReturnType<typeof aDatabase>): number =>
  readNumber(database, 'SELECT count(*) FROM gateway_events');

describe('a window without the lease', () => {
  it('neither reads nor writes the stored events, keeps its own, and says why', () => {
    const owner = someEvents();
    const id = owner.events.append('s', note('a'));
    const { database, clock } = owner;
    const second = someEvents({ database, clock, status: 'waiting' });
    second.events.append('mine', note('b'));
    expect([second.events.streamOf(id), second.events.readAfter('s', null)]).toEqual([null, []]);
    expect(said(second.events.readAfter('mine', null))).toEqual(['b']);
    expect(rowsIn(database)).toBe(1);
    expect(second.events.status.value).toMatchObject({
      wanted: 'sqlite',
      used: 'memory',
      fallback: { reason: 'another window owns the store of this workspace' },
    });
  });

  it('that gets it knows the stored events, and stores its own with the ids that they have', () => {
    const owner = someEvents();
    const stored = owner.events.append('s', note('a'));
    owner.turnLease('waiting');
    const { database, clock } = owner;
    const second = someEvents({ database, clock, status: 'waiting' });
    const own = ['b', 'c'].map((text) => second.events.append('mine', note(text)));
    second.turnLease('owner');
    expect([stored, ...own].map((id) => second.events.streamOf(id))).toEqual(['s', 'mine', 'mine']);
    expect(said(second.events.readAfter('mine', own[0] ?? ''))).toEqual(['c']);
    expect(rowsIn(database)).toBe(3);
    expect(second.events.status.value).toMatchObject({ used: 'sqlite', fallback: null, events: 3 });
    const third = someEvents({ database, clock });
    expect(third.events.readAfter('mine', null).map(({ id }) => id)).toEqual(own);
  });

  it('that lost it has nothing left of what it used: it is the new owner`s [one-owner]', () => {
    const { events, turnLease, database } = someEvents();
    const id = events.append('s', note('a'));
    turnLease('waiting');
    expect([events.streamOf(id), events.readAfter('s', null)]).toEqual([null, []]);
    events.append('s', note('b'));
    expect(rowsIn(database)).toBe(1);
  });

  it('that had lost it for a while knows what the other owner wrote', () => {
    const one = someEvents();
    one.events.append('s', note('a'));
    one.turnLease('waiting');
    const { database, clock } = one;
    const other = someEvents({ database, clock });
    other.events.append('s', note('b'));
    other.turnLease('waiting');
    one.turnLease('owner');
    expect(said(one.events.readAfter('s', null))).toEqual(['a', 'b']);
  });
});

describe('a file that cannot be written', () => {
  it('costs no event: they are kept in memory, said once, and stored when it can be written again', async () => {
    const { events, database, clock, log } = someEvents();
    events.append('s', note('a'));
    const told: EventLogStatus[] = [];
    events.status.onChange((status) => told.push(status));
    database.exec('PRAGMA query_only = ON');
    const ids = ['b', 'c'].map((text) => events.append('s', note(text)));
    expect(said(events.readAfter('s', null))).toEqual(['a', 'b', 'c']);
    expect(log.complaints).toEqual([expect.stringMatching(/events cannot be stored.*readonly/)]);
    expect(events.status.value).toMatchObject({ wanted: 'sqlite', used: 'memory' });
    expect(events.status.value.fallback?.reason).toMatch(/readonly/);
    await clock.advance(6000);
    events.append('s', note('d'));
    expect(log.complaints).toHaveLength(1);
    database.exec('PRAGMA query_only = OFF');
    await clock.advance(6000);
    events.append('s', note('e'));
    expect(said(events.readAfter('s', ids[0] ?? ''))).toEqual(['c', 'd', 'e']);
    expect(rowsIn(database)).toBe(5);
    expect(events.status.value).toMatchObject({ used: 'sqlite', fallback: null });
    expect(told.map(({ used }) => used)).toEqual(['memory', 'sqlite']);
    expect(log.lines.at(-1)).toBe('info: Storage: events can be stored again.');
  });

  it('is tried again without a new event, so that a kill later finds everything stored', async () => {
    const { events, database, clock } = someEvents({ settings: { ttl: 3_600_000 } });
    database.exec('PRAGMA query_only = ON');
    events.append('s', note('a'));
    database.exec('PRAGMA query_only = OFF');
    await clock.advance(3_600_000 / 16);
    expect(rowsIn(database)).toBe(1);
  });

  it('is not tried at every event', () => {
    const { events, database, log } = someEvents();
    database.exec('PRAGMA query_only = ON');
    events.append('s', note('a'));
    database.exec('PRAGMA query_only = OFF');
    events.append('s', note('b'));
    expect(rowsIn(database)).toBe(0);
    expect(log.complaints).toHaveLength(1);
  });
});

describe('a user who wants nothing written down', () => {
  it('has nothing in the file, and goes on with what there is', () => {
    const { events, change, database } = someEvents();
    const id = events.append('s', note('a'));
    events.append('s', note('b'));
    change({ kind: 'memory' });
    expect(rowsIn(database)).toBe(0);
    expect(said(events.readAfter('s', id))).toEqual(['b']);
    events.append('s', note('c'));
    expect(rowsIn(database)).toBe(0);
    expect(events.status.value).toMatchObject({ wanted: 'memory', used: 'memory', fallback: null });
    change({ kind: 'sqlite' });
    expect(said(events.readAfter('s', id))).toEqual(['b', 'c']);
    expect(rowsIn(database)).toBe(3);
  });

  it('has what an earlier life wrote erased, as soon as the file is this window`s', () => {
    const folder = aFolder();
    const database = aDatabase(folder);
    const first = someEvents({ database });
    first.events.append('s', note('a'));
    first.turnLease('waiting');
    const second = someEvents({ database, status: 'waiting', settings: { kind: 'memory' } });
    expect(rowsIn(database)).toBe(1);
    second.turnLease('owner');
    expect(rowsIn(database)).toBe(0);
  });
});

it('a change of the limits holds from the next event on', () => {
  const { events, change } = someEvents();
  for (const text of ['a', 'b', 'c']) events.append('s', note(text));
  change({ maxEvents: 2 });
  events.append('s', note('d'));
  expect(said(events.readAfter('s', null))).toEqual(['c', 'd']);
});
