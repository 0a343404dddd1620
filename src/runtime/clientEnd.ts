// The end of a connection that a client holds: JSON-RPC in, JSON-RPC out. The SDK's `Client` sits on it through
// mcp/clientTransport.ts, a gateway session directly.
import type { Disposable } from '../base/disposable.ts';
import type { RpcMessage } from '../core/rpc.ts';

export interface ClientEnd {
  /** Takes a message of the client. A request is answered exactly once through `onMessage`, whatever happens upstream. */
  send(message: RpcMessage): void;
  /** Answers, requests and notifications for the client, in order. */
  onMessage(listener: (message: RpcMessage) => void): Disposable;
  /** The connection was ended for good (server removed, extension stopped). */
  onClose(listener: () => void): Disposable;
}
