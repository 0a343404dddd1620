// Which actions make sense in which state: what menus show, what quick picks list, what a command refuses.
// Free of `vscode`. Not here: what an action does (commands.ts).
import type { StateKind } from '../core/connection/state.ts';

export type Action = 'reconnect' | 'renew' | 'start' | 'stop' | 'enable' | 'disable' | 'call';

const down: readonly Action[] = ['reconnect', 'renew', 'stop', 'disable', 'call'];

const actionsByState: Readonly<Record<StateKind, readonly Action[]>> = {
  disabled: ['enable'],
  idle: ['start', 'disable', 'call'],
  connecting: down,
  ready: down,
  degraded: down,
  reconnecting: down,
  // A call would be refused now, but another try comes with it.
  suspended: down,
  'needs-auth': down,
  'needs-input': down,
  // Nothing runs that could be stopped; starting it is the user's decision.
  'crash-loop': ['start', 'reconnect', 'renew', 'disable'],
  failed: ['reconnect', 'renew', 'stop', 'disable'],
  // It ends by itself within seconds.
  stopping: ['disable'],
  stopped: ['start', 'disable'],
};

export const actionsIn = (state: StateKind): readonly Action[] => actionsByState[state];
export const applies = (action: Action, state: StateKind): boolean =>
  actionsByState[state].includes(action);
