// The extension as a whole, in an editor that only keeps book: what it registers, what keeps time where there is nothing to do, and
// that an activation that fails on its way leaves nothing behind, whatever it is that fails.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Source } from '../../src/base/signal.ts';
import { activate, deactivate } from '../../src/extension.ts';
import { createLogs } from '../../src/host/log.ts';
import { aContext, book } from '../support/fakeEditor.ts';
import { watchTimers } from '../support/leaks.ts';

vi.mock('vscode', async () => (await import('../support/fakeEditor.ts')).fakeEditor());

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ml-activating-'));
  for (const name of ['HOME', 'USERPROFILE', 'XDG_STATE_HOME', 'LOCALAPPDATA'])
    vi.stubEnv(name, folder);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const left = (): readonly string[] => [...book.open].map(({ what }) => what);

const start = (refuse: number | null): void => {
  book.reset(refuse);
  activate(aContext(folder) as Parameters<typeof activate>[0]);
};

test('[clean-exit] what an activation registers is gone after its end', async () => {
  start(null);
  expect(left().length).toBeGreaterThan(60);
  await deactivate();
  expect(left()).toEqual([]);
});

test('where nothing is configured the lease alone keeps time', async () => {
  const timers = watchTimers();
  // The test itself waits too.
  const ours = (): string[] => timers.running().filter((timer) => timer.includes('clock.ts'));
  try {
    start(null);
    // What is done once, soon after the start, is done then.
    await expect.poll(() => ours().length, { timeout: 15_000 }).toBe(1);
  } finally {
    await deactivate();
    timers.end();
  }
});

test('the log of a server goes with its entry, and its last words are in the log of the extension', () => {
  book.reset(null);
  const settings = new Source({ servers: [{ name: 'one' }, { name: 'two' }] });
  const logs = createLogs((text) => text);
  const following = logs.follow(settings);
  const [one, two] = [logs.of('one'), logs.of('two')];
  one.info('hello');
  two.info('hello');
  const channels = ['MCP Lifeline', 'MCP Lifeline: one', 'MCP Lifeline: two'];
  expect(left()).toEqual(channels.map((name) => `createOutputChannel ${name}`));
  settings.set({ servers: [{ name: 'two' }] });
  one.info('its connection was closed');
  expect(left()).toEqual([
    'createOutputChannel MCP Lifeline',
    'createOutputChannel MCP Lifeline: two',
  ]);
  settings.set({ servers: [{ name: 'one' }, { name: 'two' }] });
  one.info('hello again');
  expect(left()).toContain('createOutputChannel MCP Lifeline: one');
  following.dispose();
  logs.dispose();
  expect(left()).toEqual([]);
});

test('an activation that the editor refuses at any step leaves nothing behind', async () => {
  start(null);
  await deactivate();
  const steps = [...book.asked];
  const behind: unknown[] = [];
  for (const [step, what] of steps.entries()) {
    try {
      start(step);
      behind.push([what, 'no error']);
    } catch (error) {
      if (!String(error).includes('The editor refuses')) behind.push([what, error]);
    }
    if (book.open.size > 0) behind.push([what, left()]);
  }
  expect(behind).toEqual([]);
});
