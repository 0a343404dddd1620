// What the door hands on: a request that may come in, with its body read and understood. Not here: who may come in
// (guard.ts), and what is answered (endpoint.ts).
import type { ServerResponse } from 'node:http';
import type { RpcMessage } from '../core/rpc.ts';

export interface McpHeaders {
  readonly sessionId: string | null;
  readonly protocolVersion: string | null;
  readonly lastEventId: string | null;
  readonly acceptsJson: boolean;
  readonly acceptsEvents: boolean;
  /** Which of our own entries the client uses (`mcp-lifeline-client`, for example `vscode`); null where it does not say. */
  readonly entry: string | null;
}

/** A request for `/mcp/SERVER` that was let in. */
export type McpRequest =
  | {
      readonly kind: 'post';
      readonly server: string;
      readonly headers: McpHeaders;
      readonly message: RpcMessage;
      /** Of the body as it was read. */
      readonly bytes: number;
    }
  | { readonly kind: 'get'; readonly server: string; readonly headers: McpHeaders }
  | { readonly kind: 'delete'; readonly server: string; readonly headers: McpHeaders };

/** Answers a request. Never throws; whoever handles a request ends its response, now or later. */
export type McpHandler = (request: McpRequest, response: ServerResponse) => void;
