// What real servers answer to a session id that they do not know (any more).
import type { ServerResponse } from 'node:http';
import type { StaleAnswer } from './environment.ts';

export const sendJson = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
};

const rpcError = (code: number, message: string, id: unknown): unknown => ({
  jsonrpc: '2.0',
  error: { code, message },
  id,
});

export const refuseStale = (
  response: ServerResponse,
  answer: Exclude<StaleAnswer, 'accept'>,
  id: unknown,
): void => {
  switch (answer) {
    case '404-32000':
      return sendJson(response, 404, rpcError(-32000, 'Session expired', null));
    case '404-32001':
      return sendJson(response, 404, rpcError(-32001, 'Session not found', null));
    case '404-text':
      response.writeHead(404, { 'content-type': 'text/plain' }).end('Session not found');
      return;
    case '400-32000':
      return sendJson(
        response,
        400,
        rpcError(-32000, 'Bad Request: No valid session ID provided', null),
      );
    case '503':
      response
        .writeHead(503, { 'content-type': 'text/plain' })
        .end('No active session for this id');
      return;
    case '200-error':
      return sendJson(response, 200, rpcError(-32000, 'Session not found or expired', id ?? null));
  }
};
