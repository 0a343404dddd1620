import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  decodeName,
  encodeName,
  eventIdOf,
  longestEventId,
  placeOf,
} from '../../../src/store/events/eventId.ts';
import { EventNumbers, firstAt, timeOf } from '../../../src/store/events/eventNumbers.ts';
import { VirtualClock } from '../../support/virtualClock.ts';

const awkward = ['', '_', '_GET_stream', '__', 'a_b_c', '-', '~', '~%22%22', ' ', 'a b', 'ü', '\n'];
const aName = fc.oneof(
  fc.constantFrom(...awkward),
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.string({ unit: 'grapheme', maxLength: 200 }),
);
const aNumber = fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER });

describe('an event id', () => {
  it('tells its stream and its number, whatever the stream is called', () => {
    fc.assert(
      fc.property(aNumber, aName, (seq, stream) => {
        expect(placeOf(eventIdOf(seq, stream))).toEqual({ stream, seq });
      }),
    );
  });

  it('is plain ASCII without spaces, so that it fits into a header and a line', () => {
    fc.assert(
      fc.property(aNumber, aName, (seq, stream) => {
        expect(eventIdOf(seq, stream)).toMatch(/^[\x21-\x7e]+$/);
      }),
    );
  });

  it('holds a name of plain ASCII as it is', () => {
    expect(eventIdOf(36, 't.client.1.%227%22.')).toBe('10-t.client.1.%227%22.');
  });

  it('differs where the number or the stream does', () => {
    const names = fc.tuple(aName, aName).filter(([one, other]) => one !== other);
    fc.assert(
      fc.property(aNumber, names, (seq, [one, other]) => {
        expect(eventIdOf(seq, one)).not.toBe(eventIdOf(seq, other));
      }),
    );
    expect(eventIdOf(1, 'a')).not.toBe(eventIdOf(2, 'a'));
  });

  it('is not seen in a text that is none', () => {
    const none = ['', 'x', '-', '-a', '0-a', '01-a', 'A-a', '1', '1~', '1~a', '1~%22a%22', '1~%'];
    expect(none.map(placeOf)).toEqual(none.map(() => null));
    expect(placeOf(`${'z'.repeat(11)}-a`)).toBeNull();
    fc.assert(fc.property(fc.string(), (text) => void placeOf(text)));
  });

  it('is never longer than a header allows: a longer name is refused with a reason', () => {
    const fits = 'x'.repeat(longestEventId - 2);
    expect(eventIdOf(1, fits)).toHaveLength(longestEventId);
    expect(() => eventIdOf(1, `${fits}x`)).toThrow(/too long.*4097.*4096/);
  });
});

it('an encoded name has one form only', () => {
  fc.assert(
    fc.property(aName, (name) => {
      expect(decodeName(encodeName(name))).toBe(name);
    }),
  );
  expect(decodeName('~%22plain%22')).toBeNull();
});

describe('the numbers of events', () => {
  it('grow, also when many events come in one millisecond, and tell the time', () => {
    const clock = new VirtualClock();
    const numbers = new EventNumbers(clock, 0.5);
    const made = Array.from({ length: 5000 }, () => numbers.next());
    expect(made).toEqual([...new Set(made)].toSorted((one, other) => one - other));
    expect(timeOf(made[0] ?? 0)).toBe(clock.now());
    expect(firstAt(clock.now())).toBeLessThanOrEqual(made[0] ?? 0);
  });

  it('grow when the clock goes backwards', () => {
    const clock = { time: 2_000_000, now: () => clock.time };
    const numbers = new EventNumbers(clock, 0);
    const before = numbers.next();
    clock.time = 1_000_000;
    expect(numbers.next()).toBeGreaterThan(before);
  });

  it('are greater than those of an earlier life whose clock was ahead', () => {
    const numbers = new EventNumbers({ now: () => 1_000_000 }, 0);
    numbers.observe(firstAt(9_000_000));
    expect(numbers.next()).toBeGreaterThan(firstAt(9_000_000));
  });

  it('of two processes differ in the same millisecond', () => {
    const now = () => 1_000_000;
    const [one, other] = [new EventNumbers({ now }, 0.1), new EventNumbers({ now }, 0.9)];
    expect(one.next()).not.toBe(other.next());
  });
});
