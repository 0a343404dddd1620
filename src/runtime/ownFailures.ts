// Failures that this room finds itself, with their words.
import { type Failure, wordedFailure } from '../core/connection/failure.ts';
import type { RestartSign } from '../core/connection/health.ts';
import type { StateKind } from '../core/connection/state.ts';
import { nameOf } from '../core/wording.ts';
import { inEnglish } from '../core/wording/english.ts';
import { unsaid, type Unsaid } from '../core/wording/unsaid.ts';

const signs: Readonly<Record<RestartSign, Unsaid>> = {
  'other-instance': unsaid('other-instance'),
  'other-version': unsaid('other-version'),
  'uptime-went-down': unsaid('uptime-went-down'),
  'uptime-too-small': unsaid('uptime-too-small'),
};

export const restartSeen = (sign: RestartSign): Failure =>
  wordedFailure('restarted', unsaid('the server was restarted ({0})', signs[sign]));

export const pingsMissed = (misses: number): Failure =>
  wordedFailure('silent', unsaid('{0} pings in a row were not answered', misses));

/** What became of calls that wait for a connection in such a state. */
export const endedBy = (state: StateKind): Failure =>
  wordedFailure('cancelled', unsaid('the connection is {0}', [nameOf(state, inEnglish)]));

export const serverRemoved = wordedFailure(
  'cancelled',
  unsaid('the server was removed from the settings'),
);
