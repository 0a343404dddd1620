// Everything on screen, put together over a fleet: status bar, tree, commands, notifications. It does not know where
// the fleet comes from, so that a gallery of made-up servers shows the same views.
import type { Memento } from 'vscode';
import type { Clock } from '../base/clock.ts';
import { type Disposable, Store } from '../base/disposable.ts';
import type { FleetWatch, UserNotice } from '../runtime/watch.ts';
import { registerCommands } from './commands.ts';
import { createGatewayCommands } from './gatewayCommands.ts';
import type { Gateway } from './gatewayDoor.ts';
import type { Logs } from './log.ts';
import { createNotices } from './notices.ts';
import { createPendingNotice } from './pendingNotice.ts';
import { createPendingTree } from './pendingTree.ts';
import { createServerTree } from './serverTree.ts';
import type { SignInPorts } from './signIn.ts';
import type { EditorSettings } from './settings.ts';
import { createStatusBar } from './statusBar.ts';
import { createTools } from './tools.ts';
import { createServerWords } from './words.ts';

export interface ScreenPorts {
  readonly clock: Clock;
  readonly fleet: FleetWatch;
  readonly gateway: Gateway;
  readonly settings: EditorSettings;
  readonly logs: Logs;
  readonly workspaceState: Memento;
  readonly accountOf: SignInPorts['accountOf'];
  /** Forgets the sessions kept for servers that are not connected; returns how many there were. */
  readonly clearStoredSessions: () => number;
}

export interface Screen extends Disposable {
  /** Only a person can help; says so once per episode. */
  tell(notice: UserNotice): void;
}

export const createScreen = (ports: ScreenPorts): Screen => {
  const { clock, fleet, gateway, logs, workspaceState } = ports;
  const store = new Store();
  const words = createServerWords(
    clock,
    (server) => ports.accountOf(server)?.account.value === 'signed-in',
  );
  const views = { fleet, words, clock, settings: ports.settings.view, door: gateway.door };
  const tools = store.add(
    createTools({ fleet, words, workspaceState, showLog: (serverId) => logs.show(serverId) }),
  );
  const gatewayCommands = store.add(createGatewayCommands({ clock, fleet, words, gateway }));
  store.add(registerCommands({ ...ports, words, tools, gatewayCommands }));
  store.add(createServerTree(views));
  store.add(createPendingTree(views));
  store.add(createPendingNotice(views));
  store.add(createStatusBar(views));
  const notices = store.add(createNotices({ clock, words }));
  return { tell: (notice) => notices.tell(notice), dispose: () => store.dispose() };
};
