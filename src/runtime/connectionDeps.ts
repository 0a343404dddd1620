// What a connection needs of the outside, and what it tells. Declared apart so that the connection itself stays readable.
import type { Clock, Millis } from '../base/clock.ts';
import type { JournalEntry } from '../core/calls/journal.ts';
import type { CallRules } from '../core/calls/ledger.ts';
import type { Policy } from '../core/connection/failing.ts';
import type { Cause, ConnectionEffect, Life } from '../core/connection/state.ts';
import type { RpcId } from '../core/rpc.ts';
import type { HealthSettings } from '../core/settings.ts';
import type { CallTally } from './callTally.ts';
import type { Journaled } from './journalKeeper.ts';
import type { Dialer, JournalStore, Log, Prober, Reach } from './ports.ts';
import type { SessionMemory } from './sessionMemory.ts';

export interface ConnectionDeps {
  readonly outside: {
    readonly dialer: Dialer;
    readonly prober: Prober;
    readonly settle?: Reach['settle'];
    readonly clock: Clock;
    readonly random: () => number;
  };
  readonly memory: SessionMemory;
  readonly journal: JournalStore;
  readonly journals: Journaled;
  /** Whether the client of this request is there and takes its answer; without it all are. Else the answer waits in the journal. */
  readonly hears?: (clientId: RpcId) => boolean;
  /** Counts the calls, where somebody wants to know. */
  readonly tally?: CallTally;
  readonly settings: () => ConnectionSettings;
  readonly events: ConnectionEvents;
  readonly log: Log;
}

export interface ConnectionSettings {
  readonly policy: Policy;
  readonly health: HealthSettings;
  readonly connectTimeout: Millis;
  readonly ledger: CallRules;
}

export interface ConnectionEvents {
  transition(from: Life, to: Life, cause: Cause): void;
  tellUser(about: Extract<ConnectionEffect, { kind: 'tell-user' }>['about']): void;
  /** What a refused call is told about the state. */
  refusal(life: Life): string;
  /** What a client is told whose call is held. */
  waiting(life: Life): string;
  /** So many calls of an earlier life may have run, and nobody will learn what they did. */
  leftBehind(count: number): void;
  /** A call of an earlier life runs as a task: somebody must ask after it. */
  taskLeft(entry: JournalEntry): void;
}
