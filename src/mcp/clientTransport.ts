// Lets the SDK's own `Client` sit on a connection: an SDK `Transport` over a `ClientEnd`. Not here: sessions,
// streams and retries, which live below the client end. The SDK's code is loaded when the transport starts.
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { Store } from '../base/disposable.ts';
import { asMessage, errorOf, isRequest, isResponse, type RpcMessage } from '../core/rpc.ts';
import { inEnglish } from '../core/wording/english.ts';
import { SaidError } from '../core/wording/saidError.ts';
import { sayNow, unsaid } from '../core/wording/unsaid.ts';
import type { ClientEnd } from '../runtime/clientEnd.ts';

// JSON-RPC 2.0 section 5.1.
const invalidRequest = -32600;
const internalError = -32603;

/** In the `data` of an error of ours: what it says, not yet said. */
export const wordsKey = 'mcp-lifeline/words';

const unfit = unsaid('The server sent an answer that does not follow the protocol.');

/** Single use, as every SDK transport. Closing it leaves the connection standing: that belongs to its owner. */
export const createClientTransport = (end: ClientEnd): Transport => {
  const subscriptions = new Store();
  const close = (): void => {
    if (subscriptions.isDisposed) return;
    subscriptions.dispose();
    transport.onclose?.();
  };
  const transport: Transport = {
    start: async () => {
      const { JSONRPCMessageSchema } = await import('./sdk.ts');
      const receive = (message: RpcMessage): void => {
        const parsed = JSONRPCMessageSchema.safeParse(message);
        if (parsed.success) transport.onmessage?.(parsed.data);
        else refuse(message, end, transport);
      };
      subscriptions.add(end.onMessage(receive));
      subscriptions.add(end.onClose(close));
    },
    send: async (message) => {
      if (subscriptions.isDisposed) throw new SaidError(unsaid('The connection was closed.'));
      const plain = asMessage(message);
      if (plain === undefined) throw new SaidError(unsaid('This is not a JSON-RPC message.'));
      end.send(plain);
    },
    close: async () => close(),
  };
  return transport;
};

/**
 * Ends the exchange of a message that the SDK would not accept (a result with `_meta: null`, say). The SDK would only report it, and its
 * caller would wait for ever, because calls through a connection have no time limit of the client's.
 */
const refuse = (message: RpcMessage, end: ClientEnd, transport: Transport): void => {
  if (isResponse(message) && message.id !== null) {
    transport.onmessage?.({
      jsonrpc: '2.0',
      id: message.id,
      error: {
        code: internalError,
        message: sayNow(unfit, inEnglish),
        data: { [wordsKey]: unfit },
      },
    });
  } else if (isRequest(message)) {
    end.send(errorOf(message.id, { code: invalidRequest, message: 'Invalid request' }));
  }
  transport.onerror?.(new Error('The server sent a message that does not follow the protocol.'));
};
