// The page's words: the table that the extension sent, and times and shares as the user's language writes them.
import type { Millis } from '../base/clock.ts';
import type { Say } from '../core/wording/say.ts';

export interface Language {
  readonly say: Say;
  /** A moment; its day only where that is not today. */
  readonly time: (at: Millis, now: Millis) => string;
  /** A moment on the axis, whose marks are `step` apart. */
  readonly tick: (at: Millis, step: Millis) => string;
  readonly percent: (share: number) => string;
}

const minute: Millis = 60_000;
const day: Millis = 86_400_000;

const isMidnight = (at: Date): boolean => at.getHours() === 0 && at.getMinutes() === 0;

/** A language that the browser does not know must not leave the page empty. */
const known = (tag: string): string => {
  try {
    return Intl.DateTimeFormat.supportedLocalesOf(tag)[0] ?? 'en';
  } catch {
    return 'en';
  }
};

export const speak = (tag: string, pairs: readonly (readonly string[])[]): Language => {
  const language = known(tag);
  const words = new Map(pairs.map(([english = '', theirs = english]) => [english, theirs]));
  const format = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat(language, options);
  const [exact, short, dated, onlyDay] = [
    format({ timeStyle: 'medium' }),
    format({ timeStyle: 'short' }),
    format({ dateStyle: 'short', timeStyle: 'medium' }),
    format({ month: 'short', day: 'numeric' }),
  ];
  const percents = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 });
  const tick = (at: Millis, step: Millis): string => {
    const date = new Date(at);
    if (step >= day || isMidnight(date)) return onlyDay.format(date);
    return (step >= minute ? short : exact).format(date);
  };
  return {
    say: (message, ...args) => {
      const text = words.get(message) ?? message;
      return text.replaceAll(/\{(\d+)\}/g, (whole, index) => {
        const value = args[Number(index)];
        return value === undefined ? whole : String(value);
      });
    },
    time: (at, now) => {
      const isToday = new Date(at).toDateString() === new Date(now).toDateString();
      return (isToday ? exact : dated).format(at);
    },
    tick,
    // Rounded down: a server that was away for a moment was not there for all of the time.
    percent: (share) => percents.format(Math.floor(share * 1_000) / 1_000),
  };
};
