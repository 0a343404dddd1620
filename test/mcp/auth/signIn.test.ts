// Signing in at a real authorization server: the way there and back, what is checked on it, and what is left after signing out.
import { expect, test } from 'vitest';
import { aFailure, ConnectionError } from '../../../src/core/connection/failure.ts';
import type { OAuthWish } from '../../../src/core/settings.ts';
import { KnownSecrets } from '../../../src/runtime/knownSecrets.ts';
import { machine } from '../../servers/oauthProvider.ts';
import { headlessLanding } from '../../support/headlessBrowser.ts';
import { inShort } from '../linkRig.ts';
import { aSignedInWindow, aWorld, byItself, byLoopback, Window, type World } from './oauthRig.ts';

const failureOf = async (work: Promise<unknown>): Promise<string> => {
  const error = await work.catch((reason: unknown) => reason);
  if (!(error instanceof ConnectionError))
    throw new Error(`Expected a failure, met ${String(error)}.`);
  return `${error.failure.kind}: ${error.failure.detail}`;
};

test('a server that asks for a sign-in refuses unexecuted, and takes calls once a person has signed in', async () => {
  const world = await aWorld();
  const window = new Window(world);
  expect(window.authorizer.account.value).toBe('unneeded');
  expect(inShort(await window.open())).toBe('refused unauthorized');
  expect(window.authorizer.account.value).toBe('signed-out');
  await window.signIn();
  expect(window.authorizer.account.value).toBe('signed-in');
  expect(inShort(await window.open())).toBe('answered');
  expect(inShort(await window.call('echo', 'hello'))).toBe('answered');
  expect(world.resource.calls).toEqual(['echo hello']);
});

test('the page is asked with a challenge, a state, the resource and the rights that the server named', async () => {
  const world = await aWorld();
  const visits: URL[] = [];
  const landings = byLoopback({ visited: (url) => visits.push(url) });
  await aSignedInWindow(world, { landings });
  const asked = visits[0]?.searchParams;
  expect(asked?.get('code_challenge_method')).toBe('S256');
  expect(asked?.get('resource')).toBe(world.resource.url);
  expect(asked?.get('scope')).toBe('mcp:read offline_access');
  expect(asked?.get('state')?.length).toBeGreaterThanOrEqual(43);
});

test('[keep-secrets] everything secret of a sign-in is known as such, and none of it is a key of the vault', async () => {
  const secrets = new KnownSecrets();
  const window = await aSignedInWindow(await aWorld(), { secrets });
  const { tokens } = window.stored;
  const all = [tokens?.accessToken, tokens?.refreshToken];
  for (const secret of all) expect(secrets.values).toContain(secret);
  expect([...window.vault.texts.keys()].join()).toMatch(/^[0-9a-f]+$/);
});

test.each([
  ['state', (query: URLSearchParams) => query.set('state', 'another'), /another sign-in\.$/],
  [
    'issuer',
    (query: URLSearchParams) => query.set('iss', 'https://x.example'),
    /another sign-in service/,
  ],
  ['missing issuer', (query: URLSearchParams) => query.delete('iss'), /another sign-in service/],
  ['code', (query: URLSearchParams) => query.delete('code'), /no code/],
  [
    'refusal',
    (query: URLSearchParams) => query.set('error', 'access_denied'),
    /did not grant access \(access_denied\)/,
  ],
])('a way back with the wrong %s signs nobody in', async (_, change, words) => {
  const world = await aWorld();
  const window = new Window(world, { landings: byLoopback({ change }) });
  await window.open();
  expect(await failureOf(window.signIn())).toMatch(words);
  expect(world.provider.count('token')).toBe(0);
  expect(window.authorizer.account.value).toBe('signed-out');
});

test.each([
  ['wrong-issuer', /^unauthorized: .* says that it is another one/],
  ['huge', /^too-large: .* more than 1048576 bytes/],
] as const)(
  'an authorization server with metadata that is %s is not used',
  async (fault, words) => {
    const world = await aWorld();
    world.provider.fault = fault;
    const visits: URL[] = [];
    const landings = byLoopback({ visited: (url) => visits.push(url) });
    const window = new Window(world, { landings });
    await window.open();
    expect(await failureOf(window.signIn())).toMatch(words);
    expect(visits).toEqual([]);
  },
);

test('an authorization server that takes no address of the editor is visited with a listener on this machine', async () => {
  const world = await aWorld();
  const opened: string[] = [];
  const landing = (name: string, redirectUrl: string) => () => {
    opened.push(name);
    return Promise.resolve({
      ...headlessLanding({ redirectUrl }),
      dispose: () => opened.push('end'),
    });
  };
  const window = await aSignedInWindow(world, {
    landings: {
      editor: landing('editor', 'http://not-this-machine.example/back'),
      loopback: landing('loopback', 'http://127.0.0.1:51234/signed-in'),
    },
  });
  expect(opened).toEqual(['editor', 'end', 'loopback', 'end']);
  expect(window.authorizer.account.value).toBe('signed-in');
});

/** Where a person is sent, who never comes back. */
const pageOf = async (world: World, wish: OAuthWish): Promise<URL | undefined> => {
  const visits: URL[] = [];
  const visit = (url: URL): Promise<never> => {
    visits.push(url);
    return Promise.reject(new ConnectionError(aFailure('cancelled', 'Nobody is here.')));
  };
  const landing = { ...headlessLanding(), visit };
  const landings = { editor: null, loopback: () => Promise.resolve(landing) };
  const window = new Window(world, { wish, landings });
  await window.open();
  await failureOf(window.signIn());
  return visits[0];
};

const clientMetadataUrl = 'https://me.example/client.json';

test('the address of a document that describes the client is its id where the authorization server reads such', async () => {
  const world = await aWorld();
  world.provider.fault = 'documents';
  const page = await pageOf(world, { ...byItself, clientMetadataUrl });
  expect(page?.searchParams.get('client_id')).toBe(clientMetadataUrl);
  expect(world.provider.count('registration')).toBe(0);
});

test('where it reads none, or none is named, the client registers itself', async () => {
  const world = await aWorld();
  const page = await pageOf(world, { ...byItself, clientMetadataUrl });
  expect(page?.searchParams.get('client_id')).not.toBe(clientMetadataUrl);
  world.provider.fault = 'documents';
  expect((await pageOf(world, byItself))?.searchParams.get('client_id')).not.toMatch(/^https/);
  expect(world.provider.count('registration')).toBe(2);
});

test('a client that was registered with a port of its own comes back there and nowhere else', async () => {
  const world = await aWorld();
  const ports: (number | null)[] = [];
  const redirectUrl = 'http://localhost:51235/callback';
  const landings = {
    editor: () => Promise.reject(new Error('An address of the editor is not wanted.')),
    loopback: (port: number | null) => {
      ports.push(port);
      return Promise.resolve(headlessLanding({ redirectUrl }));
    },
  };
  const wish = { ...byItself, callbackPort: 51_235 };
  const window = await aSignedInWindow(world, { landings, wish });
  expect(ports).toEqual([51_235]);
  expect(window.stored.tokens?.client.redirectUrl).toBe(redirectUrl);
});

test('a registration is used again for the same way back', async () => {
  const world = await aWorld();
  const window = await aSignedInWindow(world);
  await window.signIn();
  expect(world.provider.count('registration')).toBe(1);
});

test('a registration that nobody came back with is replaced by the next sign-in', async () => {
  const world = await aWorld();
  let isLost = false;
  const change = (query: URLSearchParams): void => (isLost ? query.delete('code') : undefined);
  const window = await aSignedInWindow(world, { landings: byLoopback({ change }) });
  isLost = true;
  await failureOf(window.signIn());
  isLost = false;
  await window.signIn();
  expect(world.provider.count('registration')).toBe(2);
});

test('a second wish to sign in while the page is open is the same wish', async () => {
  const world = await aWorld();
  const visits: URL[] = [];
  const landings = byLoopback({ visited: (url) => visits.push(url) });
  const window = new Window(world, { landings });
  await window.open();
  await Promise.all([window.signIn(), window.signIn()]);
  expect(visits).toHaveLength(1);
});

test('signing out revokes at the authorization server, forgets everything, and other windows hear of it', async () => {
  const world = await aWorld();
  const window = await aSignedInWindow(world);
  const other = new Window(world, { vault: window.vault });
  expect(inShort(await other.open())).toBe('answered');
  const used = window.stored.tokens?.accessToken ?? '';
  await window.authorizer.signOut();
  expect(window.authorizer.account.value).toBe('signed-out');
  expect(other.authorizer.account.value).toBe('signed-out');
  expect(await world.provider.scopesOf(used)).toBe(null);
  expect(world.provider.count('revocation')).toBe(2);
  expect([...window.vault.texts.values()].join()).not.toContain(used);
  expect(inShort(await other.call('echo', 'again'))).toBe('refused unauthorized');
});

test('a window opened later uses what another one signed in to', async () => {
  const world = await aWorld();
  const { vault } = await aSignedInWindow(world);
  const later = new Window(world, { vault });
  expect(inShort(await later.open())).toBe('answered');
  expect(later.authorizer.account.value).toBe('signed-in');
});

test('a window that waits hears of the sign-in of another one', async () => {
  const world = await aWorld();
  const window = new Window(world);
  await window.open();
  const other = new Window(world, { vault: window.vault });
  await other.open();
  await window.signIn();
  expect(other.authorizer.account.value).toBe('signed-in');
  expect(inShort(await other.open())).toBe('answered');
});

const ownWish = { ...byItself, ...machine, grant: 'client_credentials' } as const;

test('a program with credentials of its own needs nobody', async () => {
  const world = await aWorld();
  const window = new Window(world, { wish: ownWish });
  expect(inShort(await window.open())).toBe('answered');
  expect(window.authorizer.account.value).toBe('signed-in');
  expect(world.provider.count('client_credentials')).toBe(1);
  expect(window.vault.texts.size).toBe(1);
  expect([...window.vault.texts.values()].join()).not.toContain(machine.clientSecret);
});

test('a program whose own credentials are refused says so, and is not tried in a circle', async () => {
  const world = await aWorld();
  const window = new Window(world, { wish: { ...ownWish, clientSecret: 'wrong' } });
  expect(inShort(await window.open())).toBe('refused unauthorized');
  expect(world.provider.count('token')).toBe(1);
  expect(window.authorizer.account.value).toBe('signed-out');
});

test('a program with credentials of its own that was signed out fetches nothing until somebody signs in', async () => {
  const world = await aWorld();
  const window = new Window(world, { wish: ownWish });
  await window.open();
  await window.authorizer.signOut();
  expect(inShort(await window.open())).toBe('refused unauthorized');
  await window.signIn();
  expect(inShort(await window.open())).toBe('answered');
});
