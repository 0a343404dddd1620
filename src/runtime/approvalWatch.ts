// Has leave that was given or taken count at once: a server that waited for it connects, one that lost it is left. Every other
// server goes on undisturbed. Not here: the refusal itself (approvalGate.ts).
import { type Disposable, Store } from '../base/disposable.ts';
import type { Signal } from '../base/signal.ts';
import { failureOf, type StateKind } from '../core/connection/state.ts';
import type { ServerDefinition } from '../core/settings.ts';
import type { FleetWatch, ServerWatch } from './watch.ts';

export interface ApprovalWatchParts {
  readonly fleet: FleetWatch;
  readonly isAllowed: (definition: ServerDefinition) => boolean;
  /** Leave was given or taken, or a workspace was trusted. */
  readonly onChange: (listener: () => void) => Disposable;
  /** What the fleet follows: a changed entry may need leave anew. */
  readonly settings: Signal<unknown>;
}

/** There is a connection, or one is about to be. */
const running: ReadonlySet<StateKind> = new Set([
  'connecting',
  'ready',
  'degraded',
  'reconnecting',
  'suspended',
  'needs-auth',
]);

const waits = ({ life }: ServerWatch): boolean => {
  const failure = failureOf(life.value.state);
  return failure?.kind === 'unapproved' || failure?.kind === 'blocked';
};

/** An attempt finds out what holds now. */
const review = ({ fleet, isAllowed }: ApprovalWatchParts): void => {
  for (const server of fleet.servers.value) {
    const allowed = isAllowed(server.definition);
    const isRunning = running.has(server.life.value.state.kind);
    if (allowed ? waits(server) : isRunning) server.reconnect();
  }
};

export const watchApprovals = (parts: ApprovalWatchParts): Disposable => {
  const store = new Store();
  store.add(parts.onChange(() => review(parts)));
  // After the fleet, which listens to the same settings since before.
  store.add(parts.settings.onChange(() => review(parts)));
  return store;
};
