// *Clear Stored Sessions* at the gateway: the sessions of programs that do not use it now, and what waits in the event log to be
// told to them. A program that comes back with such a session is adopted as a stranger, and loses no more than its past.
// Not here: sessions in use (sessions.ts), and calls that nobody has decided about, which are a person's to run or discard.
import type { EventLog, GatewaySessionStore } from '../runtime/gatewayPorts.ts';
import { clientIn } from './streamIds.ts';

export interface Forgettable {
  readonly store: Pick<GatewaySessionStore, 'all' | 'remove'>;
  readonly log: Pick<EventLog, 'dropAll'>;
}

/**
 * Forgets every stored session but those of these clients, and their streams. Returns the ids of all that are gone, and how many of
 * them could have been used again: one that its own client had ended is no loss to anybody.
 */
export const forgetStored = (
  { store, log }: Forgettable,
  staying: ReadonlySet<string>,
): { readonly ids: readonly string[]; readonly usable: number } => {
  const gone = store.all().filter(({ client }) => !staying.has(client));
  for (const { id } of gone) store.remove(id);
  log.dropAll((streamId) => {
    const client = clientIn(streamId);
    // What is no stream of a session is somebody else's.
    return client === null || staying.has(client);
  });
  return { ids: gone.map(({ id }) => id), usable: gone.filter(({ ended }) => !ended).length };
};
