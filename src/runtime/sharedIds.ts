// Ids of requests, and progress tokens, on a connection that several clients share: they say whose they are, so that the
// journal, which keeps them, can tell it after a reload too.
import { jsonArray } from '../base/jsonArray.ts';
import type { RpcId } from '../core/rpc.ts';

export interface Owner {
  readonly client: string;
  /** As the client knows it. */
  readonly id: RpcId;
}

export const sharedId = (client: string, id: RpcId): string => JSON.stringify([client, id]);

/** Whose id it is; null where it is none of ours. */
export const ownerOf = (id: unknown): Owner | null => {
  if (typeof id !== 'string' || !id.startsWith('["')) return null;
  const [client, own, ...more] = jsonArray(id) ?? [];
  if (typeof client !== 'string' || more.length > 0) return null;
  if (typeof own !== 'string' && typeof own !== 'number') return null;
  return { client, id: own };
};
