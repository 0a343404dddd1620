import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RpcMessage } from '../../../src/core/rpc.ts';
import type { EventStoreSettings } from '../../../src/core/settings.ts';
import { chargeOf } from '../../../src/store/events/eventIndex.ts';
import type { Events } from '../../../src/store/events/events.ts';
import { placeOf } from '../../../src/store/events/eventId.ts';
import { readNumber } from '../fixtures.ts';
import { answer, type EventsMore, note, said, someEvents } from './eventFixtures.ts';

const kinds: readonly (readonly [name: string, more: EventsMore])[] = [
  ['in SQLite', {}],
  ['in memory', { inMemory: true }],
];

const bytesOf = (message: RpcMessage): number => Buffer.byteLength(JSON.stringify(message));
/** A message whose event counts so much on a stream with a name of one character. */
const ofCharge = (charge: number, mark = 'x'): RpcMessage => {
  const empty = chargeOf('s', bytesOf(note('')));
  return note(mark.repeat(charge - empty));
};
const mebibyte = 2 ** 20;

/** No two characters alike in a row, so that nothing can be saved. */
const noise = (length: number): string => {
  let [text, state] = ['', 1];
  while (text.length < length) {
    state = (state * 48_271) % 2_147_483_647;
    text += state.toString(36);
  }
  return text.slice(0, length);
};

/** What is kept of a stream is its newest part, and every cursor is told the truth about. Returns how many are kept. */
const expectNewestOf = (events: Events, name: string, ids: readonly string[]): number => {
  const kept = events.readAfter(name, null).map(({ id }) => id);
  expect(kept.length).toBeLessThanOrEqual(7);
  expect(kept).toEqual(kept.length === 0 ? [] : ids.slice(-kept.length));
  for (const [index, id] of ids.entries()) {
    const isKnown = events.streamOf(id) !== null;
    if (kept.includes(id)) expect(isKnown).toBe(true);
    // Whoever resumes is given everything that came after, or told that something is gone.
    const after = isKnown ? events.readAfter(name, id).map((event) => event.id) : null;
    if (after !== null) expect(after).toEqual(ids.slice(index + 1));
  }
  return kept.length;
};

describe.each(kinds)('the limits of an event store %s [bounded]', (_name, more) => {
  const withSettings = (settings: Partial<EventStoreSettings>) => someEvents({ ...more, settings });

  it('keep as many events of a stream as they say, then the newest, said once', () => {
    const { events, log } = withSettings({ maxEvents: 3 });
    const ids = ['a', 'b', 'c'].map((text) => events.append('s', note(text)));
    expect(said(events.readAfter('s', null))).toEqual(['a', 'b', 'c']);
    expect(log.complaints).toEqual([]);
    events.append('s', note('d'));
    events.append('s', note('e'));
    expect(said(events.readAfter('s', null))).toEqual(['c', 'd', 'e']);
    expect(log.complaints).toEqual([expect.stringContaining('maxEvents')]);
    expect(ids.map((id) => events.streamOf(id))).toEqual([null, 's', 's']);
    expect(events.status.value.events).toBe(3);
  });

  it('drop a part at once where a stream has many, so that not every event costs a removal', () => {
    const { events } = withSettings({ maxEvents: 1000 });
    for (let index = 0; index < 1000; index += 1) events.append('s', note(String(index)));
    expect(events.readAfter('s', null)).toHaveLength(1000);
    events.append('s', note('1000'));
    const kept = said(events.readAfter('s', null));
    expect([kept.length, kept.at(-1)]).toEqual([969, '1000']);
  });

  it('keep an event for its time to live, and not a moment longer', async () => {
    const { events, clock } = withSettings({ ttl: 60_000 });
    const id = events.append('s', note('a'));
    await clock.advance(30_000);
    events.append('s', note('b'));
    await clock.advance(29_999);
    expect(said(events.readAfter('s', null))).toEqual(['a', 'b']);
    await clock.advance(5);
    expect(said(events.readAfter('s', null))).toEqual(['b']);
    // Nothing that came after it is gone, so it still serves as a cursor.
    expect([events.streamOf(id), said(events.readAfter('s', id))]).toEqual(['s', ['b']]);
  });

  it('let go of what nobody asks for any more, and of the timer with it', async () => {
    const { events, clock } = withSettings({ ttl: 60_000 });
    for (const name of ['a', 'b', 'c']) events.append(name, note('x'));
    await clock.advance(60_000 + 60_000 / 16 + 5);
    expect([events.status.value.events, events.status.value.bytes]).toEqual([0, 0]);
    expect(clock.pending).toBe(0);
  });

  it('still know the last cursor of a quiet stream whose events are too old, but none before it', async () => {
    const { events, clock } = withSettings({ ttl: 1000 });
    const [first, last] = [events.append('s', note('a')), events.append('s', note('b'))];
    await clock.advance(5000);
    expect([events.streamOf(first), events.streamOf(last)]).toEqual([null, 's']);
    events.append('s', note('c'));
    expect(said(events.readAfter('s', last))).toEqual(['c']);
  });

  it('keep as many bytes as they say: at the limit all, past it the largest stream loses its oldest', () => {
    const { events, log } = withSettings({ maxBytes: mebibyte, compressFrom: mebibyte });
    const eighth = mebibyte / 8;
    // Older, and with more than one event: that does not make it the one to lose.
    for (const text of ['a', 'b']) events.append('s', ofCharge(eighth / 2, text));
    events.append('t', ofCharge(eighth));
    for (let index = 0; index < 6; index += 1) events.append('l', ofCharge(eighth, `${index}`));
    expect([events.status.value.bytes, events.status.value.events]).toEqual([mebibyte, 9]);
    expect(log.complaints).toEqual([]);
    events.append('t', note('one more'));
    expect(events.status.value.bytes).toBeLessThanOrEqual(mebibyte);
    expect([events.readAfter('l', null).length, events.readAfter('s', null).length]).toEqual([
      5, 2,
    ]);
    expect(events.readAfter('t', null)).toHaveLength(2);
    expect(log.complaints).toEqual([expect.stringContaining('maxBytes')]);
  });

  it('take priming events before answers, and then the answers that lie there for longest', () => {
    const { events } = withSettings({ maxBytes: mebibyte });
    const text = 'x'.repeat(2000);
    for (let index = 0; index < 1000; index += 1) {
      events.append(`s${index}`, null);
      events.append(`s${index}`, answer(index, text));
    }
    const kept = Array.from({ length: 1000 }, (_, index) => events.readAfter(`s${index}`, null));
    const answers = kept.map((stream) => stream.some(({ message }) => message !== null));
    const firstKept = answers.indexOf(true);
    expect(firstKept).toBeGreaterThan(400);
    expect(answers.slice(firstKept)).not.toContain(false);
    expect(kept.at(-1)).toHaveLength(2);
  });

  it('refuse an event larger than a quarter of all: whoever comes back for the answer is told so', () => {
    const { events, log } = withSettings({ maxBytes: mebibyte, compressFrom: 64 * mebibyte });
    const quarter = mebibyte / 4;
    const room = quarter - bytesOf(answer(7, ''));
    events.append('fits', answer(7, noise(room)));
    expect(events.readAfter('fits', null)[0]?.message).toEqual(answer(7, noise(room)));
    expect(log.complaints).toEqual([]);
    // More than what compression could save: it is tried where an event would not fit as it is.
    const huge = noise(4 * quarter);
    events.append('tool', answer(7, huge));
    events.append('read', { jsonrpc: '2.0', id: 'r', result: { contents: [huge] } });
    events.append('note', note(huge));
    const [tool, read, told] = ['tool', 'read', 'note'].map(
      (name) => events.readAfter(name, null)[0]?.message,
    );
    expect(tool).toMatchObject({ id: 7, result: { isError: true } });
    expect(JSON.stringify(tool)).toMatch(/too large.*maxBytes/);
    expect(read).toMatchObject({ id: 'r', error: { code: -32603 } });
    expect(told).toBeNull();
    expect(log.complaints).toEqual([expect.stringContaining('too large')]);
  });

  it('keep an event that is too large as it is, but fits when it is compressed', () => {
    const { events, log } = withSettings({ maxBytes: mebibyte, compressFrom: 64 * mebibyte });
    const message = answer(7, 'the same again and again. '.repeat(50_000));
    expect(bytesOf(message)).toBeGreaterThan(mebibyte);
    events.append('s', message);
    expect(events.readAfter('s', null)[0]?.message).toEqual(message);
    expect(log.complaints).toEqual([]);
  });

  it('compress from the size that the settings say, where it helps, and not below', () => {
    const { events } = withSettings({ compressFrom: 1000 });
    const taken = (message: RpcMessage): number => {
      const before = events.status.value.bytes;
      events.append('s', message);
      return events.status.value.bytes - before;
    };
    const ofBytes = (bytes: number): RpcMessage => note('x'.repeat(bytes - bytesOf(note(''))));
    expect(taken(ofBytes(999))).toBe(chargeOf('s', 999));
    expect(taken(ofBytes(1000))).toBeLessThan(chargeOf('s', 300));
    const random = note(
      Buffer.from(crypto.getRandomValues(new Uint8Array(4000))).toString('latin1'),
    );
    expect(taken(random)).toBeGreaterThan(3000);
    const back = events.readAfter('s', null).map(({ message }) => message);
    expect(back).toEqual([ofBytes(999), ofBytes(1000), random]);
  });

  it('hold, and what is left of a stream is its newest part, whatever comes', () => {
    const aStep = fc.record({
      stream: fc.integer({ min: 0, max: 5 }),
      size: fc.integer({ min: 0, max: 120_000 }),
      drop: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(aStep, { maxLength: 60 }), (steps) => {
        const { events } = withSettings({
          maxEvents: 7,
          maxBytes: mebibyte,
          compressFrom: mebibyte,
        });
        const written = new Map<string, string[]>();
        for (const { stream, size, drop } of steps) {
          const name = `s${stream}`;
          if (drop && size % 10 === 0) {
            events.drop(name);
            written.delete(name);
            continue;
          }
          const id = events.append(name, note('x'.repeat(size)));
          written.set(name, [...(written.get(name) ?? []), id]);
          expect(events.readAfter(name, null).at(-1)?.id).toBe(id);
          expect(events.status.value.bytes).toBeLessThanOrEqual(mebibyte);
        }
        let count = 0;
        for (const [name, ids] of written) count += expectNewestOf(events, name, ids);
        expect(events.status.value.events).toBe(count);
      }),
      { numRuns: 40 },
    );
  });
});

describe('the table', () => {
  it('holds what the store knows and nothing else, after everything that drops events', async () => {
    const { events, database, clock } = someEvents({ settings: { maxEvents: 3, ttl: 60_000 } });
    const rows = (): number => readNumber(database, 'SELECT count(*) FROM gateway_events');
    for (let index = 0; index < 10; index += 1) events.append(`s${index % 3}`, note('x'));
    expect([rows(), events.status.value.events]).toEqual([9, 9]);
    events.drop('s0');
    expect(rows()).toBe(6);
    await clock.advance(70_000);
    expect(rows()).toBe(0);
  });

  it('is emptied of what became too old while nobody ran', () => {
    const first = someEvents({ settings: { ttl: 60_000 } });
    first.events.append('s', note('a'));
    first.events.dispose();
    const { clock, database } = first;
    clock.jump(70_000);
    const second = someEvents({ clock, database, settings: { ttl: 60_000 } });
    expect(second.events.readAfter('s', null)).toEqual([]);
    expect(readNumber(database, 'SELECT count(*) FROM gateway_events')).toBe(0);
  });

  it('holds the number that the event`s id tells', () => {
    const { events, database } = someEvents();
    const id = events.append('s', note('a'));
    expect(readNumber(database, 'SELECT seq FROM gateway_events')).toBe(placeOf(id)?.seq);
  });
});
