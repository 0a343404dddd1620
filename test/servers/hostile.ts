// A process that answers HTTP in the ways that MCP clients meet and should survive, one per path: `/401`, `/html`,
// `/endless`, … Nothing here is MCP. `/seen/401` tells how many requests that path got.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

type Trap = (response: ServerResponse, request: IncomingMessage) => void;

const answer =
  (status: number, headers: Record<string, string>, body: string): Trap =>
  (response) =>
    void response.writeHead(status, headers).end(body);

const text = { 'content-type': 'text/plain' };
const json = { 'content-type': 'application/json' };
const events = { 'content-type': 'text/event-stream' };

const mebibyte = 'x'.repeat(1 << 20);

/** Writes for ever, as fast as it is read and no faster. */
const endless = (response: ServerResponse, part: string): void => {
  const more = (): void => {
    while (!response.destroyed && response.write(part));
  };
  response.on('drain', more);
  more();
};

const large: Trap = (response) => {
  response.writeHead(200, json).write('{"jsonrpc":"2.0","id":0,"result":{"filler":"');
  for (let written = 0; written < 20; written += 1) response.write(mebibyte);
  response.end('"}}');
};

const traps: Readonly<Record<string, Trap>> = {
  '401': answer(401, { ...text, 'www-authenticate': 'Bearer realm="hostile"' }, 'Unauthorized'),
  '403': answer(403, text, 'Access is only allowed at localhost'),
  '404': answer(404, text, 'Not found'),
  '405': answer(405, { ...text, allow: 'GET' }, 'Method not allowed'),
  '429': answer(429, { ...text, 'retry-after': '2' }, 'Too many requests'),
  '500': answer(500, text, 'Internal error'),
  '502': answer(502, { 'content-type': 'text/html' }, '<html>Bad gateway</html>'),
  '503': answer(503, { ...text, 'retry-after': '1' }, 'Starting'),
  redirect: answer(307, { location: '/html' }, ''),
  'redirect-loop': answer(307, { location: '/redirect-loop' }, ''),
  // Another origin: credentials must not follow.
  'redirect-away': answer(307, { location: 'http://127.0.0.1:9/mcp' }, ''),
  html: answer(200, { 'content-type': 'text/html' }, '<!doctype html><title>Sign in</title>'),
  empty: answer(200, json, ''),
  'malformed-json': answer(200, json, '{"jsonrpc":"2.0","id":0,"result":{'),
  'not-rpc': answer(200, json, '{"hello":"world"}'),
  'malformed-sse': answer(200, events, 'id: 1\ndata: {"jsonrpc":\n\ndata: nonsense\n\n\u0000\n\n'),
  'wrong-id': answer(200, json, '{"jsonrpc":"2.0","id":987654321,"result":{}}'),
  large,
  // One event that never ends.
  'endless-event': (response) => endless(response.writeHead(200, events), `data: ${mebibyte}\n`),
  // Valid messages without end.
  endless: (response) => {
    const log = {
      jsonrpc: '2.0',
      method: 'notifications/message',
      params: { level: 'info', data: 1 },
    };
    endless(response.writeHead(200, events), `data: ${JSON.stringify(log)}\n\n`);
  },
  // Takes the request and says nothing, for ever.
  silent: () => {},
  // Says that an answer is coming, which it is not.
  'headers-only': (response) => response.writeHead(200, events).flushHeaders(),
  'accept-then-drop': (_response, request) => request.socket.resetAndDestroy(),
  'half-body': (response) => {
    response.writeHead(200, { ...json, 'content-length': '100' }).write('{"jsonrpc":');
    setImmediate(() => response.socket?.destroy());
  },
};

const seen = new Map<string, number>();

const server = createServer((request, response) => {
  const [, name = '', about = ''] = (request.url ?? '/').split('/');
  if (name === 'seen') {
    response.writeHead(200, json).end(JSON.stringify({ count: seen.get(about) ?? 0 }));
    return;
  }
  seen.set(name, (seen.get(name) ?? 0) + 1);
  // The body is read and dropped; some clients wait for that before they look at the answer.
  request.resume();
  const trap = traps[name];
  if (trap === undefined) response.writeHead(404).end();
  else trap(response, request);
});
server.listen(Number(process.env['PORT'] ?? 0), '127.0.0.1');
process.stdin.on('end', () => process.exit(0)).resume();
process.on('SIGTERM', () => process.exit(0));
