// What a server wants from a person, as the person meets it: told once, asked when they say so, used at once, kept as a secret,
// forgotten when they want it.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { greeting, startGuarded } from '../support/guardedServer.ts';
import { anEditor } from '../support/editors.ts';
import { nodePath, projectRoot } from '../support/serverProcess.ts';
import { aWorkspace, openScreen } from './stage.ts';

const token = 'planted-value-90c4d1';

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile() ?? false);

/** What the editor, its extensions and their logs have written: everything but the extension itself, which is this repository. */
const writtenIn = (dataDir: string): string[] =>
  readdirSync(dataDir)
    .filter((name) => name !== 'extensions')
    .map((name) => join(dataDir, name))
    .flatMap((path) => (statSync(path).isDirectory() ? filesBelow(path) : [path]));

const having = (files: readonly string[], text: string): string[] =>
  files.filter((path) => readFileSync(path, 'latin1').includes(text));

test('[keep-secrets] a server that needs a value says so, is given it, answers, and forgets it when told to', async () => {
  const port = await startGuarded('streamable', (given) => given === `Bearer ${token}`);
  const editor = await anEditor({
    settings: {
      'mcpLifeline.servers': {
        guarded: {
          url: `http://127.0.0.1:${port}/mcp`,
          headers: { Authorization: 'Bearer ${input:guarded-token}' },
        },
        program: {
          command: nodePath,
          args: [join(projectRoot, 'test/servers/stdioLedger.ts'), '${input:mode}'],
          env: { LEDGER: '${LEDGER_OF_NOBODY}' },
          autoStart: false,
        },
      },
      'mcpLifeline.inputs': [
        { type: 'promptString', id: 'guarded-token', description: 'Your token', password: true },
        { type: 'pickString', id: 'mode', options: ['slow', { label: 'Quick', value: 'quick' }] },
      ],
    },
  });
  const workspace = aWorkspace({});
  const screen = await openScreen(editor, workspace);
  const { page } = screen.window;
  await screen.shows('guarded', /^input needed/);

  // Leaving the question changes nothing.
  const notice = /"guarded" needs a value from you: \$\{input:guarded-token\}/;
  await screen.button(notice, 'Enter Values…').click();
  await screen.asks('Values for "guarded"');
  await page.keyboard.press('Escape');
  await screen.shows('guarded', /^input needed/);

  await screen.clickOn(screen.row('guarded'), 'Enter Values…');
  await screen.asks('Values for "guarded"');
  expect(await page.locator('.quick-input-widget input').getAttribute('type')).toBe('password');
  await screen.answer('Values for "guarded"', token);
  await screen.shows('guarded', /^ready/);
  await screen.partShows('guarded', 'Tools', /^1/);
  await screen.command('Call Tool…');
  await screen.chooseLabel('MCP Lifeline', 'guarded');
  await screen.chooseLabel('Call a tool of guarded', 'hello');
  await screen.chooseLabel(/^\s*hello\s*$/, 'Call hello');
  await screen.documentShows(greeting);

  const written = [...writtenIn(editor.dataDir), ...filesBelow(workspace.folder)];
  expect(having(written, 'guarded-token').length).toBeGreaterThan(0);
  expect(having(written, token)).toEqual([]);

  // It was asked for once: another connection needs nobody.
  await screen.clickOn(screen.row('guarded'), 'Reconnect Server');
  await screen.shows('guarded', /^ready/);

  // Several values are asked for one after the other, also a variable that the environment lacks.
  await screen.command('Start');
  await screen.shows('program', /^input needed/);
  await screen.clickOn(screen.row('program'), 'Enter Values…');
  await screen.choose('Values for "program" (1/2)', /Quick/);
  await screen.answer('Values for "program" (2/2)', join(workspace.folder, 'ledger'));
  await screen.shows('program', /^ready/);

  await screen.command('Forget Entered Values…');
  await screen.asks('Forget Entered Values');
  await page.keyboard.press('Enter');
  await screen.notice(/Values forgotten: 3/).waitFor();
  await screen.command('Reconnect All');
  await screen.shows('guarded', /^input needed/);
  await screen.shows('program', /^input needed/);
});

test('a value may come from a command of the editor, which the person sees before it runs', async () => {
  const editor = await anEditor({
    settings: {
      'mcpLifeline.servers': {
        program: {
          command: nodePath,
          args: [join(projectRoot, 'test/servers/stdioLedger.ts'), '${input:rendered}'],
          env: { LEDGER: '${input:ledger}' },
        },
      },
      'mcpLifeline.inputs': [
        {
          type: 'command',
          id: 'rendered',
          description: 'Rendered by the editor',
          command: 'markdown.api.render',
          args: 'a *value*',
        },
        { type: 'command', id: 'ledger', command: 'workbench.action.closeQuickOpen' },
      ],
    },
  });
  const screen = await openScreen(editor, aWorkspace({}));
  const { page } = screen.window;
  await screen.shows('program', /^input needed/);
  await screen.clickOn(screen.row('program'), 'Enter Values…');
  await screen.asks('Values for "program" (1/2)');
  const widget = page.locator('.quick-input-widget');
  const run = widget.locator('.monaco-list-row', { hasText: 'Run "markdown.api.render"' });
  expect(await run.textContent()).toContain('"a *value*"');
  await run.click();
  // One that gives nothing was left by the person: what was entered so far is kept, and the rest is asked for again.
  await screen.choose('Values for "program" (2/2)', /workbench\.action\.closeQuickOpen/);
  await screen.shows('program', /^input needed/);
  await screen.clickOn(screen.row('program'), 'Enter Values…');
  // What the editor closed is asked for alone.
  await screen.asks(/^Values for "program"$/);
  await page.keyboard.press('Escape');

  await screen.command('Forget Entered Values…');
  await screen.asks('Forget Entered Values');
  await widget.locator('.monaco-list-row', { hasText: '${input:rendered}' }).waitFor();
  await page.keyboard.press('Enter');
  await screen.notice(/Values forgotten: 1/).waitFor();
});
