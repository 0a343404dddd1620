// The ids under which a client sees the questions of its server. They carry the server's own id and a mark of its session, so
// that an answer that comes after a reload of ours still finds its way, and one for another session finds none.
import { jsonArray } from '../base/jsonArray.ts';
import type { RpcId } from '../core/rpc.ts';
import { sha256 } from '../core/sha256.ts';

const prefix = 'server';

/** Tells two sessions apart and gives neither away: a session id is a credential. */
const markOf = (sessionId: string | null): string =>
  sessionId === null ? '' : sha256(sessionId).slice(0, 12);

/** Where a question was asked. `life` tells one life of ours from the next. */
export interface Asked {
  readonly sessionId: string | null;
  readonly life: number;
}

/** `number` tells two questions apart that a server asks under one id. */
export const questionId = (serverId: RpcId, { sessionId, life }: Asked, number: number): string =>
  JSON.stringify([prefix, markOf(sessionId), life, number, serverId]);

/** The server's id of a question of an earlier life; null where it is none, or was asked in another session. */
export const serverIdIn = (id: RpcId, { sessionId, life }: Asked): RpcId | null => {
  if (typeof id !== 'string' || sessionId === null) return null;
  const [word, mark, askedIn, , serverId] = jsonArray(id) ?? [];
  // What this life asked it remembers until it is answered, once.
  if (word !== prefix || mark !== markOf(sessionId) || askedIn === life) return null;
  return typeof serverId === 'string' || typeof serverId === 'number' ? serverId : null;
};
