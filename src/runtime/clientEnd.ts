// The end of a connection that a client holds: JSON-RPC in, JSON-RPC out. The SDK's `Client` sits on it through
// mcp/clientTransport.ts, a gateway session directly.
import type { Disposable } from '../base/disposable.ts';
import type { RpcId, RpcMessage } from '../core/rpc.ts';

export interface ClientEnd {
  /** Takes a message of the client. A request is answered exactly once through `onMessage`, whatever happens upstream. */
  send(message: RpcMessage): void;
  /**
   * Answers, requests and notifications for the client, in order. `cause`: the id of the client's request on whose behalf the
   * server speaks, as far as that is known; null for an answer, and for what belongs to no request.
   */
  onMessage(listener: (message: RpcMessage, cause: RpcId | null) => void): Disposable;
  /** The connection was ended for good (server removed, extension stopped). */
  onClose(listener: () => void): Disposable;
}
