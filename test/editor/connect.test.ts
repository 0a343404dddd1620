// *Connect a Client…* by hand: what is shown, what is written and where, and that nothing secret gets into the workspace.
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import type { Screen } from './screen.ts';
import { aServer, SharedScreen, sharedEditor } from './stage.ts';

// The files of other products are in the user's home, which must not be the one of whoever runs the tests.
const home = mkdtempSync(join(tmpdir(), 'ml-home-'));
afterAll(() => rmSync(home, { recursive: true, force: true, maxRetries: 5, retryDelay: 300 }));

const shared = new SharedScreen(sharedEditor({ environment: { HOME: home } }));
const title = 'Connect a Client';

const clipboard = (): Promise<string> =>
  shared.screen.window.page.evaluate<string>('navigator.clipboard.readText()');

interface Written {
  readonly mcpServers: {
    readonly notes: { readonly url: string; readonly headers: Record<string, string> };
  };
}

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
  const { mcpServers } = jsonIn(ofUser) as Written;
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

/** An agent that is no part of the editor, by the entry that was written for it. */
const outsideAgent = async () => {
  const { mcpServers } = jsonIn(join(home, '.cursor', 'mcp.json')) as Written;
  const { url, headers } = mcpServers.notes;
  const client = new Client({ name: 'outside', version: '1' });
  const transport = new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } });
  await client.connect(transport as Parameters<Client['connect']>[0]);
  onTestFinished(() => client.close());
  return client;
};

/** Calls again and again until the rage is over; every answer, or why there was none. */
const callsDuring = async (client: Client, rage: () => Promise<void>): Promise<string[]> => {
  const made: Promise<string>[] = [];
  let isOver = false;
  const caller = async (): Promise<void> => {
    // As many as may wait for one server.
    while (!isOver && made.length < 100) {
      const text = `call ${made.length}`;
      const called = client.callTool({ name: 'append', arguments: { text } }).then(
        ({ content }) => JSON.stringify(content),
        (error: unknown) =>
          error instanceof Error ? `${error.message}: ${String(error.cause)}` : String(error),
      );
      made.push(called);
      await delay(100);
    }
  };
  const calling = caller();
  await rage();
  isOver = true;
  await calling;
  return Promise.all(made);
};

/** What an agent outside hears while this happens to the window; and how often its server was called. */
const heardDuring = async (rage: (screen: Screen) => Promise<unknown>) => {
  const { screen, workspace } = shared;
  const server = await aServer();
  workspace.write({ notes: { url: server.url } });
  await screen.shows('notes', /^ready/);
  const client = await outsideAgent();
  const answers = await callsDuring(client, async () => {
    await rage(screen);
    await screen.shows('notes', /^ready/);
  });
  const calls = (await server.requests()).filter(({ tool }) => tool === 'append');
  return { answers, ran: calls.length };
};

test('[gateway-never-drops] an agent outside of the editor calls through a reload of its window, and every call is answered', async () => {
  const { answers, ran } = await heardDuring(({ window }) => window.reload());
  expect(answers.length).toBeGreaterThan(5);
  expect(answers.filter((answer) => !answer.includes('appended call'))).toEqual([]);
  expect(ran).toBe(answers.length);
});

test('[gateway-never-drops] an agent outside of the editor calls while the extension host is killed, and every call is answered', async () => {
  const { answers, ran } = await heardDuring(({ window }) => window.crashExtensionHost());
  expect(answers.length).toBeGreaterThan(5);
  const untold = answers.filter((answer) => !/appended call|may have run/.test(answer));
  expect(untold).toEqual([]);
  // The server keeps no answers: of a call that it had when the host was killed nobody can know.
  const known = answers.filter((answer) => answer.includes('appended call'));
  expect(known.length).toBeGreaterThanOrEqual(answers.length - 1);
  expect(ran).toBeGreaterThanOrEqual(known.length);
  expect(ran).toBeLessThanOrEqual(answers.length);
});
