// Ids of requests, and progress tokens, on a connection that several clients share: they say whose they are, so that the
// journal, which keeps them, can tell it after a reload too.
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
  const parts = parse(id);
  if (!Array.isArray(parts) || parts.length !== 2) return null;
  const [client, own]: readonly unknown[] = parts;
  if (typeof client !== 'string' || (typeof own !== 'string' && typeof own !== 'number'))
    return null;
  return { client, id: own };
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    // A text that somebody else made.
    return null;
  }
};
