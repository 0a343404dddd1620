// Lengths of time in words: short for the eye, whole words for a screen reader.
import type { Millis } from '../../base/clock.ts';
import type { Say } from './say.ts';

interface Parts {
  readonly days: number;
  readonly hours: number;
  readonly minutes: number;
  readonly seconds: number;
}

const partsOf = (length: Millis): Parts => {
  // A wall clock that was set back makes a negative age.
  const seconds = Math.floor(Math.max(0, length) / 1000);
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  return {
    days: Math.floor(hours / 24),
    hours: hours % 24,
    minutes: minutes % 60,
    seconds: seconds % 60,
  };
};

/** The two largest units where the second one still matters: `3 s`, `2 min`, `1 h 5 min`, `4 d`. */
export const formatAge = (length: Millis, say: Say): string => {
  const { days, hours, minutes, seconds } = partsOf(length);
  if (days > 0) return say('{0} d', days);
  if (hours > 0) return minutes > 0 ? say('{0} h {1} min', hours, minutes) : say('{0} h', hours);
  return minutes > 0 ? say('{0} min', minutes) : say('{0} s', seconds);
};

const spokenUnit = (count: number, one: string, many: string): string => (count === 1 ? one : many);

/** The largest unit in whole words, for a sentence that is read aloud. */
export const spokenAge = (length: Millis, say: Say): string => {
  const { days, hours, minutes, seconds } = partsOf(length);
  if (days > 0) return say(spokenUnit(days, '{0} day', '{0} days'), days);
  if (hours > 0) return say(spokenUnit(hours, '{0} hour', '{0} hours'), hours);
  if (minutes > 0) return say(spokenUnit(minutes, '{0} minute', '{0} minutes'), minutes);
  return say(spokenUnit(seconds, '{0} second', '{0} seconds'), seconds);
};

/** Time left, rounded up: a countdown that shows 0 s has ended. */
export const timeLeft = (until: Millis, now: Millis): Millis =>
  Math.ceil(Math.max(0, until - now) / 1000) * 1000;
