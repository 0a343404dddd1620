// The History view over a made-up history, used as a person uses it: read, heard, filtered, cleared; and the diagnostics for a bug
// report. Not here: how the history comes to be written (test/runtime).
import { expect, onTestFinished, test } from 'vitest';
import { anEditor, aWorkspace } from '../support/editors.ts';
import { aGallery } from '../support/gallery.ts';
import { until } from '../vscode/waiting.ts';
import type { EditorWindow } from '../vscode/window.ts';

const patience = 30_000;

const openGallery = async (): Promise<EditorWindow> => {
  const editor = await anEditor({ extensions: [await aGallery()] });
  const window = await editor.openWindow({ folder: aWorkspace({}) });
  await window.statusItem(/MCP 3\/12/).waitFor({ timeout: patience });
  onTestFinished(() =>
    expect(window.console.filter((line) => /lifeline.*error/i.test(line))).toEqual([]),
  );
  return window;
};

const pane = (window: EditorWindow) =>
  window.page.locator('.pane', { has: window.page.locator('.title', { hasText: /^History$/ }) });
const row = (window: EditorWindow, words: RegExp) =>
  pane(window).locator('.monaco-list-row').filter({ hasText: words }).first();

test('the history is read, heard, filtered by server and cleared after a question', async () => {
  const window = await openGallery();
  await window.command('MCP Lifeline: Show History');
  await row(window, /^Figures/).waitFor({ timeout: patience });
  // The view draws only the rows for which it has room.
  for (const other of ['Connections', 'Pending Calls'])
    await window.page.locator('.pane-header', { hasText: other }).click();
  await row(window, /Recovered after 3\.2 s/).waitFor({ timeout: patience });
  expect(await row(window, /Recovered after 3\.2 s/).getAttribute('aria-label')).toMatch(
    /issue-tracker, .*: Down for 3\.2 s: .*Same session, 2 calls held, none lost\./,
  );
  await row(window, /^Figures/)
    .locator('.monaco-tl-twistie')
    .click();
  await row(window, /Up: 9\d\.\d% of the last .+ · Recoveries: 1, in 3\.2 s/).waitFor();
  await row(window, /^Figures/)
    .locator('.monaco-tl-twistie')
    .click();
  const picture = process.env['MCP_LIFELINE_PICTURE'];
  if (picture !== undefined) await window.screenshot(picture);

  await window.command('MCP Lifeline: Filter History by Server…');
  await window.pick(/search/);
  await row(window, /Recovered after 3\.2 s/).waitFor({ state: 'detached', timeout: patience });
  await row(window, /Claude Code recovered/).waitFor({ timeout: patience });

  await window.command('MCP Lifeline: Clear History…');
  const dialog = window.dialog(/Clear the history of "search"/);
  await dialog.waitFor({ timeout: patience });
  await window.page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await row(window, /Claude Code recovered/).waitFor();
  await window.command('MCP Lifeline: Clear History…');
  await dialog.getByRole('button', { name: 'Clear History' }).click();
  await pane(window).getByText('Nothing is written down of this server').waitFor();
  await pane(window).getByText('Filter by another server').click();
  await window.pick(/All Servers/);
  await row(window, /Recovered after 3\.2 s/).waitFor({ timeout: patience });
});

test('the diagnostics can be read before they are sent', async () => {
  const window = await openGallery();
  await window.command('MCP Lifeline: Copy Diagnostics');
  const notice = window.notification(/Diagnostics were copied/);
  await notice.waitFor({ timeout: patience });
  await notice.getByRole('button', { name: 'Show' }).click();
  const text = async (): Promise<string> =>
    (await window.page.locator('.editor-instance .view-lines').first().textContent()) ?? '';
  await until('the text is shown', patience, async () =>
    (await text()).replaceAll('\u00a0', ' ').includes('MCP Lifeline diagnostics'),
  );
});
