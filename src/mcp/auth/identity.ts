// Who we are to an authorization server: what the settings say, the address of our metadata document, an earlier registration, or
// a new one (RFC 7591). And how we prove it: nothing, a secret, or a signature with a private key (RFC 7523).
import type { AddClientAuthentication } from '@modelcontextprotocol/sdk/client/auth.js';
import type { OAuthClientMetadata } from '@modelcontextprotocol/sdk/shared/auth.js';
import { createPrivateKey, type KeyObject } from 'node:crypto';
import type { Millis } from '../../base/clock.ts';
import { ConnectionError, wordedFailure } from '../../core/connection/failure.ts';
import type { OAuthWish } from '../../core/settings.ts';
import { unsaid, type Unsaid } from '../../core/wording/unsaid.ts';
import type { AuthFetch } from './authFetch.ts';
import { type Found, isSameIssuer, type Sdk } from './discovery.ts';
import type { Stored, StoredClient } from './stored.ts';

export interface Identity {
  /** As it may be kept: without a secret of the settings. */
  readonly client: StoredClient;
  readonly secret: string | undefined;
  /** Where the proof is a signature. */
  readonly sign: AddClientAuthentication | undefined;
  /** Not kept yet. */
  readonly isNew: boolean;
}

export interface Introduction {
  readonly sdk: Sdk;
  readonly fetch: AuthFetch;
  readonly found: Found;
  readonly wish: OAuthWish;
  readonly now: Millis;
}

const refuse = (words: Unsaid, cause?: unknown): ConnectionError =>
  new ConnectionError(wordedFailure('unauthorized', words), cause);

const isKey = (secret: string): boolean => secret.trimStart().startsWith('-----BEGIN ');

const readKey = (pem: string): KeyObject => {
  try {
    return createPrivateKey(pem);
  } catch (cause) {
    // Its text is the secret, so nothing of it is said.
    const text = unsaid(
      'The clientSecret of the entry looks like a private key and cannot be read as one.',
    );
    throw new ConnectionError(wordedFailure('bad-config', text), cause);
  }
};

const curves: Readonly<Record<string, string>> = {
  prime256v1: 'ES256',
  secp384r1: 'ES384',
  secp521r1: 'ES512',
};

const algorithmOf = (key: KeyObject, { metadata }: Found): string => {
  const { asymmetricKeyType: type, asymmetricKeyDetails: details } = key;
  if (type === 'ec') return curves[details?.namedCurve ?? ''] ?? 'ES256';
  const taken = metadata?.token_endpoint_auth_signing_alg_values_supported ?? ['RS256'];
  return taken.find((name) => /^(RS|PS)\d+$/.test(name)) ?? 'RS256';
};

const signatureBy = (id: string, pem: string, { sdk, found }: Introduction) => {
  const key = readKey(pem);
  return sdk.createPrivateKeyJwtAuth({
    issuer: id,
    subject: id,
    privateKey: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
    alg: algorithmOf(key, found),
  });
};

/** Who the settings say that we are; null where they leave it open. */
export const configuredIdentity = (
  asking: Introduction,
  redirectUrl: string | null,
): Identity | null => {
  const { wish, found } = asking;
  if (wish.clientId === null) return null;
  const client: StoredClient = { issuer: found.issuer, redirectUrl, client_id: wish.clientId };
  const { clientSecret: secret } = wish;
  if (secret === null) return { client, secret: undefined, sign: undefined, isNew: false };
  return isKey(secret)
    ? { client, secret: undefined, sign: signatureBy(wish.clientId, secret, asking), isNew: false }
    : { client, secret, sign: undefined, isNew: false };
};

/** The identity that tokens were given to. */
export const identityOf = (client: StoredClient, asking: Introduction): Identity => {
  const configured = configuredIdentity(asking, client.redirectUrl);
  if (configured?.client.client_id === client.client_id) return configured;
  return { client, secret: client.client_secret, sign: undefined, isNew: false };
};

/** As the SDK wants it told. */
export const informationOf = ({ client, secret }: Identity) => ({
  client_id: client.client_id,
  issuer: client.issuer,
  ...(secret === undefined ? {} : { client_secret: secret }),
  ...(client.token_endpoint_auth_method === undefined
    ? {}
    : { token_endpoint_auth_method: client.token_endpoint_auth_method }),
});

/** By the address of a document that describes us, where the authorization server reads such (SEP-991). */
const byDocument = (
  { found, wish: { clientMetadataUrl } }: Introduction,
  redirectUrl: string,
): Identity | null => {
  if (clientMetadataUrl === undefined || !found.metadata?.client_id_metadata_document_supported)
    return null;
  const client = { issuer: found.issuer, redirectUrl, client_id: clientMetadataUrl };
  return { client, secret: undefined, sign: undefined, isNew: false };
};

const isAlive = ({ client_secret_expires_at: end }: StoredClient, now: Millis): boolean =>
  end === undefined || end === 0 || end * 1000 > now;

/** A registration for fewer rights than are wanted now would have the page refuse them. */
const isEnough = ({ scopes: registered }: StoredClient, scopes: readonly string[]): boolean =>
  registered === undefined || scopes.every((scope) => registered.includes(scope));

const earlier = (
  { found, now }: Introduction,
  stored: Stored,
  redirectUrl: string,
  scopes: readonly string[],
): Identity | null => {
  const client = stored.clients.find(
    (one) =>
      one.redirectUrl === redirectUrl &&
      isSameIssuer(one.issuer, found.issuer) &&
      isAlive(one, now) &&
      isEnough(one, scopes),
  );
  return client ? { client, secret: client.client_secret, sign: undefined, isNew: false } : null;
};

/** A program on a person's machine keeps no secret from that person (RFC 8252 section 8.4), so none is asked for if it can be. */
const methodOf = ({ metadata }: Found): string => {
  const taken = metadata?.token_endpoint_auth_methods_supported ?? ['none'];
  const wanted = ['none', 'client_secret_basic', 'client_secret_post'];
  return wanted.find((method) => taken.includes(method)) ?? 'none';
};

const ourselves = (
  found: Found,
  redirectUrl: string,
): OAuthClientMetadata & { readonly application_type: string } => ({
  client_name: 'MCP Lifeline',
  redirect_uris: [redirectUrl],
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  token_endpoint_auth_method: methodOf(found),
  // In the browser's editor the way back is a page of the web.
  application_type: redirectUrl.startsWith('https:') ? 'web' : 'native',
});

const register = async (
  { sdk, fetch, found }: Introduction,
  redirectUrl: string,
  scopes: readonly string[],
): Promise<Identity> => {
  const host = new URL(found.issuer).origin;
  const missing = found.metadata && !found.metadata.registration_endpoint;
  if (missing)
    throw refuse(
      unsaid(
        'The sign-in service {0} registers no programs by itself. Put the clientId that you have there under "oauth" in the entry of the server.',
        host,
      ),
    );
  const registered = await sdk
    .registerClient(found.issuer, {
      ...(found.metadata ? { metadata: found.metadata } : {}),
      clientMetadata: ourselves(found, redirectUrl),
      ...(scopes.length > 0 ? { scope: scopes.join(' ') } : {}),
      fetchFn: fetch,
    })
    .catch((error: unknown) => {
      if (error instanceof ConnectionError) throw error;
      const text =
        error instanceof sdk.OAuthError
          ? unsaid(
              'The sign-in service {0} did not register this program ({1}).',
              host,
              error.errorCode,
            )
          : unsaid('The sign-in service {0} did not register this program.', host);
      throw refuse(text, error);
    });
  const { client_id, client_secret, client_secret_expires_at, token_endpoint_auth_method } =
    registered;
  const client: StoredClient = {
    ...{ issuer: found.issuer, redirectUrl, client_id },
    ...(scopes.length > 0 ? { scopes: [...scopes] } : {}),
    ...(client_secret === undefined ? {} : { client_secret }),
    ...(client_secret_expires_at === undefined ? {} : { client_secret_expires_at }),
    ...(token_endpoint_auth_method === undefined ? {} : { token_endpoint_auth_method }),
  };
  return { client, secret: client_secret, sign: undefined, isNew: true };
};

/** Whether we can say who we are without a word to the authorization server, and so need a way back that it knows already. */
export const isKnownThere = ({ wish, found }: Pick<Introduction, 'wish' | 'found'>): boolean =>
  wish.clientId !== null ||
  (wish.clientMetadataUrl !== undefined &&
    found.metadata?.client_id_metadata_document_supported === true);

/** Rejects with `ConnectionError`. */
export const introduce = async (
  asking: Introduction,
  stored: Stored,
  redirectUrl: string,
  scopes: readonly string[],
): Promise<Identity> =>
  configuredIdentity(asking, redirectUrl) ??
  byDocument(asking, redirectUrl) ??
  earlier(asking, stored, redirectUrl, scopes) ??
  (await register(asking, redirectUrl, scopes));
