// Access on the word of a company's identity provider (SEP-990): the person's ID token is exchanged there for an assertion that is
// meant for one authorization server and one resource (RFC 8693), which takes it instead of a sign-in (RFC 7523).
import * as z from 'zod/mini';
import type { IdentityWish } from '../../core/settings.ts';
import { unsaid } from '../../core/wording/unsaid.ts';
import type { AuthFetch } from './authFetch.ts';
import type { Found, Sdk } from './discovery.ts';
import { judge, type Refused } from './grants.ts';

export interface Exchanging {
  readonly sdk: Sdk;
  readonly fetch: AuthFetch;
  readonly found: Found;
  readonly serverUrl: URL;
  readonly identity: IdentityWish;
  readonly scopes: readonly string[];
}

type Grant = { readonly kind: 'grant'; readonly grant: Readonly<Record<string, string>> } | Refused;

const type = 'urn:ietf:params:oauth:token-type';
const answerShape = z.object({
  access_token: z.string(),
  issued_token_type: z.literal(`${type}:id-jag`),
});

const bodyOf = ({ found, serverUrl, identity, scopes }: Exchanging): URLSearchParams =>
  new URLSearchParams({
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    requested_token_type: `${type}:id-jag`,
    subject_token: identity.idToken,
    subject_token_type: `${type}:id_token`,
    audience: found.metadata?.issuer ?? found.issuer,
    resource: found.resource ?? serverUrl.href,
    client_id: identity.clientId,
    ...(identity.clientSecret === null ? {} : { client_secret: identity.clientSecret }),
    ...(scopes.length > 0 ? { scope: scopes.join(' ') } : {}),
  });

const ask = async (exchanging: Exchanging): Promise<string> => {
  const { sdk, fetch, identity } = exchanging;
  const answer = await fetch(identity.tokenEndpoint, {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', Accept: 'application/json' },
    body: bodyOf(exchanging),
  });
  if (!answer.ok) throw await sdk.parseErrorResponse(answer);
  return answerShape.parse(await answer.json()).access_token;
};

/** The grounds on which the authorization server is to give a token. */
export const identityGrant = async (exchanging: Exchanging): Promise<Grant> => {
  const { sdk, identity } = exchanging;
  try {
    const assertion = await ask(exchanging);
    const grant_type = 'urn:ietf:params:oauth:grant-type:jwt-bearer';
    return { kind: 'grant', grant: { grant_type, assertion } };
  } catch (error) {
    const { tokenEndpoint } = identity;
    const host = URL.canParse(tokenEndpoint)
      ? new URL(tokenEndpoint).origin
      : unsaid('of the settings');
    return judge(error, sdk, host);
  }
};
