// What the `when` clauses of the manifest ask about this window: a pure decision per key, so that menus leave out what cannot be
// done. Free of `vscode`. Not here: who tells the editor (paletteContext.ts), and the rows' own menus, which go by what each says.
import type { ServerWatch } from '../runtime/watch.ts';
import { type Action, applies, wantsValues } from './actions.ts';
import type { contextKeys } from './contributions.ts';

/** Whether the view is filtered, the view itself tells. */
export type PaletteKey = Exclude<keyof typeof contextKeys, 'historyIsFiltered'>;

export interface WindowFacts {
  readonly servers: readonly ServerWatch[];
  /** Entries that the settings name, whatever became of them. */
  readonly configured: number;
  /** Entries that cannot be used. */
  readonly bad: number;
  readonly isAllowed: (server: ServerWatch) => boolean;
  /** Whether one can sign in to it. */
  readonly hasAccount: (server: ServerWatch) => boolean;
  readonly taken: number;
  /** Servers of other products. */
  readonly found: number;
  /** The whole history is read for it: asked only where there is no server, of which something is always written down. */
  readonly hasEntries: () => boolean;
}

/** Views that stand empty say so only once the servers of the settings are there. */
const isReady = ({ servers, bad, configured }: WindowFacts): boolean =>
  configured === 0 || servers.length + bad > 0;

export const paletteFacts = (facts: WindowFacts): Readonly<Record<PaletteKey, boolean>> => {
  const { servers } = facts;
  const can = (action: Action): boolean =>
    servers.some(({ life }) => applies(action, life.value.state.kind));
  const hasServers = servers.length > 0;
  return {
    isReady: isReady(facts),
    hasServers,
    hasPendingCalls: servers.some(({ pending }) => pending.value.length > 0),
    canReconnect: can('reconnect'),
    canStart: can('start'),
    canStop: can('stop'),
    canEnable: can('enable'),
    canDisable: can('disable'),
    canCall: can('call'),
    canSignIn: servers.some((server) => server.definition.enabled && facts.hasAccount(server)),
    canTrustHints: servers.some(({ definition }) => !definition.trustHints),
    canStopTrustingHints: servers.some(({ definition }) => definition.trustHints),
    waitsForLeave: servers.some((server) => !facts.isAllowed(server)),
    waitsForValues: servers.some(wantsValues),
    hasTaken: facts.taken > 0,
    hasFound: facts.found > 0,
    hasHistory: hasServers || (isReady(facts) && facts.hasEntries()),
  };
};
