// Who may own the stored sessions, as pure sentences over what a window sees. Not here: asking and telling (lease.ts).
import type { Millis } from '../base/clock.ts';

export interface LeaseRow {
  /** Random id of the owning window. */
  readonly owner: string;
  readonly pid: number;
  /** The machine and process namespace in which the pid means something. */
  readonly machine: string;
  /** Wall times. */
  readonly started: Millis;
  readonly heartbeat: Millis;
  /** Counts heartbeats: unlike a time it cannot be set back by anybody. */
  readonly beat: number;
  /** The window that asks to be given the lease. */
  readonly requestedBy: string | null;
}

export const heartbeatEvery: Millis = 2000;
export const pollEvery: Millis = 1000;
/** An owner silent for this long has lost the lease to whoever asks first. */
export const silentAfter: Millis = 10_000;
/** An owner that did not beat for this long asks before it trusts its lease again; below `silentAfter` on purpose. */
export const sureFor: Millis = 8000;
export const askAgainAfter: Millis = 30_000;
export const watchedWithin: Millis = 3000;
/** A window that gave way leaves the lease to the one that asked for this long. */
export const yieldFor: Millis = 10_000;
// Two heartbeats: an owner that wakes from sleep together with us has shown itself by then.
const seenSilentFor: Millis = 2 * heartbeatEvery;
// Boot time is reckoned from two clocks and wavers.
const bootMargin: Millis = 60_000;

/** Why what was owned is not any more. `failing`: nobody can say whose it is until its file can be used again. */
export type LeaseLoss =
  | { readonly kind: 'taken' }
  | { readonly kind: 'replaced' }
  | { readonly kind: 'failing'; readonly reason: string };

/** What a waiting window has seen of the present owner. */
export interface Sighting {
  readonly owner: string;
  readonly beat: number;
  /** How long this beat has been the last one, counted while we were awake. */
  readonly silence: Millis;
}

/**
 * A sleeping machine stops the owner as well as us: a gap between two looks counts as two polls at most, so that
 * after waking everybody has time to show a sign of life.
 */
export const look = (before: Sighting | null, row: LeaseRow, elapsed: Millis): Sighting => {
  const isSameBeat = before !== null && before.owner === row.owner && before.beat === row.beat;
  const silence = isSameBeat ? before.silence + Math.min(elapsed, 2 * pollEvery) : 0;
  return { owner: row.owner, beat: row.beat, silence };
};

/** What the operating system says about the owner's process. */
export interface ProcessFacts {
  readonly machine: string;
  /** Wall time of the boot of this machine. */
  readonly bootedAt: Millis;
  /** Whether a process with this id exists here. */
  isAlive(pid: number): boolean;
}

/** Certain only on our own machine: elsewhere the number belongs to another process. */
export const isDead = (row: LeaseRow, facts: ProcessFacts): boolean => {
  if (row.machine !== facts.machine) return false;
  if (row.heartbeat < facts.bootedAt - bootMargin) return true;
  return !facts.isAlive(row.pid);
};

/** Whether a heartbeat that is old by the wall clock was also seen to stand still, or stood still long enough by itself. */
export const isSilent = (row: LeaseRow, sighting: Sighting, now: Millis): boolean =>
  sighting.silence >= silentAfter ||
  (now - row.heartbeat > silentAfter && sighting.silence >= seenSilentFor);

export const mayTake = (
  row: LeaseRow | null,
  sighting: Sighting | null,
  facts: ProcessFacts,
  now: Millis,
): boolean =>
  row === null || isDead(row, facts) || (sighting !== null && isSilent(row, sighting, now));
