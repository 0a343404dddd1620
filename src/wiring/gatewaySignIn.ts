// Signing in where no person sits: the headless gateway has tokens of servers whose entry holds credentials of the program's own,
// or somebody's identity. They are kept for as long as it runs: they are had again at any time.
import type { Clock } from '../base/clock.ts';
import type { Store } from '../base/disposable.ts';
import { Emitter } from '../base/signal.ts';
import { ConnectionError, wordedFailure } from '../core/connection/failure.ts';
import { unsaid } from '../core/wording/unsaid.ts';
import { Authorizers } from '../mcp/auth/authorizers.ts';
import type { TokenVault } from '../mcp/auth/ports.ts';
import { needsNobody } from '../mcp/auth/renewal.ts';
import type { KnownSecrets } from '../runtime/knownSecrets.ts';
import type { Log } from '../runtime/ports.ts';
import type { AuthorizerOf } from './signedIn.ts';

const memoryVault = (): TokenVault => {
  const texts = new Map<string, string>();
  const changed = new Emitter<string>();
  return {
    get: (key) => Promise.resolve(texts.get(key)),
    set: (key, value) => {
      texts.set(key, value);
      changed.emit(key);
      return Promise.resolve();
    },
    delete: (key) => {
      texts.delete(key);
      changed.emit(key);
      return Promise.resolve();
    },
    onChange: (listener) => changed.on(listener),
  };
};

const noPage = (): Promise<never> =>
  Promise.reject(
    new ConnectionError(wordedFailure('unauthorized', unsaid('Nobody is here to sign in.'))),
  );

export interface HeadlessSignIn {
  readonly clock: Clock;
  readonly logs: { of(server: string): Log };
  readonly secrets: KnownSecrets;
}

export const headlessSignIn = (
  { clock, logs, secrets }: HeadlessSignIn,
  owner: Store,
): AuthorizerOf => {
  const authorizers = new Authorizers({
    vault: memoryVault(),
    // What is kept is kept by this process alone, so that there is nobody to agree with.
    mutex: {
      run: (_key, work) => work(),
      noted: () => Promise.resolve(null),
      note: () => Promise.resolve(),
    },
    landings: { editor: null, loopback: noPage },
    ...{ clock, secrets },
    logOf: (server) => logs.of(server),
  });
  owner.add(authorizers);
  return (server) => (server.oauth && needsNobody(server.oauth) ? authorizers.of(server) : null);
};
