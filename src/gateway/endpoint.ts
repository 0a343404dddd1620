// What `POST`, `GET` and `DELETE` of `/mcp/SERVER` are answered. The statuses follow from what real clients make of them: inside
// a session nothing but success is ever said because of a server, since VS Code cancels all its calls over any other status,
// and others lose their turn. Not here: the messages (session.ts), and who may come in (guard.ts).
import type { ServerResponse } from 'node:http';
import { errorOf, isRequest, resultOf, type RpcMessage } from '../core/rpc.ts';
import type { McpHandler, McpRequest } from './mcpRequest.ts';
import { errorReply, jsonReply, send, textReply } from './reply.ts';
import type { FoundSession, Sessions } from './sessions.ts';

type Post = Extract<McpRequest, { kind: 'post' }>;
type Missing = Exclude<FoundSession['kind'], 'found'>;

// The codes of the official SDK: some clients look at them.
const serverError = -32000;
const sessionNotFound = -32001;

const needsSession =
  'This needs a session: begin with initialize, and send the Mcp-Session-Id of its answer from then on.';

const words: Readonly<Record<Missing, (server: string) => string>> = {
  over: () => 'This session was ended. Begin a new one with initialize.',
  'no-server': (server) =>
    `The gateway of MCP Lifeline has no server called "${server}". Look up its name in the settings, where it may also be disabled.`,
};

/** Refuses with the request's own id: with none, clients built on rmcp wait for ever. */
const refuse = (
  response: ServerResponse,
  status: number,
  message: RpcMessage | null,
  error: { readonly code: number; readonly message: string },
): void => {
  if (message && isRequest(message)) send(response, errorReply(status, errorOf(message.id, error)));
  else send(response, textReply(status, error.message));
};

const refuseMissing = (
  response: ServerResponse,
  why: Missing,
  server: string,
  message: RpcMessage | null,
): void => refuse(response, 404, message, { code: sessionNotFound, message: words[why](server) });

const greet = (
  sessions: Sessions,
  { server, headers, message }: Post,
  response: ServerResponse,
): void => {
  if (!isRequest(message))
    return refuse(response, 400, message, { code: serverError, message: needsSession });
  const session = sessions.greet(server, message.params ?? {}, headers);
  if (!session) return refuseMissing(response, 'no-server', server, message);
  // Whoever did not get the answer does not know the session's id.
  response.once('close', () => {
    if (!response.writableFinished) sessions.abandon(session);
  });
  session.greet(message, response);
};

const postOutside = ({ message }: Post, response: ServerResponse): void => {
  // Allowed before the handshake (specification, ping).
  if (isRequest(message) && message.method === 'ping')
    return send(response, jsonReply(200, resultOf(message.id, {})));
  refuse(response, 400, message, { code: serverError, message: needsSession });
};

const withoutSession = (request: McpRequest, response: ServerResponse): void => {
  if (request.kind === 'post') return postOutside(request, response);
  // A GET of a client that only tries what is here (mcp-remote, HTTP+SSE): none of its kind is offered.
  if (request.kind === 'get')
    return send(response, textReply(405, needsSession, { Allow: 'POST' }));
  send(response, textReply(400, needsSession));
};

const inSession = (
  sessions: Sessions,
  request: Exclude<McpRequest, { kind: 'delete' }>,
  id: string,
  response: ServerResponse,
): void => {
  const { server, headers } = request;
  const message = request.kind === 'post' ? request.message : null;
  const found = sessions.find(server, id, headers);
  if (found.kind !== 'found') return refuseMissing(response, found.kind, server, message);
  if (message) found.session.post(message, headers, response);
  else found.session.get(headers, response);
};

const end = (
  sessions: Sessions,
  { server, headers }: McpRequest,
  id: string,
  response: ServerResponse,
): void => {
  if (sessions.end(server, id, headers)) response.writeHead(204).end();
  else refuseMissing(response, 'over', server, null);
};

export const createEndpoint =
  (sessions: Sessions): McpHandler =>
  (request, response) => {
    const { sessionId } = request.headers;
    // An id that comes with a greeting is of a session that its client has given up.
    const isGreeting =
      request.kind === 'post' &&
      'method' in request.message &&
      request.message.method === 'initialize';
    if (isGreeting) greet(sessions, request, response);
    else if (sessionId === null) withoutSession(request, response);
    else if (request.kind === 'delete') end(sessions, request, sessionId, response);
    else inSession(sessions, request, sessionId, response);
  };
