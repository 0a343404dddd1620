// What each HTTP status means for a request, over a real connection.
import { expect, test } from 'vitest';
import { errorOf } from '../../src/core/rpc.ts';
import type { SessionRef } from '../../src/runtime/ports.ts';
import {
  aCall,
  aNote,
  failureIn,
  inShort,
  linkInto,
  newSession,
  oldSession,
  onPost,
} from './linkRig.ts';

interface Row {
  readonly says: string;
  readonly status: number;
  readonly body?: string;
  readonly headers?: Record<string, string>;
  readonly session?: SessionRef;
  readonly expected: string;
}

const json = { 'Content-Type': 'application/json' };
const rpcError = (message: string, id: string | number | null = null, code = -32000): string =>
  JSON.stringify(errorOf(id, { code, message }));
const stateless: SessionRef = { id: null, protocolVersion: '2025-11-25' };

const rows: readonly Row[] = [
  {
    says: '404 with a session',
    status: 404,
    body: 'Session not found',
    expected: 'refused session-lost',
  },
  {
    says: '404 html with a session',
    status: 404,
    body: '<html>',
    expected: 'refused session-lost',
  },
  {
    says: '404 without a session',
    status: 404,
    session: stateless,
    expected: 'refused endpoint-missing',
  },
  {
    says: '404 with a JSON-RPC error, without a session',
    status: 404,
    body: rpcError('Session not found', 7),
    session: newSession,
    expected: 'refused endpoint-missing',
  },
  {
    says: '400 that speaks of a session',
    status: 400,
    body: '{"jsonrpc":"2.0","error":{"code":-32000,"message":"Bad Request: No valid session ID provided"}}',
    headers: json,
    expected: 'refused session-lost',
  },
  {
    says: '400 not initialized',
    status: 400,
    body: rpcError('Bad Request: Server not initialized'),
    headers: json,
    expected: 'refused session-lost',
  },
  {
    says: '400 from a server that has begun to keep sessions',
    status: 400,
    body: 'Missing session id',
    session: stateless,
    expected: 'refused session-lost',
  },
  {
    says: '400 about a session before any handshake',
    status: 400,
    body: rpcError('No session', 7),
    headers: json,
    session: newSession,
    expected: 'answered',
  },
  {
    says: '400 with an error about something else',
    status: 400,
    body: rpcError('Unsupported version'),
    headers: json,
    expected: 'answered',
  },
  {
    says: '400 with an error of another request',
    status: 400,
    body: rpcError('Unsupported version', 99),
    headers: json,
    expected: 'refused rejected',
  },
  { says: '400 with nothing', status: 400, expected: 'refused rejected' },
  {
    says: '401',
    status: 401,
    headers: { 'WWW-Authenticate': 'Bearer' },
    body: 'session expired',
    expected: 'refused unauthorized',
  },
  {
    says: '401 of rmcp for an unknown session',
    status: 401,
    body: 'Unauthorized: Session not found',
    expected: 'refused session-lost',
  },
  {
    says: '401 that only wants a token',
    status: 401,
    body: 'Unauthorized',
    expected: 'refused unauthorized',
  },
  {
    says: '403',
    status: 403,
    body: 'Access is only allowed at localhost:1',
    expected: 'refused forbidden',
  },
  { says: '405', status: 405, expected: 'refused method-not-allowed' },
  { says: '406', status: 406, expected: 'refused not-mcp' },
  { says: '415', status: 415, expected: 'refused not-mcp' },
  { says: '409', status: 409, expected: 'refused rejected' },
  { says: '413', status: 413, expected: 'refused rejected' },
  {
    says: '422 with our error inside',
    status: 422,
    body: rpcError('bad', 7),
    headers: json,
    expected: 'answered',
  },
  { says: '429', status: 429, expected: 'refused rate-limited' },
  {
    says: '500 with our error inside',
    status: 500,
    body: rpcError('boom', 7, -32603),
    headers: json,
    expected: 'answered',
  },
  {
    says: '500 with an error of nobody',
    status: 500,
    body: rpcError('boom'),
    headers: json,
    expected: 'broken server-error',
  },
  { says: '500', status: 500, body: 'Internal Server Error', expected: 'broken server-error' },
  { says: '502', status: 502, expected: 'broken server-error' },
  { says: '503', status: 503, expected: 'refused server-error' },
  {
    says: '503 of Envoy after it passed the request on',
    status: 503,
    body: 'upstream connect error or disconnect/reset before headers. reset reason: connection termination',
    expected: 'broken server-error',
  },
  {
    says: '503 that has no such session',
    status: 503,
    body: 'No active SSE connection for session abc',
    expected: 'refused session-lost',
  },
  { says: '504', status: 504, expected: 'broken server-error' },
  {
    says: '200 with an error: session not found',
    status: 200,
    body: rpcError('Session not found'),
    headers: json,
    expected: 'refused session-lost',
  },
  {
    says: '200 with our error: session expired',
    status: 200,
    body: rpcError('Session expired', 7, -32001),
    headers: json,
    expected: 'refused session-lost',
  },
  {
    says: '200 with our error: not initialized',
    status: 200,
    body: rpcError('Server not initialized', 7),
    headers: json,
    expected: 'refused session-lost',
  },
  {
    says: '200 with the error of a tool that has sessions of its own',
    status: 200,
    body: rpcError('Browser session not found', 7, -32603),
    headers: json,
    expected: 'answered',
  },
  {
    says: '200 with an error about sessions, without one',
    status: 200,
    body: rpcError('Session not found', 7),
    headers: json,
    session: stateless,
    expected: 'answered',
  },
  { says: '301', status: 301, headers: { Location: '/elsewhere' }, expected: 'refused redirected' },
  {
    says: '307 to another origin',
    status: 307,
    headers: { Location: 'http://127.0.0.2:1/mcp' },
    expected: 'refused redirected',
  },
];

test.for(rows)('$says: $expected', async ({ status, body, headers, session, expected }) => {
  const { link } = await linkInto(
    onPost((_, answer) => answer.status(status, body ?? '', headers ?? {})),
    { session: session ?? oldSession },
  );
  expect(inShort(await link.exchange(aCall(7), {}))).toBe(expected);
});

test('an error in a 400 that names nobody is answered under our id', async () => {
  const { link } = await linkInto(
    onPost((_, answer) => answer.status(400, rpcError('Unsupported version'), json)),
  );
  const error = { code: -32000, message: 'Unsupported version' };
  expect(await link.exchange(aCall(7), {})).toEqual({
    kind: 'answered',
    response: errorOf(7, error),
  });
});

test('a stale session that is told on a stream is lost as well', async () => {
  const { link } = await linkInto(
    onPost((_, answer) =>
      answer
        .stream()
        .event(rpcError('Session not found', 7, -32001))
        .end(),
    ),
  );
  expect(inShort(await link.exchange(aCall(7), {}))).toBe('refused session-lost');
});

test.for([
  { header: '7', least: 7_000, most: 7_000 },
  { header: new Date(Date.now() + 3_600_000).toUTCString(), least: 3_500_000, most: 3_600_000 },
  { header: new Date(0).toUTCString(), least: 0, most: 0 },
])('Retry-After $header is told in milliseconds', async ({ header, least, most }) => {
  const { link } = await linkInto(
    onPost(({ request }, answer) =>
      answer.status(request.id === 1 ? 429 : 503, '', { 'Retry-After': header }),
    ),
  );
  for (const id of [1, 2]) {
    const { retryAfter } = failureIn(await link.exchange(aCall(id), {}));
    expect(retryAfter).toBeGreaterThanOrEqual(least);
    expect(retryAfter).toBeLessThanOrEqual(most);
  }
});

test('no detail holds what a server or a header said', async () => {
  const secret = 'abcdef0123456789';
  const { link } = await linkInto(
    onPost(({ request }, answer) =>
      answer.status(Number(request.id), `Token ${secret} for session ${secret}`, {
        Location: `http://other.invalid/?token=${secret}`,
      }),
    ),
    { session: { id: secret, protocolVersion: null }, headers: { Authorization: secret } },
  );
  for (const status of [301, 400, 401, 403, 404, 429, 500, 503]) {
    expect(failureIn(await link.exchange(aCall(status), {})).detail).not.toContain(secret);
  }
});

test('a notification meets the same refusals', async () => {
  const { link } = await linkInto(onPost((_, answer) => answer.status(404, 'Session not found')));
  expect(inShort(await link.tell(aNote('x')))).toBe('refused session-lost');
});

test('a notification that is answered 200 with a lost session is refused', async () => {
  const { link } = await linkInto(
    onPost((_, answer) => answer.json(JSON.parse(rpcError('Session not found')))),
  );
  expect(inShort(await link.tell(aNote('x')))).toBe('refused session-lost');
});
