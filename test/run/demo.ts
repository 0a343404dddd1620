// `npm start`: a real VS Code with this extension, on a demo workspace whose only MCP server is killed and restarted
// every twenty seconds. `-- --check` does without a person: it watches the status bar until the server was seen ready,
// lost and ready again.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { allowInAdvance } from '../support/allowed.ts';
import { freePort } from '../support/serverProcess.ts';
import { mustRun } from './command.ts';
import { superviseDemo } from './demoServer.ts';
import { checkDemo, openDesktop, openFromNpm } from './demoEditor.ts';

const checkLimit = 120_000;

/** A folder with one MCP server in its settings. */
const makeWorkspace = (folder: string, port: number): string => {
  const workspace = join(folder, 'demo');
  mkdirSync(join(workspace, '.vscode'), { recursive: true });
  const servers = { demo: { type: 'http', url: `http://127.0.0.1:${port}/mcp` } };
  allowInAdvance({ dataDir: folder, workspace }, servers);
  const settings = { 'mcpLifeline.servers': servers };
  writeFileSync(join(workspace, '.vscode', 'settings.json'), JSON.stringify(settings, null, 2));
  writeFileSync(
    join(workspace, 'README.md'),
    '# MCP Lifeline demo\n\nLook at `MCP` in the status bar, and click it.\n',
  );
  return workspace;
};

const interrupted = (): Promise<void> =>
  new Promise((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });

const show = async (workspace: string, folder: string): Promise<number> => {
  const stopped = interrupted();
  const editor = openDesktop(workspace, folder) ?? (await openFromNpm(workspace, folder));
  console.log(editor.words);
  console.log('The demo server is killed and restarted every 20 seconds. Ctrl-C ends everything.');
  await Promise.race([stopped, editor.closed]);
  await editor.stop();
  return 0;
};

/** Resolves with the exit code. */
export const main = async (args: readonly string[]): Promise<number> => {
  console.log((await mustRun('build', [])).trim());
  const folder = mkdtempSync(join(tmpdir(), 'ml-'));
  const demo = superviseDemo(await freePort());
  const workspace = makeWorkspace(folder, demo.port);
  try {
    if (!args.includes('--check')) return await show(workspace, folder);
    await checkDemo(workspace, folder, demo, checkLimit);
    console.log('The demo works: seen ready, lost, and ready again.');
    return 0;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  } finally {
    await demo.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 300 });
  }
};
