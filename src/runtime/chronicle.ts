// What was written down about the servers, for whoever shows it, and who is told what is to be written down. Not here: who writes it
// down (chronicler.ts) and where it is kept (store).
import type { Millis } from '../base/clock.ts';
import type { Signal } from '../base/signal.ts';
import type { ChronicleEntry, EntryKind } from '../core/chronicle.ts';
import type { HealthLook } from '../core/chronicle/looks.ts';
import type { CallNews } from '../core/chronicle/minute.ts';
import type { HistoryEntry } from '../core/history.ts';
import type { SessionFacts } from './watch.ts';

export interface ChronicleReader {
  /**
   * What began in this span of wall time, oldest first; of one server with the marks of every server, or of all. `kinds`: only
   * these, which is much quicker where the others are many.
   */
  read(
    serverId: string | null,
    from: Millis,
    to: Millis,
    kinds?: readonly EntryKind[],
  ): readonly ChronicleEntry[];
}

export interface Chronicle extends ChronicleReader {
  /** Changes whenever something was written down, a few times in a second at most. */
  readonly revision: Signal<number>;
  /** Forgets everything, or everything of one server. */
  clear(serverId: string | null): void;
}

/** Where it is kept, within bounds. Never throws: what cannot be stored is kept in memory. */
export interface ChronicleStore extends ChronicleReader {
  /** One that has the key of an earlier one takes its place. */
  put(entry: ChronicleEntry, key: string | null): void;
  clear(serverId: string | null): void;
}

/** Whose connection it is that something is told of. */
export interface Whose {
  readonly serverId: string;
  /** Its key in records: only to tell connections apart, never written down. */
  readonly client: string;
  /** How the program calls itself; null for the server's own connection. */
  readonly label: string | null;
  /** Whether the server is a program that we start. */
  readonly startsProcess: boolean;
}

/** Is told what happens on connections, for the chronicle. It must be quick: calls wait for it. */
export interface Witness {
  moved(whose: Whose, entry: HistoryEntry, session: SessionFacts | null): void;
  looked(whose: Whose, look: HealthLook): void;
  /** A broken stream went on from its cursor. */
  resumed(whose: Whose): void;
  call(whose: Whose, news: CallNews): void;
}
