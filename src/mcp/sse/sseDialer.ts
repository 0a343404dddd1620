// Makes links to one HTTP+SSE server. Unlike with Streamable HTTP, dialling connects: the endpoint must be known first.
import type { Millis } from '../../base/clock.ts';
import type { Dialer } from '../../runtime/ports.ts';
import type { HttpDialerDeps } from '../httpDialer.ts';
import { targetOf } from '../target.ts';
import { SseLink } from './sseLink.ts';

/** `patience`: how long the server may take to name its endpoint. */
export const sseDialer = (
  { server, authorizer = null, ...deps }: HttpDialerDeps,
  patience: Millis = deps.connectTimeout,
): Dialer => ({
  dial: async (_session, events, signal) => {
    const link = new SseLink(
      { ...deps, authorizer, target: targetOf(server.url), headers: server.headers },
      events,
    );
    await link.open(patience, signal);
    return link;
  },
});
