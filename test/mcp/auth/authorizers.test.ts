// Which servers have a sign-in, and what authorization servers it may lead to.
import { describe, expect, test } from 'vitest';
import type { ServerDefinition } from '../../../src/core/settings.ts';
import type { Authorizers } from '../../../src/mcp/auth/authorizers.ts';
import { nothingStored, readStored, type Stored } from '../../../src/mcp/auth/stored.ts';
import { accountsOf, type Filling } from '../../../src/wiring/keptSignIn.ts';
import { trapped, aServer } from '../linkRig.ts';
import { MemoryVault } from '../../support/memoryVault.ts';
import { byItself, byLoopback, makeAuthorizers, never } from './oauthRig.ts';

const url = 'https://a.example/mcp';

test.each([
  ['is switched off', aServer(url, { oauth: false })],
  [
    'holds the credentials itself',
    aServer(url, { oauth: byItself, headers: { AuthoriZation: 'x' } }),
  ],
  ['is a socket', aServer('unix:///run/a.sock#/mcp', { oauth: byItself })],
])('an entry that %s has no sign-in', (_, server) => {
  expect(makeAuthorizers(new MemoryVault()).of(server)).toBe(null);
});

test('everybody who uses a server shares its sign-in, and another entry has another one', () => {
  const authorizers = makeAuthorizers(new MemoryVault());
  const one = authorizers.of(aServer(url, { oauth: byItself }));
  expect(authorizers.of(aServer(url, { oauth: { ...byItself } }))).toBe(one);
  expect(authorizers.named('trap')).toBe(one);
  expect(authorizers.of(aServer(url, { name: 'other', oauth: byItself }))).not.toBe(one);
  expect(authorizers.of(aServer(url, { oauth: { ...byItself, clientId: 'x' } }))).not.toBe(one);
});

describe('a server that this window has not reached yet', () => {
  const entry = aServer(url, { oauth: byItself });
  const fill: Filling = (definition) => Promise.resolve(definition);
  const kept = (authorizers: Authorizers, definition: ServerDefinition = entry, filled = fill) =>
    accountsOf({ authorizers, filled, isAllowed: () => true }).keptAccountOf({ definition });
  const tokens = {
    ...{ issuer: 'https://as.example', accessToken: 'a', refreshToken: 'r', scopes: [] },
    ...{ expiresAt: null, obtainedAt: 0 },
    client: { issuer: 'https://as.example', redirectUrl: null, client_id: 'id' },
  };

  /** A vault in which an earlier window has left this. */
  const aVaultWith = async (stored: Stored) => {
    const vault = new MemoryVault();
    const earlier = await kept(makeAuthorizers(vault));
    await earlier?.signOut();
    const [key = ''] = vault.texts.keys();
    await vault.set(key, JSON.stringify(stored));
    return { vault, stored: () => readStored(vault.texts.get(key) ?? '') };
  };

  test('can be signed out of, whose tokens are kept from before', async () => {
    const { vault, stored } = await aVaultWith({ ...nothingStored, tokens });
    const authorizers = makeAuthorizers(vault);
    expect(authorizers.named('trap')).toBe(null);
    const account = await kept(authorizers);
    expect(account?.account.value).toBe('signed-in');
    await account?.signOut();
    expect(stored()).toMatchObject({ tokens: null, signedOut: true });
  });

  test('has no sign-in where nothing is kept, or its entry cannot be filled in', async () => {
    const { vault } = await aVaultWith(nothingStored);
    const authorizers = makeAuthorizers(vault);
    const account = await kept(authorizers);
    expect(account?.account.value).toBe('unneeded');
    const other = { ...entry, name: 'other' };
    expect(await kept(authorizers, other, () => Promise.resolve(null))).toBe(null);
  });

  test('is not filled in before it is allowed', async () => {
    const { vault } = await aVaultWith({ ...nothingStored, tokens });
    const filled = (): never => expect.fail('It was filled in.');
    const authorizers = makeAuthorizers(vault);
    const accounts = accountsOf({ authorizers, filled, isAllowed: () => false });
    expect(await accounts.keptAccountOf({ definition: entry })).toBe(null);
    authorizers.of(entry);
    expect(accounts.accountOf({ definition: entry })).toBe(null);
  });
});

const metadata = (base: string, more: object = {}) => ({
  issuer: base,
  authorization_endpoint: `${base}/authorize`,
  token_endpoint: `${base}/token`,
  registration_endpoint: `${base}/register`,
  response_types_supported: ['code'],
  ...more,
});

/** A server that describes itself so, with its own authorization server; signing in at it, to where it leads. */
const signInAt = async (
  describe: (base: string) => { readonly resource?: object; readonly service?: object },
) => {
  const server = await trapped((seen, answer) => {
    const base = new URL(server.url).origin;
    const { resource, service } = describe(base);
    if (seen.path.includes('oauth-protected-resource'))
      return resource ? answer.json(resource) : answer.status(404);
    if (seen.path.includes('oauth-authorization-server'))
      return service ? answer.json(service) : answer.status(404);
    if (seen.path === '/register')
      return answer.json({ client_id: 'id', redirect_uris: ['http://127.0.0.1/'] }, {}, 201);
    return answer.status(404);
  });
  const visits: string[] = [];
  const landings = byLoopback({ visited: (page) => visits.push(page.origin + page.pathname) });
  const authorizers = makeAuthorizers(new MemoryVault(), { landings });
  const authorizer = authorizers.of(aServer(server.url, { oauth: byItself }));
  const failure = await authorizer?.signIn(never()).catch((error: unknown) => String(error));
  return { visits, failure: String(failure), base: new URL(server.url).origin };
};

test.each([
  [
    'an authorization server without encryption',
    (base: string) => ({
      resource: { resource: `${base}/mcp`, authorization_servers: ['http://as.example'] },
    }),
    /not reached by https/,
  ],
  [
    'a token endpoint without encryption',
    (base: string) => ({
      resource: { resource: `${base}/mcp`, authorization_servers: [base] },
      service: metadata(base, { token_endpoint: 'http://as.example/token' }),
    }),
    /not reached by https/,
  ],
  [
    'a page that is no page',
    (base: string) => ({
      resource: { resource: `${base}/mcp`, authorization_servers: [base] },
      service: metadata(base, { authorization_endpoint: 'file:///etc/passwd' }),
    }),
    /not reached by https/,
  ],
  [
    'metadata of another resource',
    (base: string) => ({
      resource: { resource: 'https://other.example/mcp', authorization_servers: [base] },
      service: metadata(base),
    }),
    /another resource/,
  ],
  [
    'an authorization server that publishes nothing',
    (base: string) => ({ resource: { resource: `${base}/mcp`, authorization_servers: [base] } }),
    /publishes no metadata/,
  ],
  [
    'an authorization server that cannot do without a shared secret in the address',
    (base: string) => ({
      service: metadata(base, { code_challenge_methods_supported: ['plain'] }),
    }),
    /no sign-in that programs like this can use/,
  ],
  [
    'an authorization server that registers nobody',
    (base: string) => ({ service: metadata(base, { registration_endpoint: undefined }) }),
    /Put the clientId/,
  ],
])('nobody is led to %s', async (_, describe, words) => {
  const { visits, failure } = await signInAt(describe);
  expect(failure).toMatch(words);
  expect(visits).toEqual([]);
});

test.each([
  ['publishes its own metadata', (base: string) => ({ service: metadata(base) }), '/authorize'],
  ['publishes nothing at all', () => ({}), '/authorize'],
  [
    'names another issuer in its own metadata',
    (base: string) => ({ service: metadata(base, { issuer: 'https://cf.a.example' }) }),
    '/authorize',
  ],
])('a server of 2025-03-26 that %s is its own authorization server', async (_, describe, path) => {
  const { visits, base } = await signInAt(describe);
  expect(visits).toEqual([base + path]);
});

test('a server that cannot answer now is not taken for one without metadata', async () => {
  const server = await trapped((_, answer) => answer.status(502));
  const authorizers = makeAuthorizers(new MemoryVault());
  const authorizer = authorizers.of(aServer(server.url, { oauth: byItself }));
  await expect(authorizer?.signIn(never())).rejects.toThrow('HTTP 502');
  expect(server.seen).toHaveLength(1);
});

test('configured credentials go to the first authorization server only, until the person signs out', async () => {
  let service = 'first';
  const asked: string[] = [];
  const server = await trapped((seen, answer) => {
    const base = new URL(server.url).origin;
    const issuer = `${base}/${service}`;
    if (seen.path.includes('oauth-protected-resource'))
      return answer.json({ resource: `${base}/mcp`, authorization_servers: [issuer] });
    if (seen.path.includes('oauth-authorization-server'))
      return answer.json(metadata(issuer, { token_endpoint: `${issuer}/token` }));
    asked.push(seen.path);
    return answer.json({ access_token: 'a', token_type: 'Bearer' });
  });
  const grant = 'client_credentials';
  const oauth = { ...byItself, clientId: 'id', clientSecret: 'hush', grant } as const;
  const authorizer = makeAuthorizers(new MemoryVault()).of(aServer(server.url, { oauth }));
  await authorizer?.signIn(never());
  service = 'second';
  await expect(authorizer?.signIn(never())).rejects.toThrow('another sign-in service than before');
  expect(asked).toEqual(['/first/token']);
  await authorizer?.signOut();
  await authorizer?.signIn(never());
  expect(asked).toEqual(['/first/token', '/second/token']);
});

test('signing out revokes what can be revoked, where the sign-in service refuses the rest', async () => {
  const revoked: string[] = [];
  const server = await trapped((seen, answer) => {
    const base = new URL(server.url).origin;
    if (seen.path.includes('oauth-authorization-server'))
      return answer.json(metadata(base, { revocation_endpoint: `${base}/revoke` }));
    if (seen.path === '/token')
      return answer.json({ access_token: 'a', refresh_token: 'r', token_type: 'Bearer' });
    if (seen.path !== '/revoke') return answer.status(404);
    const token = new URLSearchParams(seen.body).get('token') ?? '';
    if (token === 'r') return answer.json({ error: 'unsupported_token_type' }, {}, 400);
    revoked.push(token);
    return answer.status(200);
  });
  const grant = 'client_credentials';
  const oauth = { ...byItself, clientId: 'id', clientSecret: 'hush', grant } as const;
  const authorizer = makeAuthorizers(new MemoryVault()).of(aServer(server.url, { oauth }));
  await authorizer?.signIn(never());
  await authorizer?.signOut();
  expect(revoked).toEqual(['a']);
  expect(authorizer?.account.value).toBe('signed-out');
});
