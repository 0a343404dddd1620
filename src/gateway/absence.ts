// How long a client is told to wait before it comes back for an answer whose stream broke: longer than the gateway is away while
// its window reloads. Claude Code 2.1 takes a first refusal for the end and says that the call may have run, and Gemini CLI 0.61
// never asks again; both get the answer when they come a moment late. So each life measures how long clients were without it.
// Pure. Not here: where it is kept (store), and saying it (sse.ts).
import type { Millis } from '../base/clock.ts';
import type { Away } from '../runtime/gatewayPorts.ts';

/** Whoever is away for longer did not reload: the window was closed. */
const longestCounted: Millis = 60_000;
const mostKept = 5;
const shortest: Millis = 2000;
const longest: Millis = 20_000;
/** The next time may take longer than all before it. */
const margin = 1.5;

/** What is known once it is there again, at this wall time. A life that ended without a goodbye has left no time. */
export const cameBack = ({ endedAt, absences }: Away, now: Millis): Away => {
  const absence = endedAt === null ? -1 : now - endedAt;
  const counts = absence >= 0 && absence <= longestCounted;
  return {
    endedAt: null,
    absences: counts ? [...absences, absence].slice(-mostKept) : absences,
  };
};

/** In milliseconds. `usual`: as long as nothing was measured. */
export const comeBackAfter = ({ absences }: Away, usual: Millis): Millis => {
  if (absences.length === 0) return usual;
  return Math.round(Math.min(longest, Math.max(shortest, margin * Math.max(...absences))));
};
