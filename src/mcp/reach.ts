// How a server of the settings is reached: which transport speaks to it and how it is probed. The one place that
// chooses by the kind of a definition.
import type { Clock, Millis } from '../base/clock.ts';
import type { HttpServer, ServerDefinition } from '../core/settings.ts';
import type { Dialer, Log, Reach } from '../runtime/ports.ts';
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
}

const dialerOf = (server: HttpServer, deps: ReachDeps): Dialer => {
  const { connectTimeout, maxMessageBytes, clock, log } = deps;
  const dialling = { server, connectTimeout, maxMessageBytes, clock, log };
  return server.transport === 'sse' ? sseDialer(dialling) : httpOrSseDialer(dialling);
};

/**
 * To be called once for each definition: a dialer remembers what it found out. Throws `ConnectionError` (bad-config)
 * where the URL or health path of an HTTP server cannot be read.
 */
export const reachServer = (definition: ServerDefinition, deps: ReachDeps): Reach => {
  const { clock, probeTimeout } = deps;
  return definition.kind === 'stdio'
    ? { dialer: stdioDialer({ ...deps, server: definition }), prober: stdioProber }
    : {
        dialer: dialerOf(definition, deps),
        prober: httpProber({ server: definition, probeTimeout, clock }),
      };
};
