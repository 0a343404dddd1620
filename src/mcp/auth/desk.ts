// What everything that speaks to the authorization server of one server shares: the SDK's code, the limited HTTP, who we are, and
// what was found out. Not here: when something is asked (renewal.ts, signingIn.ts).
import type { Clock } from '../../base/clock.ts';
import type { Disposable } from '../../base/disposable.ts';
import { ConnectionError, wordedFailure } from '../../core/connection/failure.ts';
import type { IdentityWish, OAuthWish } from '../../core/settings.ts';
import { unsaid } from '../../core/wording/unsaid.ts';
import { type AuthFetch, createAuthFetch } from './authFetch.ts';
import { discover, type Found, foundIn, isSameIssuer, type Sdk } from './discovery.ts';
import type { Introduction } from './identity.ts';
import type { Stored } from './stored.ts';

export interface DeskDeps {
  readonly serverUrl: URL;
  readonly wish: OAuthWish;
  readonly clock: Clock;
}

/** Whether the settings hold something that only one authorization server may ever see. */
const hasSecret = (wish: OAuthWish): boolean =>
  wish.clientId !== null && wish.clientSecret !== null;

export class Desk implements Disposable {
  readonly deps: DeskDeps;
  /** Whose ID token is passed on; undefined where nobody's is. */
  identity: IdentityWish | undefined;
  readonly #life = new AbortController();

  constructor(deps: DeskDeps) {
    this.deps = deps;
    this.identity = deps.wish.identity;
  }

  get ended(): AbortSignal {
    return this.#life.signal;
  }

  readonly now = (): number => this.deps.clock.now();

  sdk(): Promise<Sdk> {
    return import('./sdkAuth.ts');
  }

  fetch(signal: AbortSignal = this.#life.signal): AuthFetch {
    const { clock, serverUrl } = this.deps;
    const either = AbortSignal.any([this.#life.signal, signal]);
    return createAuthFetch({ clock, server: serverUrl, signal: either });
  }

  /** Asks the server anew who gives access to it. Rejects with `ConnectionError`. */
  async find(
    stored: Stored,
    resourceMetadataUrl: string | null,
    signal?: AbortSignal,
  ): Promise<Found> {
    const { serverUrl, wish } = this.deps;
    const known = stored.boundTo ?? stored.discovery?.issuer ?? null;
    const asking = { sdk: await this.sdk(), fetch: this.fetch(signal), serverUrl };
    const found = await discover({ ...asking, resourceMetadataUrl, known });
    const { boundTo } = stored;
    if (hasSecret(wish) && boundTo !== null && !isSameIssuer(boundTo, found.issuer)) {
      // Else a server that was taken over could have our secret by naming another service.
      const text = unsaid(
        'The server names another sign-in service than before ({0}). If that is right, use Sign Out, then sign in again.',
        new URL(found.issuer).origin,
      );
      throw new ConnectionError(wordedFailure('unauthorized', text));
    }
    return found;
  }

  /** What is known already, or else found out now. Rejects with `ConnectionError`. */
  async recall(stored: Stored, resourceMetadataUrl: string | null): Promise<Found> {
    const kept = stored.discovery ? foundIn(stored.discovery, await this.sdk()) : null;
    return kept ?? this.find(stored, resourceMetadataUrl);
  }

  async introduction(found: Found, signal?: AbortSignal): Promise<Introduction> {
    const { wish } = this.deps;
    const sdk = await this.sdk();
    return { sdk, fetch: this.fetch(signal), found, wish, now: this.now() };
  }

  /** To be kept: the configured credentials belong to this one now. */
  bind(stored: Stored, found: Found): Stored {
    return hasSecret(this.deps.wish) ? { ...stored, boundTo: found.issuer } : stored;
  }

  dispose(): void {
    this.#life.abort();
  }
}
