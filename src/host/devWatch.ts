// `dev.watch`: a server under work is started anew when its files change, or looked at again where somebody else starts it. Quick
// changes count as one. Free of `vscode`. Not here: watching files (watchedFiles.ts).
import type { Clock, Millis } from '../base/clock.ts';
import { type Disposable, Mutable, Store } from '../base/disposable.ts';
import type { StateKind } from '../core/connection/state.ts';
import type { Log } from '../runtime/ports.ts';
import type { FleetWatch, ServerWatch } from '../runtime/watch.ts';
import { watchServers } from './watchServers.ts';

/** Where to look, and what for. */
export interface PlacedGlob {
  readonly folder: string;
  readonly glob: string;
}

export interface DevWatchPorts {
  readonly clock: Clock;
  readonly fleet: FleetWatch & {
    /** Asks the server at once how it is. */
    lookAgain(id: string): void;
  };
  readonly watchFiles: (placed: PlacedGlob, changed: () => void) => Disposable;
  /** Where entries are meant from that belong to no folder; null where none is open: a whole home is no place to watch. */
  readonly folder: () => string | null;
  readonly logOf: (serverId: string) => Pick<Log, 'info'>;
}

/** A build writes many files. */
const quietFor: Millis = 300;
const patience: Millis = 3_000;

/** Started by a person or by a call already, and not stopped since; one that crashes in a loop waits for just this change. */
const restarts: ReadonlySet<StateKind> = new Set([
  'connecting',
  'ready',
  'degraded',
  'reconnecting',
  'suspended',
  'crash-loop',
  'failed',
]);

const wildcard = /[*?[\]{}]/;

/** `${workspaceFolder}/src/**`, `src/**` and `/abs/src/**`, as VS Code's mcp.json has them. Null: there is no place for it. */
export const placeGlob = (written: string, folder: string | null): PlacedGlob | null => {
  const glob = written.replace(/^\$\{workspaceFolder\}[\\/]/, '').replaceAll('\\', '/');
  if (!/^(\/|[A-Za-z]:\/)/.test(glob))
    return folder === null ? null : { folder, glob: glob.replace(/^\.\//, '') };
  const parts = glob.split('/');
  const first = parts.findIndex((part) => wildcard.test(part));
  const cut = first === -1 ? parts.length - 1 : first;
  return { folder: parts.slice(0, cut).join('/') || '/', glob: parts.slice(cut).join('/') };
};

const react = (server: ServerWatch, { fleet, logOf }: DevWatchPorts): void => {
  const { id, definition, life } = server;
  if (!restarts.has(life.value.state.kind)) return;
  logOf(id).info('A file of dev.watch has changed.');
  if (definition.kind === 'stdio') server.reconnect();
  else fleet.lookAgain(id);
};

const watchOne = (server: ServerWatch, ports: DevWatchPorts): Disposable => {
  const { clock, watchFiles, folder } = ports;
  const { definition } = server;
  const store = new Store();
  const timer = store.add(new Mutable<Disposable>());
  let since: Millis | null = null;
  const changed = (): void => {
    const now = clock.steady();
    since ??= now;
    timer.value = clock.after(Math.min(quietFor, since + patience - now), () => {
      since = null;
      react(server, ports);
    });
  };
  const base = definition.origin.folder ?? folder();
  for (const glob of definition.enabled ? definition.watch : []) {
    const placed = placeGlob(glob, base);
    if (placed) store.add(watchFiles(placed, changed));
  }
  return store;
};

export const createDevWatch = (ports: DevWatchPorts): Disposable =>
  watchServers(ports.fleet, (server) => watchOne(server, ports));
