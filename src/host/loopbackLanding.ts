// The way back from a sign-in page by a listener on this machine (RFC 8252 section 7.3): for authorization servers that take no
// address of the editor. One request is meant for us; whatever else comes learns nothing. Free of `vscode`.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Loopback {
  readonly port: number;
  readonly path: string;
  /** Called with the query of each request to the path; true where it was what was waited for. */
  onReturn: (query: URLSearchParams) => boolean;
  close(): void;
}

/** What the person sees in the browser when it is over. */
export interface LandingWords {
  readonly done: string;
  readonly wrong: string;
}

const path = '/signed-in';

const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

const page = (text: string): string =>
  `<!doctype html><meta charset="utf-8"><meta name="color-scheme" content="light dark"><title>MCP Lifeline</title><body style="font:16px system-ui;margin:15vh auto;max-width:32em;text-align:center"><h1 style="font-size:1.4em">MCP Lifeline</h1><p>${escaped(text)}`;

const answer = (response: ServerResponse, status: number, text: string): void => {
  response.writeHead(status, {
    'Content-Type': 'text/html; charset=utf-8',
    'Cache-Control': 'no-store',
    'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'",
    // The address of the page holds the code.
    'Referrer-Policy': 'no-referrer',
    Connection: 'close',
  });
  response.end(page(text));
};

/** A page that rebinds a name to this machine has that name in `Host`. */
const isOurs = ({ headers: { host = '' } }: IncomingMessage): boolean => {
  const name = host.replace(/:\d+$/, '').toLowerCase();
  return name === 'localhost' || name === '127.0.0.1' || name === '[::1]';
};

const listen = (server: Server): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address: AddressInfo | string | null = server.address();
      if (address !== null && typeof address === 'object') resolve(address.port);
      else reject(new Error('The listener has no port.'));
    });
  });

/** `isBehindProxy`: the editor forwards the request, so that `Host` names the editor's server. Rejects where nothing can listen. */
export const openLoopback = async (
  words: LandingWords,
  isBehindProxy: boolean,
): Promise<Loopback> => {
  const server = createServer({ maxHeaderSize: 16 * 1024, requestTimeout: 10_000 });
  const port = await listen(server);
  const loopback: Loopback = {
    port,
    path,
    onReturn: () => false,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
  server.on('request', (request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const isMeant =
      request.method === 'GET' && url.pathname === path && (isBehindProxy || isOurs(request));
    if (!isMeant) return answer(response, 404, words.wrong);
    const isRight = loopback.onReturn(url.searchParams);
    answer(response, isRight ? 200 : 400, isRight ? words.done : words.wrong);
  });
  return loopback;
};
