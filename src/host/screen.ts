// Everything on screen, put together over a fleet: status bar, tree, commands, notifications. It does not know where
// the fleet comes from, so that a gallery of made-up servers shows the same views.
import type { Memento, Uri } from 'vscode';
import type { Clock } from '../base/clock.ts';
import { allOrNothing, type Disposable, type Store } from '../base/disposable.ts';
import type { Chronicle } from '../runtime/chronicle.ts';
import type { FleetWatch, ServerWatch, UserNotice } from '../runtime/watch.ts';
import type { Approvals } from './approvals.ts';
import type { ProbeServer } from './addServerProbe.ts';
import { createChangePages } from './changePages.ts';
import { type CommandPorts, registerCommands } from './commands.ts';
import type { DiagnosticPorts } from './copyDiagnostics.ts';
import type { EnteredValues } from './enterValues.ts';
import type { FoundSources } from './foundSources.ts';
import { createGatewayCommands } from './gatewayCommands.ts';
import type { Gateway } from './gatewayDoor.ts';
import { createHistoryTree } from './historyTree.ts';
import type { Logs } from './log.ts';
import { createNotices, editorWarning } from './notices.ts';
import { createOwnEntries } from './ownEntries.ts';
import { createPaletteContext } from './paletteContext.ts';
import { createPendingNotice } from './pendingNotice.ts';
import { createPendingTree } from './pendingTree.ts';
import { createServerTree } from './serverTree.ts';
import { createReviewPages } from './reviewPages.ts';
import type { SignInPorts } from './signIn.ts';
import type { EditorSettings } from './settings.ts';
import { createStatusBar } from './statusBar.ts';
import { takenFrom } from './sourceWords.ts';
import type { TakeOvers } from './takeOverPorts.ts';
import { createTimeline } from './timeline.ts';
import { createTools } from './tools.ts';
import { createServerWords } from './words.ts';

export interface ScreenPorts {
  readonly clock: Clock;
  readonly fleet: FleetWatch;
  readonly chronicle: Chronicle;
  readonly diagnosis: DiagnosticPorts['diagnosis'];
  /** Where our own files lie. */
  readonly extensionUri: Uri;
  readonly gateway: Gateway;
  readonly found: FoundSources;
  readonly takeOvers: TakeOvers;
  readonly probe: ProbeServer;
  readonly settings: EditorSettings;
  readonly approvals: Approvals;
  readonly entered: EnteredValues;
  readonly logs: Logs;
  readonly workspaceState: Memento;
  readonly accountOf: SignInPorts['accountOf'];
  readonly keptAccountOf: SignInPorts['keptAccountOf'];
  readonly clearStoredSessions: CommandPorts['clearStoredSessions'];
}

export interface Screen extends Disposable {
  /** Only a person can help; says so once per episode. */
  tell(notice: UserNotice): void;
}

const buildScreen = (ports: ScreenPorts, store: Store): Screen => {
  const { clock, fleet, gateway, logs, workspaceState } = ports;
  const words = createServerWords(
    clock,
    (server) => ports.accountOf(server)?.account.value === 'signed-in',
    ({ definition }) => ports.approvals.isAllowed(definition),
    ({ id }) => takenFrom(ports.takeOvers.taken.value, id),
  );
  const { approvals } = ports;
  const views = {
    fleet,
    words,
    clock,
    settings: ports.settings.view,
    door: gateway.door,
    chronicle: ports.chronicle,
    approvals,
    found: ports.found,
    taken: ports.takeOvers.taken,
  };
  const tools = store.add(
    createTools({
      ...{ fleet, words, settings: ports.settings.current, workspaceState },
      showLog: (serverId) => logs.show(serverId),
    }),
  );
  const gatewayCommands = store.add(createGatewayCommands({ clock, fleet, words, gateway }));
  const reviewPages = store.add(createReviewPages());
  const changePages = store.add(createChangePages());
  const timeline = store.add(createTimeline(ports));
  const history = store.add(createHistoryTree(ports));
  const ownEntries = createOwnEntries(ports.settings, approvals, ports.entered.values);
  const pages = { timeline, history, reviewPages, changePages, ownEntries, door: gateway.door };
  store.add(registerCommands({ ...ports, ...pages, words, tools, gatewayCommands }));
  const hasAccount = (server: ServerWatch): boolean => ports.accountOf(server) !== null;
  store.add(createPaletteContext({ ...views, settings: ports.settings.current, hasAccount }));
  store.add(createServerTree(views));
  store.add(createPendingTree(views));
  const warning = editorWarning(ports.settings);
  store.add(createPendingNotice({ fleet, clock, warning }));
  store.add(createStatusBar(views));
  const notices = store.add(createNotices({ clock, words, warning }));
  return { tell: (notice) => notices.tell(notice), dispose: () => store.dispose() };
};

/** Where the editor refuses a part of it, there is none of it. */
export const createScreen = (ports: ScreenPorts): Screen =>
  allOrNothing((store) => buildScreen(ports, store));
