// Calls that need more rights than were granted.
import { expect, test } from 'vitest';
import { holdBudgetIn } from '../../../src/core/connection/state.ts';
import { machine } from '../../servers/oauthProvider.ts';
import { failureIn, inShort } from '../linkRig.ts';
import { VirtualClock } from '../../support/virtualClock.ts';
import { aSignedInWindow, aWorld, byItself, byLoopback, Window } from './oauthRig.ts';

test('a call that needs more rights has a person asked for them, and runs once they are granted', async () => {
  const world = await aWorld();
  const visits: URL[] = [];
  const landings = byLoopback({ visited: (url) => visits.push(url) });
  const window = await aSignedInWindow(world, { landings });
  const refused = failureIn(await window.call('write', 'a'));
  expect([refused.kind, refused.status]).toEqual(['unauthorized', 403]);
  expect(refused.detail).toContain('mcp:read mcp:write');
  expect(window.authorizer.account.value).toBe('signed-out');
  await window.signIn();
  expect(visits[1]?.searchParams.get('scope')?.split(' ').toSorted()).toEqual([
    'mcp:read',
    'mcp:write',
    'offline_access',
  ]);
  expect(inShort(await window.call('write', 'b'))).toBe('answered');
  expect(world.resource.calls).toEqual(['write b']);
});

test('while a person is asked nothing is sent, so that everybody hears of it', async () => {
  const world = await aWorld();
  const window = await aSignedInWindow(world);
  await window.call('write', 'a');
  const before = world.resource.seen.length;
  expect(inShort(await window.call('echo', 'b'))).toBe('not-sent unauthorized');
  expect(world.resource.seen.length).toBe(before);
});

test('rights that the sign-in service does not give are asked for once, and then the call is forbidden', async () => {
  const world = await aWorld();
  const window = await aSignedInWindow(world);
  world.resource.wantsMore = 'mcp:admin';
  const first = failureIn(await window.call('write', 'a'));
  await expect(window.signIn()).rejects.toThrow('invalid_');
  const second = failureIn(await window.call('write', 'b'));
  expect([first.kind, second.kind]).toEqual(['unauthorized', 'lacks-rights']);
  expect(second.detail).toContain('Sign in with an account that has them.');
  expect(window.authorizer.account.value).toBe('signed-in');
  expect(inShort(await window.call('echo', 'c'))).toBe('answered');
  await window.signIn();
});

test('rights that a person has granted and that are refused all the same are not asked for again', async () => {
  const world = await aWorld();
  const window = await aSignedInWindow(world);
  await window.call('write', 'a');
  await window.signIn();
  world.provider.ignores = 'mcp:write';
  await window.signIn();
  expect(failureIn(await window.call('write', 'b')).kind).toBe('lacks-rights');
  expect(window.authorizer.account.value).toBe('signed-in');
});

test('a person who does not answer is asked for a moment; then the server is used with the rights there are', async () => {
  const world = await aWorld();
  const clock = new VirtualClock();
  const window = await aSignedInWindow(world, { clock });
  await window.call('write', 'a');
  expect(window.authorizer.demand?.kind).toBe('unauthorized');
  await clock.advance(5_000);
  expect([window.authorizer.demand, window.authorizer.account.value]).toEqual([null, 'signed-in']);
  expect(inShort(await window.call('echo', 'b'))).toBe('answered');
  const refused = failureIn(await window.call('write', 'c'));
  expect([refused.kind, refused.detail]).toEqual([
    'lacks-rights',
    'The call needs rights that were not granted (mcp:read mcp:write). Use Sign In on the server to grant them.',
  ]);
  await window.signIn();
  expect(inShort(await window.call('write', 'd'))).toBe('answered');
});

test('the moment is shorter than calls are held for a person, so that the others only wait', async () => {
  const world = await aWorld();
  const clock = new VirtualClock();
  const window = await aSignedInWindow(world, { clock });
  const failure = failureIn(await window.call('write', 'a'));
  const state = { kind: 'needs-auth', since: 0, attempt: 1, failure } as const;
  await clock.advance(holdBudgetIn(state, 45_000) - 1);
  expect(window.authorizer.demand).toBe(null);
});

test('a refusal that does not speak of rights is no matter of signing in', async () => {
  const world = await aWorld();
  const window = await aSignedInWindow(world);
  world.resource.forbids = true;
  expect(inShort(await window.call('echo', 'a'))).toBe('refused forbidden');
  expect(window.authorizer.account.value).toBe('signed-in');
});

test('a program with credentials of its own fetches the wider token by itself', async () => {
  const world = await aWorld();
  const wish = { ...byItself, ...machine, grant: 'client_credentials' } as const;
  const window = new Window(world, { wish });
  await window.open();
  expect(inShort(await window.call('write', 'a'))).toBe('answered');
  expect(world.provider.count('client_credentials')).toBe(2);
});
