// Signing in within an editor: where tokens are kept, how a person comes back from the page, and who may renew them. This is where
// the editor's side (host) and the protocol's (mcp/auth) meet. No decisions.
import type { Clock } from '../base/clock.ts';
import type { Store } from '../base/disposable.ts';
import { createLandings } from '../host/landings.ts';
import { type EditorSecrets, TokenVault } from '../host/tokenVault.ts';
import { Authorizers } from '../mcp/auth/authorizers.ts';
import type { KnownSecrets } from '../runtime/knownSecrets.ts';
import type { Log } from '../runtime/ports.ts';
import { StoreMutex } from '../store/mutex.ts';

export interface SignInParts {
  /** What the editor has for it; its global storage is the same for all windows of the user on this machine. */
  readonly context: {
    readonly secrets: EditorSecrets;
    readonly extension: { readonly id: string };
    readonly globalStorageUri: { readonly fsPath: string };
  };
  readonly clock: Clock;
  readonly logs: { readonly own: Log; of(serverId: string): Log };
  readonly known: KnownSecrets;
}

export const wireSignIn = (parts: SignInParts, owner: Store): Authorizers => {
  const { context, clock, logs, known } = parts;
  const folder = context.globalStorageUri.fsPath;
  return owner.add(
    new Authorizers({
      vault: owner.add(new TokenVault(context.secrets, logs.own)),
      mutex: owner.add(new StoreMutex({ folder, clock, log: logs.own })),
      landings: owner.add(createLandings(context.extension.id, clock)),
      clock,
      logOf: (server) => logs.of(server),
      secrets: known,
    }),
  );
};
