// What is said of a band, a mark or a look at health: short lines for the eye, the same as sentences for the ear. Made where it
// is shown, from codes and numbers. Not here: the words of states, causes and failures themselves (wording).
import type { Millis } from '../../base/clock.ts';
import { decimal } from '../wording/number.ts';
import type { Say } from '../wording/say.ts';
import { formatAge } from '../wording/time.ts';
import type { Band, Mark } from './lane.ts';
import type { BandLook, Sign } from './look.ts';

/** What the words depend on besides the thing itself. */
export interface Speech {
  readonly say: Say;
  readonly now: Millis;
  /** A moment as the user's language writes it. */
  readonly time: (at: Millis) => string;
}

export interface Told {
  readonly title: string;
  readonly when: string;
  readonly lines: readonly string[];
}

const hourOfSeconds = 3_600;

/** Shorter than a second is still told: a quick recovery is what a person looks for. Seconds are told below an hour. */
export const exactAge = (length: Millis, say: Say): string => {
  const whole = Math.round(length);
  if (whole < 1_000) return say('{0} ms', whole);
  const tenths = Math.round(length / 100);
  if (tenths < 100) return say('{0} s', decimal(tenths, say));
  const seconds = Math.round(length / 1_000);
  if (seconds < 60 || seconds >= hourOfSeconds || seconds % 60 === 0)
    return formatAge(seconds * 1_000, say);
  return say('{0} min {1} s', Math.floor(seconds / 60), seconds % 60);
};

const during = (from: Millis, to: Millis | null, { say, now, time }: Speech): string =>
  to === null
    ? say('since {0} ({1})', time(from), exactAge(Math.max(0, now - from), say))
    : say('{0} to {1} ({2})', time(from), time(to), exactAge(to - from, say));

const capital = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}`;

export const tellBand = (band: Band, speech: Speech): Told => ({
  title: capital(band.name),
  when: during(band.from, band.to, speech),
  lines: band.lines,
});

export const tellMark = ({ title, at, length }: Mark, { say, time }: Speech): Told => ({
  title: capital(title),
  when: length === null ? time(at) : say('{0}, for {1}', time(at), exactAge(length, say)),
  lines: [],
});

export const tellLatency = (at: Millis, latency: Millis | null, { say, time }: Speech): Told => ({
  title:
    latency === null
      ? say('No health answer')
      : say('Health answered in {0}', exactAge(latency, say)),
  when: time(at),
  lines: [],
});

/** One sentence, for a live region. */
export const spokenOf = ({ title, when, lines }: Told): string =>
  `${[title, when, ...lines].join(', ')}.`;

/** The legend of a look. States that look alike are named together. */
export const lookWords = (look: BandLook, say: Say): string => {
  switch (look) {
    case 'up':
      return say('ready');
    case 'weak':
      return say('degraded');
    case 'trying':
      return say('connecting, reconnecting');
    case 'down':
      return say('suspended');
    case 'person':
      return say('needs you');
    case 'broken':
      return say('failed, crash loop');
    case 'off':
      return say('off, idle');
  }
};

export const signWords = (sign: Sign, say: Say): string => {
  switch (sign) {
    case 'restart':
      return say('server restarted');
    case 'window':
      return say('window opened, closed, reloaded');
    case 'sleep':
      return say('computer slept');
    case 'held':
      return say('calls held');
    case 'unknown':
      return say('calls that may have run');
  }
};
