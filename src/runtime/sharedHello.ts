// What goes up on a connection that several clients share: one handshake for all of them, and requests that say whose they are.
// Not here: when it is sent (sharedConnection.ts).
import { isObject, type JsonObject, type RpcRequest } from '../core/rpc.ts';
import { sharedId } from './sharedIds.ts';

/**
 * A server decides at the handshake what it offers, and which programs will come is not known then: so all that any of them might
 * be able to do is declared, and a question that nobody can take is answered in words.
 */
export const helloOf = (identity: JsonObject): JsonObject => ({
  protocolVersion: '2025-11-25',
  capabilities: { roots: { listChanged: true }, sampling: {}, elicitation: {} },
  clientInfo: identity,
});

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
