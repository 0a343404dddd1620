// A workspace that nobody has declared trusted: what its settings say is not even looked at from afar.
import { expect, test } from 'vitest';
import { aServer, aWorkspace, openScreen, sharedEditor } from './stage.ts';

const editor = sharedEditor({ workspaceTrust: true });

test('[locked-door] an untrusted workspace gets no server contacted, and is told why; trust brings them', async () => {
  const server = await aServer();
  const workspace = aWorkspace({ stranger: { url: server.url } });
  const screen = await openScreen(editor(), workspace);
  const { page } = screen.window;
  const welcome = page.locator('.part.sidebar .welcome-view-content');
  await welcome
    .filter({ hasText: 'This workspace is not trusted, so none of its MCP servers is started' })
    .waitFor();
  // A server of the user's own is contacted: by then the other one would have been too.
  const own = await aServer();
  await screen.command('Add Server…');
  await screen.answer('Add MCP Server (1/2)', own.url);
  await screen.answer('Add MCP Server (2/2)', 'own');
  await screen.shows('own', /^ready/);
  await screen.statusShows(/MCP 1\/1/);
  expect(await screen.rowNames(1)).toEqual(['own', 'Gateway']);
  expect(await server.requests()).toEqual([]);

  await screen.window.command('Workspaces: Manage Workspace Trust');
  await page.getByRole('button', { name: 'Trust', exact: true }).click();
  await screen.shows('stranger', /^ready/);
});
