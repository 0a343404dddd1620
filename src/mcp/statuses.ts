// What an HTTP status that is no success tells about a request: did it run, and what is wrong. One table, with the
// exceptions that real servers make. Not here: the texts that give a lost session away (failures.ts).
import type { IncomingHttpHeaders } from 'node:http';
import type { Millis } from '../base/clock.ts';
import type { Fate } from '../core/calls/fate.ts';
import { type FailureKind, wordedFailure } from '../core/connection/failure.ts';
import { isErrorResponse, type RpcId, type RpcResponse } from '../core/rpc.ts';
import { unsaid, type Unsaid } from '../core/wording/unsaid.ts';
import { mayHavePassedOn, saysSessionLost, speaksOfSession } from './failures.ts';
import { answerAmong, readMessages } from './messages.ts';

export interface Refusal {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** As much of the body as was worth reading. */
  readonly body: string;
}

/** What had been asked. */
export interface Asked {
  /** Null for a notification or an answer of ours. */
  readonly id: RpcId | null;
  /** The request carried a session id. */
  readonly withSession: boolean;
  /** The request came after a handshake, with or without a session id. */
  readonly afterHandshake: boolean;
}

const kindByStatus: Readonly<Record<number, FailureKind>> = {
  401: 'unauthorized',
  403: 'forbidden',
  404: 'endpoint-missing',
  405: 'method-not-allowed',
  406: 'not-mcp',
  407: 'forbidden',
  408: 'timeout',
  410: 'endpoint-missing',
  415: 'not-mcp',
  425: 'server-error',
  429: 'rate-limited',
  501: 'rejected',
  505: 'rejected',
};

const kindOf = (status: number): FailureKind => {
  const known = kindByStatus[status];
  if (known) return known;
  if (status >= 500) return 'server-error';
  return status >= 300 && status < 400 ? 'redirected' : 'rejected';
};

/** `Retry-After` in seconds or as a date (RFC 9110, section 10.2.3). */
export const retryAfterOf = (headers: IncomingHttpHeaders, now: Millis): Millis | null => {
  const text = headers['retry-after']?.trim();
  if (!text) return null;
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? null : Math.max(0, date - now);
};

/**
 * Facts of real servers: 404 to any POST with a session (spec), 400 that speaks of it (server-everything), 401 without
 * a challenge (older rmcp), 410, 422 and 503 that say so.
 */
const losesSession = (refusal: Refusal, asked: Asked): boolean => {
  const { status, headers, body } = refusal;
  if (status === 404) return asked.withSession;
  if (!asked.afterHandshake) return false;
  if (status === 400) return speaksOfSession(body);
  if (status === 401) {
    return asked.withSession && !('www-authenticate' in headers) && saysSessionLost(body);
  }
  return asked.withSession && [410, 422, 503].includes(status) && saysSessionLost(body);
};

/** The error that a server wrapped into a status: that is an answer, and the client is to see it. */
const errorInside = (refusal: Refusal, id: RpcId | null): RpcResponse | undefined => {
  if (id === null) return undefined;
  // Only a 400 may leave the id out: it can mean that the request was not understood far enough to find it.
  const answer = answerAmong(readMessages(refusal.body).messages, id, refusal.status === 400);
  return answer && isErrorResponse(answer) ? { ...answer, id } : undefined;
};

/** Statuses that have their own meaning whatever the body holds. */
const isOwnMeaning = (status: number): boolean =>
  [401, 403, 404, 429, 502, 503, 504].includes(status);

/** Whether the request may have run in spite of the status. A proxy's 502 and 504 leave it open. */
const mayHaveRun = ({ status, body }: Refusal): boolean => {
  if (status === 503) return mayHavePassedOn(body);
  return status >= 500 && kindOf(status) === 'server-error';
};

const redirectOf = ({ status, headers: { location } }: Refusal): Unsaid =>
  location && URL.canParse(location)
    ? // Only the origin: a redirect's path and query may hold a token.
      unsaid('The server answered HTTP {0}, a redirect to {1}.', status, new URL(location).origin)
    : unsaid('The server answered HTTP {0}, a redirect elsewhere.', status);

const wordsOf = (refusal: Refusal, kind: FailureKind): Unsaid => {
  const { status } = refusal;
  if (kind === 'session-lost')
    return unsaid('The server answered HTTP {0}: it does not know our session.', status);
  return kind === 'redirected'
    ? redirectOf(refusal)
    : unsaid('The server answered HTTP {0}.', status);
};

/** The fate of a request that was answered with a status other than a success. */
export const fateOfStatus = (refusal: Refusal, asked: Asked, now: Millis): Fate => {
  const lost = losesSession(refusal, asked);
  const answer = lost || isOwnMeaning(refusal.status) ? undefined : errorInside(refusal, asked.id);
  if (answer) return { kind: 'answered', response: answer };
  const kind = lost ? 'session-lost' : kindOf(refusal.status);
  const failure = wordedFailure(kind, wordsOf(refusal, kind), {
    status: refusal.status,
    retryAfter: retryAfterOf(refusal.headers, now),
  });
  return !lost && mayHaveRun(refusal)
    ? { kind: 'broken', failure, cursor: null }
    : { kind: 'refused', failure };
};
