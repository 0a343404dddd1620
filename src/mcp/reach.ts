// How a server of the settings is reached: which transport speaks to it and how it is probed. The one place that
// chooses by the kind of a definition.
import type { Clock, Millis } from '../base/clock.ts';
import type { HttpServer, ServerDefinition } from '../core/settings.ts';
import type { Log, Reach } from '../runtime/ports.ts';
import type { Authorizer } from './auth/ports.ts';
import { httpOrSseDialer } from './httpOrSseDialer.ts';
import { httpProber } from './prober.ts';
import { sseDialer } from './sse/sseDialer.ts';
import type { ServerProcesses } from './stdio/serverProcesses.ts';
import { stdioDialer } from './stdio/stdioDialer.ts';
import { stdioProber } from './stdio/stdioProber.ts';

export interface ReachDeps {
  readonly clock: Clock;
  /** The log of this server. */
  readonly log: Log;
  readonly connectTimeout: Millis;
  readonly probeTimeout: Millis;
  readonly maxMessageBytes: number;
  /** All server processes of the window; their owner ends them. */
  readonly processes: ServerProcesses;
  /** Where a program starts whose entry names no `cwd`, and what a relative one is meant from. */
  readonly folder: () => string;
  /** Who has the credentials for a server; without it nobody signs in anywhere. */
  readonly authorizers?: (server: HttpServer) => Authorizer | null;
  /** Told when an HTTP server turns out to speak the older HTTP+SSE transport. */
  readonly onOlder?: () => void;
}

const reachHttp = (server: HttpServer, deps: ReachDeps): Reach => {
  const { connectTimeout, probeTimeout, maxMessageBytes, clock, log, authorizers } = deps;
  const authorizer = authorizers?.(server) ?? null;
  const dialling = { server, authorizer, connectTimeout, maxMessageBytes, clock, log };
  return {
    dialer:
      server.transport === 'sse'
        ? sseDialer(dialling)
        : httpOrSseDialer({ ...dialling, ...(deps.onOlder ? { onOlder: deps.onOlder } : {}) }),
    prober: httpProber({ server, authorizer, probeTimeout, clock }),
  };
};

/**
 * To be called once for each definition: a dialer remembers what it found out. Throws `ConnectionError` (bad-config)
 * where the URL or health path of an HTTP server cannot be read.
 */
export const reachServer = (definition: ServerDefinition, deps: ReachDeps): Reach =>
  definition.kind === 'stdio'
    ? { dialer: stdioDialer({ ...deps, server: definition }), prober: stdioProber }
    : reachHttp(definition, deps);
