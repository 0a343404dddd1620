// What exactly is started for an entry of the settings: program, arguments, variables, folder. Pure, so that the ways of
// every system are tested on one. Not here: starting it.
import { posix, win32 } from 'node:path';
import type { StdioServer } from '../../core/settings.ts';
import { asBatch, findOnWindows } from './windowsCommand.ts';

type Environment = Readonly<Record<string, string | undefined>>;

export interface LaunchSystem {
  readonly platform: NodeJS.Platform;
  readonly env: Environment;
  /** Where a program starts whose entry names no folder, and what a relative one is meant from. */
  readonly folder: string;
  readonly isFile: (path: string) => boolean;
}

export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** The arguments are one text that is quoted already. */
  readonly verbatim: boolean;
}

/**
 * What a server inherits: the choice of the MCP SDK (client/stdio.js), which a test compares with this one. Everything
 * else, tokens of the editor and of other programs among it, is none of its business unless the settings say so.
 */
const inherited = {
  posix: ['HOME', 'LOGNAME', 'PATH', 'SHELL', 'TERM', 'USER'],
  windows: [
    'APPDATA',
    'HOMEDRIVE',
    'HOMEPATH',
    'LOCALAPPDATA',
    'PATH',
    'PROCESSOR_ARCHITECTURE',
    'SYSTEMDRIVE',
    'SYSTEMROOT',
    'TEMP',
    'USERNAME',
    'USERPROFILE',
    'PROGRAMFILES',
  ],
} as const;

/** Windows does not mind the case of a name (`Path`), an object of ours does. */
const lookUp = (env: Environment, name: string, anyCase: boolean): string | undefined => {
  if (!anyCase) return env[name];
  const key = Object.keys(env).find((candidate) => candidate.toUpperCase() === name);
  return key === undefined ? undefined : env[key];
};

export const safeEnvironment = (
  env: Environment,
  platform: NodeJS.Platform,
): Readonly<Record<string, string>> => {
  const isWindows = platform === 'win32';
  const names = isWindows ? inherited.windows : inherited.posix;
  const pairs = names.flatMap((name): [string, string][] => {
    const value = lookUp(env, name, isWindows);
    // A value that begins so is a function of bash, which may run code (Shellshock).
    return value === undefined || value.startsWith('()') ? [] : [[name, value]];
  });
  return Object.fromEntries(pairs);
};

const isSet = (pair: [string, string | null]): pair is [string, string] => pair[1] !== null;

/** The settings win; on Windows also over the same name in another case, or both would be there. Null takes one away. */
const environmentOf = (
  server: StdioServer,
  { env, platform }: LaunchSystem,
): Readonly<Record<string, string>> => {
  const asKey = (name: string): string => (platform === 'win32' ? name.toUpperCase() : name);
  const own = new Set(Object.keys(server.env).map(asKey));
  const safe = Object.entries(safeEnvironment(env, platform)).filter(
    ([name]) => !own.has(asKey(name)),
  );
  return Object.fromEntries([...safe, ...Object.entries(server.env).filter(isSet)]);
};

export const launchOf = (server: StdioServer, system: LaunchSystem): Launch => {
  const { platform, folder, isFile } = system;
  const path = platform === 'win32' ? win32 : posix;
  const env = environmentOf(server, system);
  const cwd = server.cwd === null ? folder : path.resolve(folder, server.cwd);
  const plain = { command: server.command, args: server.args, env, cwd, verbatim: false };
  if (platform !== 'win32') return plain;
  const search = {
    path: lookUp(env, 'PATH', true) ?? '',
    endings: lookUp(system.env, 'PATHEXT', true) ?? '.EXE;.CMD;.BAT;.COM',
    cwd,
    isFile,
  };
  const file = findOnWindows(server.command, search);
  if (file === null) return plain;
  if (!/\.(cmd|bat)$/i.test(file)) return { ...plain, command: file };
  const shell = lookUp(system.env, 'COMSPEC', true) ?? 'cmd.exe';
  return { ...plain, command: shell, args: asBatch(file, server.args), verbatim: true };
};
