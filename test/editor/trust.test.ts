// A workspace that nobody has declared trusted: what its files say is not even looked at from afar, whatever is clicked. Trusted,
// each of its servers waits for leave of its own.
import { homedir, tmpdir } from 'node:os';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { Ear, makeHostile, markingProgram, marksIn } from '../support/hostileWorkspace.ts';
import { freePort } from '../support/serverProcess.ts';
import { until } from '../vscode/waiting.ts';
import { aServer, openScreen, sharedEditor, Workspace } from './stage.ts';

const marks = mkdtempSync(join(tmpdir(), 'ml-marks-'));
afterAll(() => rmSync(marks, { recursive: true, force: true }));

/** Of the user's own: where it is started, one that has no place here, and one whose name the workspace takes. */
const own = {
  starts: markingProgram(marks, 'own'),
  mine: {
    url: 'http://127.0.0.1:9/mcp',
    headers: { Authorization: 'Bearer planted-own' },
    autoStart: false,
  },
  'in-folder': { command: 'node', args: ['${workspaceFolder}/server.js'] },
};

const editor = sharedEditor({
  workspaceTrust: true,
  settings: { 'mcpLifeline.servers': own },
});

const pressed = [
  'startServer',
  'reconnectServer',
  'startNewSession',
  'enableServer',
  'callTool',
  'trustHints',
  'reviewServer',
  'signIn',
  'showLog',
  'copyGatewayUrl',
] as const;

/** Commands as anybody may run them who knows their names, with the name of a server of the workspace. */
beforeAll(() => {
  const bindings = pressed.map((command, index) => ({
    key: `ctrl+k ctrl+${index}`,
    command: `mcpLifeline.${command}`,
    args: 'runs',
  }));
  const file = join(editor().dataDir, 'user', 'User', 'keybindings.json');
  writeFileSync(file, JSON.stringify(bindings));
});

/** Sends away whatever a command asks, also when it asks a moment later. */
const untilNothingIsAsked = async (page: Page): Promise<void> => {
  let calm = 0;
  await until('nothing is asked', 30_000, async () => {
    const isAsking = await page.locator('.quick-input-widget').isVisible();
    if (isAsking) await page.keyboard.press('Escape');
    calm = isAsking ? 0 : calm + 1;
    return calm > 3;
  });
};

const notTrusted = /This workspace is not trusted/;

test('[locked-door] of an untrusted workspace nothing is run or contacted, and the screen says why; trusted, its servers wait for leave', async () => {
  const ear = await Ear.open();
  onTestFinished(() => ear.close());
  const gatewayPort = await freePort();
  const workspace = new Workspace();
  makeHostile({ folder: workspace.folder, marks, ear, gatewayPort });
  const screen = await openScreen(editor(), workspace, { isAllowed: false });
  const { window } = screen;
  const { page } = window;

  // The user's own is started, at home: by then all others would have been too.
  await until('the own server runs', 30_000, () => Promise.resolve(marksIn(marks).includes('own')));
  expect(readFileSync(join(marks, 'own'), 'utf8')).toBe(homedir());
  await screen.shows('in-folder', /^failed · blocked/);
  await screen.shows('mine', /^idle/);
  await page.locator('.part.sidebar .message').filter({ hasText: notTrusted }).waitFor();
  for (const index of pressed.keys()) {
    await page.keyboard.press('Control+k');
    await page.keyboard.press(`Control+${index}`);
    await untilNothingIsAsked(page);
  }
  for (const command of ['Reconnect All', 'Review and Allow…']) {
    await screen.command(command);
    await untilNothingIsAsked(page);
  }
  // A server that is added and contacted now comes after everything that was asked for before.
  const later = await aServer();
  await screen.command('Add Server…');
  await screen.answer('Add MCP Server (1/2)', later.url);
  await screen.answer('Add MCP Server (2/2)', 'later');
  await screen.shows('later', /^ready/);
  const names = await screen.rowNames(1);
  for (const file of ['vscode', 'project', 'cursor']) {
    expect(names).not.toContain(`${file}-run`);
    expect(names).not.toContain(`${file}-call`);
  }
  expect(names).not.toContain('runs');
  expect(marksIn(marks)).toEqual(['own']);
  expect(ear.heard).toEqual([]);
  await expect(fetch(`http://127.0.0.1:${gatewayPort}/health`)).rejects.toThrow();

  await window.command('Workspaces: Manage Workspace Trust');
  await page.getByRole('button', { name: 'Trust', exact: true }).click();
  await screen.shows('runs', /^waits for your leave/);
  await screen.shows('calls', /^waits for your leave/);
  await screen.shows('mine', /^waits for your leave/);
  await screen.notice(/3 MCP servers of this workspace wait for your leave/).waitFor();
  expect(marksIn(marks).filter((mark) => mark !== 'own' && mark !== 'task')).toEqual([]);
  expect(ear.heard).toEqual([]);
});
