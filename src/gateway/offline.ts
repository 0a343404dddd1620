// What the gateway says itself where no server can: pure messages in words that tell what to do. A tool call always gets a
// normal result, because agents go on after a result and lose their turn over an error.
// Not here: when each is said (session.ts, sessionCalls.ts).
import { outcomeKey, upstreamFailed } from '../core/calls/answers.ts';
import {
  errorOf,
  type JsonObject,
  resultOf,
  type RpcId,
  type RpcNotification,
  type RpcRequest,
  type RpcResponse,
} from '../core/rpc.ts';
import type { StreamName } from './streamIds.ts';

/** The revision that a client is taken to speak which does not say. */
export const assumedVersion = '2025-06-18';

// LSP's code for a request that its client cancelled; JSON-RPC and MCP have none.
const requestCancelled = -32800;
const invalidRequest = -32600;

const told = (
  id: RpcId,
  isToolCall: boolean,
  text: string,
  data: { readonly outcome: 'not-run' | 'unknown'; readonly reason: string },
): RpcResponse => {
  const meta = { [outcomeKey]: data };
  return isToolCall
    ? resultOf(id, { content: [{ type: 'text', text }], isError: true, _meta: meta })
    : errorOf(id, { code: upstreamFailed, message: text, data: meta });
};

/** The answer of a request is lost, and nobody will ever know more. */
export const lostAnswer = (
  { clientId, isToolCall }: Extract<StreamName, { kind: 'answer' }>,
  server: string,
): RpcResponse =>
  told(
    clientId,
    isToolCall,
    `This call of the server "${server}" may have run; check before repeating. Its answer was lost when the connection to the server ended.`,
    { outcome: 'unknown', reason: 'answer-lost' },
  );

const emptyLists: Readonly<Record<string, JsonObject>> = {
  'tools/list': { tools: [] },
  'prompts/list': { prompts: [] },
  'resources/list': { resources: [] },
  'resources/templates/list': { resourceTemplates: [] },
};

/** The server of a session is not there any more: it offers nothing, and takes no calls. */
export const goneAnswer = ({ id, method }: RpcRequest, server: string): RpcResponse => {
  const empty = emptyLists[method];
  if (empty) return resultOf(id, empty);
  const text = `The server "${server}" is not in the settings of MCP Lifeline any more, or is disabled there, so nothing was run. Configure or enable it again; this session then goes on.`;
  return told(id, method === 'tools/call', text, { outcome: 'not-run', reason: 'state' });
};

export const crowdedAnswer = ({ id, method }: RpcRequest, most: number): RpcResponse =>
  told(
    id,
    method === 'tools/call',
    `This was not run: ${most} requests of this session are waiting for their answers already. Wait for some of them first.`,
    { outcome: 'not-run', reason: 'queue-full' },
  );

export const cancelledAnswer = (id: RpcId): RpcResponse =>
  errorOf(id, { code: requestCancelled, message: 'This request was cancelled by its client.' });

export const unfitIdAnswer = (id: RpcId, longest: number): RpcResponse =>
  errorOf(id, {
    code: invalidRequest,
    message: `The id of this request is longer than ${longest} characters. Use a shorter one.`,
  });

/** How we greet a server for a client whose own greeting nobody remembers. */
export const genericHello = (protocolVersion: string): JsonObject => ({
  protocolVersion,
  capabilities: {},
  clientInfo: { name: 'unknown client', version: '0' },
});

/** How we greet a client where nothing at all can be had of the server: everything may come later. */
export const genericWelcome = (protocolVersion: string, server: string): JsonObject => ({
  protocolVersion,
  capabilities: {
    tools: { listChanged: true },
    resources: { listChanged: true, subscribe: true },
    prompts: { listChanged: true },
    logging: {},
    completions: {},
  },
  serverInfo: { name: server, version: '0' },
});

const lists = ['tools', 'resources', 'prompts'];

/** Tells a client to look again; `offered`: at what a server has, by its capabilities, or at everything. */
export const listChanges = (offered: JsonObject | null): readonly RpcNotification[] =>
  lists
    .filter((list) => offered === null || offered[list] !== undefined)
    .map((list) => ({ jsonrpc: '2.0', method: `notifications/${list}/list_changed` }));
