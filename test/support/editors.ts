// Editors and folders for one test, gone when it ends. Not here: the harness itself (test/vscode).
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type EditorOptions, TestEditor } from '../vscode/editor.ts';
import { repository } from '../vscode/places.ts';

/** Outside every git work tree, and with a short path, since sockets lie in it. */
const aFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'ml-'));
  onTestFinished(() => {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 300 });
  });
  return folder;
};

/** A folder to open, with these workspace settings. */
export const aWorkspace = (settings: Readonly<Record<string, unknown>>): string => {
  const folder = aFolder();
  mkdirSync(join(folder, '.vscode'));
  writeFileSync(join(folder, '.vscode', 'settings.json'), JSON.stringify(settings, null, 2));
  return folder;
};

/** An editor as a user has it, with this extension installed. Stopped when the test ends. */
export const anEditor = async (options: Partial<EditorOptions> = {}): Promise<TestEditor> => {
  const dataDir = options.dataDir ?? aFolder();
  const editor = await TestEditor.start({ extensions: [repository], ...options, dataDir });
  onTestFinished(async () => {
    await editor.stop();
  });
  return editor;
};
