// *Connect a Client…* by hand: what is shown, what is written and where, and that nothing secret gets into the workspace.
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { aServer, SharedScreen, sharedEditor } from './stage.ts';

// The files of other products are in the user's home, which must not be the one of whoever runs the tests.
const home = mkdtempSync(join(tmpdir(), 'ml-home-'));
afterAll(() => rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 300 }));

const shared = new SharedScreen(sharedEditor({ environment: { HOME: home } }));
const title = 'Connect a Client';

const clipboard = (): Promise<string> =>
  shared.screen.window.page.evaluate<string>('navigator.clipboard.readText()');

const jsonIn = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));

test('the entry for a workspace starts the bridge and holds no secret; the one for the user has the token', async () => {
  const { screen, workspace } = shared;
  const server = await aServer();
  workspace.write({ notes: { url: server.url } });
  await screen.shows('notes', /^ready/);
  await screen.row('Gateway').waitFor();

  await screen.command('Connect a Client…');
  await screen.chooseLabel(title, 'Cursor');
  await screen.choose(title, /For this workspace/);
  await screen.documentShows('Holds no secret.');
  await screen.choose(title, /Write to/);
  await screen.window.notification(/Written to/).waitFor();
  const inWorkspace = join(workspace.folder, '.cursor', 'mcp.json');
  expect(jsonIn(inWorkspace)).toMatchObject({ mcpServers: { notes: { command: 'node' } } });
  expect(readFileSync(inWorkspace, 'utf8')).not.toMatch(/Bearer|http:/);

  await screen.command('Connect a Client…');
  await screen.chooseLabel(title, 'Cursor');
  await screen.choose(title, /For you alone/);
  await screen.documentShows('Bearer ••••');
  await screen.choose(title, /Write to/);
  const ofUser = join(home, '.cursor', 'mcp.json');
  await expect.poll(() => existsSync(ofUser), { timeout: 20_000 }).toBe(true);
  expect(statSync(ofUser).mode & 0o777).toBe(0o600);
  const { mcpServers } = jsonIn(ofUser) as {
    mcpServers: { notes: { url: string; headers: Record<string, string> } };
  };
  const { url, headers } = mcpServers.notes;
  // What was written opens the gateway.
  const hello = { jsonrpc: '2.0', id: 1, method: 'ping' };
  const answer = await fetch(url, {
    method: 'POST',
    headers: {
      ...headers,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      connection: 'close',
    },
    body: JSON.stringify(hello),
  });
  expect(answer.status).not.toBe(401);
  await answer.body?.cancel();
});

test('what is copied says whether the token is in it', async () => {
  const { screen } = shared;
  await screen.command('Connect a Client…');
  await screen.chooseLabel(title, 'Other client, over HTTP');
  await screen.choose(title, /Contains the URL and the token/);
  await screen.choose(title, /Copy/);
  await screen.window.notification(/with the token of the gateway in it/).waitFor();
  expect(await clipboard()).toMatch(/Bearer \S{16,}/);

  await screen.command('Copy Gateway URL');
  await expect
    .poll(clipboard, { timeout: 20_000 })
    .toMatch(/^http:\/\/127\.0\.0\.1:\d+\/mcp\/notes$/);
});

test('the health report opens as a page', async () => {
  const { screen } = shared;
  await screen.command('Show Health Report');
  const tab = screen.window.page.locator('.tab', { hasText: 'MCP Lifeline Health' });
  await tab.waitFor();
  const report = screen.window.page.frameLocator('iframe.webview').frameLocator('iframe');
  await report.getByRole('heading', { name: /MCP Lifeline/ }).waitFor({ timeout: 30_000 });
});

test('a gateway that is switched off is gone from the screen, is told from one that opens, and comes back where it was', async () => {
  const { screen, workspace } = shared;
  const server = await aServer();
  const servers = { notes: { url: server.url } };
  workspace.write(servers);
  await screen.shows('Gateway', /^127\.0\.0\.1:\d+/);
  const place = await screen.row('Gateway').locator('.label-description').textContent();
  workspace.write(servers, { 'mcpLifeline.gateway.enabled': false });
  await screen.row('Gateway').waitFor({ state: 'detached' });

  await screen.command('Show Health Report');
  const report = screen.window.page.frameLocator('iframe.webview').frameLocator('iframe');
  await report.getByText('switched off').first().waitFor({ timeout: 30_000 });
  await report.getByRole('cell', { name: 'notes' }).waitFor();
  expect(await screen.row('Gateway').count()).toBe(0);

  workspace.write(servers);
  await screen.row('Gateway').waitFor();
  const port = /:\d+/.exec(place ?? '')?.[0] ?? 'no port';
  await screen.shows('Gateway', new RegExp(`^127\\.0\\.0\\.1${port}`));
});
