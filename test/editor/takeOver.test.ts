// Servers of other products as a person meets them: listed and left alone, taken over with every change shown first, used, and given
// back so that their files are what they were. And a new server, tried before it is saved.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { freePort } from '../support/serverProcess.ts';
import { until } from '../vscode/waiting.ts';
import type { Screen } from './screen.ts';
import { aServer, aWorkspace, openScreen, sharedEditor, type Workspace } from './stage.ts';

const home = mkdtempSync(join(tmpdir(), 'ml-home-'));
afterAll(() => rmSync(home, { recursive: true, force: true }));
const editor = sharedEditor({ environment: { HOME: home } });
const patience = 30_000;

const write = (file: string, text: string): string => {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  onTestFinished(() => rmSync(file, { force: true }));
  return file;
};

const read = (file: string): string => readFileSync(file, 'utf8');

const credential = 'sk-of-tickets-0815';

const cursorText = (url: string): string => `{
  // What Cursor uses.
  "mcpServers": {
    "tickets": {
      "url": "${url}", // the old one
      "headers": { "Authorization": "Bearer ${credential}" }
    },
    "files": { "command": "node", "args": ["files.js"] }
  }
}
`;

const workspaceText = (url: string): string => `{
\t"servers": {
\t\t/* Ours. */
\t\t"shop": { "type": "http", "url": "${url}" },
\t},
\t"inputs": []
}
`;

const settingsOf = ({ folder }: Workspace): string =>
  read(join(folder, '.vscode', 'settings.json'));

/** Opens the group and the file in it. */
const openFound = async (screen: Screen, source: RegExp | string): Promise<void> => {
  await screen.expand('Found in Other Products');
  const row = screen.window.page
    .locator('.part.sidebar .monaco-list-row[aria-level="2"]')
    .filter({ hasText: source });
  await row.waitFor({ timeout: patience });
  if ((await row.getAttribute('aria-expanded')) !== 'true')
    await row.locator('.monaco-tl-twistie').click();
};

/** Chooses one of several, and goes on. */
const tick = async (screen: Screen, label: string): Promise<void> => {
  const widget = screen.window.page.locator('.quick-input-widget');
  await widget.locator('.monaco-list-row', { hasText: label }).click();
  await widget.getByRole('button', { name: 'OK' }).click();
};

const chosen = (screen: Screen, title: string | RegExp, label: RegExp): Promise<void> =>
  screen.choose(title, label);

test('a server of another product is left alone until it is taken over, and then given back byte by byte', async () => {
  const [tickets, shop] = [await aServer(), await aServer()];
  const workspace = aWorkspace({});
  const cursor = write(join(home, '.cursor', 'mcp.json'), cursorText(tickets.url));
  const shared = write(join(workspace.folder, '.vscode', 'mcp.json'), workspaceText(shop.url));
  const screen = await openScreen(editor(), workspace);
  await screen.shows('Found in Other Products', /^3$/);
  await openFound(screen, 'Cursor');
  await openFound(screen, 'VS Code, this workspace');
  await screen.row('tickets', 3).waitFor({ timeout: patience });
  expect(await tickets.requests()).toEqual([]);
  expect(await shop.requests()).toEqual([]);

  await screen.clickOn(screen.row('tickets', 3), 'Take Over…');
  await chosen(screen, 'Take Over', /^Move Them to the Secret Storage/);
  await screen.asks('Take Over');
  await screen.documentShows('Nothing has been changed yet');
  expect(read(cursor)).toBe(cursorText(tickets.url));
  await chosen(screen, 'Take Over', /^Take Over "tickets"/);
  await screen.shows('tickets', /^ready/);
  const changed = read(cursor);
  expect(changed).toContain('// What Cursor uses.');
  expect(changed).toContain('bridge.js');
  expect(changed).not.toContain(tickets.url);
  await screen.shows('Found in Other Products', /^2$/);
  const user = join(editor().dataDir, 'user', 'User', 'settings.json');
  expect(read(user)).toContain('Bearer ${input:tickets-Authorization}');
  expect(read(user)).not.toContain(credential);

  await screen.command('Take Over…');
  await screen.asks('Take Over');
  await tick(screen, 'shop');
  await chosen(screen, 'Take Over', /^Take Over "shop"/);
  // Who takes it over by hand is not asked for leave again.
  await screen.shows('shop', /^ready/);
  expect(settingsOf(workspace)).toContain(shop.url);
  expect(read(shared)).not.toContain(shop.url);
  expect(read(shared)).toContain('/* Ours. */');

  await screen.command('Give Back…');
  await screen.asks('Give Back');
  await tick(screen, 'tickets');
  await until(
    'the file of Cursor is what it was',
    patience,
    async () => read(cursor) === cursorText(tickets.url),
  );
  await screen.row('tickets', 1).waitFor({ state: 'detached', timeout: patience });
  await screen.noticed(/^"tickets" is with Cursor again/, patience);

  // Somebody works on the file meanwhile: his change stays, and is shown before ours is made.
  writeFileSync(shared, read(shared).replace('"inputs": []', '"inputs": [] // none'));
  await screen.command('Give Back…');
  await chosen(screen, 'Give Back', /^Give "shop" Back/);
  const question = screen.window.page.getByPlaceholder(/mcp\.json was changed meanwhile/);
  await question.waitFor({ timeout: patience });
  await chosen(screen, 'Give Back', /^Write This/);
  const merged = workspaceText(shop.url).replace('"inputs": []', '"inputs": [] // none');
  await until('the entry is back', patience, async () => read(shared) === merged);
  await until(
    'our setting is empty',
    patience,
    async () => !settingsOf(workspace).includes(shop.url),
  );
  await screen.noticed(/^"shop" is with .* again/, patience);
  expect(read(user)).not.toContain('tickets');
  await screen.command('Forget Entered Values…');
  await screen.noticed(/^No entered values are kept/, patience);
});

test('a name that is in use is asked about, and the product is led to the server that is there', async () => {
  const server = await aServer();
  const workspace = aWorkspace({ tickets: { url: server.url } });
  const settings = settingsOf(workspace);
  const cursor = write(join(home, '.cursor', 'mcp.json'), cursorText(server.url));
  const screen = await openScreen(editor(), workspace);
  await screen.shows('tickets', /^ready/);
  await openFound(screen, 'Cursor');
  const row = screen.row('tickets', 3);
  await row.filter({ hasText: 'name in use above' }).waitFor({ timeout: patience });
  await screen.clickOn(row, 'Take Over…');
  await chosen(screen, 'Take Over', /^Use the "tickets" That Is There/);
  await chosen(screen, 'Take Over', /^Take Over "tickets"/);
  await until('Cursor is led to it', patience, async () => read(cursor).includes('bridge.js'));
  expect(settingsOf(workspace)).toBe(settings);
  await screen.command('Give Back…');
  await chosen(screen, 'Give Back', /^Give "tickets" Back/);
  await until(
    'the file is what it was',
    patience,
    async () => read(cursor) === cursorText(server.url),
  );
  await screen.shows('tickets', /^ready/);
});

test('a new server is tried before it is saved: what is there is shown, and why nothing is', async () => {
  const server = await aServer({ name: 'ledger' });
  const workspace = aWorkspace({});
  const screen = await openScreen(editor(), workspace);
  // Where nothing is configured yet the view itself leads there.
  await screen.window.page
    .locator('.part.sidebar .monaco-button', { hasText: 'Add Server…' })
    .click();
  await screen.answer('Add MCP Server (1/3)', `http://127.0.0.1:${await freePort()}/mcp`);
  const widget = screen.window.page.locator('.quick-input-widget');
  await widget
    .filter({ hasText: 'Start the server, or check the port' })
    .waitFor({ timeout: patience });
  await screen.chooseLabel('Add MCP Server', 'Edit…');
  await screen.answer(
    'Add MCP Server (1/3)',
    `{ "mcpServers": { "from-readme": { "serverUrl": "${server.url}" } } }`,
  );
  await widget
    .filter({ hasText: /Found: ledger .*tools.*Streamable HTTP.*health endpoint/ })
    .waitFor({ timeout: patience });
  expect((await server.requests()).map(({ method }) => method)).toContain('DELETE');
  await screen.answer('Add MCP Server (2/3)', 'from-readme');
  await screen.choose('Add MCP Server (3/3)', 'Workspace Settings');
  await screen.shows('from-readme', /^ready/);
});
