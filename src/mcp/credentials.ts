// Sends a request with the credentials of its server, and once more where a refusal brought new ones: never a third time, so that
// no loop can come about here. Not here: where they come from and what a refusal means (auth/).
import type { Clock } from '../base/clock.ts';
import { ConnectionError, type Failure, wordedFailure } from '../core/connection/failure.ts';
import { unsaid } from '../core/wording/unsaid.ts';
import type { SessionRef } from '../runtime/ports.ts';
import { asksForMore } from './auth/challenge.ts';
import type { Authorizer, Challenge } from './auth/ports.ts';
import { drain } from './body.ts';
import type { Headers } from './headers.ts';
import type { HttpMessage } from './httpMessage.ts';
import type { Reply } from './courier.ts';

export interface Sending {
  readonly authorizer: Authorizer;
  readonly clock: Clock;
  readonly session: SessionRef;
  readonly signal: AbortSignal | undefined;
  /** Sends it with these headers besides its own. */
  readonly send: (credentials: Headers) => Promise<Reply>;
}

const drainTime = 1_000;

/** The headers that carry `used`. */
export const carrying = (used: string | null): Headers =>
  used === null ? {} : { Authorization: used };

/** Null where the refusal is no matter of credentials. */
const challengeOf = (
  { statusCode, headers }: HttpMessage,
  session: SessionRef,
  used: string | null,
): Challenge | null => {
  if (statusCode !== 401 && statusCode !== 403) return null;
  const header = headers['www-authenticate'] ?? null;
  if (statusCode === 403) return asksForMore(header) ? { status: 403, header } : null;
  // Older rmcp servers answer so to a session that they have forgotten (statuses.ts).
  const isAboutSession = header === null && used === null && session.id !== null;
  return isAboutSession ? null : { status: 401, header };
};

const twice = (status: number): Failure =>
  wordedFailure('unrenewed', unsaid('The server refused two credentials one after the other.'), {
    status,
  });

export const sendWithCredentials = async (sending: Sending): Promise<Reply> => {
  const { authorizer, clock, session, signal, send } = sending;
  for (let isAgain = false; ; isAgain = true) {
    const { demand } = authorizer;
    if (demand) return { kind: 'failed', error: new ConnectionError(demand), written: false };
    const used = await authorizer.header(signal);
    const reply = await send(carrying(used));
    if (reply.kind === 'failed') return reply;
    const { message } = reply;
    const challenge = challengeOf(message, session, used);
    if (!challenge) {
      authorizer.accepted(used);
      return reply;
    }
    const refusal = await authorizer.challenged(challenge, used, signal);
    if (refusal || isAgain) return { ...reply, refusal: refusal ?? twice(challenge.status) };
    drain(message, clock, drainTime);
  }
};
