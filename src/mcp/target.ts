// Where a server is: its URL taken apart, also `unix://` and `pipe://` URLs as VS Code's mcp.json has them.
// Not here: anything that connects.
import { ConnectionError, wordedFailure } from '../core/connection/failure.ts';
import { unsaid } from '../core/wording/unsaid.ts';

export interface Target {
  /** What goes into the request line and the Host header. */
  readonly url: URL;
  /** A Unix socket or Windows pipe to connect to instead of the URL's host; null for TCP. */
  readonly socketPath: string | null;
}

const parse = (text: string): URL => {
  try {
    return new URL(text);
  } catch (cause) {
    // The text may hold credentials, so it is not quoted.
    throw new ConnectionError(
      wordedFailure('bad-config', unsaid('The URL of the server cannot be read.')),
      cause,
    );
  }
};

/** `unix:///run/a.sock#/mcp`: the path is the socket, the fragment is the path on the server. */
const onSocket = (url: URL, socketPath: string): Target => ({
  url: new URL(url.hash.slice(1) || '/', 'http://localhost'),
  socketPath,
});

/** Throws `ConnectionError` (bad-config) where the text is no URL that we can talk to. */
export const targetOf = (text: string): Target => {
  const url = parse(text);
  switch (url.protocol) {
    case 'http:':
    case 'https:':
      return { url: new URL(url.href), socketPath: null };
    case 'unix:':
      return onSocket(url, decodeURIComponent(url.pathname));
    case 'pipe:':
      return onSocket(url, `\\\\.${decodeURIComponent(url.pathname).replaceAll('/', '\\')}`);
    default:
      throw new ConnectionError(
        wordedFailure('bad-config', unsaid('The URL scheme {0} is not supported.', url.protocol)),
      );
  }
};

// 0.0.0.0 and :: reach this machine when connected to, and people copy them from a server's output.
const localHost = /^(localhost|.+\.localhost|127(\.\d+){1,3}|0\.0\.0\.0|\[::1?\])$/i;

/** Whether the server runs on this machine, so that asking it often costs nobody anything. */
export const isLocal = (target: Target): boolean =>
  target.socketPath !== null || localHost.test(target.url.hostname);
