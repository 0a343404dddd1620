// What was written down as lines for a reader, newest first: a loss with everything that was tried is one line, and what only
// repeats another line has none. Not here: the words (wording/chronicle.ts).
import {
  type ChronicleEntry,
  type EntryOf,
  isKind,
  type MarkEntry,
  type RecoveryEntry,
  type TransitionEntry,
} from '../chronicle.ts';
import { isLost } from './episode.ts';

export interface Line {
  readonly entry: ChronicleEntry;
  /** The steps of it, oldest first; empty where it is one step. */
  readonly steps: readonly TransitionEntry[];
}

const single = (entry: ChronicleEntry): Line => ({ entry, steps: [] });

const byTime = (one: ChronicleEntry, other: ChronicleEntry): number => one.at - other.at;

/** On the way to a first connection; the arrival says it all. */
const isPrelude = ({ to }: TransitionEntry): boolean => to === 'connecting' || to === 'stopping';

class Reader {
  readonly #recoveries: Map<number, RecoveryEntry>;
  readonly #lines: Line[] = [];
  #loss: TransitionEntry[] = [];
  #prelude: TransitionEntry | null = null;

  constructor(recoveries: readonly RecoveryEntry[]) {
    this.#recoveries = new Map(recoveries.map((recovery) => [recovery.at, recovery]));
  }

  read(entry: TransitionEntry): void {
    this.#prelude = null;
    if (isLost(entry.to) || (this.#loss.length > 0 && isPrelude(entry))) this.#loss.push(entry);
    else if (this.#loss.length > 0) this.#endLoss(entry);
    else if (isPrelude(entry)) this.#prelude = entry;
    else this.#lines.push(single(entry));
  }

  /** The window ended: what was going on then is told as it was. */
  pause(): void {
    this.#endLoss(null);
    if (this.#prelude) this.#lines.push(single(this.#prelude));
    this.#prelude = null;
  }

  finish(): readonly Line[] {
    this.pause();
    // Those whose steps are no longer known.
    return [...this.#lines, ...[...this.#recoveries.values()].map(single)];
  }

  /** `last`: what ended it, null where it lasts or nobody saw its end. */
  #endLoss(last: TransitionEntry | null): void {
    const [first, ...others] = this.#loss;
    this.#loss = [];
    if (!first) return;
    const recovery = this.#recoveries.get(first.at);
    if (recovery && last) {
      this.#recoveries.delete(first.at);
      this.#lines.push({ entry: recovery, steps: [first, ...others, last] });
      return;
    }
    this.#lines.push({ entry: first, steps: others.length > 0 ? [first, ...others] : [] });
    if (last) this.#lines.push(single(last));
  }
}

const linesOfServer = (entries: readonly ChronicleEntry[]): readonly Line[] => {
  const own = entries.filter(isKind('recovery')).filter(({ client }) => client === null);
  const reader = new Reader(own);
  for (const entry of entries.toSorted(byTime)) {
    if (entry.kind === 'transition') reader.read(entry);
    else if (entry.kind === 'mark' && entry.serverId === null && entry.what !== 'slept')
      reader.pause();
  }
  return reader.finish();
};

/** Calls of which somebody should know: the others are in the figures. */
const isHarm = ({ unknown, refused }: EntryOf<'calls'>): boolean => unknown + refused > 0;

/** A reload is one line, not an end and a beginning. */
const withoutEnds = (marks: readonly MarkEntry[]): readonly MarkEntry[] =>
  marks.filter(({ what }, index) => what !== 'ended' || marks[index + 1]?.what !== 'reloaded');

const commonLines = (entries: readonly ChronicleEntry[]): readonly ChronicleEntry[] => {
  const marks = entries.filter(isKind('mark')).toSorted(byTime);
  return [
    ...withoutEnds(marks.filter(({ serverId }) => serverId === null)),
    ...marks.filter(({ serverId }) => serverId !== null),
    ...entries.filter(isKind('session')).filter(({ what }) => what === 'ended'),
    ...entries.filter(isKind('recovery')).filter(({ client }) => client !== null),
    ...entries.filter(isKind('calls')).filter(isHarm),
  ];
};

/** The kinds that make lines. */
export const lineKinds = ['transition', 'recovery', 'session', 'calls', 'mark'] as const;

export const linesOf = (entries: readonly ChronicleEntry[]): readonly Line[] => {
  const servers = new Set(entries.map(({ serverId }) => serverId).filter((id) => id !== null));
  const own = [...servers].flatMap((serverId) =>
    linesOfServer(
      entries.filter((entry) => entry.serverId === serverId || entry.serverId === null),
    ),
  );
  return [...own, ...commonLines(entries).map(single)].toSorted(
    (one, other) => other.entry.at - one.entry.at,
  );
};
