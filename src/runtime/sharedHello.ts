// The one handshake of a connection that several clients share: what is said to the server for all of them, and what each of
// them is told of its answer. Not here: when it is made (sharedConnection.ts).
import { isObject, type JsonObject, type RpcRequest } from '../core/rpc.ts';
import { sharedId } from './sharedIds.ts';

/** Oldest first. A client that asks for an older one than the server chose speaks no newer one. */
const revisions = ['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'];

/**
 * A server decides at the handshake what it offers, and which programs will come is not known then: so all that any of them might
 * be able to do is declared, and a question that nobody can take is answered in words.
 */
export const helloOf = (identity: JsonObject): JsonObject => ({
  protocolVersion: '2025-11-25',
  capabilities: { roots: { listChanged: true }, sampling: {}, elicitation: {} },
  clientInfo: identity,
});

/** The server's welcome for this client: in a revision that it speaks, as far as we know one. */
export const welcomeTo = (hello: JsonObject | null, welcome: JsonObject): JsonObject => {
  const wanted = revisions.indexOf(String(hello?.['protocolVersion']));
  const chosen = revisions.indexOf(String(welcome['protocolVersion']));
  const isOlder = wanted >= 0 && wanted < chosen;
  return isOlder ? { ...welcome, protocolVersion: revisions[wanted] } : welcome;
};

/** The request as the server gets it: its id, and its progress token, say whose they are. */
export const upstreamOf = (request: RpcRequest, client: string): RpcRequest => {
  const id = sharedId(client, request.id);
  const meta = request.params?.['_meta'];
  const token = isObject(meta) ? meta['progressToken'] : undefined;
  if (!isObject(meta) || (typeof token !== 'string' && typeof token !== 'number'))
    return { ...request, id };
  const _meta = { ...meta, progressToken: sharedId(client, token) };
  return { ...request, id, params: { ...request.params, _meta } };
};
