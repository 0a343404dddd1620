// Signing in as a person does it, in a real editor against a real authorization server: the notice, the page, the way back, a
// call; then a token that ran out, a sign-in that was revoked, and signing out.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { once } from 'node:events';
import type { Page } from 'playwright-core';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { nodePath, projectRoot } from '../support/serverProcess.ts';
import type { Screen } from './screen.ts';
import { aWorkspace, openScreen, sharedEditor } from './stage.ts';

const announced = z.object({ mcpUrl: z.string(), issuer: z.string(), controlUrl: z.string() });
const counted = z.object({ counts: z.record(z.string(), z.number()), calls: z.array(z.string()) });

const editor = sharedEditor();

const startProtected = async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sign-in-'));
  const child = spawn(nodePath, [join(projectRoot, 'test/servers/oauth.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
    cwd: folder,
    env: { ...process.env, OAUTH_HOST: '127.0.0.2' },
  });
  onTestFinished(async () => {
    child.kill();
    if (child.exitCode === null) await once(child, 'exit');
    rmSync(folder, { recursive: true, force: true });
  });
  for await (const line of createInterface({ input: child.stdout }))
    return announced.parse(JSON.parse(line));
  throw new Error('The protected server said nothing.');
};

const control = (url: string) => ({
  do: async (deed: string): Promise<void> => {
    const { ok } = await fetch(`${url}?do=${deed}`, { method: 'POST' });
    expect(ok).toBe(true);
  },
  count: async () => counted.parse(await (await fetch(url)).json()),
});

const notice = /wants you to sign in/;

/** Says in the editor that the page may be opened, and gives it. */
const pageOpenedBy = async (screen: Screen, deed: () => Promise<void>): Promise<Page> => {
  const { page } = screen.window;
  const opened = page.context().waitForEvent('page', { timeout: 30_000 });
  await deed();
  const ask = page.locator('.monaco-dialog-box').getByRole('button', { name: 'Open', exact: true });
  await ask.click({ timeout: 30_000 });
  return opened;
};

/** What a person clicks from *Sign In* to the page that says that it is done. */
const signInByHand = async (screen: Screen): Promise<void> => {
  const tab = await pageOpenedBy(screen, () => screen.button(notice, 'Sign In').click());
  await tab.locator('#sign-in').click({ timeout: 30_000 });
  await screen.window.page.bringToFront();
};

test('a person signs in, calls, is renewed without noticing, and signs out', async () => {
  const { mcpUrl, controlUrl } = await startProtected();
  const server = control(controlUrl);
  const workspace = aWorkspace({});
  const screen = await openScreen(editor(), workspace);
  workspace.write({ guarded: { url: mcpUrl } });
  await screen.shows('guarded', /sign-in needed/);
  await signInByHand(screen);
  await screen.shows('guarded', /^ready/);
  expect((await server.count()).counts['authorization_code']).toBe(1);

  await server.do('expire');
  await screen.callTextTool('echo', 'after-expiry');
  await screen.documentShows('after-expiry');
  const { counts, calls } = await server.count();
  expect([counts['authorization_code'], counts['refresh_token'], calls]).toEqual([
    1,
    1,
    ['echo after-expiry'],
  ]);

  await screen.command('Sign Out');
  await screen.notice(/signed out of "guarded"/).waitFor();
  await screen.shows('guarded', /sign-in needed/);
});

test('a sign-in that was revoked is said once, and a call explains itself', async () => {
  const { mcpUrl, controlUrl } = await startProtected();
  const server = control(controlUrl);
  const workspace = aWorkspace({});
  const screen = await openScreen(editor(), workspace);
  workspace.write({ revoked: { url: mcpUrl } });
  await screen.shows('revoked', /sign-in needed/);
  await signInByHand(screen);
  await screen.shows('revoked', /^ready/);

  await server.do('revoke');
  await screen.callTextTool('echo', 'too-late');
  await screen.noticed(/"revoked" wants you to sign in/);
  await screen.shows('revoked', /sign-in needed/);
  await screen.noticed(/echo.*sign/is);
  expect(await screen.notice(/"revoked" wants you to sign in/).count()).toBe(1);
  expect((await server.count()).calls).toEqual([]);
});

test('a person who closes the page or refuses there is told what to do, and may sign in later', async () => {
  const { mcpUrl, controlUrl } = await startProtected();
  const workspace = aWorkspace({});
  const screen = await openScreen(editor(), workspace);
  workspace.write({ later: { url: mcpUrl } });
  await screen.shows('later', /sign-in needed/);
  const closed = await pageOpenedBy(screen, () => screen.button(notice, 'Sign In').click());
  await closed.close();
  await screen.button(/Signing in to "later"/, 'Cancel').click();
  await screen.notice(/Signing in to "later"/).waitFor({ state: 'detached' });
  await screen.shows('later', /sign-in needed/);

  const row = screen.row('later');
  const refused = await pageOpenedBy(screen, () => screen.clickOn(row, 'Sign In'));
  await refused.locator('#refuse').click({ timeout: 30_000 });
  await screen.window.page.bringToFront();
  const why = /not signed in to "later": .*did not grant access \(access_denied\)/;
  const again = await pageOpenedBy(screen, () => screen.button(why, 'Try Again').click());
  await again.locator('#sign-in').click({ timeout: 30_000 });
  await screen.window.page.bringToFront();
  await screen.shows('later', /^ready/);
  expect((await control(controlUrl).count()).counts['authorization_code']).toBe(1);
});
