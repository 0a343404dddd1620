// Runs the command-line tools of this project. Not here: what their answers mean.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { repository } from '../vscode/places.ts';

export interface Finished {
  readonly code: number | null;
  readonly output: string;
}

const packagePath = (name: string): string => join(repository, 'node_modules', name);

/** Where the tools start, as files that Node runs: `.bin` holds shell scripts on Windows. */
const tools = {
  tsc: packagePath('typescript/bin/tsc'),
  oxlint: packagePath('oxlint/bin/oxlint'),
  oxfmt: packagePath('oxfmt/bin/oxfmt'),
  knip: packagePath('knip/bin/knip.js'),
  vitest: packagePath('vitest/vitest.mjs'),
  vsce: packagePath('@vscode/vsce/vsce'),
  ovsx: packagePath('ovsx/bin/ovsx'),
  build: join(repository, 'esbuild.config.mjs'),
};

export type Tool = keyof typeof tools;

export const runTool = async (
  tool: Tool,
  args: readonly string[],
  output: 'shown' | 'kept',
): Promise<Finished> => {
  const child = spawn(process.execPath, [tools[tool], ...args], {
    cwd: repository,
    env: process.stdout.isTTY ? { ...process.env, FORCE_COLOR: '1' } : process.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  const keep = (chunk: Buffer): void => {
    // Through our own output, where all that the run says is written down.
    if (output === 'shown') process.stdout.write(chunk);
    else text += chunk.toString();
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  await once(child, 'close');
  return { code: child.exitCode, output: text };
};

/** As above, and throws with what it printed when it does not end well. */
export const mustRun = async (tool: Tool, args: readonly string[]): Promise<string> => {
  const { code, output } = await runTool(tool, args, 'kept');
  if (code !== 0) throw new Error(`${tool} ended with ${code}.\n${output}`);
  return output;
};
