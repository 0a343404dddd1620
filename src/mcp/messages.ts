// The JSON-RPC messages inside a text, and which of them answers a request of ours.
import {
  asMessage,
  isResponse,
  type RpcId,
  type RpcMessage,
  type RpcResponse,
} from '../core/rpc.ts';
import { readLargeResult } from '../core/resultText.ts';

export interface Reading {
  readonly messages: readonly RpcMessage[];
  /** Something in the text was no JSON or no message. */
  readonly flawed: boolean;
}

const byteOrderMark = '\u{feff}';

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    // Undefined is no JSON value, so that it says "unreadable" to the reader below.
    return undefined;
  }
};

/** Reads one message, or the batch that revision 2025-03-26 allows. `bytes`: the same as it came. Never throws. */
export const readMessages = (text: string, bytes: readonly Uint8Array[] | null = null): Reading => {
  // A parser may ignore it, and those of other clients do (RFC 8259, section 8.1).
  if (text.startsWith(byteOrderMark)) return readMessages(text.slice(1));
  const large = readLargeResult(text, bytes);
  if (large) return { messages: [large], flawed: false };
  const value = parse(text);
  const items: readonly unknown[] = Array.isArray(value) ? value : [value];
  const messages = items.map(asMessage).filter((message) => message !== undefined);
  return { messages, flawed: messages.length < items.length };
};

/**
 * The answer to request `id` among messages, matched strictly. `lone`: they came on the body of that very request,
 * so that an error without an id (the server could not tell whose it is) can only be ours.
 */
export const answerAmong = (
  messages: readonly RpcMessage[],
  id: RpcId,
  lone: boolean,
): RpcResponse | undefined => {
  for (const message of messages) {
    if (!isResponse(message)) continue;
    if (message.id === id || (lone && message.id === null)) return message;
  }
  return undefined;
};
