// The Pending Calls view over made-up servers, used as a person uses it: what the notification says, what the rows say to
// eye and ear, and what their buttons do. Not here: how calls come to be left behind (test/runtime, test/journeys).
import { expect, onTestFinished, test } from 'vitest';
import { anEditor, aWorkspace } from '../support/editors.ts';
import { aGallery } from '../support/gallery.ts';
import { until } from '../vscode/waiting.ts';
import type { EditorWindow } from '../vscode/window.ts';

const patience = 30_000;
const leftBehind = /left behind|interrupted/;

const openGallery = async (): Promise<EditorWindow> => {
  const editor = await anEditor({ extensions: [await aGallery()] });
  const window = await editor.openWindow({ folder: aWorkspace({}) });
  await window.statusItem(/MCP 3\/12/).waitFor({ timeout: patience });
  return window;
};

/** The pane of the view; the row of its call with these words. */
const pane = (window: EditorWindow) =>
  window.page.locator('.pane', {
    has: window.page.locator('.title', { hasText: /^Pending Calls$/ }),
  });
const row = (window: EditorWindow, words: RegExp) =>
  pane(window).locator('.monaco-list-row').filter({ hasText: words }).first();

const press = async (window: EditorWindow, words: RegExp, button: string): Promise<void> => {
  await row(window, words).click();
  await row(window, words).getByRole('button', { name: button, exact: true }).click();
};

const secondsLeft = async (window: EditorWindow): Promise<number> =>
  Number(/(\d+) s left/.exec((await row(window, /\d s left/).textContent()) ?? '')?.[1]);

/** The number at the icon of the view container: the servers that need the user, and the calls. */
const badge = async (window: EditorWindow): Promise<string | null> =>
  window.page
    .getByRole('tab', { name: /^MCP Lifeline/ })
    .first()
    .textContent();

test('calls that a reload left behind are told once, shown, counted, and run or discarded by the user', async () => {
  const window = await openGallery();
  onTestFinished(() =>
    expect(window.console.filter((line) => /lifeline.*error/i.test(line))).toEqual([]),
  );
  const notice = window.notification(leftBehind);
  await notice.waitFor({ timeout: patience });
  expect(await notice.textContent()).toContain('1 of them may have run; check before repeating');
  await notice.getByRole('button', { name: 'Show Pending Calls' }).click();
  await row(window, /may have run/).waitFor({ timeout: patience });
  expect(await badge(window)).toBe('6');
  expect(await row(window, /may have run/).getAttribute('aria-label')).toMatch(
    /^create_issue on weather: may have run, asked for \d minutes ago\.$/,
  );

  const before = await secondsLeft(window);
  await until('the countdown goes on', patience, async () => (await secondsLeft(window)) < before);

  await press(window, /may have run/, 'Run Pending Call Again…');
  await window.page.keyboard.press('Enter');
  await row(window, /may have run/).waitFor();
  await press(window, /may have run/, 'Run Pending Call Again…');
  await window.pick(/^Run Again/);
  await window.page.locator('.tab', { hasText: 'create_issue' }).waitFor({ timeout: patience });
  // The call took longer than a second notification would have.
  expect(await notice.count()).toBe(0);
  await row(window, /may have run/).waitFor({ state: 'detached' });

  await press(window, /answered with an error/, 'Show Result of Pending Call');
  await window.page.locator('.tab', { hasText: 'drop_table' }).waitFor({ timeout: patience });
  await press(window, /answered with an error/, 'Discard Pending Call');
  await row(window, /answered with an error/).waitFor({ state: 'detached' });
  await press(window, /has not run/, 'Discard Pending Call');
  await row(window, /has not run/).waitFor({ state: 'detached' });
  await until('nothing needs a decision', patience, async () => (await badge(window)) === '4');

  await window.command('MCP Lifeline: Discard Pending Call');
  await window.pick(/build_index/);
  await row(window, /build_index/).waitFor({ state: 'detached' });
});
