// What a lease needs, and what it can be. Not here: the lease (lease.ts).
import type { Clock } from '../base/clock.ts';
import type { Log } from '../runtime/ports.ts';
import type { ProcessFacts } from './leaseRules.ts';
import type { LeaseTable } from './leaseTable.ts';

export type LeaseStatus = 'owner' | 'waiting' | 'unavailable';

export type LeaseOpening =
  | { readonly kind: 'open'; readonly table: LeaseTable }
  | { readonly kind: 'unavailable'; readonly reason: string; readonly permanent: boolean };

export interface LeasePorts {
  readonly clock: Clock;
  readonly log: Log;
  /** Random id of this window's life. */
  readonly id: string;
  readonly pid: number;
  readonly processes: ProcessFacts;
  open(): LeaseOpening;
  /** Whether somebody looks at this window: a round trip to the workbench. A forgotten window never answers. */
  isWatched(): Promise<boolean>;
}
