// Leave for the servers of a workspace, as a person gives it: shown what would run, asked, and asked again when it changes.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { markingProgram } from '../support/hostileWorkspace.ts';
import { aServer, aWorkspace, openScreen, sharedEditor } from './stage.ts';

const editor = sharedEditor();
const marks = mkdtempSync(join(tmpdir(), 'ml-marks-'));
afterAll(() => rmSync(marks, { recursive: true, force: true }));

const allow = /^\s*Allow "/;
const waits = /^waits for your leave/;

test('[locked-door] a server of the workspace is shown, allowed, used, and asked for again when it changes', async () => {
  const [server, other] = [await aServer(), await aServer()];
  const entry = {
    url: `${server.url}?key=planted-query-5d21`,
    headers: { Authorization: 'Bearer planted-header-5d21' },
  };
  const workspace = aWorkspace({ site: entry });
  const screen = await openScreen(editor(), workspace, { isAllowed: false });
  await screen.shows('site', waits);
  await screen.button(/The MCP server "site" of this workspace waits/, 'Review…').click();
  await screen.asks('Allow the MCP server "site"?');
  await screen.documentShows('The MCP server "site" would be contacted here');
  await screen.documentShows('Authorization: (hidden, 26 characters)');
  const page = await screen.window.page.locator('.editor-instance .view-lines').first().innerText();
  expect(page).not.toContain('planted-');
  // Enter alone allows nothing.
  await screen.window.page.keyboard.press('Enter');
  await screen.shows('site', waits);
  expect(await server.requests()).toEqual([]);

  await screen.clickOn(screen.row('site'), 'Review and Allow…');
  await screen.choose('Allow the MCP server "site"?', allow);
  await screen.shows('site', /^ready/);

  workspace.write({ site: { ...entry, url: other.url } });
  await screen.shows('site', waits);
  expect(await other.requests()).toEqual([]);
  workspace.write({ site: { ...entry, autoStart: true } });
  await screen.shows('site', waits);
});

test('[locked-door] several are reviewed one after the other, a program starts only when it was allowed, and leave can be taken back', async () => {
  const server = await aServer();
  const mark = join(marks, 'started');
  const workspace = aWorkspace({
    program: { ...markingProgram(marks, 'started'), env: { API_TOKEN: 'planted-token-77aa' } },
    site: { url: server.url },
  });
  const screen = await openScreen(editor(), workspace, { isAllowed: false });
  await screen.button(/2 MCP servers of this workspace wait/, 'Review…').click();
  await screen.asks(/Allow the MCP server "program"\? \(1\/2\)/);
  await screen.documentShows(/Program\s+"/);
  await screen.documentShows('"API_TOKEN" = (hidden, 18 characters)');
  expect(existsSync(mark)).toBe(false);
  await screen.window.pick(/^\s*Not Now/);
  await screen.choose(/Allow the MCP server "site"\? \(2\/2\)/, allow);
  await screen.shows('site', /^ready/);
  await screen.shows('program', waits);
  expect(existsSync(mark)).toBe(false);

  await screen.command('Forget Allowed Servers');
  const dialog = screen.window.dialog('Forget which servers of workspaces you have allowed?');
  await dialog.getByRole('button', { name: 'Forget', exact: true }).click();
  await screen.shows('site', waits);
});
