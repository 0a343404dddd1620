// Asks the token endpoint: for a code, for a refresh token, for our own credentials. What it answers is told in three words:
// tokens, no more (a person is needed), or away (ask again later). Not here: who asks when (renewal.ts, signingIn.ts).
import type { OAuthClientProvider } from '@modelcontextprotocol/sdk/client/auth.js';
import type { Millis } from '../../base/clock.ts';
import { ConnectionError, type Failure, wordedFailure } from '../../core/connection/failure.ts';
import { unsaid, type Unsaid } from '../../core/wording/unsaid.ts';
import type { AuthFetch } from './authFetch.ts';
import { scopesOf } from './challenge.ts';
import type { Found, Sdk } from './discovery.ts';
import { type Identity, informationOf } from './identity.ts';
import type { StoredTokens } from './stored.ts';

export interface Asking {
  readonly sdk: Sdk;
  readonly fetch: AuthFetch;
  readonly found: Found;
  readonly identity: Identity;
  readonly now: () => Millis;
}

export type Granted =
  | { readonly kind: 'tokens'; readonly tokens: StoredTokens }
  /** `forgetsClient`: the authorization server does not know us any more either. */
  | { readonly kind: 'over'; readonly failure: Failure; readonly forgetsClient: boolean }
  | { readonly kind: 'away'; readonly failure: Failure };

export type Refused = Exclude<Granted, { kind: 'tokens' }>;

interface TokenAnswer {
  readonly access_token: string;
  readonly token_type: string;
  readonly expires_in?: number | undefined;
  readonly scope?: string | undefined;
  readonly refresh_token?: string | undefined;
}

const tokensOf = (
  answer: TokenAnswer,
  { found, identity, now }: Asking,
  asked: readonly string[],
): Granted => {
  const { access_token: accessToken, token_type: type, expires_in: life } = answer;
  // RFC 6749 section 7.1: a client does not use a token whose type it does not understand.
  if (type.toLowerCase() !== 'bearer')
    return over(
      unsaid('The sign-in service gives tokens of a kind that is not understood.'),
      false,
    );
  const obtainedAt = now();
  return {
    kind: 'tokens',
    tokens: {
      issuer: found.issuer,
      accessToken,
      refreshToken: answer.refresh_token ?? null,
      expiresAt: life === undefined || !Number.isFinite(life) ? null : obtainedAt + life * 1000,
      obtainedAt,
      // RFC 6749 section 5.1: left out where it is what was asked for.
      scopes: [...(answer.scope === undefined ? asked : scopesOf(answer.scope))],
      client: identity.client,
    },
  };
};

const over = (words: Unsaid, forgetsClient: boolean): Refused => ({
  kind: 'over',
  failure: wordedFailure('unauthorized', words),
  forgetsClient,
});

const away = (failure: Failure): Refused => ({
  kind: 'away',
  failure: { ...failure, kind: 'unrenewed', retryAfter: null },
});

/** What a refusal of the token endpoint means. Only its own error code is quoted, never its words. */
export const judge = (error: unknown, sdk: Sdk, host: Unsaid[number]): Refused => {
  if (error instanceof ConnectionError) {
    const { kind } = error.failure;
    // Asking again would not help these; the failure says what is wrong.
    return kind === 'unauthorized' || kind === 'bad-config'
      ? { kind: 'over', failure: error.failure, forgetsClient: false }
      : away(error.failure);
  }
  const passing = [sdk.ServerError, sdk.TemporarilyUnavailableError, sdk.TooManyRequestsError];
  if (!(error instanceof sdk.OAuthError) || passing.some((Kind) => error instanceof Kind))
    return away(
      wordedFailure(
        'malformed',
        unsaid('The sign-in service {0} did not answer as it should.', host),
      ),
    );
  const gone = [sdk.InvalidClientError, sdk.UnauthorizedClientError];
  const code = /^\w{1,40}$/.test(error.errorCode) ? error.errorCode : 'error';
  return over(
    unsaid('The sign-in service {0} refused ({1}).', host, code),
    gone.some((Kind) => error instanceof Kind),
  );
};

const attempt = async (
  asking: Asking,
  asked: readonly string[],
  request: () => Promise<TokenAnswer>,
): Promise<Granted> => {
  try {
    return tokensOf(await request(), asking, asked);
  } catch (error) {
    return judge(error, asking.sdk, new URL(asking.found.issuer).origin);
  }
};

const common = ({ fetch, found, identity }: Asking) => ({
  clientInformation: informationOf(identity),
  ...(found.metadata ? { metadata: found.metadata } : {}),
  ...(found.resource === undefined ? {} : { resource: found.resource }),
  ...(identity.sign ? { addClientAuthentication: identity.sign } : {}),
  fetchFn: fetch,
});

export const refresh = (asking: Asking, before: StoredTokens): Promise<Granted> =>
  attempt(asking, before.scopes, () =>
    asking.sdk.refreshAuthorization(asking.found.issuer, {
      ...common(asking),
      refreshToken: before.refreshToken ?? '',
    }),
  );

export interface Redeeming {
  readonly code: string;
  readonly verifier: string;
  readonly redirectUrl: string;
  readonly scopes: readonly string[];
}

export const redeem = (
  asking: Asking,
  { code, verifier, redirectUrl, scopes }: Redeeming,
): Promise<Granted> =>
  attempt(asking, scopes, () =>
    asking.sdk.exchangeAuthorization(asking.found.issuer, {
      ...common(asking),
      authorizationCode: code,
      codeVerifier: verifier,
      redirectUri: redirectUrl,
    }),
  );

const unused = (): never => {
  throw new Error('A program with credentials of its own opens no page.');
};

/** For programs that act for themselves (RFC 6749 section 4.4). */
export const forOurselves: Readonly<Record<string, string>> = { grant_type: 'client_credentials' };

/** Tokens that nobody has to open a page for; `grant` says on what grounds. */
export const ownTokens = (
  asking: Asking,
  scopes: readonly string[],
  grant: Readonly<Record<string, string>>,
): Promise<Granted> => {
  const { sdk, fetch, found, identity } = asking;
  const provider: OAuthClientProvider = {
    redirectUrl: undefined,
    clientMetadata: {
      redirect_uris: [],
      ...(scopes.length > 0 ? { scope: scopes.join(' ') } : {}),
    },
    clientInformation: () => informationOf(identity),
    tokens: () => undefined,
    saveTokens: () => undefined,
    redirectToAuthorization: unused,
    saveCodeVerifier: unused,
    codeVerifier: unused,
    ...(identity.sign ? { addClientAuthentication: identity.sign } : {}),
    prepareTokenRequest: (scope) => new URLSearchParams({ ...grant, ...(scope ? { scope } : {}) }),
  };
  const { metadata, resource } = found;
  return attempt(asking, scopes, () =>
    sdk.fetchToken(provider, found.issuer, {
      ...(metadata ? { metadata } : {}),
      ...(resource === undefined ? {} : { resource }),
      fetchFn: fetch,
    }),
  );
};
