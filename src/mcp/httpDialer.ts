// Makes links to one HTTP server. Dialling connects to nothing yet: the first request of the handshake does.
import type { Clock, Millis } from '../base/clock.ts';
import { ConnectionError, wordedFailure } from '../core/connection/failure.ts';
import type { HttpServer } from '../core/settings.ts';
import { unsaid } from '../core/wording/unsaid.ts';
import type { Dialer, Log } from '../runtime/ports.ts';
import type { Authorizer } from './auth/ports.ts';
import { HttpLink } from './http.ts';
import { targetOf } from './target.ts';

export interface HttpDialerDeps {
  readonly server: HttpServer;
  /** Without one, or null: nobody signs in. */
  readonly authorizer?: Authorizer | null;
  readonly connectTimeout: Millis;
  readonly maxMessageBytes: number;
  readonly clock: Clock;
  readonly log: Log;
}

export const httpDialer = ({ server, authorizer = null, ...deps }: HttpDialerDeps): Dialer => ({
  dial: async (session, events, signal) => {
    if (signal.aborted)
      throw new ConnectionError(wordedFailure('cancelled', unsaid('Given up by us.')));
    const { headers } = server;
    const link = { ...deps, authorizer, headers, target: targetOf(server.url) };
    return new HttpLink(link, session, events);
  },
});
