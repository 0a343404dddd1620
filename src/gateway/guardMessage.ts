// What a message itself may be: one JSON-RPC message of the session era, of a bearable depth. Pure. Each refusal carries the
// id of its request whenever it has one: with a null id some clients (those built on rmcp) wait for ever.
import { isUtf8 } from 'node:buffer';
import { asMessage, errorOf, isObject, type RpcError, type RpcId } from '../core/rpc.ts';
import type { RpcMessage } from '../core/rpc.ts';
import type { McpHeaders } from './mcpRequest.ts';

// JSON-RPC 2.0 section 5.1, and the first code that is free for a server's own use.
const parseError = -32700;
const invalidRequest = -32600;
const serverError = -32000;

export type Understood =
  | { readonly kind: 'message'; readonly message: RpcMessage }
  | { readonly kind: 'refused'; readonly error: RpcError };

const refused = (id: RpcId | null, code: number, message: string): Understood => ({
  kind: 'refused',
  error: errorOf(id, { code, message }),
});

/** The revisions that have sessions. */
export const knownVersions: readonly string[] = [
  '2025-11-25',
  '2025-06-18',
  '2025-03-26',
  '2024-11-05',
  // Accepted by the official SDK too.
  '2024-10-07',
];

/** A revision as one is named. Drafts are not, and neither is anything else that a client may put there. */
const revision = /^\d{4}-\d{2}-\d{2}$/;

// JSON.stringify dies of values about four times as deep, and whoever sends the message on must not.
const deepest = 1000;

const isTooDeep = (value: unknown, left: number): boolean => {
  if (Array.isArray(value)) {
    return left === 0 || value.some((inner) => isTooDeep(inner, left - 1));
  }
  if (!isObject(value)) return false;
  if (left === 0) return true;
  // Without a list of the values: this visits every value of a large message.
  for (const key in value) if (isTooDeep(value[key], left - 1)) return true;
  return false;
};

const idOf = (value: unknown): RpcId | null => {
  const id = isObject(value) ? value['id'] : null;
  return typeof id === 'string' || (typeof id === 'number' && Number.isFinite(id)) ? id : null;
};

const strange = (value: unknown): string => {
  if (Array.isArray(value)) {
    return 'Batching was removed from MCP in revision 2025-06-18: send each message in a POST of its own.';
  }
  return 'This is not a JSON-RPC 2.0 message: it needs "jsonrpc": "2.0", and a method, a result or an error.';
};

/** `params` of another type would be lost on the way to the server. */
const hasStrangeParams = (value: unknown): boolean => {
  const params = isObject(value) ? value['params'] : undefined;
  return params !== undefined && params !== null && !isObject(params);
};

const understandValue = (value: unknown, bytes: number): Understood => {
  // So few bytes cannot be so deep.
  if (bytes > 2 * deepest && isTooDeep(value, deepest)) {
    return refused(idOf(value), invalidRequest, `This message is nested deeper than ${deepest}.`);
  }
  const message = asMessage(value);
  if (message === undefined) return refused(idOf(value), invalidRequest, strange(value));
  if (hasStrangeParams(value)) {
    return refused(idOf(value), invalidRequest, 'The params of an MCP message are an object.');
  }
  return { kind: 'message', message };
};

/** Reads one message of the bytes of a body. */
export const understand = (body: Buffer): Understood => {
  if (!isUtf8(body)) return refused(null, parseError, 'The body is not UTF-8.');
  let value: unknown;
  try {
    value = JSON.parse(body.toString('utf8'));
  } catch {
    // The parser's own words may quote the body.
    return refused(null, parseError, 'The body is not JSON.');
  }
  return understandValue(value, body.length);
};

/**
 * Whether a message speaks an era that the gateway does not. An `initialize` never does: it negotiates its version in its params. In a
 * session a revision that we do not know passes, because the server behind may have agreed to it with the client, and a 400
 * would cost the client its session.
 */
export const objectionToEra = (message: RpcMessage, headers: McpHeaders): RpcError | null => {
  const method = 'method' in message ? message.method : null;
  const id = 'id' in message ? message.id : null;
  const versions = knownVersions.join(', ');
  if (method === 'server/discover') {
    // Clients that probe for the stateless revision first fall back at once on just this answer.
    const text = `This gateway serves the revisions of MCP that have sessions: ${versions}. Begin with initialize.`;
    return errorOf(id, { code: serverError, message: text });
  }
  const { protocolVersion, sessionId } = headers;
  if (protocolVersion === null || method === 'initialize') return null;
  if (knownVersions.includes(protocolVersion)) return null;
  if (sessionId !== null && revision.test(protocolVersion)) return null;
  const text = `Unsupported MCP-Protocol-Version. This gateway knows ${versions}.`;
  return errorOf(id, { code: serverError, message: text, data: { supported: knownVersions } });
};
