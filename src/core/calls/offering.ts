// Calls of programs that did not come back for them. After a time a person may decide about them, as about those of our own
// views: each is given a name that tells whose it was, so that its program, if it comes back after all, is told once.
// Not here: when that time has come (runtime/unclaimed.ts), and what a program is told (answers.ts).
import { jsonArray } from '../../base/jsonArray.ts';
import type { RpcId } from '../rpc.ts';
import type { JournalEntry } from './journal.ts';

/** Which call of which program it was. */
export interface Origin {
  readonly client: string;
  readonly id: RpcId;
}

const word = 'offered';

/** The entry as one of `client`, who offers it to a person. */
export const offered = (entry: JournalEntry, client: string, from: Origin): JournalEntry => ({
  ...entry,
  client,
  clientId: JSON.stringify([word, from.client, from.id]),
});

/** Nobody has to be told of it any more. Its key is a name that no request has. */
export const disowned = (entry: JournalEntry): JournalEntry => ({ ...entry, clientId: entry.key });

/** Whose the call was; null where nobody has to be told. */
export const originOf = ({ clientId }: JournalEntry): Origin | null => {
  if (typeof clientId !== 'string' || !clientId.startsWith(`["${word}",`)) return null;
  const [, client, id] = jsonArray(clientId) ?? [];
  const isId = typeof id === 'string' || typeof id === 'number';
  return typeof client === 'string' && isId ? { client, id } : null;
};
