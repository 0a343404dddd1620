// How much of what was written down goes to the page: all that happened, and of old looks at health as many as a screen has room
// for. Not here: sending.
import type { Millis } from '../../base/clock.ts';
import type { ChronicleEntry } from '../chronicle.ts';

const day: Millis = 86_400_000;
/** What is older than a day is looked at from afar: one look at health per quarter of an hour. */
const coarse: Millis = 900_000;

const isWanted = (entry: ChronicleEntry): boolean => {
  if (entry.kind === 'session') return false;
  // Most minutes have nothing to mark.
  return entry.kind !== 'calls' || entry.held > 0 || entry.unknown > 0;
};

/** The entries of one server, oldest first. */
export const thin = (
  entries: readonly ChronicleEntry[],
  now: Millis,
): readonly ChronicleEntry[] => {
  let lastKept: Millis = -Infinity;
  let wasMiss = false;
  return entries.filter(isWanted).filter((entry) => {
    if (entry.kind !== 'health' || now - entry.at < day) return true;
    const isMiss = entry.latency === null;
    const isKept = isMiss !== wasMiss || entry.at - lastKept >= coarse;
    wasMiss = isMiss;
    if (isKept) lastKept = entry.at;
    return isKept;
  });
};
