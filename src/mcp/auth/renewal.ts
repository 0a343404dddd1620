// Gets new tokens without a person: by the refresh token, or by our own credentials. However many calls want them, there is one
// request in this window, and over all windows too: whoever comes second finds that another has renewed meanwhile.
// Not here: what a refusal of the server means (authorizer.ts).
import type { Clock, Millis } from '../../base/clock.ts';
import {
  aFailure,
  ConnectionError,
  type Failure,
  wordedFailure,
} from '../../core/connection/failure.ts';
import type { OAuthWish } from '../../core/settings.ts';
import { unsaid, type Unsaid } from '../../core/wording/unsaid.ts';
import { identityGrant } from './crossApp.ts';
import { type Asking, forOurselves, type Granted, ownTokens, refresh } from './grants.ts';
import type { Desk } from './desk.ts';
import { type Found, storedOf } from './discovery.ts';
import { configuredIdentity, identityOf } from './identity.ts';
import type { Keeper } from './keeper.ts';
import type { Mutex } from './ports.ts';
import { headerOf, isDue, type Stored, withoutClient } from './stored.ts';

export interface RenewalDeps {
  readonly desk: Desk;
  readonly keeper: Keeper;
  readonly mutex: Mutex;
  readonly key: string;
  readonly clock: Clock;
  /** What a program with credentials of its own asks for. */
  readonly scopes: (found: Found) => readonly string[];
  /** Where the server said who gives access to it. */
  readonly resourceMetadataUrl: () => string | null;
}

export type Renewed =
  | { readonly kind: 'renewed' }
  | { readonly kind: 'person'; readonly failure: Failure }
  | { readonly kind: 'away'; readonly failure: Failure };

/** An authorization server that did not answer is not asked again by the next call at once. */
const restAfterAway: Millis = 3_000;

const person = (words: Unsaid): Renewed => ({
  kind: 'person',
  failure: wordedFailure('unauthorized', words),
});

/** Whether tokens are had without a person. */
export const needsNobody = ({ grant, identity }: OAuthWish): boolean =>
  grant === 'client_credentials' || identity !== undefined;

export const asksForSignIn = unsaid('The server asks for a sign-in.');

export class Renewal {
  readonly #deps: RenewalDeps;
  #running: Promise<Renewed> | null = null;
  #rest: { readonly until: Millis; readonly outcome: Renewed } | null = null;

  constructor(deps: RenewalDeps) {
    this.#deps = deps;
  }

  /** `used`: the header that is of no use any more. Never rejects. */
  renew(used: string | null): Promise<Renewed> {
    const { clock } = this.#deps;
    if (this.#rest && clock.steady() < this.#rest.until) return Promise.resolve(this.#rest.outcome);
    this.#running ??= this.#renewAlone(used).finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async #renewAlone(used: string | null): Promise<Renewed> {
    const { mutex, key, clock } = this.#deps;
    const outcome = await mutex.run(key, () => this.#renewNow(used)).catch(asOutcome);
    this.#rest =
      outcome.kind === 'away' ? { until: clock.steady() + restAfterAway, outcome } : null;
    return outcome;
  }

  async #renewNow(used: string | null): Promise<Renewed> {
    const { keeper, desk, clock } = this.#deps;
    // Under the lock: another window may have renewed them, or signed in, while we waited.
    const stored = await keeper.settled();
    const { tokens } = stored;
    if (tokens && headerOf(stored) !== used && !isDue(tokens, clock.now()))
      return { kind: 'renewed' };
    if (stored.signedOut) return person(asksForSignIn);
    if (needsNobody(desk.deps.wish)) return this.#fetchOwn(stored);
    if (!tokens) return person(asksForSignIn);
    if (tokens.refreshToken === null) {
      await keeper.save({ ...stored, tokens: null, signedOut: true });
      return person(
        unsaid('The sign-in has run out, and the sign-in service gave nothing to renew it.'),
      );
    }
    return this.#refresh(stored);
  }

  async #refresh(stored: Stored): Promise<Renewed> {
    const { desk, keeper } = this.#deps;
    const { tokens } = stored;
    if (!tokens) return person(asksForSignIn);
    const found = await desk.recall(stored, null);
    const introduction = await desk.introduction(found);
    const identity = identityOf(tokens.client, introduction);
    const granted = await refresh({ ...introduction, identity, now: desk.now }, tokens);
    switch (granted.kind) {
      case 'tokens':
        await keeper.save({ ...stored, tokens: granted.tokens, discovery: storedOf(found) });
        return { kind: 'renewed' };
      case 'away':
        return granted;
      case 'over': {
        // A window that leaves no mark may have used the token up; then it has the next one.
        const now = await keeper.secondLook();
        if (headerOf(now) !== headerOf(stored))
          return now.tokens ? { kind: 'renewed' } : person(asksForSignIn);
        const rest = granted.forgetsClient ? withoutClient(now, tokens.client) : now;
        // What was found out may be out of date as well.
        await keeper.save({ ...rest, tokens: null, discovery: null, signedOut: true });
        return { kind: 'person', failure: granted.failure };
      }
    }
  }

  async #fetchOwn(stored: Stored): Promise<Renewed> {
    const { desk, keeper, scopes, resourceMetadataUrl } = this.#deps;
    const found = await desk.find(stored, resourceMetadataUrl());
    const introduction = await desk.introduction(found);
    const identity = configuredIdentity(introduction, null);
    if (!identity || (identity.secret === undefined && !identity.sign))
      return person(
        unsaid('The entry of the server holds no clientId and clientSecret to sign in with.'),
      );
    const asking: Asking = { ...introduction, identity, now: desk.now };
    const granted = await this.#askOwn(asking, scopes(found));
    if (granted.kind === 'away') return granted;
    if (granted.kind === 'over') return { kind: 'person', failure: granted.failure };
    const { tokens } = granted;
    await keeper.save(desk.bind({ ...stored, tokens, discovery: storedOf(found) }, found));
    return { kind: 'renewed' };
  }

  async #askOwn(asking: Asking, scopes: readonly string[]): Promise<Granted> {
    const { deps, identity } = this.#deps.desk;
    if (!identity) return ownTokens(asking, scopes, forOurselves);
    const { serverUrl } = deps;
    const grounds = await identityGrant({ ...asking, serverUrl, identity, scopes });
    return grounds.kind === 'grant' ? ownTokens(asking, scopes, grounds.grant) : grounds;
  }
}

/** What went wrong on the way to the token endpoint. */
const asOutcome = (error: unknown): Renewed => {
  // Else a bug of ours, which must be heard, but must not keep a call from its answer.
  const failure =
    error instanceof ConnectionError ? error.failure : aFailure('malformed', String(error));
  return failure.kind === 'unauthorized' || failure.kind === 'bad-config'
    ? { kind: 'person', failure }
    : { kind: 'away', failure: { ...failure, kind: 'unrenewed', retryAfter: null } };
};
