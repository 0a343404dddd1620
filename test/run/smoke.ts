// The packed extension in a real editor, installed as a user installs it: a server is added by its entry, called, killed while
// it is called again, and comes back. What is forgotten in the package shows here and nowhere else.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Screen } from '../editor/screen.ts';
import { startRestartable } from '../support/restartableServer.ts';
import { TestEditor } from '../vscode/editor.ts';

const install = async (dataDir: string, file: string): Promise<void> => {
  const editor = await TestEditor.start({ dataDir });
  try {
    await editor.commandLine('--install-extension', file, '--force');
    const installed = await editor.commandLine('--list-extensions');
    if (!installed.includes('mcp-lifeline.mcp-lifeline')) throw new Error(installed);
  } finally {
    await editor.stop();
  }
};

const journey = async (dataDir: string, folder: string): Promise<void> => {
  const server = await startRestartable();
  const editor = await TestEditor.start({
    dataDir,
    settings: { 'mcpLifeline.servers': { smoke: { url: server.url } } },
  });
  try {
    const screen = new Screen(await editor.openWindow({ folder }));
    await screen.open();
    await screen.shows('smoke', /^ready/);
    await screen.callTextTool('echo', 'before');
    await screen.documentShows('before');
    await server.process.kill9();
    await screen.callTextTool('echo', 'while-away');
    await screen.shows('smoke', /1 call held/);
    server.process.start();
    await screen.documentShows('while-away');
    await screen.shows('smoke', /^ready/);
    if (server.ledger().length !== 2) throw new Error('The calls did not run once each.');
    await screen.command('Show Health Report');
    // A page of its own, in a frame within a frame.
    const report = screen.window.page.frameLocator('iframe.webview').frameLocator('iframe');
    await report.getByRole('heading', { name: /MCP Lifeline/ }).waitFor({ timeout: 30_000 });
  } finally {
    await editor.stop();
    await server.stop();
  }
};

/** Throws with what did not work. */
export const smokePackage = async (file: string): Promise<void> => {
  // A short path outside every git work tree, since the editor's sockets lie in it.
  const dataDir = mkdtempSync(join(tmpdir(), 'ml-'));
  const folder = join(dataDir, 'workspace');
  mkdirSync(folder);
  try {
    await install(dataDir, file);
    await journey(dataDir, folder);
  } finally {
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 300 });
  }
};
