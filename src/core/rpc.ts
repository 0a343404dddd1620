// JSON-RPC 2.0 messages as MCP uses them, and the questions one may ask of them.
// Not here: what a method means. A pipe passes methods it does not know.

export type RpcId = string | number;
export type Json =
  | null
  | boolean
  | number
  | string
  | readonly Json[]
  | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: unknown };

export interface RpcRequest {
  readonly jsonrpc: '2.0';
  readonly id: RpcId;
  readonly method: string;
  readonly params?: JsonObject;
}

export interface RpcNotification {
  readonly jsonrpc: '2.0';
  readonly method: string;
  readonly params?: JsonObject;
}

/** Under this a large result has its text as its server wrote it (resultText.ts). It is no part of the message. */
export const asWritten: unique symbol = Symbol('as written');

export interface AsWritten {
  readonly of: JsonObject;
  readonly text: string;
  /** The same in UTF-8, in the parts in which it came, where it came so. */
  readonly bytes: readonly Uint8Array[] | null;
}

export interface RpcResult {
  readonly jsonrpc: '2.0';
  readonly id: RpcId;
  readonly result: JsonObject;
  readonly [asWritten]?: AsWritten;
}

export interface RpcErrorBody {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

export interface RpcError {
  readonly jsonrpc: '2.0';
  /** Null or missing where the server could not tell whose error it is. */
  readonly id: RpcId | null;
  readonly error: RpcErrorBody;
}

export type RpcResponse = RpcResult | RpcError;
export type RpcMessage = RpcRequest | RpcNotification | RpcResponse;

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isId = (value: unknown): value is RpcId =>
  typeof value === 'string' || (typeof value === 'number' && Number.isFinite(value));

export const isRequest = (message: RpcMessage): message is RpcRequest =>
  'method' in message && 'id' in message;
export const isNotification = (message: RpcMessage): message is RpcNotification =>
  'method' in message && !('id' in message);
export const isResponse = (message: RpcMessage): message is RpcResponse => !('method' in message);
export const isErrorResponse = (message: RpcMessage): message is RpcError => 'error' in message;

const asResponse = (value: JsonObject): RpcResponse | undefined => {
  const id = value['id'];
  const error = value['error'];
  if (isObject(error) && typeof error['code'] === 'number') {
    const body: RpcErrorBody = {
      code: error['code'],
      message: typeof error['message'] === 'string' ? error['message'] : '',
      ...('data' in error ? { data: error['data'] } : {}),
    };
    return { jsonrpc: '2.0', id: isId(id) ? id : null, error: body };
  }
  const result = value['result'];
  return isId(id) && isObject(result) ? { jsonrpc: '2.0', id, result } : undefined;
};

/** Reads one message of anything that was parsed as JSON; undefined where it is none. */
export const asMessage = (value: unknown): RpcMessage | undefined => {
  if (!isObject(value) || value['jsonrpc'] !== '2.0') return undefined;
  const method = value['method'];
  if (typeof method !== 'string') return asResponse(value);
  const params = isObject(value['params']) ? { params: value['params'] } : {};
  const id = value['id'];
  if (id === undefined) return { jsonrpc: '2.0', method, ...params };
  return isId(id) ? { jsonrpc: '2.0', id, method, ...params } : undefined;
};

export const resultOf = (id: RpcId, result: JsonObject): RpcResult => ({
  jsonrpc: '2.0',
  id,
  result,
});
export const errorOf = (id: RpcId | null, error: RpcErrorBody): RpcError => ({
  jsonrpc: '2.0',
  id,
  error,
});
