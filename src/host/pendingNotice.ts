// Tells the user, once per activation, that calls were left behind which only a person can decide about: work may be
// lost otherwise. Whatever else is pending is seen in its view only.
import * as vscode from 'vscode';
import type { Clock, Millis } from '../base/clock.ts';
import { type Disposable, Mutable, Store } from '../base/disposable.ts';
import type { FleetWatch } from '../runtime/watch.ts';
import type { CommandId } from './commandIds.ts';
import { countDecisions, needsDecision, type PendingRow, pendingRows } from './pendingRows.ts';
import { warn, type WarningPorts } from './warning.ts';
import { watchServers } from './watchServers.ts';

// The servers come back one after the other within moments, and what can be resumed is resumed.
const gatherFor: Millis = 1_500;

const showCommand: CommandId = 'mcpLifeline.showPendingCalls';

const aloneText = ({ server, call }: PendingRow): string =>
  call.phase === 'orphan-unknown'
    ? vscode.l10n.t(
        'The call of "{0}" on "{1}" was interrupted. It may have run; check before repeating it.',
        call.tool,
        server.id,
      )
    : vscode.l10n.t(
        'The call of "{0}" on "{1}" was left behind and has not run.',
        call.tool,
        server.id,
      );

const textOf = (rows: readonly PendingRow[]): string => {
  const { t } = vscode.l10n;
  const [first] = rows;
  if (rows.length === 1 && first) return aloneText(first);
  const maybeRan = rows.filter(({ call }) => call.phase === 'orphan-unknown').length;
  if (maybeRan === 0) return t('{0} calls were left behind and have not run.', rows.length);
  if (maybeRan === rows.length)
    return t(
      '{0} calls were interrupted. They may have run; check before repeating them.',
      rows.length,
    );
  return t(
    '{0} calls were left behind. {1} of them may have run; check before repeating those.',
    rows.length,
    maybeRan,
  );
};

export const createPendingNotice = (ports: {
  readonly fleet: FleetWatch;
  readonly clock: Clock;
  readonly warning: WarningPorts;
}): Disposable => {
  const { fleet, clock, warning } = ports;
  const store = new Store();
  const timer = store.add(new Mutable<Disposable>());
  let isSaid = false;
  const say = async (): Promise<void> => {
    const rows = pendingRows(fleet).filter(({ call }) => needsDecision(call));
    if (rows.length === 0) return;
    isSaid = true;
    const show = vscode.l10n.t('Show Pending Calls');
    const chosen = await warn(warning, textOf(rows), [show]);
    if (chosen === show && !store.isDisposed) await vscode.commands.executeCommand(showCommand);
  };
  const look = (): void => {
    if (isSaid || countDecisions(fleet) === 0) return;
    timer.value ??= clock.after(gatherFor, () => {
      timer.value = undefined;
      void say();
    });
  };
  store.add(watchServers(fleet, (server) => server.pending.onChange(look)));
  store.add(fleet.servers.onChange(look));
  look();
  return store;
};
