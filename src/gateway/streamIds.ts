// The names of a session's streams. Each request of a client has an answer stream of its own, and the stream's name is the id
// under which the request goes upstream and into the journal: so an answer tells by itself whose it is, in this life or in
// the next, and no table has to survive. Event ids of the log carry the name too, so that a cursor says which stream is meant
// even when the event is long forgotten. All of it is plain ASCII, because cursors travel in a header.
// Not here: what is in a stream (sessionCalls.ts, standalone.ts).
import type { RpcId } from '../core/rpc.ts';

export type StreamName =
  | {
      readonly kind: 'answer';
      readonly id: string;
      /** The id that the client gave its request. */
      readonly clientId: RpcId;
      /** A lost tool call is told with a result, anything else with an error. */
      readonly isToolCall: boolean;
    }
  | { readonly kind: 'standalone'; readonly id: string };

/** Longer ones are refused: the id comes back with every event, in a header even, of which Node reads 16 KiB in all. */
export const longestClientId = 1000;

// A full stop ends each part, and is therefore in none.
const encode = (id: RpcId): string => encodeURIComponent(JSON.stringify(id)).replaceAll('.', '%2E');

export const fitsInStream = (id: RpcId): boolean =>
  typeof id === 'number' || (id.length <= longestClientId && encode(id).length <= longestClientId);

/** `nonce` makes it unique over all lives: a client may use an id again. */
export const answerStreamId = (
  client: string,
  nonce: string,
  request: { readonly id: RpcId; readonly method: string },
): string =>
  `${request.method === 'tools/call' ? 't' : 's'}.${client}.${nonce}.${encode(request.id)}.`;

export const standaloneStreamId = (client: string): string => `g.${client}.`;

const decode = (encoded: string): RpcId | null => {
  try {
    const id: unknown = JSON.parse(decodeURIComponent(encoded));
    return typeof id === 'string' || typeof id === 'number' ? id : null;
  } catch {
    // Somebody made it up.
    return null;
  }
};

const answerStream = /([st])\.([\w-]+)\.([\w-]+)\.([^.]*)\./;

/** Whose stream it is; null where it is none of a session's. */
export const clientIn = (streamId: string): string | null =>
  /^(?:g|[st])\.([\w-]+)\./.exec(streamId)?.[1] ?? null;

/** The stream of this client that a text names: a stream's id, or an event's, which is built upon it. Null: none, or not his. */
export const streamIn = (text: string, client: string): StreamName | null => {
  const standalone = standaloneStreamId(client);
  if (text.includes(standalone)) return { kind: 'standalone', id: standalone };
  const [id, kind, owner, , encoded] = answerStream.exec(text) ?? [];
  if (id === undefined || encoded === undefined || owner !== client) return null;
  const clientId = decode(encoded);
  return clientId === null ? null : { kind: 'answer', id, clientId, isToolCall: kind === 't' };
};
