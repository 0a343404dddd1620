// Signing in with a person: the page, the way back, and the code for the tokens (RFC 6749 section 4.1, with PKCE, RFC 8707 and
// RFC 9207). Not here: when a person is asked, and where the tokens are kept (authorizer.ts).
import { randomBytes } from 'node:crypto';
import { ConnectionError, wordedFailure } from '../../core/connection/failure.ts';
import { unsaid, type Unsaid } from '../../core/wording/unsaid.ts';
import type { Desk } from './desk.ts';
import { type Found, isSameIssuer } from './discovery.ts';
import { redeem } from './grants.ts';
import { type Identity, introduce, isKnownThere } from './identity.ts';
import type { Landing, Landings } from './ports.ts';
import type { Stored, StoredTokens } from './stored.ts';
import { isSafe, unsafe } from './authFetch.ts';

export interface Visit {
  readonly desk: Desk;
  readonly landings: Landings;
  readonly stored: Stored;
  readonly found: Found;
  readonly scopes: readonly string[];
  /** Told of everything that must not appear in any text. */
  readonly learn: (secret: string) => void;
  readonly signal: AbortSignal;
}

export interface SignedIn {
  readonly tokens: StoredTokens;
  readonly identity: Identity;
}

const refuse = (words: Unsaid): ConnectionError =>
  new ConnectionError(wordedFailure('unauthorized', words));

interface Way {
  readonly landing: Landing;
  readonly identity: Identity;
}

/** Throws what is no refusal. */
const refusalOf = (error: unknown): ConnectionError => {
  if (error instanceof ConnectionError && error.failure.kind === 'unauthorized') return error;
  throw error;
};

/** One way back, with us known under it. Refused: the authorization server takes no such address. */
const prepare = async (open: () => Promise<Landing>, visit: Visit): Promise<Way> => {
  const { desk, found, stored, scopes, signal } = visit;
  const landing = await open();
  try {
    const introduction = await desk.introduction(found, signal);
    const identity = await introduce(introduction, stored, landing.redirectUrl, scopes);
    return { landing, identity };
  } catch (error) {
    landing.dispose();
    throw error;
  }
};

/**
 * An address of the editor where we may register one; else a listener on this machine, which every authorization server for
 * programs has to take on any port (RFC 8252 section 7.3), and which stands in client metadata documents. A client that was
 * registered with a port of its own has that way back and no other.
 */
const findWay = async (visit: Visit): Promise<Way> => {
  const { desk, found, landings } = visit;
  const { editor } = landings;
  const { callbackPort: port = null } = desk.deps.wish;
  const loopback = (): Promise<Landing> => landings.loopback(port);
  const isFixed = port !== null || isKnownThere({ wish: desk.deps.wish, found });
  if (editor === null || isFixed) return prepare(loopback, visit);
  try {
    return await prepare(editor, visit);
  } catch (error) {
    refusalOf(error);
    return prepare(loopback, visit);
  }
};

/** Only words of the protocol are quoted: a page could put anything else there. */
const errorIn = (query: URLSearchParams): string | null => {
  const error = query.get('error');
  if (error === null) return null;
  return /^\w{1,40}$/.test(error) ? error : 'error';
};

/** Throws where the way back does not lead from where we went. */
const codeOf = (query: URLSearchParams, state: string, { metadata, issuer }: Found): string => {
  if (query.get('state') !== state)
    throw refuse(unsaid('The way back from the sign-in page belongs to another sign-in.'));
  const from = query.get('iss');
  const isPromised = metadata?.['authorization_response_iss_parameter_supported'] === true;
  // RFC 9207 section 2.4: another authorization server may have sent the person back with a code of its own.
  if (from !== null ? !isSameIssuer(from, metadata?.issuer ?? issuer) : isPromised)
    throw refuse(unsaid('The way back from the sign-in page comes from another sign-in service.'));
  const error = errorIn(query);
  if (error !== null)
    throw refuse(unsaid('The sign-in service did not grant access ({0}).', error));
  const code = query.get('code');
  if (!code) throw refuse(unsaid('The way back from the sign-in page brings no code.'));
  return code;
};

const goThere = async (way: Way, visit: Visit): Promise<StoredTokens> => {
  const { desk, found, scopes, learn, signal } = visit;
  const { landing, identity } = way;
  const { redirectUrl } = landing;
  const introduction = await desk.introduction(found, signal);
  const { sdk } = introduction;
  const state = randomBytes(32).toString('base64url');
  const { authorizationUrl, codeVerifier } = await sdk
    .startAuthorization(found.issuer, {
      ...(found.metadata ? { metadata: found.metadata } : {}),
      clientInformation: { client_id: identity.client.client_id },
      ...{ redirectUrl, state },
      ...(scopes.length > 0 ? { scope: scopes.join(' ') } : {}),
      ...(found.resource === undefined ? {} : { resource: found.resource }),
    })
    .catch(() => {
      const host = new URL(found.issuer).origin;
      throw refuse(
        unsaid('The sign-in service {0} has no sign-in that programs like this can use.', host),
      );
    });
  if (!isSafe(authorizationUrl)) throw unsafe(authorizationUrl);
  for (const secret of [state, codeVerifier]) learn(secret);
  const code = codeOf(await landing.visit(authorizationUrl, signal), state, found);
  learn(code);
  const asking = { ...introduction, identity, now: desk.now };
  const granted = await redeem(asking, { code, verifier: codeVerifier, redirectUrl, scopes });
  if (granted.kind === 'tokens') return granted.tokens;
  throw new ConnectionError(granted.failure);
};

/** Rejects with `ConnectionError`. `outdated`: told of a registration that nobody came back with. */
export const signInByPage = async (
  visit: Visit,
  outdated: (identity: Identity) => Promise<void>,
): Promise<SignedIn> => {
  const way = await findWay(visit);
  try {
    const tokens = await goThere(way, visit);
    return { tokens, identity: way.identity };
  } catch (error) {
    // An authorization server that has forgotten us shows an error and sends nobody back: the next try registers anew.
    if (!way.identity.isNew) await outdated(way.identity);
    throw error;
  } finally {
    way.landing.dispose();
  }
};
