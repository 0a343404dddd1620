// What the `when` clauses of the manifest ask about this window, so that the palette leaves out what cannot be done: whether there
// is a server, and whether a call is pending. Not here: the rows' own menus, which go by what each row says of itself.
import * as vscode from 'vscode';
import { type Disposable, Store } from '../base/disposable.ts';
import type { FleetWatch } from '../runtime/watch.ts';
import { contextKeys } from './contributions.ts';
import { onChangeOf, watchServers } from './watchServers.ts';

/** Tells the editor of each change, and of nothing twice. */
const teller = (key: string): ((holds: boolean) => void) => {
  let told: boolean | undefined;
  return (holds) => {
    if (holds === told) return;
    told = holds;
    void vscode.commands.executeCommand('setContext', key, holds);
  };
};

export const createPaletteContext = (fleet: FleetWatch): Disposable => {
  const store = new Store();
  const tellServers = teller(contextKeys.hasServers);
  const tellPending = teller(contextKeys.hasPendingCalls);
  const tell = (): void => {
    const servers = fleet.servers.value;
    tellServers(servers.length > 0);
    tellPending(servers.some(({ pending }) => pending.value.length > 0));
  };
  store.add(
    watchServers(fleet, ({ pending }) => onChangeOf(pending, ({ length }) => length > 0, tell)),
  );
  store.add(fleet.servers.onChange(tell));
  tell();
  return store;
};
