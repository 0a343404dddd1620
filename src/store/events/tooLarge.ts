// What is kept in place of an event that is too large: whoever comes back for an answer is told why it is not there, instead of
// waiting for it for ever. Pure.
import { isResponse, isErrorResponse, type RpcMessage, resultOf, errorOf } from '../../core/rpc.ts';

const internalError = -32_603;

const megabytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MB`;

const isToolResult = (message: RpcMessage): boolean =>
  'result' in message && Array.isArray(message.result['content']);

/** Null for what nobody waits for: its id is kept, and no data. */
export const standInFor = (
  message: RpcMessage,
  bytes: number,
  allowed: number,
): RpcMessage | null => {
  if (!isResponse(message)) return null;
  const text =
    `This request was carried out, and its answer is too large to be kept for a client that was cut off: ${megabytes(bytes)}, ` +
    `and ${megabytes(allowed)} are allowed. Raise mcpLifeline.eventStore.maxBytes, or ask for less. Check before you repeat it.`;
  const { id } = message;
  if (id === null || isErrorResponse(message))
    return errorOf(id, { code: internalError, message: text });
  return isToolResult(message)
    ? resultOf(id, { content: [{ type: 'text', text }], isError: true })
    : errorOf(id, { code: internalError, message: text });
};
