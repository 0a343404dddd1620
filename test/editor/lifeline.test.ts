// What a user sees and relies on, in a real editor with a real server that dies: the status bar, and sessions that outlive
// a window. The server counts its sessions, so that "the same session" is its word and not ours.
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { aWorkspace, anEditor } from '../support/editors.ts';
import { type ServerProcess, freePort, startServer } from '../support/serverProcess.ts';
import type { EditorWindow } from '../vscode/window.ts';

const reaction = 60_000;
const ready = /MCP 1\/1/;
const lost = /MCP 0\/1/;

const aServer = async (): Promise<ServerProcess> => {
  const server = startServer({ script: 'test/servers/demo.ts', port: await freePort() });
  onTestFinished(() => server.stop());
  await server.waitListening();
  return server;
};

const settingsFor = (server: ServerProcess) => ({
  'mcpLifeline.servers': { demo: { type: 'http', url: server.url } },
});

const workspaceFor = (server: ServerProcess): string => aWorkspace(settingsFor(server));

const shows = (window: EditorWindow, pattern: RegExp): Promise<void> =>
  window.statusItem(pattern).first().waitFor({ timeout: reaction });

const health = z.object({ sessions: z.object({ opened: z.number() }) });

/** How many sessions were ever begun with the server. */
const sessionsBegunWith = async (server: ServerProcess): Promise<number> => {
  const answer = await fetch(`${server.origin}/health`, { headers: { connection: 'close' } });
  return health.parse(await answer.json()).sessions.opened;
};

test('[truth-on-screen] the status bar follows a server that is killed and comes back', async () => {
  const server = await aServer();
  const editor = await anEditor();
  const window = await editor.openWindow({ folder: workspaceFor(server) });
  await shows(window, ready);
  await server.kill9();
  await shows(window, lost);
  server.start();
  await shows(window, ready);
});

test('[reload-survives] a window reload keeps the session of the server', async () => {
  const server = await aServer();
  const editor = await anEditor();
  const window = await editor.openWindow({ folder: workspaceFor(server) });
  await shows(window, ready);
  const before = await sessionsBegunWith(server);
  await window.reload();
  await window.extensionHost();
  await shows(window, ready);
  expect(await sessionsBegunWith(server)).toBe(before);
});

test('[reload-survives] a crash of the extension host keeps the session of the server', async () => {
  const server = await aServer();
  const editor = await anEditor();
  const window = await editor.openWindow({ folder: workspaceFor(server) });
  await shows(window, ready);
  const before = await sessionsBegunWith(server);
  await window.crashExtensionHost();
  await shows(window, ready);
  expect(await sessionsBegunWith(server)).toBe(before);
});

test('[locked-door] nothing from the settings of an untrusted workspace is contacted', async () => {
  const [stranger, own] = [await aServer(), await aServer()];
  const editor = await anEditor({ workspaceTrust: true, settings: settingsFor(own) });
  const window = await editor.openWindow({ folder: aWorkspace(settingsFor(stranger)) });
  await shows(window, /Restricted Mode/);
  // The user's own server is connected: whatever was going to be contacted has been by now.
  await shows(window, ready);
  expect(await sessionsBegunWith(own)).toBeGreaterThan(0);
  expect(await sessionsBegunWith(stranger)).toBe(0);
});

test('[clean-exit] the extension host ends by itself with its editor', async () => {
  const server = await aServer();
  const editor = await anEditor();
  const window = await editor.openWindow({ folder: workspaceFor(server) });
  await shows(window, ready);
  const host = await window.extensionHost();
  expect(await editor.stop()).not.toContain(host);
});
