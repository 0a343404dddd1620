// Which editor runs the suites inside an editor: a desktop VS Code where one is named or can be downloaded, and the one
// from npm otherwise.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { downloadAndUnzipVSCode } from '@vscode/test-electron';
import { provideChromium } from '../vscode/chromium.ts';
import { editorRunsHere, installEditor } from '../vscode/install.ts';
import { repository } from '../vscode/places.ts';

const say = (line: string): void => console.log(line);

const updateHost = 'https://update.code.visualstudio.com/';
const probeLimit = 3_000;

/** A desktop editor needs a screen; on Linux that is named by the environment. */
const hasScreen = (): boolean =>
  process.platform !== 'linux' ||
  process.env['DISPLAY'] !== undefined ||
  process.env['WAYLAND_DISPLAY'] !== undefined;

const canDownload = async (): Promise<boolean> => {
  try {
    await fetch(updateHost, { method: 'HEAD', signal: AbortSignal.timeout(probeLimit) });
    return true;
  } catch {
    // Any failure means the same here: this machine does not reach the update host.
    return false;
  }
};

const downloaded = async (): Promise<string | null> => {
  if (!hasScreen() || !(await canDownload())) return null;
  try {
    return await downloadAndUnzipVSCode({ cachePath: join(repository, 'out', 'desktop') });
  } catch (error) {
    say(`A desktop VS Code could not be downloaded (${String(error)}); going on without it.`);
    return null;
  }
};

/** The editor from npm with its browser; throws with what is missing. */
export const provideEditor = (): void => {
  if (!editorRunsHere()) {
    throw new Error(
      'The test editor from npm runs on Linux x64 only. Name a desktop VS Code in MCP_LIFELINE_VSCODE.',
    );
  }
  installEditor(say);
  provideChromium(say);
};

export interface ChosenEditor {
  readonly executable: string;
  readonly words: string;
}

export const chooseEditor = async (): Promise<ChosenEditor> => {
  const named = process.env['MCP_LIFELINE_VSCODE'];
  if (named !== undefined) {
    if (!existsSync(named))
      throw new Error(`MCP_LIFELINE_VSCODE names ${named}, which is not there.`);
    return { executable: named, words: `the VS Code at ${named}` };
  }
  const desktop = await downloaded();
  if (desktop !== null) return { executable: desktop, words: 'a downloaded desktop VS Code' };
  provideEditor();
  const shim = join(repository, 'test', 'vscode', 'code-shim.mjs');
  return { executable: shim, words: 'the VS Code server from npm, in Chromium' };
};
