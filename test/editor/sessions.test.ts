// Sessions that outlive windows, extension hosts and editors, and that two windows never share. What is the same
// session is the server's word: it counts in it, and it wrote down every request.
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { RestartableServer, SeenRequest } from '../support/restartableServer.ts';
import { until } from '../vscode/waiting.ts';
import type { Screen } from './screen.ts';
import { aServer, aWorkspace, figure, openScreen, sharedEditor } from './stage.ts';

const editor = sharedEditor();

/** Leaving a window is a matter of seconds, of the lease of a forgotten one up to a minute. */
const patience = 90_000;

const anOpenScreen = async (server: RestartableServer): Promise<Screen> => {
  const screen = await openScreen(editor(), aWorkspace({ demo: { url: server.url } }));
  await screen.shows('demo', /^ready/);
  return screen;
};

const sessionsIn = (requests: readonly SeenRequest[]): string[] => [
  ...new Set(requests.flatMap(({ session }) => session ?? [])),
];

const count = (requests: readonly SeenRequest[], what: string): number =>
  requests.filter(({ method, rpc }) => rpc === what || method === what).length;

/** Ids of requests of ours that came twice within one session. */
const idsUsedTwice = (requests: readonly SeenRequest[]): unknown[] => {
  const used = requests
    .filter(({ rpc, id }) => rpc !== null && rpc !== 'initialize' && id !== null)
    .map(({ session, id }) => `${session} ${String(id)}`);
  return used.filter((each, index) => used.indexOf(each) !== index);
};

/** Counts on in the session, by hand; the number is the server's. */
const countOn = async (screen: Screen, expected: number): Promise<void> => {
  await screen.command('Call Tool…');
  await screen.chooseLabel('Call a tool of demo', 'session_state');
  await screen.chooseLabel('session_state', 'Call session_state');
  await screen.documentShows(new RegExp(`"counter":\\s*${expected}\\b`));
};

const isAlive = (pid: number): boolean => existsSync(`/proc/${pid}`);

/** How many connections to the port are open, by the word of the operating system. */
const connectionsTo = (url: string): number => {
  const port = Number(new URL(url).port).toString(16).toUpperCase().padStart(4, '0');
  const established = '01';
  return readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , remote, state]) => remote?.endsWith(`:${port}`) && state === established).length;
};

test('[reload-survives] a window reload goes on with the session, its ids and its cursor', async () => {
  const server = await aServer({ events: 'memory' });
  const screen = await anOpenScreen(server);
  await countOn(screen, 1);
  await server.notify(1);
  const host = await screen.window.extensionHost();
  const before = sessionsIn(await server.requests());

  const reloaded = performance.now();
  await screen.window.reload();
  await screen.partShows('demo', 'Session', /^same session · /);
  figure('same session on screen after a reload', reloaded);
  await until('the old extension host has ended', patience, () => !isAlive(host));
  await countOn(screen, 2);

  const requests = await server.requests();
  expect(sessionsIn(requests)).toEqual(before);
  expect(idsUsedTwice(requests)).toEqual([]);
  expect(count(requests, 'initialize')).toBe(1);
  expect(count(requests, 'DELETE')).toBe(0);
  const streams = requests.filter(({ method }) => method === 'GET');
  expect(streams.map(({ lastEventId }) => lastEventId !== null)).toEqual([false, true]);
});

test('[reload-survives] a killed extension host and a killed editor go on with the session', async () => {
  const server = await aServer();
  const workspace = aWorkspace({ demo: { url: server.url } });
  const screen = await openScreen(editor(), workspace);
  await screen.shows('demo', /^ready/);
  await countOn(screen, 1);

  await screen.window.crashExtensionHost();
  await screen.partShows('demo', 'Session', /^same session · /);
  await countOn(screen, 2);

  await editor().kill();
  await editor().startAgain();
  const again = await openScreen(editor(), workspace);
  await again.partShows('demo', 'Session', /^same session · /);
  await countOn(again, 3);

  const requests = await server.requests();
  expect(sessionsIn(requests)).toHaveLength(1);
  expect(idsUsedTwice(requests)).toEqual([]);
  expect(count(requests, 'initialize')).toBe(1);
});

test('[fresh-fallback] a session that the server deleted meanwhile gives way to a new one, and the screen says so', async () => {
  const server = await aServer();
  const screen = await anOpenScreen(server);
  await screen.partShows('demo', 'Session', /^first session · /);
  await server.expire();
  await screen.window.reload();
  await screen.partShows('demo', 'Session', /^new session · /);
  await countOn(screen, 1);
  expect(sessionsIn(await server.requests())).toHaveLength(2);
});

test('[one-owner] two windows on one workspace share no session, and the second inherits what the first leaves', async () => {
  const server = await aServer();
  const workspace = aWorkspace({ demo: { url: server.url } });
  const first = await openScreen(editor(), workspace);
  await first.shows('demo', /^ready/);
  await countOn(first, 1);
  const [firstSession] = sessionsIn(await server.requests());
  const host = await first.window.extensionHost();

  const second = await openScreen(editor(), workspace);
  await second.shows('demo', /^ready/);
  await second.partShows('demo', 'Session', /^first session · /);
  await countOn(second, 1);
  await server.clearRequests();
  await countOn(second, 2);
  const [secondSession] = sessionsIn(await server.requests());
  expect(secondSession).not.toBe(firstSession);

  const closed = performance.now();
  await first.window.close();
  await second.command('Show Log');
  await second.window.page.locator('.part.panel').getByText('this window owns').waitFor({ timeout: patience });
  figure('the lease is inherited from a forgotten window', closed);
  // Its tab is gone and its process lives on: that is what makes it a forgotten one.
  expect(isAlive(host)).toBe(true);
  await countOn(second, 3);
  await second.window.reload();
  await second.partShows('demo', 'Session', /^same session · /);
  await countOn(second, 4);
});

test('[clean-exit] an editor that is closed leaves no extension host and no connection, and the session can go on', async () => {
  const server = await aServer();
  const workspace = aWorkspace({ demo: { url: server.url } });
  const screen = await openScreen(editor(), workspace);
  await screen.shows('demo', /^ready/);
  await countOn(screen, 1);
  const hosts = editor().extensionHosts();
  expect(connectionsTo(server.url)).toBeGreaterThan(0);
  const stopped = performance.now();
  await editor().stop();
  await until('every extension host has ended', patience, () => !hosts.some(isAlive));
  await until('no connection is left', patience, () => connectionsTo(server.url) === 0);
  figure('all gone after the editor was closed', stopped);
  expect(count(await server.requests(), 'DELETE')).toBe(0);
});
