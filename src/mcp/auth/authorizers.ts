// One authorizer for each server that may ask for a sign-in, shared by everybody in the window who uses that server.
import { createHash } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import { type Disposable, Store } from '../../base/disposable.ts';
import type { HttpServer, IdentityWish, OAuthWish } from '../../core/settings.ts';
import type { Log } from '../../runtime/ports.ts';
import { targetOf } from '../target.ts';
import { OAuthAuthorizer } from './authorizer.ts';
import type { Authorizer, Landings, Mutex, TokenVault } from './ports.ts';

export interface AuthorizersDeps {
  readonly vault: TokenVault;
  readonly mutex: Mutex;
  readonly landings: Landings;
  readonly clock: Clock;
  readonly logOf: (server: string) => Log;
  /** Where everything is learnt that must not appear in any text. */
  readonly secrets: { add(owner: string, secret: string): void };
}

const setsAuthorization = ({ headers }: HttpServer): boolean =>
  Object.keys(headers).some((name) => name.toLowerCase() === 'authorization');

/** What a sign-in is kept under: another entry for the same address may be another account. No secret is in it. */
const keyOf = ({ name, url, oauth }: HttpServer): string => {
  const { clientId, grant, identity } = oauth || {};
  const what = JSON.stringify([name, url, clientId, grant, identity?.tokenEndpoint]);
  return createHash('sha256').update(what).digest('hex').slice(0, 32);
};

const ownerOf = ({ name }: Pick<HttpServer, 'name'>): string => `sign-in ${name}`;

/** Without what is another one each time. */
const whose = (identity: IdentityWish | undefined): readonly string[] | null =>
  identity ? [identity.tokenEndpoint, identity.clientId, identity.clientSecret ?? ''] : null;

export class Authorizers implements Disposable {
  readonly #deps: AuthorizersDeps;
  readonly #store = new Store();
  readonly #known = new Map<
    string,
    { readonly wish: string; readonly authorizer: OAuthAuthorizer }
  >();

  constructor(deps: AuthorizersDeps) {
    this.#deps = deps;
  }

  /**
   * For an entry in which no variable is left. Null where there is nothing to sign in to: it is switched off, the headers hold the
   * credentials already, or the server is reached over a socket and so has no address to name to anybody.
   */
  of(server: HttpServer): Authorizer | null {
    const { url, socketPath } = targetOf(server.url);
    if (server.oauth === false || setsAuthorization(server) || socketPath !== null) {
      this.#forget(server.name);
      return null;
    }
    const { identity } = server.oauth;
    const wish = JSON.stringify([url.href, { ...server.oauth, identity: whose(identity) }]);
    this.#learn(server);
    const known = this.#known.get(server.name);
    known?.authorizer.useIdentity(identity);
    if (known?.wish === wish) return known.authorizer;
    this.#forget(server.name);
    const authorizer = this.#store.add(this.#make(server, url));
    this.#known.set(server.name, { wish, authorizer });
    return authorizer;
  }

  /** That of a server which was reached already, by its name; null where it has none. */
  named(server: string): Authorizer | null {
    return this.#known.get(server)?.authorizer ?? null;
  }

  /** For a filled entry, with what is kept of its sign-in read. Nobody is contacted. */
  async kept(server: HttpServer): Promise<Authorizer | null> {
    const authorizer = this.of(server);
    await this.#known.get(server.name)?.authorizer.look();
    return authorizer;
  }

  dispose(): void {
    this.#store.dispose();
  }

  #forget(server: string): void {
    const known = this.#known.get(server);
    if (!known) return;
    this.#known.delete(server);
    this.#store.drop(known.authorizer);
  }

  #learn({ oauth, name }: HttpServer): void {
    const { clientSecret, identity } = oauth || { clientSecret: null };
    for (const secret of [clientSecret, identity?.clientSecret, identity?.idToken])
      if (secret) this.#deps.secrets.add(ownerOf({ name }), secret);
  }

  #make(server: HttpServer, serverUrl: URL): OAuthAuthorizer {
    const { vault, mutex, landings, clock, logOf, secrets } = this.#deps;
    const wish: OAuthWish = server.oauth || {
      ...{ clientId: null, clientSecret: null, scopes: [] },
      grant: 'authorization_code',
    };
    const learn = (secret: string): void => secrets.add(ownerOf(server), secret);
    const outside = { vault, mutex, landings, clock, learn, log: logOf(server.name) };
    return new OAuthAuthorizer({ ...outside, serverUrl, wish, key: keyOf(server) });
  }
}
