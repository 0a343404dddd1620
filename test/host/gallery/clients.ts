// Programs that use the servers of the gallery through its gateway.
import { Source } from '../../../src/base/signal.ts';
import { newLife } from '../../../src/core/connection/state.ts';
import type { ConnectionState } from '../../../src/core/connection/state.ts';
import type { ClientWatch } from '../../../src/runtime/watch.ts';

const aClient = (label: string, state: ConnectionState, running = 0, held = 0): ClientWatch => ({
  label,
  life: new Source({ ...newLife('idle', true), state, epoch: 1 }),
  calls: new Source({ running, held }),
});

/** By the server that they use. */
export const galleryClients = (now: number): Readonly<Record<string, readonly ClientWatch[]>> => {
  const ready: ConnectionState = { kind: 'ready', since: now - 90_000, recovered: 'same-session' };
  return {
    'issue-tracker': [
      aClient('Visual Studio Code', ready, 2),
      aClient('claude-code', ready, 1),
      aClient('', { kind: 'idle' }),
    ],
    'dev-server': [aClient('codex-mcp-client', { kind: 'connecting', since: now }, 0, 1)],
  };
};
