// How a stdio server is started: what is refused with which words, and what exactly is run on each system.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getDefaultEnvironment } from '@modelcontextprotocol/sdk/client/stdio.js';
import { describe, expect, onTestFinished, test } from 'vitest';
import { failureOfSpawn } from '../../../src/mcp/stdio/exits.ts';
import { launchOf, safeEnvironment } from '../../../src/mcp/stdio/launch.ts';
import { aStdioServer, ask, dialled, refusal, textOf } from './stdioRig.ts';

const aFile = (name: string, text: string, mode: number): string => {
  const folder = mkdtempSync(join(tmpdir(), 'lifeline-start-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, name);
  writeFileSync(file, text);
  chmodSync(file, mode);
  return file;
};

describe('a program', () => {
  test.each([
    ['uvx', 'Install uv (https://docs.astral.sh/uv)'],
    ['some-server', 'Install it, or put the full path'],
  ])('%s that is not there is told with what to do', async (command, advice) => {
    const server = aStdioServer({ command, env: { PATH: '/nowhere' } });
    const failure = await refusal(server);
    expect(failure.kind).toBe('command-missing');
    expect(failure.detail).toContain(`"${command}" was not found in any folder of the PATH`);
    expect(failure.detail).toContain(advice);
  });

  test('is looked for in the PATH of the settings', async () => {
    const folder = join(process.execPath, '..');
    const server = aStdioServer({ command: 'node', env: { PATH: folder } });
    const { link } = await dialled(server);
    expect(textOf(await ask(link, 'echo', { text: 'hi' }))).toBe('hi');
  });

  test('at a path that is not there is told so', async () => {
    const failure = await refusal(aStdioServer({ command: '/nowhere/server' }));
    expect(failure.kind).toBe('command-missing');
    expect(failure.detail).toContain('not found at the path of the settings');
  });

  test('that may not be run is told so', async () => {
    const failure = await refusal(aStdioServer({ command: aFile('plain.js', '', 0o600) }));
    expect(failure.kind).toBe('command-missing');
    expect(failure.detail).toContain('"plain.js" may not be run. Make it executable');
  });

  test('in a folder that is not there blames the folder', async () => {
    const failure = await refusal(aStdioServer({ cwd: '/nowhere/at/all' }));
    expect(failure).toMatchObject({ kind: 'bad-config' });
    expect(failure.detail).toContain(`The folder of 'cwd' does not exist`);
  });

  test('with more arguments than the system takes is told so, without them', async () => {
    const failure = await refusal(aStdioServer({ args: ['secret'.repeat(2 ** 22)] }));
    expect(failure).toMatchObject({ kind: 'bad-config' });
    expect(failure.detail).not.toContain('secretsecret');
  });

  test('that cannot be started for lack of anything passing is a crash', () => {
    expect(failureOfSpawn('node', { code: 'EAGAIN' })).toMatchObject({ kind: 'process-exited' });
    expect(failureOfSpawn('node', new Error('odd')).detail).toContain('no reason told');
  });
});

describe('the variables that are inherited', () => {
  test('are those that the SDK takes for safe', () => {
    expect(safeEnvironment(process.env, process.platform)).toEqual(getDefaultEnvironment());
  });

  test('hold no function of bash', () => {
    expect(safeEnvironment({ HOME: '() { evil; }', USER: 'me' }, 'linux')).toEqual({ USER: 'me' });
  });

  test('are without those that the settings take away', () => {
    const system = { folder: '/', isFile: () => false, env: { PATH: 'a', HOME: 'b', USER: 'c' } };
    const server = aStdioServer({ env: { HOME: null, USER: 'me', GONE: null } });
    expect(launchOf(server, { ...system, platform: 'linux' }).env).toEqual({
      PATH: 'a',
      USER: 'me',
    });
    const windows = aStdioServer({ env: { Path: null } });
    expect(launchOf(windows, { ...system, platform: 'win32' }).env).toEqual({});
  });

  test('have names in any case on Windows, and those of the settings win', () => {
    const server = aStdioServer({ env: { Path: 'mine', Temp: 'too' } });
    const env = { Path: 'theirs', SystemRoot: 'C:\\Windows', TEMP: 'their', TOKEN: 'x' };
    const system = { platform: 'win32', env, folder: 'C:\\', isFile: () => false } as const;
    expect(launchOf(server, system).env).toEqual({
      SYSTEMROOT: 'C:\\Windows',
      Path: 'mine',
      Temp: 'too',
    });
  });
});

describe('the folder', () => {
  const launch = (cwd: string | null, platform: 'linux' | 'win32', folder: string): string =>
    launchOf(aStdioServer({ cwd }), { platform, env: {}, folder, isFile: () => false }).cwd;

  test.each([
    [null, '/work', '/work'],
    ['sub', '/work', '/work/sub'],
    ['/srv', '/work', '/srv'],
  ])('%j within %s is %s', (cwd, folder, expected) => {
    expect(launch(cwd, 'linux', folder)).toBe(expected);
  });

  test('on Windows is read as Windows does', () => {
    expect(launch('sub', 'win32', 'C:\\work')).toBe('C:\\work\\sub');
    expect(launch('D:\\srv', 'win32', 'C:\\work')).toBe('D:\\srv');
  });
});

describe('on Windows', () => {
  const files = new Set([
    'C:\\node\\npx.cmd',
    'C:\\node\\node.exe',
    'C:\\work\\run.bat',
    'C:\\work\\node_modules\\.bin\\serve.cmd',
  ]);
  const started = (command: string, args: readonly string[] = []) => {
    const server = aStdioServer({ command, args, env: {} });
    const { command: program, ...launch } = launchOf(server, {
      platform: 'win32',
      env: { PATH: 'C:\\none;"C:\\node"', PATHEXT: '.COM;.EXE;.BAT;.CMD', ComSpec: 'C:\\cmd.exe' },
      folder: 'C:\\work',
      isFile: (path) => [...files].some((file) => file.toLowerCase() === path.toLowerCase()),
    });
    return [program, ...launch.args, launch.verbatim];
  };

  test('a program is started by its path, without a shell', () => {
    expect(started('node', ['a b'])).toEqual(['C:\\node\\node.EXE', 'a b', false]);
    expect(started('node.exe')).toEqual(['C:\\node\\node.exe', false]);
  });

  test('a batch file is started by cmd.exe, and no argument can break out of its quotes', () => {
    expect(started('npx', ['-y', 'a b', 'c"&calc', '50%PATH%', 'end\\'])).toEqual([
      'C:\\cmd.exe',
      '/d',
      '/s',
      '/c',
      `"C:\\node\\npx.CMD ^"-y^" ^"a^ b^" ^"c\\^"^&calc^" ^"50^%PATH^%^" ^"end\\\\^""`,
      true,
    ]);
  });

  test('a starter that npm made has its arguments kept through two readings', () => {
    expect(started('.\\node_modules\\.bin\\serve.cmd', ['a&b'])).toEqual([
      'C:\\cmd.exe',
      '/d',
      '/s',
      '/c',
      `"C:\\work\\node_modules\\.bin\\serve.cmd ^^^"a^^^&b^^^""`,
      true,
    ]);
  });

  test('a path is meant from the folder, and the folder is searched for nothing else', () => {
    expect(started('.\\run')).toContain('C:\\cmd.exe');
    expect(started('run')).toEqual(['run', false]);
  });
});
