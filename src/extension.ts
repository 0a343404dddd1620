// Composition root of the extension: builds the parts, wires them, hands them to the editor, ends them. No decisions.
import { randomUUID } from 'node:crypto';
import { homedir } from 'node:os';
import * as vscode from 'vscode';
import { type Clock, realClock, sleep } from './base/clock.ts';
import { type Disposable, Store } from './base/disposable.ts';
import { type Signal, Source } from './base/signal.ts';
import type { EventStoreSettings, Settings } from './core/settings.ts';
import { isObject } from './core/rpc.ts';
import { type EditorFacts, EditorGateway, withoutLoops } from './editorGateway.ts';
import { wireFleet } from './fleetWiring.ts';
import { createApi, type LifelineApi } from './host/api.ts';
import { registerDefinitionProvider } from './host/definitionProvider.ts';
import type { GatewayDoor } from './host/gatewayDoor.ts';
import { registerHealthTool } from './host/healthTool.ts';
import { secretsOf } from './host/knownSecrets.ts';
import { createLogs, type Logs } from './host/log.ts';
import { createPresence, type Presence } from './host/presence.ts';
import { createScreen } from './host/screen.ts';
import { createEditorSettings, type EditorSettings } from './host/settings.ts';
import { commonFolder } from './host/storageFolder.ts';
import { NetworkWatch } from './mcp/network.ts';
import type { Fleet } from './runtime/fleet.ts';
import type { WakeSource } from './runtime/ports.ts';
import { realProcesses } from './store/processes.ts';
import { openWorkspaceStore, type WorkspaceStore } from './store/workspaceStore.ts';

/** The editor waits about five seconds for `deactivate`; what is not done by then is cut off. */
const goodbyeLimit = 4_700;

interface Parts {
  readonly context: vscode.ExtensionContext;
  readonly clock: Clock;
  readonly logs: Logs;
  readonly settings: EditorSettings;
  readonly presence: Presence;
}

/** Where this window keeps what outlives it. */
const folderOf = ({ storageUri, globalStorageUri }: vscode.ExtensionContext): string =>
  storageUri ? commonFolder(storageUri.fsPath) : globalStorageUri.fsPath;

const openStore = (
  { context, clock, logs, settings, presence }: Parts,
  kept: {
    readonly allowsJournal: Signal<boolean>;
    readonly eventStore: Signal<EventStoreSettings>;
  },
): WorkspaceStore => {
  const { sessionTtl, historyEntries } = settings.current.value;
  const isDesktop =
    vscode.env.uiKind === vscode.UIKind.Desktop && vscode.env.remoteName === undefined;
  return openWorkspaceStore({
    folder: folderOf(context),
    clock,
    log: logs.own,
    memento: context.storageUri ? context.workspaceState : context.globalState,
    sessionTtl,
    historyEntries,
    ...kept,
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

/** Sleep and network changes are noticed by the network watch, the window's focus by the editor. */
const wakeSource = (network: NetworkWatch, presence: Presence): WakeSource => ({
  onWake: (listener) => {
    const ears = new Store();
    ears.add(network.onWake(listener));
    ears.add(presence.onFocus(() => listener('focus')));
    return ears;
  },
});

const roots = () =>
  (vscode.workspace.workspaceFolders ?? []).map(({ uri, name }) => ({
    uri: uri.toString(),
    name,
  }));

const editorFacts = ({
  secrets,
  extensionPath,
  globalStorageUri,
}: vscode.ExtensionContext): EditorFacts => ({
  secrets,
  extensionPath,
  globalStorage: globalStorageUri.fsPath,
  folders: () => (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath),
  say: vscode.l10n.t,
});

interface Running {
  readonly fleet: Fleet;
  readonly store: WorkspaceStore;
  readonly gateway: EditorGateway;
  /** Without servers that lead back to ourselves. */
  readonly usable: Signal<Settings>;
}

/** The running side: store, connections, what wakes them, and the gateway in front of them. */
const wire = (parts: Parts, owner: Store): Running => {
  const { context, clock, logs, presence } = parts;
  const { current } = parts.settings;
  const allowsJournal = owner.add(new Source(current.value.journal === 'on'));
  const eventStore = owner.add(new Source(current.value.eventStore));
  owner.add(
    current.onChange((now) => {
      allowsJournal.set(now.journal === 'on');
      eventStore.set(now.eventStore);
    }),
  );
  const store = owner.add(openStore(parts, { allowsJournal, eventStore }));
  const network = owner.add(new NetworkWatch({ clock }));
  const manifest: unknown = context.extension.packageJSON;
  const version = isObject(manifest) ? String(manifest['version']) : 'unknown';
  const { enabled } = parts.settings.current.value.gateway;
  const door = owner.add(new Source<GatewayDoor>({ kind: enabled ? 'opening' : 'off' }));
  const settings = withoutLoops(parts.settings.current, door, owner);
  const fleet = wireFleet(
    {
      clock,
      logs,
      settings,
      store,
      wake: wakeSource(network, presence),
      folder: openFolder,
      roots,
      version,
      say: vscode.l10n.t,
    },
    owner,
  );
  owner.add(vscode.workspace.onDidChangeWorkspaceFolders(() => fleet.rootsChanged()));
  const gateway = owner.add(
    new EditorGateway(
      {
        editor: editorFacts(context),
        clock,
        log: logs.own,
        settings,
        fleet,
        store,
        folder: folderOf(context),
        version,
      },
      door,
    ),
  );
  return { fleet, store, gateway, usable: settings };
};

/** One activation: everything that lives from `activate` to `deactivate`. */
class Lifeline implements Disposable {
  readonly #store = new Store();
  readonly #fleet: Fleet;
  readonly #gateway: EditorGateway;
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
    const { fleet, store, gateway, usable } = wire(
      { context, clock, logs, settings, presence },
      this.#store,
    );
    this.#fleet = fleet;
    this.#gateway = gateway;
    const screen = this.#store.add(
      createScreen({
        clock,
        fleet,
        gateway: gateway.view,
        settings,
        logs,
        workspaceState: context.workspaceState,
        accountOf: () => null,
        clearStoredSessions: () => store.records.clear(),
      }),
    );
    const { door, healthReport } = gateway.view;
    this.#store.add(registerDefinitionProvider({ clock, door, settings: usable }));
    this.#store.add(registerHealthTool({ fleet, healthReport }));
    this.#store.add(fleet.onNotice((notice) => screen.tell(notice)));
    this.api = createApi(fleet, this.#store);
  }

  /** Connections begin after `activate` has returned, so that it never waits for them. */
  open(): void {
    this.#store.add(
      realClock.after(0, () => {
        // The servers first: a client of an earlier life may be there as soon as the door is open.
        this.#fleet.open();
        void this.#gateway.open();
      }),
    );
  }

  async stop(): Promise<void> {
    const limit = new AbortController();
    // Whatever is first; the loser of the race has nothing to say any more.
    const ended = this.#gateway.stop().then(() => this.#fleet.shutdown());
    await Promise.race([ended, sleep(realClock, goodbyeLimit, limit.signal)]);
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
