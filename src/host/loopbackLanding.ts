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
  /** The tag of their language, so that they are read out well. */
  readonly language: string;
  readonly done: string;
  readonly wrong: string;
}

const path = '/signed-in';

/** What Claude Code comes back to, and so what clients are registered with that name a port of their own. */
const fixedPath = '/callback';

export const callbackAddress = (port: number): string => `http://localhost:${port}${fixedPath}`;

const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

const page = (text: string, language: string): string =>
  `<!doctype html><html lang="${escaped(language)}"><meta charset="utf-8"><meta name="color-scheme" content="light dark"><title>MCP Lifeline</title><body style="font:16px system-ui;margin:15vh auto;max-width:32em;text-align:center"><h1 style="font-size:1.4em">MCP Lifeline</h1><p>${escaped(text)}`;

const answer = (response: ServerResponse, status: number, text: string, language: string): void => {
  response.writeHead(status, {
    'Content-Type': 'text/html; charset=utf-8',
    'Cache-Control': 'no-store',
    'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'",
    // The address of the page holds the code.
    'Referrer-Policy': 'no-referrer',
    Connection: 'close',
  });
  response.end(page(text, language));
};

/** A page that rebinds a name to this machine has that name in `Host`. */
const isOurs = ({ headers: { host = '' } }: IncomingMessage): boolean => {
  const name = host.replace(/:\d+$/, '').toLowerCase();
  return name === 'localhost' || name === '127.0.0.1' || name === '[::1]';
};

const listen = (server: Server, host: string, wanted: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ port: wanted, host, exclusive: true, ipv6Only: true }, () => {
      const address: AddressInfo | string | null = server.address();
      if (address !== null && typeof address === 'object') resolve(address.port);
      else reject(new Error('The listener has no port.'));
    });
  });

const aServer = (): Server => createServer({ maxHeaderSize: 16 * 1024, requestTimeout: 10_000 });

const end = (server: Server): void => {
  server.close();
  server.closeAllConnections();
};

const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined;

/** A browser may take `localhost` for either address, so that whoever listens at the other one would get the code. */
const listenAtBoth = async (port: number): Promise<readonly Server[]> => {
  const [one, other] = [aServer(), aServer()];
  await listen(one, '127.0.0.1', port);
  try {
    await listen(other, '::1', port);
    return [one, other];
  } catch (error) {
    // Without IPv6 there is no other address.
    if (codeOf(error) !== 'EADDRINUSE') return [one];
    end(one);
    throw error;
  }
};

export interface LoopbackWish {
  /** The editor forwards the request, so that `Host` names the editor's server. */
  readonly isBehindProxy: boolean;
  /** Null: any that is free. */
  readonly port: number | null;
}

/** Rejects where nothing can listen: with the code `EADDRINUSE` where somebody else does. */
export const openLoopback = async (
  words: LandingWords,
  { isBehindProxy, port: wanted }: LoopbackWish,
): Promise<Loopback> => {
  const first = aServer();
  const servers = wanted === null ? [first] : await listenAtBoth(wanted);
  const port = wanted ?? (await listen(first, '127.0.0.1', 0));
  const loopback: Loopback = {
    port,
    path: wanted === null ? path : fixedPath,
    onReturn: () => false,
    close: () => servers.forEach(end),
  };
  const respond = (request: IncomingMessage, response: ServerResponse): void => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const isThere = request.method === 'GET' && url.pathname === loopback.path;
    if (!isThere || !(isBehindProxy || isOurs(request)))
      return answer(response, 404, words.wrong, words.language);
    const isRight = loopback.onReturn(url.searchParams);
    const text = isRight ? words.done : words.wrong;
    answer(response, isRight ? 200 : 400, text, words.language);
  };
  for (const server of servers) server.on('request', respond);
  return loopback;
};
