// What a connection needs of the outside, and what it tells. Declared apart so that the connection itself stays readable.
import type { Clock, Millis } from '../base/clock.ts';
import type { LedgerRules } from '../core/calls/ledger.ts';
import type { Policy } from '../core/connection/failing.ts';
import type { Cause, ConnectionEffect, Life } from '../core/connection/state.ts';
import type { HealthSettings } from '../core/settings.ts';
import type { Dialer, Log, Prober } from './ports.ts';
import type { SessionMemory } from './sessionMemory.ts';

export interface ConnectionDeps {
  readonly outside: {
    readonly dialer: Dialer;
    readonly prober: Prober;
    readonly clock: Clock;
    readonly random: () => number;
  };
  readonly memory: SessionMemory;
  readonly settings: () => ConnectionSettings;
  readonly events: ConnectionEvents;
  readonly log: Log;
}

export interface ConnectionSettings {
  readonly policy: Policy;
  readonly health: HealthSettings;
  readonly connectTimeout: Millis;
  readonly ledger: LedgerRules;
}

export interface ConnectionEvents {
  transition(from: Life, to: Life, cause: Cause): void;
  tellUser(about: Extract<ConnectionEffect, { kind: 'tell-user' }>['about']): void;
  /** What a refused call is told about the state. */
  refusal(life: Life): string;
}
