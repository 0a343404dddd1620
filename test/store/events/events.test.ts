import { describe, expect, it } from 'vitest';
import { answer, type EventsMore, note, said, someEvents } from './eventFixtures.ts';

const kinds: readonly (readonly [name: string, more: EventsMore])[] = [
  ['in SQLite', {}],
  ['in memory', { settings: { kind: 'memory' } }],
  ['without SQLite', { inMemory: true }],
];

const names = ['_GET_stream', '', '_', 'a_b', 't.client.1.%227%22.', 'ü \n', '\ud800', '__proto__'];

describe.each(kinds)('an event store %s', (_name, more) => {
  it('gives the events of a stream back in order, from the beginning and after any of them', () => {
    const { events } = someEvents(more);
    const ids = ['a', 'b', 'c'].map((text) => events.append('s', note(text)));
    events.append('other', note('x'));
    expect(events.readAfter('s', null).map(({ id }) => id)).toEqual(ids);
    expect(said(events.readAfter('s', null))).toEqual(['a', 'b', 'c']);
    expect(said(events.readAfter('s', ids[0] ?? ''))).toEqual(['b', 'c']);
    expect(said(events.readAfter('s', ids[2] ?? ''))).toEqual([]);
  });

  it('keeps streams apart, whatever they are called', () => {
    const { events } = someEvents(more);
    const ids = names.map((name) => events.append(name, note(name)));
    expect(ids.map((id) => events.streamOf(id))).toEqual(names);
    expect(names.map((name) => said(events.readAfter(name, null)))).toEqual(
      names.map((name) => [name]),
    );
  });

  it('never gives two events one id, over all streams and in growing order', () => {
    const { events } = someEvents(more);
    const numbers: number[] = [];
    for (let index = 0; index < 300; index += 1) {
      const id = events.append(`s${index % 7}`, null);
      numbers.push(Number.parseInt(id, 36));
    }
    expect(numbers).toEqual([...new Set(numbers)].toSorted((one, other) => one - other));
  });

  it('gives a priming event back as one without a message', () => {
    const { events } = someEvents(more);
    const id = events.append('s', null);
    events.append('s', note('a'));
    expect(events.readAfter('s', null)[0]).toEqual({ id, message: null });
    expect(said(events.readAfter('s', id))).toEqual(['a']);
  });

  it('gives every kind of message back as it came', () => {
    const { events } = someEvents(more);
    const messages = [
      note('ü \u2028 \ud83d\ude00 "quoted"'),
      answer(7, 'done'),
      { jsonrpc: '2.0', id: 'x', method: 'sampling/createMessage', params: { a: [1, null] } },
      { jsonrpc: '2.0', id: 1, error: { code: -32000, message: 'no', data: { why: 1 } } },
    ] as const;
    for (const message of messages) events.append('s', message);
    expect(events.readAfter('s', null).map(({ message }) => message)).toEqual(messages);
  });

  it('takes the text of a message from a caller that has it', () => {
    const { events } = someEvents(more);
    events.append('s', note('a'), JSON.stringify(note('a')));
    expect(said(events.readAfter('s', null))).toEqual(['a']);
  });

  it('forgets a dropped stream and nothing else, and does not know its cursors when it comes again', () => {
    const { events } = someEvents(more);
    const id = events.append('s', note('a'));
    const other = events.append('other', note('x'));
    events.drop('s');
    expect([events.streamOf(id), events.streamOf(other)]).toEqual([null, 'other']);
    expect(events.readAfter('s', null)).toEqual([]);
    const again = events.append('s', note('b'));
    expect([events.streamOf(id), events.streamOf(again)]).toEqual([null, 's']);
    expect(events.status.value.events).toBe(2);
  });

  it('forgets all streams but those that are to be kept', () => {
    const { events } = someEvents(more);
    const [kept = '', ...others] = ['kept', 's', ''].map((name) => events.append(name, note('a')));
    events.dropAll((name) => name === 'kept');
    expect(events.streamOf(kept)).toBe('kept');
    expect(others.map((id) => events.streamOf(id))).toEqual([null, null]);
    expect(events.status.value.events).toBe(1);
  });

  it('takes a large message in the bytes in which it came', () => {
    const { events } = someEvents(more);
    const text = `ü${'x'.repeat(200_000)}`;
    const bytes = Buffer.from(`{"text":"${text}"}`);
    const json = {
      before: '{"jsonrpc":"2.0","id":1,"result":',
      bytes: [bytes.subarray(0, 10), bytes.subarray(10)],
      after: '}',
    };
    const message = { jsonrpc: '2.0', id: 1, result: { text } } as const;
    events.append('s', message, json);
    expect(events.readAfter('s', null).map((event) => event.message)).toEqual([message]);
  });

  it('knows no cursor that it did not give, and reads nothing after another stream`s', () => {
    const { events } = someEvents(more);
    const id = events.append('s', note('a'));
    const forged = [`${id}x`, id.replace('-s', '-t'), '1-s', 'zzzzzzzzzz-s', 'nonsense', ''];
    expect(forged.map((cursor) => events.streamOf(cursor))).toEqual(forged.map(() => null));
    events.append('t', note('x'));
    expect(events.readAfter('t', id)).toEqual([]);
    expect(events.readAfter('s', 'nonsense')).toEqual([]);
  });

  it('finds nothing wrong in its self-test, and is as before it', async () => {
    const { events } = someEvents(more);
    events.append('s', note('a'));
    const before = events.status.value;
    expect(await events.selfTest()).toMatchObject({ kind: 'ok' });
    expect(events.status.value).toEqual(before);
  });

  it('passes its self-test also where a stream may have one event only', async () => {
    const { events } = someEvents({ ...more, settings: { ...more.settings, maxEvents: 1 } });
    expect(await events.selfTest()).toMatchObject({ kind: 'ok' });
  });

  it('leaves no timer behind', () => {
    const { events, clock } = someEvents(more);
    events.append('s', note('a'));
    events.dispose();
    expect(clock.pending).toBe(0);
  });
});

describe('a later life', () => {
  it('finds the events of the one before, resumes after any of them and uses no id again', () => {
    const first = someEvents();
    const ids = ['a', 'b'].map((text) => first.events.append('s', note(text)));
    first.events.append('ü', note('x'));
    first.events.dispose();
    const { database, clock } = first;
    const second = someEvents({ database, clock });
    expect(ids.map((id) => second.events.streamOf(id))).toEqual(['s', 's']);
    expect(said(second.events.readAfter('s', ids[0] ?? ''))).toEqual(['b']);
    expect(said(second.events.readAfter('ü', null))).toEqual(['x']);
    const next = second.events.append('s', note('c'));
    expect(said(second.events.readAfter('s', ids[1] ?? ''))).toEqual(['c']);
    expect(ids).not.toContain(next);
    expect(second.events.status.value).toMatchObject({ used: 'sqlite', fallback: null, events: 4 });
  });

  it('counts what it finds towards the limits', () => {
    const first = someEvents({ settings: { maxEvents: 3 } });
    for (const text of ['a', 'b', 'c']) first.events.append('s', note(text));
    first.events.dispose();
    const { database, clock } = first;
    const second = someEvents({ database, clock, settings: { maxEvents: 3 } });
    second.events.append('s', note('d'));
    expect(said(second.events.readAfter('s', null))).toEqual(['b', 'c', 'd']);
  });

  it('passes over a row that nobody can read, with one line in the log', () => {
    const first = someEvents();
    for (const text of ['a', 'b', 'c']) first.events.append('s', note(text));
    first.events.dispose();
    const { database, clock } = first;
    database.exec(`UPDATE gateway_events SET body = 'broken' WHERE id > 1`);
    database.exec(`INSERT INTO gateway_events (seq, charge, stream) VALUES (1, 1, 'no name')`);
    const { events, log } = someEvents({ database, clock });
    expect(said(events.readAfter('s', null))).toEqual(['a', null, null]);
    expect(said(events.readAfter('s', null))).toEqual(['a', null, null]);
    expect(log.complaints).toHaveLength(1);
  });
});
