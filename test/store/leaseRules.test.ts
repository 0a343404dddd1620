import { describe, expect, it } from 'vitest';
import {
  type LeaseRow,
  type ProcessFacts,
  type Sighting,
  isDead,
  isSilent,
  look,
  mayTake,
  sureFor,
  silentAfter,
} from '../../src/store/leaseRules.ts';

const now = 1_000_000_000;

const aRow = (more: Partial<LeaseRow> = {}): LeaseRow => ({
  owner: 'one',
  pid: 42,
  machine: 'here',
  started: now - 60_000,
  heartbeat: now,
  beat: 5,
  requestedBy: null,
  ...more,
});

const facts = (alive: boolean, more: Partial<ProcessFacts> = {}): ProcessFacts => ({
  machine: 'here',
  bootedAt: now - 86_400_000,
  isAlive: () => alive,
  ...more,
});

describe('an owner is dead', () => {
  it.each([
    ['when its process is gone', aRow(), facts(false), true],
    ['never while its process lives', aRow(), facts(true), false],
    ['never by a pid of another machine', aRow({ machine: 'there' }), facts(false), false],
    [
      'when it beat last before this machine booted, whoever has its pid now',
      aRow({ heartbeat: now - 90_000_000 }),
      facts(true),
      true,
    ],
    ['not by the wavering of boot time', aRow({ heartbeat: now - 86_430_000 }), facts(true), false],
  ])('%s', (_, row, process, expected) => {
    expect(isDead(row, process)).toBe(expected);
  });
});

describe('an owner is silent', () => {
  const sighting = (silence: number): Sighting => ({ owner: 'one', beat: 5, silence });

  it.each([
    ['after 10 s without a beat, whatever the wall clock says', aRow(), 10_000, true],
    ['not a moment before', aRow(), 9_999, false],
    [
      'when its last beat is old and two beats were missed before our eyes',
      aRow({ heartbeat: now - 10_001 }),
      4_000,
      true,
    ],
    [
      'not by an old beat alone: we may both have slept',
      aRow({ heartbeat: now - 3_600_000 }),
      3_999,
      false,
    ],
    ['not by missed beats alone', aRow({ heartbeat: now - 10_000 }), 4_000, false],
  ])('%s', (_, row, silence, expected) => {
    expect(isSilent(row, sighting(silence), now)).toBe(expected);
  });
});

describe('looking', () => {
  it('counts silence while the beat stands still and starts anew with each beat and owner', () => {
    const first = look(null, aRow(), 1000);
    const second = look(first, aRow(), 1000);
    expect([first.silence, second.silence]).toEqual([0, 1000]);
    expect(look(second, aRow({ beat: 6 }), 1000).silence).toBe(0);
    expect(look(second, aRow({ owner: 'two' }), 1000).silence).toBe(0);
  });

  it('counts a night of sleep as two polls', () => {
    expect(look(look(null, aRow(), 0), aRow(), 8 * 3_600_000).silence).toBe(2000);
  });
});

it('takes what is free, and waits for an owner that it has not watched', () => {
  expect(mayTake(null, null, facts(true), now)).toBe(true);
  expect(mayTake(aRow(), null, facts(true), now)).toBe(false);
});

it('makes an owner doubt its lease before anybody may take it', () => {
  expect(sureFor).toBeLessThan(silentAfter);
});
