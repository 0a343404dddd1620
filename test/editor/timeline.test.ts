// The timeline in the real editor: it opens from the palette and from a server's row, shows a server's death as it happens, and
// is there again after its tab was in the background and after a reload of the window.
import type { FrameLocator, Locator } from 'playwright-core';
import { expect, test } from 'vitest';
import { until } from '../vscode/waiting.ts';
import { aServer, SharedScreen, sharedEditor } from './stage.ts';

const shared = new SharedScreen(sharedEditor());
const { workspace } = shared;
const patience = 30_000;

/** The page of the web view that is in front: a frame in a frame. */
const pageOf = (): FrameLocator =>
  shared.screen.window.page
    .frameLocator('iframe.webview.ready')
    .frameLocator('iframe#active-frame');

const laneOf = (server: string): Locator => pageOf().locator(`.lane[data-server="${server}"]`);

const laneSays = async (server: string, state: string): Promise<void> =>
  laneOf(server).locator('.state', { hasText: state }).waitFor({ timeout: patience });

/** What the table of the timeline holds of a server, newest first. */
const tableOf = async (server: string): Promise<string[]> => {
  const rows = pageOf().locator('tbody tr').filter({ hasText: server });
  return rows.locator('td:nth-child(3)').allTextContents();
};

const press = (name: string): Promise<void> =>
  pageOf().getByRole('button', { name, exact: true }).click();

/** The tests share a window, and the page keeps what it looked at. */
const showLanes = async (): Promise<void> => {
  const table = pageOf().getByRole('button', { name: 'Table', exact: true });
  await table.waitFor({ timeout: patience });
  if ((await table.getAttribute('aria-pressed')) === 'true') await table.click();
};

test('[truth-on-screen] the timeline shows the death of a server and its return as they happen', async () => {
  const { screen } = shared;
  const server = await aServer();
  workspace.write({ mortal: { url: server.url } });
  await screen.shows('mortal', /^ready/);
  await screen.command('Show Timeline');
  await showLanes();
  await laneSays('mortal', 'ready');
  await server.process.kill9();
  await laneSays('mortal', 'reconnecting');
  server.process.start();
  await laneSays('mortal', 'ready');

  await press('Table');
  const states = async (): Promise<string[]> =>
    (await tableOf('mortal')).filter((what) => /^(Ready|Reconnecting|Connecting)$/.test(what));
  await until('the table tells all of it', patience, async () =>
    (await states()).slice(0, 3).join() === 'Ready,Reconnecting,Ready' ? true : null,
  );
  await press('Table');
  await laneOf('mortal').locator('canvas').waitFor();
});

test('what was looked at is looked at again after another tab, and the timeline comes back with the window', async () => {
  const { screen } = shared;
  const server = await aServer();
  workspace.write({ steady: { url: server.url } });
  await screen.shows('steady', /^ready/);
  await screen.command('Show Timeline');
  await showLanes();
  await laneSays('steady', 'ready');
  await press('5 min');
  const isPressed = async (): Promise<void> =>
    pageOf()
      .locator('button[aria-pressed="true"]', { hasText: '5 min' })
      .waitFor({ timeout: patience });
  await isPressed();

  const { page } = screen.window;
  await screen.command('Show Health Report');
  await page.getByRole('tab', { name: /^Preview / }).waitFor({ timeout: patience });
  await page.getByRole('tab', { name: /^MCP Timeline/ }).click();
  await laneSays('steady', 'ready');
  await isPressed();

  await screen.window.reload();
  await laneSays('steady', 'ready');
  await isPressed();
  expect(await laneOf('steady').locator('.stage').getAttribute('aria-label')).toMatch(
    /^steady, ready/,
  );
});

test("a server's row leads to its lane, and its lane to the health report", async () => {
  const { screen } = shared;
  const server = await aServer();
  workspace.write({ rowed: { url: server.url } });
  await screen.shows('rowed', /^ready/);
  await screen.row('rowed').click({ button: 'right' });
  const { page } = screen.window;
  // A menu takes no click in the moment in which it opens, lest the click that opened it chooses.
  await page.getByRole('menuitem', { name: 'Show Timeline' }).hover();
  await page.keyboard.press('Enter');
  await laneOf('rowed').locator('.stage:focus').waitFor({ timeout: patience });
  await press('rowed');
  await page.getByRole('tab', { name: /^Preview .*rowed/ }).waitFor({ timeout: patience });
});
