// Finds out who gives access to a server: the server's own metadata (RFC 9728), then that of its authorization server (RFC 8414,
// OpenID Connect Discovery), with the fallbacks of revision 2025-03-26 for servers that have neither. What is found is
// checked: it decides where a person's credentials go. Not here: using it (grants.ts, signingIn.ts).
import type { OAuthMetadata } from '@modelcontextprotocol/sdk/shared/auth.js';
import { ConnectionError, wordedFailure } from '../../core/connection/failure.ts';
import { unsaid, type Unsaid } from '../../core/wording/unsaid.ts';
import { type AuthFetch, isSafe, unsafe } from './authFetch.ts';
import type * as SdkPart from './sdkAuth.ts';
import type { StoredDiscovery } from './stored.ts';

export type Sdk = typeof SdkPart;

/** An authorization server, as the SDK wants it told. */
export interface Found {
  /** The address that leads to it; what is kept is bound to that. */
  readonly issuer: string;
  readonly metadata: OAuthMetadata | undefined;
  readonly resource: string | undefined;
  /** Of the resource; empty where it names none. */
  readonly scopes: readonly string[];
}

export interface Discovering {
  readonly sdk: Sdk;
  readonly fetch: AuthFetch;
  readonly serverUrl: URL;
  /** What the server's refusal named, or null. */
  readonly resourceMetadataUrl: string | null;
  /** Preferred where the server names several. */
  readonly known: string | null;
}

const refuse = (words: Unsaid): ConnectionError =>
  new ConnectionError(wordedFailure('unauthorized', words));

const hrefOf = (text: string): string => {
  const href = URL.canParse(text) ? new URL(text).href : text;
  return href.endsWith('/') ? href.slice(0, -1) : href;
};

/** One spelling with and one without a slash at the end are the same (the SDK writes both). */
export const isSameIssuer = (one: string, other: string): boolean => hrefOf(one) === hrefOf(other);

/** Microsoft's addresses for all tenants publish the pattern of the issuers that they stand for. */
const isPattern = (issuer: string, address: string): boolean =>
  issuer.includes('{tenantid}') && new URL(issuer).origin === new URL(address).origin;

const endpointNames = [
  'authorization_endpoint',
  'token_endpoint',
  'registration_endpoint',
  'revocation_endpoint',
] as const;

/** Throws where a person's credentials could be read or would go astray. */
const checkMetadata = (metadata: OAuthMetadata, address: string, isNamed: boolean): void => {
  const { issuer } = metadata;
  // RFC 8414 section 3.3. A server that names nobody vouches for its own metadata, and real ones have another issuer in it.
  if (isNamed && !isSameIssuer(issuer, address) && !isPattern(issuer, address))
    throw refuse(
      unsaid(
        'The sign-in service at {0} says that it is another one, so it is not used.',
        new URL(address).origin,
      ),
    );
  for (const name of endpointNames) {
    const endpoint = metadata[name];
    if (typeof endpoint !== 'string') continue;
    if (!URL.canParse(endpoint))
      throw refuse(unsaid('The sign-in service has no usable {0}.', name));
    if (!isSafe(new URL(endpoint))) throw unsafe(new URL(endpoint));
  }
};

interface Resource {
  readonly resource: string | undefined;
  readonly scopes: readonly string[];
  /** Null where the server names none. */
  readonly address: string | null;
}

const silent: Resource = { resource: undefined, scopes: [], address: null };

const findResource = async (asking: Discovering): Promise<Resource> => {
  const { sdk, fetch, serverUrl, resourceMetadataUrl, known } = asking;
  const options = resourceMetadataUrl === null ? {} : { resourceMetadataUrl };
  const read = await sdk
    .discoverOAuthProtectedResourceMetadata(serverUrl, options, fetch)
    .catch((error: unknown) => {
      // A server that cannot answer now is not one that has no metadata: guessing would lead to the wrong place.
      if (error instanceof ConnectionError) throw error;
      return null;
    });
  if (!read) return silent;
  const { resource, scopes_supported: scopes = [], authorization_servers: addresses = [] } = read;
  const requestedResource = sdk.resourceUrlFromServerUrl(serverUrl);
  // RFC 9728 section 3.3: metadata of another resource would have us fetch tokens for that one.
  if (!sdk.checkResourceAllowed({ requestedResource, configuredResource: resource }))
    throw refuse(
      unsaid('The server describes another resource than itself, so its sign-in is not used.'),
    );
  const address = addresses.find((one) => known !== null && isSameIssuer(one, known));
  return { resource, scopes, address: address ?? addresses[0] ?? null };
};

/** Null where none is published. The SDK checks it; what it drops of an OpenID provider's (where to revoke) is kept here. */
const findMetadata = async (
  { sdk, fetch }: Discovering,
  issuer: string,
): Promise<OAuthMetadata | undefined> => {
  const unreadable = (): ConnectionError =>
    refuse(
      unsaid('The metadata of the sign-in service at {0} is unreadable.', new URL(issuer).origin),
    );
  let raw: unknown;
  const remember: AuthFetch = async (url, init) => {
    const response = await fetch(url, init);
    if (response.ok) raw = await response.clone().json();
    return response;
  };
  const options = { fetchFn: remember };
  const checked = await sdk
    .discoverAuthorizationServerMetadata(issuer, options)
    .catch((error: unknown) => {
      throw error instanceof ConnectionError ? error : unreadable();
    });
  if (!checked) return undefined;
  const read = sdk.OAuthMetadataSchema.safeParse(raw);
  if (!read.success) throw unreadable();
  return read.data;
};

/** Rejects with `ConnectionError`. */
export const discover = async (asking: Discovering): Promise<Found> => {
  const { resource, scopes, address } = await findResource(asking);
  const issuer = address ?? new URL('/', asking.serverUrl).href;
  if (!isSafe(new URL(issuer))) throw unsafe(new URL(issuer));
  const metadata = await findMetadata(asking, issuer);
  if (metadata) checkMetadata(metadata, issuer, address !== null);
  else if (address !== null)
    throw refuse(
      unsaid('The sign-in service at {0} publishes no metadata.', new URL(issuer).origin),
    );
  return { issuer, metadata, resource, scopes };
};

export const storedOf = ({ issuer, metadata, resource, scopes }: Found): StoredDiscovery => ({
  issuer,
  metadata: metadata ? { ...metadata } : null,
  resource: resource ?? null,
  scopes: [...scopes],
});

/** What was kept, for the SDK; null where it reads differently now. */
export const foundIn = (stored: StoredDiscovery, sdk: Sdk): Found | null => {
  const { issuer, metadata, resource, scopes } = stored;
  const read = metadata === null ? null : sdk.OAuthMetadataSchema.safeParse(metadata);
  if (read && !read.success) return null;
  return { issuer, metadata: read?.data, resource: resource ?? undefined, scopes };
};
