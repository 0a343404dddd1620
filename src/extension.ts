// Composition root of the extension: builds the parts, wires them, hands them to the editor, ends them. No decisions.
import { homedir } from 'node:os';
import * as vscode from 'vscode';
import { type Clock, realClock, sleep } from './base/clock.ts';
import { allOrNothing, type Disposable, type Store } from './base/disposable.ts';
import { type Signal, Source } from './base/signal.ts';
import type { Settings } from './core/settings.ts';
import { isObject } from './core/rpc.ts';
import { type EditorFacts, EditorGateway } from './wiring/editorGateway.ts';
import { type EditorValues, wireValues } from './wiring/editorValues.ts';
import { wireChronicler, wireFleet } from './wiring/fleet.ts';
import { wireSignIn } from './wiring/editorSignIn.ts';
import { wireEditorStore } from './wiring/editorStore.ts';
import { wireFoundServers } from './wiring/editorSources.ts';
import type { FoundServers } from './wiring/foundServers.ts';
import { doorsOf } from './wiring/gatewayForEditor.ts';
import { accountsOf } from './wiring/keptSignIn.ts';
import { refusingLoops, withoutLoops } from './wiring/loops.ts';
import { createApi } from './host/api.ts';
import type { LifelineApi } from './host/apiTypes.ts';
import { registerDefinitionProvider } from './host/definitionProvider.ts';
import type { GatewayDoor } from './host/gatewayDoor.ts';
import { registerHealthTool } from './host/healthTool.ts';
import { secretsOf } from './host/knownSecrets.ts';
import { createLeave, type Leave } from './host/leave.ts';
import { createLogs, type Logs } from './host/log.ts';
import { onOpenRootsChange, openFolder, openRoots } from './host/openFolders.ts';
import { createPresence, type Presence } from './host/presence.ts';
import { createScreen, type Screen } from './host/screen.ts';
import { createEditorSettings, type EditorSettings } from './host/settings.ts';
import { commonFolder } from './host/storageFolder.ts';
import type { Authorizers } from './mcp/auth/authorizers.ts';
import { followDevFiles } from './host/watchedFiles.ts';
import type { Chronicle } from './runtime/chronicle.ts';
import { withApproval } from './runtime/approvalGate.ts';
import type { Fleet } from './runtime/fleet.ts';
import { KnownSecrets } from './runtime/knownSecrets.ts';
import type { WorkspaceStore } from './store/workspaceStore.ts';
import { wireNetwork, withFocus } from './wiring/network.ts';
import { type NewServers, wireNewServers } from './wiring/newServers.ts';

/** The editor waits about five seconds for `deactivate`; what is not done by then is cut off. */
const goodbyeLimit = 4_700;

interface Parts {
  readonly context: vscode.ExtensionContext;
  readonly clock: Clock;
  readonly logs: Logs;
  readonly secrets: KnownSecrets;
  readonly settings: EditorSettings;
  readonly leave: Leave;
  readonly values: EditorValues;
  readonly presence: Presence;
}

/** Where this window keeps what outlives it. */
const folderOf = ({ storageUri, globalStorageUri }: vscode.ExtensionContext): string =>
  storageUri ? commonFolder(storageUri.fsPath) : globalStorageUri.fsPath;

const openStore = (
  { context, clock, logs, settings, presence }: Parts,
  owner: Store,
): WorkspaceStore => {
  const isDesktop =
    vscode.env.uiKind === vscode.UIKind.Desktop && vscode.env.remoteName === undefined;
  return wireEditorStore(
    {
      folder: folderOf(context),
      memento: context.storageUri ? context.workspaceState : context.globalState,
      isOnlyOne: isDesktop && context.storageUri !== undefined,
      isWatched: () => presence.isWatched(),
      clock,
      log: logs.own,
      settings: settings.current,
    },
    owner,
  );
};

const editorFacts = ({
  secrets,
  extensionPath,
  globalStorageUri,
}: vscode.ExtensionContext): EditorFacts => ({
  secrets,
  extensionPath,
  globalStorage: globalStorageUri.fsPath,
  folders: () => (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath),
});

const versionOf = ({ extension }: vscode.ExtensionContext): string => {
  const manifest: unknown = extension.packageJSON;
  return isObject(manifest) ? String(manifest['version']) : 'unknown';
};

interface Running {
  readonly fleet: Fleet;
  readonly store: WorkspaceStore;
  readonly chronicle: Chronicle;
  readonly gateway: EditorGateway;
  readonly found: FoundServers;
  readonly signIn: Authorizers;
  /** Without servers that lead back to ourselves. */
  readonly usable: Signal<Settings>;
}

/** The running side: store, connections, what wakes them, and the gateway in front of them. */
const wire = (parts: Parts, owner: Store): Running => {
  const { context, clock, logs, presence } = parts;
  const store = openStore(parts, owner);
  const network = wireNetwork({ clock, settings: parts.settings.current }, owner);
  const version = versionOf(context);
  const { enabled } = parts.settings.current.value.gateway;
  const door = owner.add(new Source<GatewayDoor>({ kind: enabled ? 'opening' : 'off' }));
  const doors = doorsOf(door);
  const settings = withoutLoops(parts.settings.current, doors, owner, vscode.l10n.t);
  const filled = refusingLoops(parts.values.resolver, doors, owner);
  const wake = withFocus(network, presence);
  const chronicler = wireChronicler({ clock, store, network }, owner);
  const signIn = wireSignIn({ context, clock, logs, known: parts.secrets }, owner);
  const fleet = wireFleet(
    {
      ...{ clock, logs, secrets: parts.secrets, settings, store, wake, chronicler, version },
      folder: openFolder,
      roots: openRoots,
      say: vscode.l10n.t,
      resolver: withApproval(parts.leave.keeper, filled.resolver),
      authorizers: (server) => signIn.of(server),
    },
    owner,
  );
  owner.add(onOpenRootsChange(() => fleet.rootsChanged()));
  parts.leave.follow(fleet, settings);
  parts.values.follow(fleet);
  filled.follow(fleet);
  owner.add(followDevFiles({ clock, fleet }, (id) => logs.of(id)));
  const gateway = owner.add(
    new EditorGateway(
      {
        ...{ editor: editorFacts(context), clock, log: logs.own, secrets: parts.secrets, settings },
        ...{ fleet, chronicle: chronicler, store, folder: folderOf(context), version },
      },
      door,
    ),
  );
  return {
    fleet,
    store,
    chronicle: chronicler,
    gateway,
    found: wireFoundServers({ context, clock, logs, say: vscode.l10n.t, settings, door }, owner),
    signIn,
    usable: settings,
  };
};

/** What everything else is made of. The log comes first, and the settings are its first user: their secrets are known from then on. */
const prepare = (context: vscode.ExtensionContext, owner: Store): Parts => {
  const clock = realClock;
  const secrets = new KnownSecrets([homedir()]);
  const logs = owner.add(createLogs(secrets.clean));
  const editorSettings = owner.add(createEditorSettings(logs.own));
  const globalStorage = context.globalStorageUri.fsPath;
  const own = { settings: editorSettings, globalStorage, clock, log: logs.own };
  const leave = createLeave(own, owner);
  const { settings } = leave;
  const learn = (): void => secrets.learn('settings', secretsOf(settings.current.value));
  learn();
  owner.add(settings.current.onChange(learn));
  owner.add(logs.follow(settings.current));
  const known = { secrets: context.secrets, settings, known: secrets, clock, logs };
  const values = wireValues(known, owner);
  const presence = owner.add(createPresence(clock));
  return { context, clock, logs, secrets, settings, leave, values, presence };
};

const bringServers = (
  { context, clock, logs, secrets, settings, leave, values }: Parts,
  { found, gateway }: Running,
  owner: Store,
): NewServers =>
  wireNewServers(
    {
      ...{ clock, logs, say: vscode.l10n.t, settings, secrets, approvals: leave.approvals },
      globalStorage: context.globalStorageUri.fsPath,
      found: found.view,
      values,
      doors: doorsOf(gateway.view.door),
      isTrusted: leave.keeper.isTrusted,
      folder: openFolder,
      version: versionOf(context),
    },
    owner,
  );

const show = (parts: Parts, running: Running, { view }: NewServers, owner: Store): Screen => {
  const { context, clock, logs, secrets, settings, leave, values } = parts;
  const { fleet, chronicle, gateway, found, signIn, store } = running;
  const { isAllowed } = leave.keeper;
  return owner.add(
    createScreen({
      ...{ clock, fleet, chronicle, settings, logs, approvals: leave.approvals },
      ...view,
      diagnosis: { version: versionOf(context), clean: secrets.clean },
      extensionUri: context.extensionUri,
      gateway: gateway.view,
      found: found.view,
      workspaceState: context.workspaceState,
      ...accountsOf({ authorizers: signIn, filled: values.filled, isAllowed }),
      entered: {
        ...values.view,
        missing: async (definition) =>
          isAllowed(definition) ? values.view.missing(definition) : [],
      },
      clearStoredSessions: () => ({
        atServers: store.records.clear(),
        atGateway: gateway.clearSessions(),
      }),
    }),
  );
};

/** One activation: everything that lives from `activate` to `deactivate`. */
class Lifeline implements Disposable {
  readonly #store: Store;
  readonly #fleet: Fleet;
  readonly #gateway: EditorGateway;
  readonly #found: FoundServers;
  readonly #newServers: NewServers;
  readonly api: LifelineApi;

  constructor(context: vscode.ExtensionContext, owner: Store) {
    this.#store = owner;
    const parts = prepare(context, this.#store);
    const running = wire(parts, this.#store);
    const { fleet, gateway, found } = running;
    this.#fleet = fleet;
    this.#gateway = gateway;
    this.#found = found;
    this.#newServers = bringServers(parts, running, this.#store);
    const screen = show(parts, running, this.#newServers, this.#store);
    const { door, healthReport } = gateway.view;
    this.#store.add(
      registerDefinitionProvider({ clock: parts.clock, door, settings: running.usable }),
    );
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
        this.#found.open();
        void this.#newServers.open();
      }),
    );
  }

  async stop(): Promise<void> {
    const limit = new AbortController();
    // Whatever is first; the loser of the race has nothing to say any more.
    const ended = Promise.allSettled([this.#gateway.stop()]).then(() => this.#fleet.shutdown());
    const first = Promise.race([ended, sleep(realClock, goodbyeLimit, limit.signal)]);
    await first.finally(() => this.#store.dispose());
    limit.abort();
  }

  dispose(): void {
    this.#store.dispose();
  }
}

// The one thing that outlives a function here: the editor calls `deactivate` without handing back what `activate` made.
let lifeline: Lifeline | undefined;

export const activate = (context: vscode.ExtensionContext): LifelineApi => {
  // The editor asks nobody to clean up after an activation that failed.
  const started = allOrNothing((owner) => new Lifeline(context, owner));
  lifeline = started;
  started.open();
  return started.api;
};

export const deactivate = async (): Promise<void> => {
  const ending = lifeline;
  lifeline = undefined;
  await ending?.stop();
};
