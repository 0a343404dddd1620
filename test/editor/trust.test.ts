// A workspace that nobody has declared trusted: what its files say is not even looked at from afar, whatever is clicked. Trusted,
// each of its servers waits for leave of its own.
import { homedir, tmpdir } from 'node:os';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { commandIds } from '../../src/host/commandIds.ts';
import {
  Ear,
  makeHostile,
  makeHostileWorkspaceFile,
  markingProgram,
  marksIn,
} from '../support/hostileWorkspace.ts';
import { freePort } from '../support/serverProcess.ts';
import { until } from '../vscode/waiting.ts';
import type { Screen } from './screen.ts';
import { aServer, aWorkspace, openScreen, sharedEditor, Workspace } from './stage.ts';

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

/** Every command that acts on a server. */
const pressed = Object.entries(commandIds)
  .filter(([, need]) => need === 'server')
  .map(([id]) => id);

/** What the palette leaves out where nothing fits, and what each says then; null: that depends on what else is here. */
const unoffered: readonly (readonly [command: string, says: RegExp | null])[] = [
  ['mcpLifeline.reviewServer', /No server waits for your leave\. This workspace is not trusted/],
  ['mcpLifeline.enterValues', null],
  ['mcpLifeline.takeOver', null],
];

/** A second key after the first that all have in common. */
const keyOf = (index: number): string => String.fromCharCode('a'.charCodeAt(0) + index);

/** Commands as anybody may run them who knows their names, with the name of a server of the workspace. */
beforeAll(() => {
  const bindings = pressed.map((command, index) => ({
    key: `ctrl+k ${keyOf(index)}`,
    command,
    args: 'runs',
  }));
  const others = unoffered.map(([command], index) => ({
    key: `ctrl+k ${keyOf(pressed.length + index)}`,
    command,
  }));
  const file = join(editor().dataDir, 'user', 'User', 'keybindings.json');
  writeFileSync(file, JSON.stringify([...bindings, ...others]));
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
const notHere = /There is no MCP server "runs" here\. This workspace is not trusted/;

const press = async ({ window: { page } }: Screen, index: number): Promise<void> => {
  await page.keyboard.press('Control+k');
  await page.keyboard.press(keyOf(index));
};

/** Runs a command by its key until it says why it does nothing. */
const pressUntil = async (screen: Screen, index: number, says: RegExp): Promise<void> => {
  const said = screen.notice(says);
  // A key that comes before the editor has read the file of keys is lost.
  await until(`the key ${keyOf(index)} has it say ${says.source}`, 60_000, async () => {
    await press(screen, index);
    return said.waitFor({ timeout: 3_000 }).then(
      () => true,
      () => false,
    );
  });
  await screen.window.command('Notifications: Clear All Notifications');
  await said.waitFor({ state: 'detached' });
};

/** Runs each command that acts on a server, with the name of one that nobody may use, and those that the palette leaves out. */
const pressAll = async (screen: Screen): Promise<void> => {
  for (const index of pressed.keys()) await pressUntil(screen, index, notHere);
  for (const [index, [, says]] of unoffered.entries()) {
    if (says !== null) await pressUntil(screen, pressed.length + index, says);
    else await press(screen, pressed.length + index);
    await untilNothingIsAsked(screen.window.page);
  }
};

/** By the status bar: of the command the palette has been seen to know nothing for minutes, although the window is restricted. */
const trust = async ({ window }: Screen): Promise<void> => {
  await window.statusItem('Restricted Mode').click();
  await window.page.getByRole('button', { name: 'Trust', exact: true }).click();
};

/** What was left by programs of a workspace; `task` is started by the editor itself, once the workspace is trusted. */
const marksOfOthers = (folder: string): readonly string[] =>
  marksIn(folder).filter((mark) => mark !== 'own' && mark !== 'task');

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
  rmSync(join(marks, 'own'));
  await pressAll(screen);
  // What was meant for a server of the workspace was not done to another one.
  expect(marksIn(marks)).toEqual([]);
  for (const command of ['Give Back…', 'Open Configuration']) {
    await screen.command(command);
    await untilNothingIsAsked(page);
  }
  await screen.command('Reconnect All');
  await until('the own server runs again', 30_000, () => marksIn(marks).includes('own'));
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

  await trust(screen);
  await screen.shows('runs', /^waits for your leave/);
  await screen.shows('calls', /^waits for your leave/);
  await screen.shows('mine', /^waits for your leave/);
  await screen.notice(/3 MCP servers of this workspace wait for your leave/).waitFor();
  expect(marksOfOthers(marks)).toEqual([]);
  expect(ear.heard).toEqual([]);
});

test('[locked-door] the same holds for a workspace file with several folders', async () => {
  const ear = await Ear.open();
  onTestFinished(() => ear.close());
  const { folder } = aWorkspace({});
  const traces = join(folder, 'traces');
  mkdirSync(traces);
  const gatewayPort = await freePort();
  const file = makeHostileWorkspaceFile({ folder, marks: traces, ear, gatewayPort });
  const opened = { folder: file, allowIn: () => undefined };
  const screen = await openScreen(editor(), opened, { isAllowed: false });

  await screen.shows('mine', /^idle/);
  await until('the own server runs', 30_000, () => marksIn(marks).includes('own'));
  await screen.window.page.locator('.part.sidebar .message', { hasText: notTrusted }).waitFor();
  expect(await screen.rowNames(1)).not.toContain('whole-run');
  expect([marksIn(traces), ear.heard]).toEqual([[], []]);

  await trust(screen);
  // Not those of its folders: the editor has been seen to know of none until it opens the file a second time.
  for (const name of ['whole-run', 'whole-call']) await screen.shows(name, /^waits for your leave/);
  expect([marksOfOthers(traces), ear.heard]).toEqual([[], []]);
});
