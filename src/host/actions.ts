// Which actions make sense in which state: what menus show, what quick picks list, what a command refuses.
// Free of `vscode`. Not here: what an action does (commands.ts).
import { type ConnectionState, failureOf, type StateKind } from '../core/connection/state.ts';
import type { ServerWatch } from '../runtime/watch.ts';

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

/** What only a person can do, and everything else waits for. */
export type PersonStep = 'review' | 'enterValues' | 'signIn';

/** Offered before all other actions; null where nobody is waited for, or where no single step would help. */
export const personStepIn = (state: ConnectionState, isAllowed: boolean): PersonStep | null => {
  if (!isAllowed) return 'review';
  if (state.kind === 'needs-auth') return 'signIn';
  return failureOf(state)?.kind === 'needs-input' ? 'enterValues' : null;
};

/** Whether it waits for values, and not for leave. */
export const wantsValues = ({ life }: Pick<ServerWatch, 'life'>): boolean =>
  failureOf(life.value.state)?.kind === 'needs-input';

export const actionsIn = (state: StateKind): readonly Action[] => actionsByState[state];
export const applies = (action: Action, state: StateKind): boolean =>
  actionsByState[state].includes(action);
