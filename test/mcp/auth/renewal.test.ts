// Renewing at a real authorization server: once for however many calls and windows, and what becomes of it where it fails.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { realClock } from '../../../src/base/clock.ts';
import { StoreMutex } from '../../../src/store/mutex.ts';
import { lateVaults } from '../../support/memoryVault.ts';
import { nodePath, projectRoot } from '../../support/serverProcess.ts';
import { aFolder } from '../../store/fixtures.ts';
import { aServer, failureIn, inShort, silentLog } from '../linkRig.ts';
import { aSignedInWindow, aWorld, byItself, MovableClock, Window, type World } from './oauthRig.ts';

const day = 86_400_000;

/** Somebody who signed in long ago: the access token has run out here and there. */
const longAgo = async (world: World) => {
  const clock = new MovableClock();
  const window = await aSignedInWindow(world, { clock });
  await world.provider.expireAccess();
  clock.ahead = day;
  return { clock, window };
};

const twenty = (window: Window): Promise<readonly string[]> =>
  Promise.all(
    Array.from({ length: 20 }, async (_, at) => inShort(await window.call('echo', String(at)))),
  );

test('twenty calls with a token that has run out by the clock make one renewal, and all succeed', async () => {
  const world = await aWorld();
  const { window } = await longAgo(world);
  expect(await twenty(window)).toEqual(Array(20).fill('answered'));
  expect(world.provider.count('refresh_token')).toBe(1);
  expect(world.resource.calls).toHaveLength(20);
});

test('twenty calls with a token that the server refuses before its time make one renewal, and all succeed', async () => {
  const world = await aWorld();
  const window = await aSignedInWindow(world);
  await world.provider.expireAccess();
  expect(await twenty(window)).toEqual(Array(20).fill('answered'));
  expect(world.provider.count('refresh_token')).toBe(1);
  expect(world.resource.calls).toHaveLength(20);
});

test('a token that runs out soon is renewed before, and one that lasts is left alone', async () => {
  const world = await aWorld();
  const clock = new MovableClock();
  const window = await aSignedInWindow(world, { clock });
  clock.ahead = 3_500_000;
  await window.call('echo', 'early');
  expect(world.provider.count('refresh_token')).toBe(0);
  clock.ahead = 3_550_000;
  await window.call('echo', 'late');
  expect(world.provider.count('refresh_token')).toBe(1);
});

test('each renewal uses the newest refresh token of a service that gives a new one each time', async () => {
  const world = await aWorld();
  const clock = new MovableClock();
  const window = await aSignedInWindow(world, { clock });
  const seen = new Set<string | null | undefined>();
  for (const days of [1, 2, 3]) {
    await world.provider.expireAccess();
    clock.ahead = days * day;
    expect(inShort(await window.call('echo', 'again'))).toBe('answered');
    seen.add(window.stored.tokens?.refreshToken);
  }
  expect(seen.size).toBe(3);
});

test('a sign-in that was revoked is over: it is forgotten, a person is needed, and nobody asks on', async () => {
  const world = await aWorld();
  const { window } = await longAgo(world);
  await world.provider.revokeAll();
  const accounts: string[] = [];
  window.authorizer.account.onChange((account) => accounts.push(account));
  expect(await twenty(window)).toEqual(Array(20).fill('refused unauthorized'));
  expect(accounts).toEqual(['signed-out']);
  expect(world.provider.count('token')).toBe(2);
  expect(window.stored.tokens).toBe(null);
  await window.call('echo', 'again');
  expect(world.provider.count('token')).toBe(2);
  await window.signIn();
  expect(inShort(await window.call('echo', 'anew'))).toBe('answered');
});

test('a sign-in service that is away is no sign-out: the call is refused unexecuted, to be tried again', async () => {
  const world = await aWorld();
  const { window } = await longAgo(world);
  world.provider.fault = 'away';
  expect(await twenty(window)).toEqual(Array(20).fill('refused unrenewed'));
  expect(world.provider.count('token')).toBe(2);
  expect(window.authorizer.account.value).toBe('signed-in');
  expect(window.stored.tokens?.refreshToken).not.toBe(null);
});

test('a sign-in service that is back renews what it could not renew before', async () => {
  const world = await aWorld();
  const { clock, window } = await longAgo(world);
  world.provider.fault = 'away';
  await window.call('echo', 'first');
  world.provider.fault = 'none';
  const later = new Window(world, { clock, vault: window.vault });
  expect(inShort(await later.open())).toBe('answered');
});

test('whoever gives up waiting for a silent sign-in service is let go at once, and stays signed in', async () => {
  const world = await aWorld();
  const { window } = await longAgo(world);
  world.provider.fault = 'silent';
  const given = new AbortController();
  const waiting = window.authorizer.header(given.signal);
  given.abort();
  expect(await waiting).toMatch(/^Bearer /);
  expect(window.authorizer.account.value).toBe('signed-in');
});

test('a server that refuses what was only just renewed gets each request twice at most, and a person is told', async () => {
  const world = await aWorld();
  const window = await aSignedInWindow(world);
  world.resource.refusesAll = true;
  const before = world.resource.seen.length;
  expect(failureIn(await window.call('echo', 'one')).kind).toBe('unauthorized');
  expect(world.resource.seen.length - before).toBe(2);
  expect(window.authorizer.account.value).toBe('signed-out');
  await window.call('echo', 'two');
  await window.call('echo', 'three');
  expect(world.resource.seen.length - before).toBe(4);
  expect(world.provider.count('refresh_token')).toBe(1);
});

test('a server that takes its refusal back needs no new sign-in', async () => {
  const world = await aWorld();
  const window = await aSignedInWindow(world);
  world.resource.refusesAll = true;
  await window.call('echo', 'one');
  world.resource.refusesAll = false;
  expect(inShort(await window.call('echo', 'two'))).toBe('answered');
  expect(window.authorizer.account.value).toBe('signed-in');
});

/** A window in a process of its own, which has loaded everything and waits. */
const aProcess = async (folder: string, vault: string, definition: string) => {
  const args = ['test/mcp/auth/windowChild.ts', folder, vault, definition];
  const child = spawn(nodePath, args, { cwd: projectRoot, stdio: ['pipe', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  await lines.next();
  return async (): Promise<string> => {
    const ended = once(child, 'exit');
    child.stdin.end('go\n');
    const line = await lines.next();
    await ended;
    return String(line.value);
  };
};

test('windows of several processes renew once together, and all have the new token', async () => {
  const world = await aWorld();
  const window = await aSignedInWindow(world);
  await world.provider.expireAccess();
  const [[key = '', text = ''] = []] = window.vault.texts;
  const stored = JSON.parse(text) as { tokens: object };
  const due = { ...stored, tokens: { ...stored.tokens, expiresAt: 1 } };
  const folder = aFolder();
  const vault = join(folder, 'vault.json');
  writeFileSync(vault, JSON.stringify({ [key]: JSON.stringify(due) }));
  const definition = JSON.stringify(aServer(world.resource.url, { oauth: byItself }));
  const windows = await Promise.all([1, 2, 3].map(() => aProcess(folder, vault, definition)));
  const headers = await Promise.all(windows.map((ask) => ask()));
  expect(world.provider.count('refresh_token')).toBe(1);
  expect(new Set(headers).size).toBe(1);
  const token = headers[0]?.replace('Bearer ', '') ?? '';
  expect(await world.provider.scopesOf(token)).toEqual(['mcp:read']);
});

const aMutex = (folder: string): StoreMutex => {
  const mutex = new StoreMutex({ folder, clock: realClock, log: silentLog });
  onTestFinished(() => mutex.dispose());
  return mutex;
};

/** Two windows with a token that has run out, each with its own view of the vault, which is late. */
const twoWindows = async (world: World, looks: number) => {
  const clock = new MovableClock();
  const [vault, late] = lateVaults(looks);
  const folder = aFolder();
  const window = await aSignedInWindow(world, { clock, vault, mutex: aMutex(folder) });
  for (const [key, text] of vault.texts) late.texts.set(key, text);
  const other = new Window(world, { clock, vault: late, mutex: aMutex(folder) });
  await other.authorizer.header();
  await world.provider.expireAccess();
  clock.ahead = day;
  return { window, other, late };
};

test('a window that hears late of a renewal in another one waits for it and does not renew once more', async () => {
  const world = await aWorld();
  const { window, other } = await twoWindows(world, 3);
  const [header, late] = await Promise.all([window.authorizer.header(), other.authorizer.header()]);
  expect(world.provider.count('refresh_token')).toBe(1);
  expect(late).toBe(header);
  expect(window.stored.tokens).not.toBe(null);
  expect(inShort(await other.open())).toBe('answered');
});

test('a renewal does not undo a sign-out of another window that is heard of late', async () => {
  const world = await aWorld();
  const { window, other } = await twoWindows(world, 3);
  await window.authorizer.signOut();
  const before = world.provider.count('token');
  expect(await other.authorizer.header()).toBe(null);
  expect(world.provider.count('token')).toBe(before);
  expect(other.stored).toMatchObject({ tokens: null, signedOut: true });
});

test('a window without marks of the others that used up an old token leaves the new ones alone', async () => {
  const world = await aWorld();
  const { window, late } = await twoWindows(world, 2);
  const elsewhere = new Window(world, {
    ...{ clock: Object.assign(new MovableClock(), { ahead: day }), vault: late },
    mutex: aMutex(aFolder()),
  });
  const header = await window.authorizer.header();
  expect(await elsewhere.authorizer.header()).toBe(header);
  expect(late.texts).toEqual(window.vault.texts);
  expect(elsewhere.authorizer.account.value).toBe('signed-in');
});

test('a mark whose text never comes is waited for once, and then what is there counts', async () => {
  const world = await aWorld();
  const { window, other } = await twoWindows(world, Number.POSITIVE_INFINITY);
  await window.signIn();
  expect(await other.authorizer.header()).toMatch(/^Bearer /);
  expect(other.stored.tokens).not.toBe(null);
});
