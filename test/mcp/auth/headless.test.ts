// Signing in where nobody sits.
import { expect, onTestFinished, test } from 'vitest';
import { realClock } from '../../../src/base/clock.ts';
import { Store } from '../../../src/base/disposable.ts';
import { headlessSignIn } from '../../../src/wiring/gatewaySignIn.ts';
import { KnownSecrets } from '../../../src/runtime/knownSecrets.ts';
import { machine } from '../../servers/oauthProvider.ts';
import { aServer, silentLog } from '../linkRig.ts';
import { aWorld, byItself } from './oauthRig.ts';

const headless = () => {
  const owner = new Store();
  onTestFinished(() => owner.dispose());
  const secrets = new KnownSecrets();
  return headlessSignIn({ clock: realClock, logs: { of: () => silentLog }, secrets }, owner);
};

test('a program with credentials of its own gets its token', async () => {
  const world = await aWorld();
  const oauth = { ...byItself, ...machine, grant: 'client_credentials' } as const;
  const authorizer = headless()(aServer(world.resource.url, { oauth }));
  expect(await authorizer?.challenged({ status: 401, header: null }, null)).toBe(null);
  expect(await authorizer?.header()).toMatch(/^Bearer /);
});

test('a server that wants a person is left as it is', () => {
  expect(headless()(aServer('https://a.example/mcp', { oauth: byItself }))).toBe(null);
  expect(headless()(aServer('https://a.example/mcp', { oauth: false }))).toBe(null);
});
