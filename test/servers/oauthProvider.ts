// A real authorization server (oidc-provider) on loopback, with a page of two buttons, counters, and ways to let it fail. It signs
// everybody in as the same person. Not here: the server that it protects (oauthResource.ts).
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { Provider } from 'oidc-provider';
import { planted, plantedCode, plantedToken } from '../support/planted.ts';

export type Fault =
  | 'none'
  /** The token endpoint never answers. */
  | 'silent'
  /** The token endpoint answers 503. */
  | 'away'
  /** The metadata says that it is another server. */
  | 'wrong-issuer'
  /** The metadata is larger than anybody should read. */
  | 'huge'
  /** No fault: the metadata says that it reads documents which describe clients. */
  | 'documents';

export interface OAuthProvider {
  readonly issuer: string;
  fault: Fault;
  /** A right that is asked for and granted, and that no token is good for. */
  ignores: string | null;
  /** Lifetime of the next access tokens, in seconds. */
  tokenLife: number;
  /** Requests to the token endpoint by grant, and registrations and revocations. */
  readonly counts: Map<string, number>;
  count(what: string): number;
  /** Scopes of a token that is good for the resource; null where it is not. */
  scopesOf(token: string): Promise<readonly string[] | null>;
  /** Access tokens that were given out are not good any more; they can be renewed. */
  expireAccess(): Promise<void>;
  /** Nothing that was given out can be used or renewed any more. */
  revokeAll(): Promise<void>;
  close(): Promise<void>;
}

export const scopes = ['mcp:read', 'mcp:write'] as const;
/** For clients that act for themselves. */
export const machine = { clientId: 'machine', clientSecret: planted('of-a-machine') };

/** An editor takes 127.0.0.1 for a server of its own, and would forward its pages; another loopback address is any page to it. */
const host = process.env['OAUTH_HOST'] ?? '127.0.0.1';

const page = (uid: string): string =>
  `<!doctype html><meta charset="utf-8"><title>Test sign-in</title><form method="post" action="/interaction/${uid}"><h1>Test sign-in</h1><button id="sign-in" type="submit">Sign in</button> <button id="refuse" type="submit" formaction="/interaction/${uid}/refuse">Refuse</button></form>`;

const json = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
};

const makeProvider = (issuer: string, resource: () => string, life: () => number): Provider =>
  new Provider(issuer, {
    cookies: { keys: ['a key for tests'] },
    clients: [
      {
        client_id: machine.clientId,
        client_secret: machine.clientSecret,
        grant_types: ['client_credentials'],
        redirect_uris: [],
        response_types: [],
        token_endpoint_auth_method: 'client_secret_basic',
      },
    ],
    scopes: ['openid', 'offline_access', ...scopes],
    interactions: { url: (_context, { uid }) => `/interaction/${uid}` },
    rotateRefreshToken: true,
    features: {
      devInteractions: { enabled: false },
      registration: { enabled: true },
      revocation: { enabled: true },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => resource(),
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: scopes.join(' '),
          accessTokenFormat: 'opaque',
          accessTokenTTL: life(),
        }),
      },
    },
  });

/** Everything that it gives out and that opens a door is a planted credential. */
const plantIn = (provider: Provider): void => {
  const { AccessToken, ClientCredentials, RefreshToken, RegistrationAccessToken } = provider;
  const kinds = { AccessToken, ClientCredentials, RefreshToken, RegistrationAccessToken };
  Object.assign(provider.AuthorizationCode.prototype, { generateTokenId: plantedCode });
  for (const [name, Kind] of Object.entries(kinds))
    // The format is what the function that is replaced decides on besides.
    Object.assign(Kind.prototype, { format: 'opaque', generateTokenId: () => plantedToken(name) });
};

/** The person pushes the other button. */
const refuse = (
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> =>
  provider.interactionFinished(request, response, {
    error: 'access_denied',
    error_description: 'The person wants nothing of it.',
  });

/** The person pushes the button. */
const grantAll = async (
  provider: Provider,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const { params } = await provider.interactionDetails(request, response);
  const accountId = 'somebody';
  const grant = new provider.Grant({ accountId, clientId: String(params['client_id']) });
  const asked = typeof params['scope'] === 'string' ? params['scope'] : 'openid';
  // The provider counts a right that it knows among its own too.
  grant.addOIDCScope(asked);
  grant.addResourceScope(String(params['resource']), asked);
  const result = { login: { accountId }, consent: { grantId: await grant.save() } };
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
};

class TestProvider implements OAuthProvider {
  readonly issuer: string;
  readonly counts = new Map<string, number>();
  fault: Fault = 'none';
  tokenLife = 3_600;
  ignores: string | null = null;
  readonly #server: Server;
  readonly #provider: Provider;
  readonly #grants = new Set<string>();
  readonly #tokens = new Set<string>();

  constructor(server: Server, issuer: string, resource: () => string) {
    this.#server = server;
    this.issuer = issuer;
    this.#provider = makeProvider(issuer, resource, () => this.tokenLife);
    plantIn(this.#provider);
    this.#provider.on('access_token.saved', ({ grantId, jti }) => {
      if (grantId !== undefined) this.#grants.add(grantId);
      this.#tokens.add(jti);
    });
    this.#provider.on('registration_create.success', () => this.#note('registration'));
    this.#provider.on('grant.success', ({ oidc }) =>
      this.#note(String(oidc.params?.['grant_type'])),
    );
    const serve = this.#provider.callback();
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      this.#serve(request, response, serve).catch((error: unknown) => {
        console.error(error);
        response.destroy();
      });
    });
  }

  count(what: string): number {
    return this.counts.get(what) ?? 0;
  }

  async scopesOf(token: string): Promise<readonly string[] | null> {
    const found =
      (await this.#provider.AccessToken.find(token)) ??
      (await this.#provider.ClientCredentials.find(token));
    return found ? (found.scope ?? '').split(' ').filter((one) => one !== this.ignores) : null;
  }

  async expireAccess(): Promise<void> {
    for (const jti of this.#tokens) await (await this.#provider.AccessToken.find(jti))?.destroy();
  }

  async revokeAll(): Promise<void> {
    await this.expireAccess();
    for (const grant of this.#grants) await this.#provider.RefreshToken.revokeByGrantId(grant);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #note(what: string): void {
    this.counts.set(what, this.count(what) + 1);
  }

  async #serve(
    request: IncomingMessage,
    response: ServerResponse,
    serve: (request: IncomingMessage, response: ServerResponse) => unknown,
  ): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', this.issuer);
    if (pathname === '/token') this.#note('token');
    if (pathname === '/token/revocation') this.#note('revocation');
    if (this.#fails(pathname, response)) return;
    const [, uid, wish] = /^\/interaction\/([\w-]+)(\/refuse)?$/.exec(pathname) ?? [];
    if (uid === undefined) return void serve(request, response);
    if (wish !== undefined) return refuse(this.#provider, request, response);
    if (request.method === 'POST') return grantAll(this.#provider, request, response);
    response.writeHead(200, { 'content-type': 'text/html' }).end(page(uid));
  }

  #fails(pathname: string, response: ServerResponse): boolean {
    const isMetadata = pathname.startsWith('/.well-known/');
    switch (this.fault) {
      case 'none':
        return false;
      case 'silent':
        return pathname === '/token';
      case 'away':
        if (pathname === '/token') json(response, 503, { error: 'later' });
        return pathname === '/token';
      case 'wrong-issuer':
        if (isMetadata) json(response, 200, this.#metadata('https://elsewhere.example'));
        return isMetadata;
      case 'huge':
        if (isMetadata)
          json(response, 200, { ...this.#metadata(this.issuer), filling: 'x'.repeat(2 ** 21) });
        return isMetadata;
      case 'documents':
        if (isMetadata)
          json(response, 200, {
            ...this.#metadata(this.issuer),
            client_id_metadata_document_supported: true,
          });
        return isMetadata;
    }
  }

  #metadata(issuer: string) {
    return {
      issuer,
      authorization_endpoint: `${this.issuer}/auth`,
      token_endpoint: `${this.issuer}/token`,
      registration_endpoint: `${this.issuer}/reg`,
      response_types_supported: ['code'],
    };
  }
}

/** `resource`: the address of what it protects. */
export const startOAuthProvider = async (
  resource: () => string,
  port = 0,
): Promise<OAuthProvider> => {
  const server = createServer().listen(port, host);
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('No port was given.');
  return new TestProvider(server, `http://${host}:${address.port}`, resource);
};
