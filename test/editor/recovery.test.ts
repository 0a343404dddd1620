// What a person sees and does while a server dies and comes back. The tests share one window; each has a server of
// its own in the settings of the workspace, written anew while the window is open.
import { expect, test } from 'vitest';
import { until } from '../vscode/waiting.ts';
import { endFilm, startFilm } from './film.ts';
import { aServer, figure, SharedScreen, sharedEditor } from './stage.ts';

const shared = new SharedScreen(sharedEditor());
const { workspace } = shared;

test('[restart-invisible] Call Tool… works while a server is down and right after its restart', async () => {
  const { screen } = shared;
  const server = await aServer();
  workspace.write({ demo: { url: server.url } });
  await screen.shows('demo', /^ready/);
  await startFilm(screen.window, 'demo');
  await screen.callTextTool('echo', 'first-call');
  await screen.documentShows('first-call');

  await server.process.kill9();
  await screen.callTextTool('echo', 'while-down');
  await screen.window.notification(/held until the server is back/).waitFor();
  await screen.shows('demo', /1 call held/);
  server.process.start();
  await screen.documentShows('while-down');

  await server.process.restart();
  await screen.callTextTool('echo', 'after-restart');
  await screen.documentShows('after-restart');
  await screen.shows('demo', /^ready/);

  const film = await endFilm(screen.window);
  expect(film.faults).toEqual([]);
  // The second restart may be repaired before the tree is drawn again.
  expect(film.states.slice(0, 3)).toEqual(['ready', 'reconnecting', 'ready']);
  expect(film.states.at(-1)).toBe('ready');
  expect(server.ledger().map(({ args }) => args)).toEqual(
    ['first-call', 'while-down', 'after-restart'].map((text) => ({ text })),
  );
});

test('[truth-on-screen] a server that is down for long is shown as it is, moment by moment', async () => {
  const { screen } = shared;
  const server = await aServer();
  workspace.write({ away: { url: server.url } }, { 'mcpLifeline.calls.holdBudget': 5_000 });
  await screen.shows('away', /^ready/);
  await startFilm(screen.window, 'away');
  await server.process.kill9();
  await screen.shows('away', /^suspended · .+ · down for 12 s/);
  server.process.start();
  await server.process.waitListening();
  const [listens, listensAt] = [performance.now(), Date.now()];
  await screen.shows('away', /^ready/);
  figure('ready on screen after the server accepts connections', listens);

  const film = await endFilm(screen.window);
  expect(film.faults).toEqual([]);
  expect(film.states).toEqual(['ready', 'reconnecting', 'suspended', 'ready']);
  expect(film.notices).toEqual([]);
  // Nobody can know sooner than the port was open, which is a moment before we saw it so.
  expect(film.firstOf('ready', film.firstOf('suspended'))).toBeGreaterThan(listensAt - 1_000);
});

test('[restart-invisible] a server that comes back with other tools shows them', async () => {
  const { screen } = shared;
  const server = await aServer({ tools: ['old_tool'] });
  workspace.write({ changing: { url: server.url } });
  await screen.shows('changing', /^ready/);
  await screen.partShows('changing', 'Tools', /^\d+$/);
  await screen.expand('Tools', 2);
  await screen.row('old_tool', 3).waitFor();
  const before = await screen.rowNames(3);
  await server.process.restart({ TOOLS: 'new_tool,another_tool' });
  await screen.row('another_tool', 3).waitFor();
  const others = before.filter((name) => name !== 'old_tool');
  expect(await screen.rowNames(3)).toEqual([...others, 'new_tool', 'another_tool']);
  await screen.partShows('changing', 'Session', /^new session · /);
});

const hour = 3_600_000;
const soon = Array.from({ length: 10 }, () => 50);

// Ten tries within a second, and then as the argument says; each recovery begins a new episode.
const tenTriesAndThen = (delay: number) => ({
  'mcpLifeline.backoff.delays': [...soon, delay],
  'mcpLifeline.backoff.localCap': delay,
  'mcpLifeline.backoff.stableAfter': 0,
});
const notComingBack = /^MCP server "lost" is not coming back: .+ Lifeline keeps trying\.$/;

test('[never-give-up] after ten failed tries the user is told once, and each button does what it says', async () => {
  const { screen } = shared;
  const server = await aServer();
  workspace.write({ lost: { url: server.url } }, tenTriesAndThen(hour));
  await screen.shows('lost', /^ready/);
  await startFilm(screen.window, 'lost');

  await server.process.restart();
  await screen.partShows('lost', 'Session', /^new session · /);
  expect((await endFilm(screen.window)).notices).toEqual([]);

  await startFilm(screen.window, 'lost');
  await server.process.kill9();
  await screen.notice(notComingBack).waitFor();
  await screen.shows('lost', /^reconnecting in .+ · attempt 11/);
  expect(await screen.buttonsOf(notComingBack)).toEqual([
    'Retry',
    'Start New Session',
    'Show Log',
    "Don't Show Again",
  ]);
  await screen.button(notComingBack, 'Retry').click();
  await screen.shows('lost', /^reconnecting in .+ · attempt 12/);

  // Whoever asked is told again, since it failed again.
  await screen.button(notComingBack, 'Show Log').click();
  await screen.outputShows('MCP Lifeline: lost');

  server.process.start();
  await screen.shows('lost', /^ready/);
  const mark = { url: server.url, enabled: false };
  workspace.write({ lost: { url: server.url }, mark }, tenTriesAndThen(100));
  // Now the settings have been taken up.
  await screen.shows('mark', /^disabled/);
  await server.process.kill9();
  await screen.notice(notComingBack).waitFor();
  await screen.shows('lost', /attempt ([4-9]\d|\d{3})\b/);
  server.process.start();
  await screen.shows('lost', /^ready/);
  await server.clearRequests();
  await screen.button(notComingBack, 'Start New Session').click();
  const seen = async (): Promise<readonly string[]> =>
    (await server.requests()).map(({ method, rpc }) => rpc ?? method);
  await until('a new session is begun', 30_000, async () => (await seen()).includes('initialize'));
  expect(await seen()).toContain('DELETE');
  await screen.shows('lost', /^ready/);
  const film = await endFilm(screen.window);
  expect(film.faults).toEqual([]);
  // The first episode, the one that Retry began, and one with dozens of tries.
  expect(film.notices).toHaveLength(3);
  for (const notice of film.notices) expect(notice).toMatch(notComingBack);
});
