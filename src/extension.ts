// Composition root of the extension: builds the parts, wires them, hands them to the editor, ends them. No decisions.
import { randomUUID } from 'node:crypto';
import { homedir } from 'node:os';
import * as vscode from 'vscode';
import { type Clock, realClock, sleep } from './base/clock.ts';
import { type Disposable, Store } from './base/disposable.ts';
import { type Signal, Source } from './base/signal.ts';
import type { StateKind } from './core/connection/state.ts';
import { isObject } from './core/rpc.ts';
import type { ServerDefinition } from './core/settings.ts';
import { describeRefusal } from './core/wording/refusal.ts';
import { describeWaiting } from './core/wording/waiting.ts';
import { secretsOf } from './host/knownSecrets.ts';
import { createLogs, type Logs } from './host/log.ts';
import { createPresence, type Presence } from './host/presence.ts';
import { createScreen } from './host/screen.ts';
import { createEditorSettings, type EditorSettings } from './host/settings.ts';
import { commonFolder } from './host/storageFolder.ts';
import { watchServers } from './host/watchServers.ts';
import { NetworkWatch } from './mcp/network.ts';
import { reachServer } from './mcp/reach.ts';
import { ServerProcesses } from './mcp/stdio/serverProcesses.ts';
import { createViewClient } from './mcp/viewClient.ts';
import { Fleet } from './runtime/fleet.ts';
import type { Reach, WakeSource } from './runtime/ports.ts';
import type { FleetWatch } from './runtime/watch.ts';
import { realProcesses } from './store/processes.ts';
import { openWorkspaceStore, type WorkspaceStore } from './store/workspaceStore.ts';

/** What other extensions, and tests, may see. */
export interface LifelineApi {
  readonly servers: readonly { readonly name: string; readonly state: StateKind }[];
  /** The list, or the state of one of its servers, has changed. */
  readonly onDidChange: vscode.Event<void>;
}

/** The editor waits about five seconds for `deactivate`; what is not done by then is cut off. */
const goodbyeLimit = 4_700;

interface Parts {
  readonly context: vscode.ExtensionContext;
  readonly clock: Clock;
  readonly logs: Logs;
  readonly settings: EditorSettings;
  readonly presence: Presence;
}

const openStore = (
  { context, clock, logs, settings, presence }: Parts,
  allowsJournal: Signal<boolean>,
): WorkspaceStore => {
  const { sessionTtl, historyEntries } = settings.current.value;
  const isDesktop =
    vscode.env.uiKind === vscode.UIKind.Desktop && vscode.env.remoteName === undefined;
  return openWorkspaceStore({
    folder: context.storageUri
      ? commonFolder(context.storageUri.fsPath)
      : context.globalStorageUri.fsPath,
    clock,
    log: logs.own,
    memento: context.storageUri ? context.workspaceState : context.globalState,
    sessionTtl,
    historyEntries,
    allowsJournal,
    window: {
      id: randomUUID(),
      pid: process.pid,
      processes: realProcesses(),
      isOnlyOne: isDesktop && context.storageUri !== undefined,
      isWatched: () => presence.isWatched(),
    },
  });
};

/** The folder that the window has open, where programs start and relative paths are meant from. */
const openFolder = (): string => vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? homedir();

const reachOf = (
  { clock, logs, settings }: Parts,
  processes: ServerProcesses,
): ((definition: ServerDefinition) => Reach) => {
  // A prober remembers what its server offers, so that one definition must have one.
  const known = new WeakMap<ServerDefinition, Reach>();
  const make = (server: ServerDefinition): Reach => {
    const { connectTimeout, maxMessageBytes, health } = settings.current.value;
    const { probeTimeout } = health;
    const log = logs.of(server.name);
    const limits = { connectTimeout, maxMessageBytes, probeTimeout };
    return reachServer(server, { clock, log, ...limits, processes, folder: openFolder });
  };
  return (definition) => {
    const reach = known.get(definition) ?? make(definition);
    known.set(definition, reach);
    return reach;
  };
};

/** Sleep and network changes are noticed by the network watch, the window's focus by the editor. */
const wakeSource = (network: NetworkWatch, presence: Presence): WakeSource => ({
  onWake: (listener) => {
    const ears = new Store();
    ears.add(network.onWake(listener));
    ears.add(presence.onFocus(() => listener('focus')));
    return ears;
  },
});

/** The running side: store, connections, and what wakes them. */
const wire = (
  parts: Parts,
  owner: Store,
): { readonly fleet: Fleet; readonly store: WorkspaceStore } => {
  const { context, clock, logs, settings, presence } = parts;
  const allowsJournal = owner.add(new Source(settings.current.value.journal === 'on'));
  owner.add(settings.current.onChange(({ journal }) => allowsJournal.set(journal === 'on')));
  const store = owner.add(openStore(parts, allowsJournal));
  // Before the fleet, so that it ends after it: links end their own processes in order, this one what is left.
  const processes = owner.add(new ServerProcesses());
  const network = owner.add(new NetworkWatch({ clock }));
  const manifest: unknown = context.extension.packageJSON;
  const version = isObject(manifest) ? String(manifest['version']) : 'unknown';
  const roots = () =>
    (vscode.workspace.workspaceFolders ?? []).map(({ uri, name }) => ({
      uri: uri.toString(),
      name,
    }));
  const fleet = new Fleet({
    ports: {
      clock,
      random: Math.random,
      records: store.records,
      history: store.history,
      journal: store.journal,
      reach: reachOf(parts, processes),
      makeViewClient: (end) => createViewClient({ end, clock, log: logs.own, version, roots }),
      logOf: (serverId) => logs.of(serverId),
    },
    settings: settings.current,
    wake: wakeSource(network, presence),
    refusal: (life) => describeRefusal(life, clock.now(), vscode.l10n.t),
    waiting: (server, life) => describeWaiting(server, life, clock.now(), vscode.l10n.t),
  });
  owner.add(vscode.workspace.onDidChangeWorkspaceFolders(() => fleet.rootsChanged()));
  owner.add(
    fleet.onLeftBehind(({ server, count }) =>
      logs.of(server.id).warn(`${count} calls from before may have run; see Pending Calls.`),
    ),
  );
  let owned = store.holdsLease();
  owner.add(
    store.lease.onChange((status) => {
      if (owned && status !== 'owner') fleet.yieldSessions();
      if (!owned && status === 'owner') fleet.restoreCalls();
      owned = status === 'owner';
    }),
  );
  return { fleet, store };
};

const createApi = (fleet: FleetWatch, owner: Store): LifelineApi => {
  const changed = owner.add(new vscode.EventEmitter<void>());
  owner.add(watchServers(fleet, (server) => server.life.onChange(() => changed.fire())));
  owner.add(fleet.servers.onChange(() => changed.fire()));
  return {
    get servers() {
      return fleet.servers.value.map(({ id, life }) => ({
        name: id,
        state: life.value.state.kind,
      }));
    },
    onDidChange: changed.event,
  };
};

/** One activation: everything that lives from `activate` to `deactivate`. */
class Lifeline implements Disposable {
  readonly #store = new Store();
  readonly #fleet: Fleet;
  readonly api: LifelineApi;

  constructor(context: vscode.ExtensionContext) {
    const clock = realClock;
    // The log comes first, and the settings are its first user: their secrets are known from then on.
    let secrets: readonly string[] = [];
    const logs = this.#store.add(createLogs(() => secrets));
    const settings = this.#store.add(createEditorSettings(logs.own));
    const learn = (): void => {
      secrets = secretsOf(settings.current.value);
    };
    learn();
    this.#store.add(settings.current.onChange(learn));
    const presence = this.#store.add(createPresence(clock));
    const { fleet, store } = wire({ context, clock, logs, settings, presence }, this.#store);
    this.#fleet = this.#store.add(fleet);
    const screen = this.#store.add(
      createScreen({
        clock,
        fleet,
        settings,
        logs,
        workspaceState: context.workspaceState,
        clearStoredSessions: () => store.records.clear(),
      }),
    );
    this.#store.add(fleet.onNotice((notice) => screen.tell(notice)));
    this.api = createApi(fleet, this.#store);
  }

  /** Connections begin after `activate` has returned, so that it never waits for them. */
  open(): void {
    this.#store.add(realClock.after(0, () => this.#fleet.open()));
  }

  async stop(): Promise<void> {
    const limit = new AbortController();
    // Whatever is first; the loser of the race has nothing to say any more.
    await Promise.race([this.#fleet.shutdown(), sleep(realClock, goodbyeLimit, limit.signal)]);
    limit.abort();
    this.#store.dispose();
  }

  dispose(): void {
    this.#store.dispose();
  }
}

// The one thing that outlives a function here: the editor calls `deactivate` without handing back what `activate` made.
let lifeline: Lifeline | undefined;

export const activate = (context: vscode.ExtensionContext): LifelineApi => {
  lifeline = new Lifeline(context);
  lifeline.open();
  return lifeline.api;
};

export const deactivate = async (): Promise<void> => {
  const ending = lifeline;
  lifeline = undefined;
  await ending?.stop();
};
