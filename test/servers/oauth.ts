// A protected MCP server with its authorization server, as one process: prints `{"mcpUrl":…,"issuer":…,"controlUrl":…}` as one
// line on its standard output when both listen. A person signs in, or refuses, with a button of the page. `POST controlUrl?do=…` plays
// trouble: `expire` (access tokens), `revoke` (everything), `away` and `back` (the token endpoint). `GET controlUrl`: what was counted.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { once } from 'node:events';
import { type OAuthProvider, startOAuthProvider } from './oauthProvider.ts';
import { type OAuthResource, startOAuthResource } from './oauthResource.ts';

// The library tells its notices on the standard output, where only the one line is to be.
console.info = console.error;
console.warn = console.error;

let resource: OAuthResource | null = null;
const provider: OAuthProvider = await startOAuthProvider(() => resource?.url ?? '');
resource = await startOAuthResource(() => provider);
const { url: mcpUrl, calls, seen } = resource;

const deeds: Readonly<Record<string, () => unknown>> = {
  expire: () => provider.expireAccess(),
  revoke: () => provider.revokeAll(),
  away: () => (provider.fault = 'away'),
  back: () => (provider.fault = 'none'),
};

const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const wanted = new URL(request.url ?? '/', 'http://127.0.0.1').searchParams.get('do');
  const deed = request.method === 'POST' ? deeds[wanted ?? ''] : () => undefined;
  await deed?.();
  const counts = Object.fromEntries(provider.counts);
  const body = JSON.stringify({ counts, calls, requests: seen.length });
  response.writeHead(deed ? 200 : 400, { 'content-type': 'application/json' }).end(body);
};

const control = createServer((request, response) => void serve(request, response));
control.listen(0, '127.0.0.1');
await once(control, 'listening');
const address = control.address();
const port = address !== null && typeof address === 'object' ? address.port : 0;
const controlUrl = `http://127.0.0.1:${port}/`;
console.log(JSON.stringify({ mcpUrl, issuer: provider.issuer, controlUrl }));
// Whoever started it holds its input; when that one is gone, however it ended, so is this.
process.stdin.on('end', () => process.exit(0)).resume();
