// A server that wants a sign-in, from the first call to the day on which the sign-in is revoked, as a whole window lives it.
import { expect, onTestFinished, test } from 'vitest';
import { whenever } from '../../src/base/signal.ts';
import type { Authorizer } from '../../src/mcp/auth/ports.ts';
import { FleetRig } from '../support/fleetRig.ts';
import { MemoryVault } from '../support/memoryVault.ts';
import { aWorld, makeAuthorizers, MovableClock, never, type World } from '../mcp/auth/oauthRig.ts';
import { aFolder } from '../store/fixtures.ts';

const name = 'protected';

const aWindow = async (world: World) => {
  const clock = new MovableClock();
  const authorizers = makeAuthorizers(new MemoryVault(), { clock });
  const rig = new FleetRig({
    settings: { servers: { [name]: { type: 'http', url: world.resource.url } } },
    folder: aFolder(),
    authorizers: (server) => authorizers.of(server),
  });
  onTestFinished(() => rig.close());
  await rig.untilState('needs-auth');
  const authorizer = authorizers.named(name);
  if (!authorizer) throw new Error('Nobody can sign in.');
  return { rig, authorizer, clock };
};

const aSignedInWindow = async (world: World) => {
  const window = await aWindow(world);
  await window.authorizer.signIn(never());
  await window.rig.untilState('ready');
  return window;
};

const untilAccount = (authorizer: Authorizer, wanted: string): Promise<string> =>
  whenever(authorizer.account, (account) => account === wanted);

test('a call that waits for a sign-in runs as soon as somebody has signed in, without another click', async () => {
  const world = await aWorld();
  const { rig, authorizer } = await aWindow(world);
  const call = rig.call('echo', { text: 'held' });
  await authorizer.signIn(never());
  expect(await call).toEqual({ text: 'held', isError: false, outcome: null });
  expect(rig.notices).toEqual(['needs-auth']);
  expect(rig.states()).toEqual(['idle', 'connecting', 'needs-auth', 'ready']);
});

test('twenty calls with a sign-in that was revoked make one notice, and each explains itself', async () => {
  const world = await aWorld();
  const { rig, clock } = await aSignedInWindow(world);
  await world.provider.revokeAll();
  clock.ahead = 86_400_000;
  const before = world.provider.count('token');
  const calls = Array.from({ length: 20 }, (_, at) => rig.call('echo', { text: String(at) }));
  const outcomes = await Promise.all(calls);
  expect(new Set(outcomes.map(({ isError, outcome }) => `${isError} ${outcome}`))).toEqual(
    new Set(['true not-run']),
  );
  expect(outcomes[0]?.text).toMatch(/sign in/i);
  // The first was told of before the sign-in, in an episode of its own.
  expect(rig.notices).toEqual(['needs-auth', 'needs-auth']);
  expect(world.provider.count('token') - before).toBe(1);
  expect(world.resource.calls).toEqual([]);
});

test('a call that needs more rights waits for the person who grants them', async () => {
  const world = await aWorld();
  const { rig, authorizer } = await aSignedInWindow(world);
  const call = rig.call('write', { text: 'more' });
  await rig.untilState('needs-auth');
  await authorizer.signIn(never());
  expect(await call).toEqual({ text: 'more', isError: false, outcome: null });
  expect(world.resource.calls).toEqual(['write more']);
});

test('while nobody answers a call that needs more rights, the others wait for a moment only', async () => {
  const world = await aWorld();
  const { rig } = await aSignedInWindow(world);
  const refused = rig.call('write', { text: 'more' });
  await rig.untilState('needs-auth');
  expect(await rig.call('echo', { text: 'as ever' })).toMatchObject({ text: 'as ever' });
  const { isError, outcome, text } = await refused;
  expect([isError, outcome]).toEqual([true, 'not-run']);
  expect(text).toContain('Use Sign In on the server to grant them.');
  await rig.untilState('ready');
  expect(rig.notices).toEqual(['needs-auth', 'needs-auth']);
  expect(world.resource.calls).toEqual(['echo as ever']);
});

test('a sign-in service that is away costs time and no sign-in', async () => {
  const world = await aWorld();
  const { rig, authorizer, clock } = await aSignedInWindow(world);
  world.provider.fault = 'away';
  await world.provider.expireAccess();
  clock.ahead = 86_400_000;
  const call = rig.call('echo', { text: 'patience' });
  await rig.untilState('reconnecting');
  world.provider.fault = 'none';
  expect(await call).toMatchObject({ text: 'patience', isError: false });
  expect(authorizer.account.value).toBe('signed-in');
  expect(rig.states()).not.toContain('suspended');
});

test('signing out ends the use of the server until somebody signs in again', async () => {
  const world = await aWorld();
  const { rig, authorizer } = await aSignedInWindow(world);
  await authorizer.signOut();
  await untilAccount(authorizer, 'signed-out');
  const call = rig.call('echo', { text: 'never' });
  await rig.untilState('needs-auth');
  expect(await call).toMatchObject({ isError: true, outcome: 'not-run' });
  await authorizer.signIn(never());
  await rig.untilState('ready');
  expect(await rig.call('echo', { text: 'again' })).toMatchObject({ text: 'again' });
});
