// Installs a complete VS Code server (code-server) from the npm registry alone, into `host/`, once per lock file.
// Its own postinstall is not used: it refuses an npm that is not run by its Node, and compiles native modules that
// need system libraries and are of no use to tests. Not here: starting it (editor.ts).
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { codeServer, hostFolder, hostNode, hostNodePackage } from './places.ts';

/** The harness runs where code-server's prebuilt parts do. */
export const editorRunsHere = (): boolean => process.platform === 'linux' && process.arch === 'x64';

const stampFile = join(hostFolder, 'node_modules', '.ready');

/** Raised when the steps below change, so that an older installation is made anew. */
const steps = 1;

const stamp = (): string =>
  createHash('sha256')
    .update(readFileSync(join(hostFolder, 'package-lock.json')))
    .update(String(steps))
    .digest('hex');

const runNpm = (node: string, cwd: string, args: readonly string[]): void => {
  // A clean environment: an outer npm hands its own configuration to its scripts as npm_* variables.
  const clean = Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name));
  const env: NodeJS.ProcessEnv = {
    ...Object.fromEntries(clean),
    // The npm on the path runs under the first Node there, and so do the scripts that it starts.
    PATH: dirname(node) + delimiter + (process.env['PATH'] ?? ''),
    // Beats a `nodedir` in the user's npmrc, which would name the headers of another Node.
    npm_config_nodedir: hostNodePackage,
  };
  const quiet = ['--loglevel=error', '--no-audit', '--no-fund'];
  const result = spawnSync('npm', [...args, ...quiet], { cwd, env, encoding: 'utf8' });
  if (result.status === 0) return;
  throw new Error(`npm ${args.join(' ')} failed in ${cwd}\n${result.stdout}\n${result.stderr}`);
};

const link = (folder: string, source: string, name: string): void => {
  const from = join(codeServer, 'lib', 'vscode', 'bin', folder);
  if (!existsSync(join(from, source))) return;
  rmSync(join(from, name), { force: true });
  symlinkSync(source, join(from, name));
};

/** Installs when needed; throws with npm's own words when that fails. */
export const installEditor = (say: (line: string) => void): void => {
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp()) return;
  say('Installing the VS Code server for tests (about a minute, once)…');
  const vscode = join(codeServer, 'lib', 'vscode');
  const noScripts = ['ci', '--omit=dev', '--ignore-scripts'];
  runNpm(process.execPath, hostFolder, ['ci', '--ignore-scripts']);
  // VS Code's own shrinkwrap lacks one peer dependency, and npm refuses it otherwise.
  runNpm(process.execPath, vscode, [...noScripts, '--legacy-peer-deps']);
  // The language features of TypeScript, which otherwise fail at every start.
  runNpm(process.execPath, join(vscode, 'extensions'), noScripts);
  // The two native modules that matter: log files, and an extension host that dies with its server.
  runNpm(hostNode, vscode, ['rebuild', '@vscode/spdlog', '@vscode/native-watchdog']);
  link('remote-cli', 'code-linux.sh', 'code-server');
  link('helpers', 'browser-linux.sh', 'browser.sh');
  writeFileSync(stampFile, stamp());
};
