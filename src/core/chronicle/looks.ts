// Which looks at a server are written down, and what they say of its runs. A look comes every few seconds; a steady server needs
// one in a minute. Pure. Not here: who looks (runtime/pulse.ts).
import type { Millis } from '../../base/clock.ts';
import type { HealthEntry } from '../chronicle.ts';

/** A look at the server as it was made. */
export interface HealthLook extends Omit<HealthEntry, 'kind'> {
  readonly instanceId: string | null;
}

/** Below the pace of an unused server, so that each of its looks counts and no line over time breaks. */
const steadyPace: Millis = 45_000;
/** A latency that differs less is the same to a person. */
const notable = { factor: 2, atLeast: 20 };

const isNotable = (before: Millis, now: Millis): boolean => {
  const [less, more] = [Math.min(before, now), Math.max(before, now)];
  return more - less >= notable.atLeast && more >= less * notable.factor;
};

const isOther = (kept: HealthEntry, look: HealthLook): boolean =>
  kept.failure !== look.failure || kept.status !== look.status;

/** Whether to keep it next to the one of the same way that was kept last. */
export const isWorthKeeping = (kept: HealthEntry | null, look: HealthLook): boolean => {
  if (kept === null) return true;
  const age = look.at - kept.at;
  // Also after a wall clock that was set back.
  if (age < 0 || age >= steadyPace || isOther(kept, look)) return true;
  if (kept.latency === null || look.latency === null) return kept.latency !== look.latency;
  return isNotable(kept.latency, look.latency);
};

/** The runs of a server, as far as looks tell them apart. */
export interface Runs {
  /** Wall time at which the newest run seems to have begun; null where that is not told. */
  readonly begun: Millis | null;
  readonly instances: readonly string[];
}

export const noRuns: Runs = { begun: null, instances: [] };

/** Uptimes are rounded to seconds, and the clocks of two machines drift. */
const rounding: Millis = 3_000;
const mostInstances = 16;

const begunOf = ({ at, uptimeSecs }: HealthLook): Millis | null =>
  uptimeSecs === null ? null : at - uptimeSecs * 1000;

/** `restarted`: another run than before answered, and not one of several that answer in turn. */
export const noteRun = (
  runs: Runs,
  look: HealthLook,
): { readonly runs: Runs; readonly restarted: boolean } => {
  const { instanceId } = look;
  const begun = begunOf(look);
  const isKnown = instanceId !== null && runs.instances.includes(instanceId);
  const isLater = begun !== null && runs.begun !== null && begun > runs.begun + rounding;
  const isNew = instanceId !== null && runs.instances.length > 0;
  const restarted = !isKnown && (isLater || isNew);
  const instances =
    instanceId === null || isKnown
      ? runs.instances
      : [...runs.instances, instanceId].slice(-mostInstances);
  return { runs: { begun: begun ?? runs.begun, instances }, restarted };
};
