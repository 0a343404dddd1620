// The editor of the demo: a desktop VS Code where there is one, else the one from npm, which a person opens in their own
// browser and the check in a headless one.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { TestEditor } from '../vscode/editor.ts';
import { repository } from '../vscode/places.ts';
import type { EditorWindow } from '../vscode/window.ts';
import type { Demo } from './demoServer.ts';
import { provideEditor } from './desktop.ts';

export interface OpenEditor {
  readonly words: string;
  /** Resolves when the person has closed it. */
  readonly closed: Promise<void>;
  stop(): Promise<void>;
}

const desktopPath = (): string | undefined => {
  const named = process.env['MCP_LIFELINE_VSCODE'];
  if (named !== undefined) return named;
  const name = process.platform === 'win32' ? 'code.cmd' : 'code';
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
};

/** Null when there is no desktop VS Code. */
export const openDesktop = (workspace: string, folder: string): OpenEditor | null => {
  const path = desktopPath();
  if (path === undefined) return null;
  const args = [`--extensionDevelopmentPath=${repository}`, '--new-window', '--wait'];
  args.push(`--user-data-dir=${join(folder, 'user')}`, '--disable-workspace-trust', workspace);
  const child = spawn(path, args, { stdio: 'ignore', shell: process.platform === 'win32' });
  return {
    words: `Opening ${path} on ${workspace}`,
    closed: once(child, 'exit').then(() => undefined),
    stop: async () => {
      child.kill();
    },
  };
};

const startFromNpm = (folder: string): Promise<TestEditor> => {
  provideEditor();
  return TestEditor.start({ dataDir: folder, extensions: [repository] });
};

export const openFromNpm = async (workspace: string, folder: string): Promise<OpenEditor> => {
  const editor = await startFromNpm(folder);
  return {
    words: `Open this in your browser:\n\n  ${editor.address({ folder: workspace })}\n`,
    closed: new Promise(() => undefined),
    stop: async () => {
      await editor.stop();
    },
  };
};

/** Follows the status bar item; rejects when it does not show this in time. */
const seen = async (window: EditorWindow, pattern: RegExp, limit: number): Promise<string> => {
  const item = window.statusItem(pattern).first();
  await item.waitFor({ timeout: Math.max(1, limit) });
  return (await item.textContent())?.trim() ?? '';
};

/** What there is to see when it is not what was waited for. */
const findings = async (window: EditorWindow): Promise<string> => {
  const picture = join(repository, 'out', 'demo.png');
  await window.screenshot(picture);
  const items = await window.statusItem(/\S/).allTextContents();
  const errors = window.console.filter((line) => /^(?:error|page error)/.test(line)).slice(-10);
  const bar = items.map((item) => item.trim()).join(' | ');
  return [`The status bar says only: ${bar}`, `A picture: ${picture}`, ...errors].join('\n');
};

/** Ready, lost and ready again, as the status bar says it. */
export const checkDemo = async (
  workspace: string,
  folder: string,
  demo: Demo,
  limit: number,
): Promise<void> => {
  const start = performance.now();
  const left = (): number => limit - (performance.now() - start);
  const say = (words: string): void => {
    console.log(`${((performance.now() - start) / 1000).toFixed(1)} s: ${words}`);
  };
  const editor = await startFromNpm(folder);
  try {
    demo.onChange(say);
    const window = await editor.openWindow({ folder: workspace });
    try {
      for (const pattern of [/MCP 1\/1/, /MCP 0\/1/, /MCP 1\/1/]) {
        say(`the status bar says "${await seen(window, pattern, left())}"`);
      }
    } catch (error) {
      throw new Error(await findings(window), { cause: error });
    }
    say(`a screen reader hears "${await window.statusLabel(/MCP 1\/1/)}"`);
  } finally {
    await editor.stop();
  }
};
