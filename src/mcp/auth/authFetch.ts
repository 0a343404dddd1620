// How the SDK's sign-in code reaches authorization servers: over our own HTTP, with limits of time and size, encrypted unless it
// stays on this machine, and with trouble of the network told by its name. Not here: what is asked (discovery.ts, grants.ts).
import type { Clock, Millis } from '../../base/clock.ts';
import { ConnectionError, wordedFailure } from '../../core/connection/failure.ts';
import { unsaid } from '../../core/wording/unsaid.ts';
import { readText } from '../body.ts';
import { failureOfThrown } from '../failures.ts';
import type { Reply } from '../courier.ts';
import { HttpCaller } from '../request.ts';
import { isLocal } from '../target.ts';

export type AuthFetch = (url: string | URL, init?: RequestInit) => Promise<Response>;

export interface AuthFetchDeps {
  readonly clock: Clock;
  /** The server itself: its own words may be read without encryption if it is used so. */
  readonly server: URL;
  readonly signal: AbortSignal;
  /** For one request from its begin to the end of its answer. */
  readonly patience?: Millis;
}

const tokenPatience: Millis = 30_000;
const largest = 2 ** 20;

/** Credentials go only where nobody can read along: encrypted, or not leaving this machine. */
export const isSafe = (url: URL): boolean =>
  url.protocol === 'https:' || (url.protocol === 'http:' && isLocal({ url, socketPath: null }));

export const unsafe = (url: URL): ConnectionError =>
  new ConnectionError(
    wordedFailure(
      'unauthorized',
      unsaid('The sign-in service {0} is not reached by https, so it is not used.', url.origin),
    ),
  );

const checked = (url: URL, method: string, server: URL): URL => {
  const isOwn = method === 'GET' && url.origin === server.origin;
  if (!isSafe(url) && !isOwn) throw unsafe(url);
  return url;
};

const bodyOf = (init: RequestInit): { readonly body?: string } => {
  const { body } = init;
  if (body === undefined || body === null) return {};
  if (typeof body !== 'string' && !(body instanceof URLSearchParams))
    throw new TypeError('Only texts are sent to authorization servers.');
  return { body: String(body) };
};

/** An answer that says nothing but that the other side cannot answer now. */
const isAway = (status: number): boolean => status === 429 || status >= 500;

const responseOf = async (reply: Reply, host: string): Promise<Response> => {
  if (reply.kind === 'failed') throw new ConnectionError(failureOfThrown(reply.error), reply.error);
  const { message } = reply;
  const status = message.statusCode ?? 0;
  const body = await readText(message, largest, () => {});
  if (body.kind === 'broke') throw new ConnectionError(failureOfThrown(body.error), body.error);
  if (body.kind === 'too-large') {
    const text = unsaid(
      'The sign-in service {0} answered with more than {1} bytes.',
      host,
      largest,
    );
    throw new ConnectionError(wordedFailure('too-large', text));
  }
  if (isAway(status)) {
    const text = unsaid('The sign-in service {0} answered HTTP {1}.', host, status);
    throw new ConnectionError(wordedFailure('server-error', text, { status }));
  }
  const headers = new Headers();
  for (const name of ['content-type', 'location']) {
    const value = message.headers[name];
    if (typeof value === 'string') headers.set(name, value);
  }
  const isEmpty = status === 204 || status === 304;
  return new Response(isEmpty ? null : body.text, { status, headers });
};

/** Rejects with `ConnectionError` where nothing usable was answered. */
export const createAuthFetch = (deps: AuthFetchDeps): AuthFetch => {
  const { clock, server, signal, patience = tokenPatience } = deps;
  return async (where, init = {}) => {
    const method = init.method === 'POST' ? 'POST' : 'GET';
    const url = checked(new URL(where), method, server);
    const limit = new AbortController();
    const timer = clock.after(patience, () => limit.abort());
    const target = { url, socketPath: null };
    // One connection for one question: there are few, and none of them is to wait for another.
    const caller = new HttpCaller({ target, clock, connectTimeout: patience, pooled: false });
    const headers = Object.fromEntries(new Headers(init.headers));
    const ask = {
      method,
      headers: { ...headers, 'accept-encoding': 'identity' },
      signal: AbortSignal.any([signal, limit.signal]),
      ...bodyOf(init),
    } as const;
    try {
      return await responseOf(await caller.send(ask), url.host);
    } catch (error) {
      if (!limit.signal.aborted || signal.aborted) throw error;
      const text = unsaid(
        'The sign-in service {0} did not answer within {1} ms.',
        url.host,
        patience,
      );
      throw new ConnectionError(wordedFailure('timeout', text), error);
    } finally {
      timer.dispose();
    }
  };
};
