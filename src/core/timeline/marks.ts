// The marks of a lane: moments that a person looks for. Calls are counted where they met a loss, whose exact time is known; a
// minute whose counts no loss explains has a mark of its own. Not here: drawing them.
import type { Millis } from '../../base/clock.ts';
import { type ChronicleEntry, type EntryOf, isKind, type MarkWhat } from '../chronicle.ts';
import type { Say } from '../wording/say.ts';
import type { Mark } from './lane.ts';
import type { Sign } from './look.ts';

const minute: Millis = 60_000;

const signs: Readonly<Record<MarkWhat, Sign>> = {
  started: 'window',
  reloaded: 'window',
  ended: 'window',
  slept: 'sleep',
  restarted: 'restart',
};

const titleOf = (what: MarkWhat, say: Say): string => {
  switch (what) {
    case 'started':
      return say('window opened');
    case 'reloaded':
      return say('window reloaded');
    case 'ended':
      return say('window closed');
    case 'slept':
      return say('computer slept');
    case 'restarted':
      return say('server restarted');
  }
};

/** It is written down when it is over, and stands where it began. */
const ofMark = ({ what, at, length, serverId }: EntryOf<'mark'>, say: Say): Mark => ({
  sign: signs[what],
  title: titleOf(what, say),
  at: at - (length ?? 0),
  length,
  isCommon: serverId === null,
});

type Recovery = EntryOf<'recovery'>;

/** Of these calls the marks speak; the others ended well, or their callers were told at once. */
type Counted = 'held' | 'unknown';

const callWords = (counted: Counted, count: number, say: Say): string => {
  if (counted === 'held') return count === 1 ? say('1 call held') : say('{0} calls held', count);
  return count === 1 ? say('1 call that may have run') : say('{0} calls that may have run', count);
};

const ofCalls = (
  { held, unknown }: { readonly held: number; readonly unknown: number },
  at: Millis,
  length: Millis | null,
  say: Say,
): readonly Mark[] => {
  const marks: Mark[] = [];
  const isCommon = false;
  if (held > 0)
    marks.push({ sign: 'held', title: callWords('held', held, say), at, length, isCommon });
  if (unknown > 0)
    marks.push({
      sign: 'unknown',
      title: callWords('unknown', unknown, say),
      at,
      length: null,
      isCommon,
    });
  return marks;
};

/** Each connection of a server that was lost tells the toll of all; once is enough. */
const firstOfEach = (recoveries: readonly Recovery[]): readonly Recovery[] => {
  const kept: Recovery[] = [];
  // The server's own connection speaks for the others.
  const ranked = recoveries.toSorted(
    (one, other) => Number(one.client !== null) - Number(other.client !== null),
  );
  for (const entry of ranked) {
    const isTold = kept.some(({ at, until }) => at <= entry.until && entry.at <= until);
    if (!isTold) kept.push(entry);
  }
  return kept;
};

/** What no loss nearby has counted. A call is counted in the minute of its end, which may be the one after the loss. */
const fromMinute = (
  { at, held, unknown }: EntryOf<'calls'>,
  recoveries: readonly Recovery[],
  say: Say,
): readonly Mark[] => {
  const near = recoveries.filter((each) => each.at < at + minute && each.until >= at - minute);
  const left = (counted: Counted, count: number): number =>
    near.some(({ calls }) => calls[counted] > 0) ? 0 : count;
  return ofCalls({ held: left('held', held), unknown: left('unknown', unknown) }, at, null, say);
};

export const marksOf = (entries: readonly ChronicleEntry[], say: Say): readonly Mark[] => {
  const recoveries = firstOfEach(entries.filter(isKind('recovery')));
  return [
    ...entries.filter(isKind('mark')).map((mark) => ofMark(mark, say)),
    ...recoveries.flatMap(({ calls, at, until }) => ofCalls(calls, at, until - at, say)),
    ...entries.filter(isKind('calls')).flatMap((each) => fromMinute(each, recoveries, say)),
  ].toSorted((one, other) => one.at - other.at);
};
