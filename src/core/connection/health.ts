// What a health answer says, and when silence or a changed answer counts as loss. Pure judgement: who asks and
// when is runtime/pulse.ts.
import * as z from 'zod/mini';
import type { Millis } from '../../base/clock.ts';
import type { RunMark } from '../record.ts';
import type { HealthSettings } from '../settings.ts';

/** `GET /health` of a server, read tolerantly; null where a field is missing or of another type. */
export interface HealthBody {
  readonly status: string | null;
  readonly uptimeSecs: number | null;
  readonly version: string | null;
  readonly instanceId: string | null;
  readonly sessions: { readonly total: number | null; readonly connected: number | null } | null;
  readonly jobs: { readonly pending: number | null; readonly running: number | null } | null;
}

export interface HealthReading {
  /** Wall time of the answer. */
  readonly at: Millis;
  /** Reading of the clock that never jumps, to tell elapsed time across a set clock or sleep. */
  readonly steadyAt: Millis;
  readonly latency: Millis;
  /** HTTP status; below 400 means up. */
  readonly status: number;
  readonly body: HealthBody;
}

/** These texts are shown and stored; nobody's version is longer. */
const longestText = 200;
const aText = z.catch(
  z.nullable(
    z.pipe(
      z.string(),
      z.transform((text) => text.slice(0, longestText)),
    ),
  ),
  null,
);
const aCount = z.catch(z.nullable(z.number().check(z.gte(0))), null);

const healthShape = z.object({
  status: aText,
  uptime_secs: aCount,
  version: aText,
  instanceId: aText,
  sessions: z.catch(z.nullable(z.object({ total: aCount, connected: aCount })), null),
  jobs: z.catch(z.nullable(z.object({ pending: aCount, running: aCount })), null),
});

/** Reads anything. Plain texts (`ok`, `pong`, `✓ Ok`) and foreign shapes say only that somebody answered. */
export const asHealthBody = (value: unknown): HealthBody => {
  const read = healthShape.safeParse(value);
  if (!read.success)
    return {
      status: null,
      uptimeSecs: null,
      version: null,
      instanceId: null,
      sessions: null,
      jobs: null,
    };
  const { uptime_secs: uptimeSecs, ...others } = read.data;
  return { ...others, uptimeSecs };
};

export type RestartSign =
  | 'other-instance'
  | 'other-version'
  | 'uptime-went-down'
  | 'uptime-too-small';

export type RunVerdict =
  | { readonly kind: 'same' }
  | { readonly kind: 'restarted'; readonly sign: RestartSign };

const differs = (before: string | null, now: string | null): boolean =>
  before !== null && now !== null && before !== now;

/** Two uptimes rounded to whole seconds may disagree by this much without meaning anything. */
const rounding: Millis = 2000;

/**
 * Whether an uptime that has grown is that of a younger process. Being smaller than expected is not enough: a server
 * behind a cache, or one whose uptime stands still, would be called restarted at every poll. A process born between
 * the two readings is also no older than the time between them. Zero twice is the answer of a server that
 * does not really count.
 */
const isYounger = (before: number, now: number, elapsed: Millis, latency: Millis): boolean => {
  const tolerance = rounding + latency;
  const isSmall = now * 1000 + tolerance < before * 1000 + elapsed;
  return isSmall && now > 0 && now * 1000 <= elapsed + rounding;
};

const uptimeSign = (
  before: number,
  reading: HealthReading,
  now: number,
  elapsed: Millis | null,
): RestartSign | null => {
  if (now < before) return 'uptime-went-down';
  return elapsed !== null && isYounger(before, now, elapsed, reading.latency)
    ? 'uptime-too-small'
    : null;
};

/**
 * Whether the server was restarted since `previous`. `elapsedSteady` is the time between the two readings on the
 * clock that never jumps, null where it is not known (after a reload). After sleep it is not used: the server's
 * clock may have stood still, or not, and a false alarm would throw a living session away.
 */
export const judgeRun = (
  previous: RunMark,
  now: HealthReading,
  elapsedSteady: Millis | null,
  slept: boolean,
): RunVerdict => {
  const { body } = now;
  if (differs(previous.instanceId, body.instanceId))
    return { kind: 'restarted', sign: 'other-instance' };
  if (differs(previous.version, body.version)) return { kind: 'restarted', sign: 'other-version' };
  if (previous.uptimeSecs === null || body.uptimeSecs === null) return { kind: 'same' };
  const elapsed = slept ? null : elapsedSteady;
  const sign = uptimeSign(previous.uptimeSecs, now, body.uptimeSecs, elapsed);
  return sign === null ? { kind: 'same' } : { kind: 'restarted', sign };
};

/**
 * A session id that the server cannot have given to us, of the same shape as ours: its last letter or digit is another. Null
 * where there is none.
 */
export const strangerTo = (sessionId: string): string | null => {
  const [, before, last, after] = /^(.*)([\da-z])([^\da-z]*)$/is.exec(sessionId) ?? [];
  if (before === undefined || last === undefined) return null;
  const other = /\d/.test(last) ? (last === '0' ? '1' : '0') : /a/i.test(last) ? 'b' : 'a';
  const isUpper = last !== last.toLowerCase();
  return `${before}${isUpper ? other.toUpperCase() : other}${after ?? ''}`;
};

export interface PollQuestion {
  readonly state: 'up' | 'down';
  /** `ping`: the server offers no health endpoint, so its session is pinged instead. */
  readonly mode: 'health' | 'ping';
  /** Time since anybody used the server. */
  readonly idleFor: Millis;
  readonly local: boolean;
  readonly settings: HealthSettings;
}

/** How long until the next question to a server. */
export const nextPoll = (question: PollQuestion): Millis => {
  const { state, mode, idleFor, local, settings } = question;
  if (state === 'down') return local ? settings.reconnectingLocal : settings.reconnectingRemote;
  // A keepalive also keeps an idle session from expiring, so it does not slow down.
  if (mode === 'ping') return settings.pingInterval;
  return idleFor >= settings.idleAfter ? settings.idleInterval : settings.interval;
};

export interface Silence {
  readonly callWaits: boolean;
  /** Time since the last byte from the server. */
  readonly lasted: Millis;
  /** Probes in a row that were not answered within their limit. */
  readonly misses: number;
}

export type SilenceVerdict =
  | { readonly kind: 'wait' }
  | { readonly kind: 'probe'; readonly limit: Millis }
  | { readonly kind: 'loss' };

/**
 * What a silence asks for. A missed probe, also a keepalive, is repeated at once, and a second miss is a loss. The second
 * one has half the time: 5 s of silence and both probes must fit into the 10 s of the promise *dead-detected*.
 */
export const silenceVerdict = (silence: Silence, settings: HealthSettings): SilenceVerdict => {
  const { callWaits, lasted, misses } = silence;
  if (misses >= 2) return { kind: 'loss' };
  if (misses === 1) return { kind: 'probe', limit: settings.probeTimeout / 2 };
  return callWaits && lasted >= settings.callSilence
    ? { kind: 'probe', limit: settings.probeTimeout }
    : { kind: 'wait' };
};
