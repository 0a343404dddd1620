// What becomes of the unfinished calls of an earlier life. Nothing runs by itself that nobody waits for: what was never
// sent is offered to a person, what may have run is told to one, what still runs is listened to.
// Not here: where they are kept meanwhile (runtime/orphans.ts).
import type { Millis } from '../../base/clock.ts';
import type { JournalEntry, JournalPhase } from './journal.ts';
import { leftBehind } from './resuming.ts';

/** The session that this life found in the record, and what it knows of streams. */
export interface Inheritance {
  /** Null where there is none to go back to. */
  readonly sessionId: string | null;
  /** The definition is the same as it was: its tasks are tasks of this server. */
  readonly isSameServer: boolean;
  readonly cursorOf: (upstreamId: number) => string | null;
}

export type Restoration =
  /** Shown to a person as it is. */
  | { readonly kind: 'keep' }
  /** It can be known no more; `phase` says so from now on. */
  | { readonly kind: 'lose'; readonly phase: JournalPhase }
  | { readonly kind: 'resume'; readonly upstreamId: number; readonly cursor: string }
  | { readonly kind: 'follow'; readonly taskId: string };

export const restorationOf = (
  { phase }: JournalEntry,
  from: Inheritance,
  at: Millis,
): Restoration => {
  const lose: Restoration = { kind: 'lose', phase: { kind: 'unknown', at, failure: leftBehind } };
  switch (phase.kind) {
    case 'held':
    case 'unknown':
    case 'answered':
      return { kind: 'keep' };
    case 'task':
      // A task outlives the session it was made in, unless the server thinks otherwise; it will say so.
      return from.isSameServer ? { kind: 'follow', taskId: phase.taskId } : lose;
    case 'sent': {
      const { upstreamId, sessionId } = phase;
      const cursor = from.cursorOf(upstreamId) ?? phase.cursor;
      const canResume = sessionId !== null && sessionId === from.sessionId && cursor !== null;
      return canResume ? { kind: 'resume', upstreamId, cursor } : lose;
    }
  }
};
