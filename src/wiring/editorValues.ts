// What entries leave open, within an editor: what the user has entered is where they are filled in from. This is where the
// editor's side (host) and the filling in (sources) meet. No decisions.
import { homedir } from 'node:os';
import type { Clock } from '../base/clock.ts';
import type { Store } from '../base/disposable.ts';
import { wantsValues } from '../host/actions.ts';
import type { EnteredValues } from '../host/enterValues.ts';
import { InputVault } from '../host/inputVault.ts';
import { onOpenRootsChange, openFolder, openPlaces } from '../host/openFolders.ts';
import type { EditorSettings } from '../host/settings.ts';
import type { EditorSecrets } from '../host/tokenVault.ts';
import type { Fleet } from '../runtime/fleet.ts';
import type { KnownSecrets } from '../runtime/knownSecrets.ts';
import type { Log } from '../runtime/ports.ts';
import type { Resolver } from '../runtime/resolver.ts';
import { ServerResolver } from '../sources/resolveServer.ts';
import type { Filling } from './keptSignIn.ts';

export interface EditorValues {
  readonly resolver: Resolver;
  /** An entry with its variables filled in; null where that cannot be done now. */
  readonly filled: Filling;
  /** For whoever asks the person. */
  readonly view: EnteredValues;
  /** Has what was entered count at once, in whichever window it was. */
  follow(fleet: Pick<Fleet, 'servers' | 'unblock'>): void;
}

export interface ValueParts {
  readonly secrets: EditorSecrets;
  readonly settings: EditorSettings;
  readonly known: KnownSecrets;
  readonly clock: Clock;
  readonly logs: { readonly own: Log; of(serverId: string): Log };
}

export const wireValues = (parts: ValueParts, owner: Store): EditorValues => {
  const { secrets, settings, known, clock, logs } = parts;
  const vault = owner.add(
    new InputVault({
      secrets,
      workspace: settings.approvalContext().workspace,
      inputs: () => settings.current.value.inputs,
      log: logs.own,
    }),
  );
  const resolver = new ServerResolver({
    environment: process.env,
    home: homedir(),
    execPath: process.execPath,
    folders: openPlaces,
    folder: openFolder,
    answers: vault,
    secrets: known,
    logOf: (server) => logs.of(server),
    clock,
  });
  const missing: EnteredValues['missing'] = (definition) => resolver.missing(definition);
  const inputs: EnteredValues['inputs'] = () => settings.current.value.inputs;
  const follow: EditorValues['follow'] = (fleet) => {
    const again = (): void => {
      for (const server of fleet.servers.value.filter(wantsValues)) fleet.unblock(server.id);
    };
    owner.add(vault.onChange(again));
    // The missing value may be a folder.
    owner.add(onOpenRootsChange(again));
  };
  const filled: Filling = (definition) => resolver.filled(definition);
  return { resolver, filled, view: { values: vault, missing, inputs }, follow };
};
