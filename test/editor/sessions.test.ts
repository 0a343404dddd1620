// Sessions that outlive windows, extension hosts and editors, and that two windows never share. What is the same
// session is the server's word: it counts in it, and it wrote down every request.
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type {
  RestartableOptions,
  RestartableServer,
  SeenRequest,
} from '../support/restartableServer.ts';
import { until } from '../vscode/waiting.ts';
import type { Screen } from './screen.ts';
import { aServer, figure, openScreen, SharedScreen, sharedEditor } from './stage.ts';

const editor = sharedEditor();
const shared = new SharedScreen(editor);

/** Leaving a window is a matter of seconds, of the lease of a forgotten one up to a minute. */
const patience = 90_000;

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

/** Counts on in the only session of the window, by hand; the number is the server's. */
const countOn = async (screen: Screen, expected: number): Promise<void> => {
  await screen.callTool('session_state');
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

/** A server of its own in the shared window. */
const readyWith = async (name: string, options: RestartableOptions = {}) => {
  const server = await aServer(options);
  shared.workspace.write({ [name]: { url: server.url } });
  await shared.screen.shows(name, /^ready/);
  return server;
};

test('[reload-survives] a window reload goes on with the session, its ids and its cursor', async () => {
  const { screen } = shared;
  const server = await readyWith('reloaded', { events: 'memory' });
  await countOn(screen, 1);
  await server.notify(1);
  const host = await screen.window.extensionHost();
  const before = sessionsIn(await server.requests());

  const reloaded = performance.now();
  await screen.window.reload();
  await screen.partShows('reloaded', 'Session', /^same session · /);
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

test('[fresh-fallback] a session that the server deleted meanwhile gives way to a new one, and the screen says so', async () => {
  const { screen } = shared;
  const server = await readyWith('deleted');
  await screen.partShows('deleted', 'Session', /^first session · /);
  await server.expire();
  await screen.window.reload();
  await screen.partShows('deleted', 'Session', /^new session · /);
  await countOn(screen, 1);
  expect(sessionsIn(await server.requests())).toHaveLength(2);
});

test('[reload-survives] a killed extension host and a killed editor go on with the session', async () => {
  const server = await readyWith('killed');
  await countOn(shared.screen, 1);
  await shared.screen.window.crashExtensionHost();
  await shared.screen.partShows('killed', 'Session', /^same session · /);
  await countOn(shared.screen, 2);

  await editor().kill();
  await editor().startAgain();
  await shared.open();
  await shared.screen.partShows('killed', 'Session', /^same session · /);
  await countOn(shared.screen, 3);

  const requests = await server.requests();
  expect(sessionsIn(requests)).toHaveLength(1);
  expect(idsUsedTwice(requests)).toEqual([]);
  expect(count(requests, 'initialize')).toBe(1);
});

/** The session that a call from this window is made in, by the server's word. */
const sessionOf = async (server: RestartableServer, screen: Screen): Promise<unknown> => {
  await screen.window.command('View: Close All Editors');
  await screen.callTool('inspect');
  await screen.documentShows('initializeCount');
  return (await server.requests()).findLast(({ tool }) => tool === 'inspect')?.session;
};

/** As a browser that crashes: no goodbye, and the extension host waits for a reconnect that never comes. */
const loseTab = async ({ window: { page } }: Screen): Promise<void> => {
  const browser = await page.context().newCDPSession(page);
  const crashed = new Promise<void>((resolve) => page.once('crash', () => resolve()));
  // It never answers: there is nobody left to.
  browser.send('Page.crash').catch(() => undefined);
  await crashed;
};

test('[one-owner] two windows on one workspace share no session; what the owner leaves, the other inherits', async () => {
  const server = await readyWith('demo');
  const first = shared.screen;
  await first.partShows('demo', 'Session', /^first session · /);
  const second = await openScreen(editor(), shared.workspace);
  await second.partShows('demo', 'Session', /^first session · /);
  const sessions = sessionsIn(await server.requests());
  expect(sessions).toHaveLength(2);

  const closed = performance.now();
  await first.window.close();
  await second.logSays('this window owns the stored sessions');
  figure('the lease is inherited from a closed window', closed);
  expect(await sessionOf(server, second)).toBe(sessions[1]);

  const host = await second.window.extensionHost();
  await loseTab(second);
  const third = await shared.open();
  await third.partShows('demo', 'Session', /^first session · /);
  await third.logSays('this window owns the stored sessions');
  expect(isAlive(host)).toBe(true);
  const own = await sessionOf(server, third);
  expect(sessions).not.toContain(own);
  await third.window.reload();
  await third.partShows('demo', 'Session', /^same session · /);
  expect(await sessionOf(server, third)).toBe(own);
});

test('[clean-exit] an editor that is closed leaves no extension host and no connection, and ends no session', async () => {
  const server = await readyWith('left');
  const hosts = editor().extensionHosts();
  expect(connectionsTo(server.url)).toBeGreaterThan(0);
  const stopped = performance.now();
  await editor().stop();
  await until('every extension host has ended', patience, () => !hosts.some(isAlive));
  await until('no connection is left', patience, () => connectionsTo(server.url) === 0);
  figure('all gone after the editor was closed', stopped);
  expect(count(await server.requests(), 'DELETE')).toBe(0);
});
