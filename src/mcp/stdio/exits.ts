// Why a server process could not be started or has ended, as a Failure with words that help. Details are free of
// arguments and variables, which hold credentials. Not here: the words for each kind of failure (core/wording.ts).
import { basename } from 'node:path';
import { aFailure, type Failure } from '../../core/connection/failure.ts';
import { isObject } from '../../core/rpc.ts';
import type { Exit } from './processTree.ts';

/** What people lack when a well-known program is not found. */
const bringers: readonly (readonly [pattern: RegExp, bringer: string])[] = [
  [/^(node|npx|npm)$/, 'Node.js (https://nodejs.org)'],
  [/^uvx?$/, 'uv (https://docs.astral.sh/uv)'],
  [/^python[\d.]*$|^pipx?[\d.]*$/, 'Python (https://www.python.org)'],
  [/^docker$/, 'Docker (https://docs.docker.com)'],
  [/^podman$/, 'Podman (https://podman.io)'],
  [/^bunx?$/, 'Bun (https://bun.sh)'],
  [/^deno$/, 'Deno (https://deno.com)'],
  [/^dotnet$|^dnx$/, '.NET (https://dotnet.microsoft.com)'],
];

/** The name of a program without its folder and its ending on Windows. */
const nameOf = (command: string): string =>
  basename(command.replaceAll('\\', '/')).replace(/\.(exe|cmd|bat|com)$/i, '');

const isPath = (command: string): boolean => /[\\/]/.test(command);

const missing = (command: string): Failure => {
  const name = nameOf(command);
  const bringer = bringers.find(([pattern]) => pattern.test(name.toLowerCase()))?.[1];
  const advice = bringer === undefined ? 'Install it' : `Install ${bringer}`;
  const place = isPath(command) ? 'at the path of the settings' : 'in any folder of the PATH';
  const text = `The program "${name}" was not found ${place}. ${advice}, or put the full path of the program into 'command'.`;
  return aFailure('command-missing', text);
};

const notExecutable = (command: string): Failure =>
  aFailure(
    'command-missing',
    `The program "${nameOf(command)}" may not be run. Make it executable, or put the program that runs it (such as node or python) into 'command' and the file into 'args'.`,
  );

const codeOf = (error: unknown): string =>
  isObject(error) && typeof error['code'] === 'string' ? error['code'] : '';

/** The name of what `spawn` has thrown or told. Its message is left out: it quotes the arguments. */
export const failureOfSpawn = (command: string, error: unknown): Failure => {
  const code = codeOf(error);
  switch (code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return missing(command);
    case 'EACCES':
    case 'EPERM':
    case 'ENOEXEC':
      return notExecutable(command);
    case 'E2BIG':
    case 'EINVAL':
    case 'ERR_INVALID_ARG_VALUE':
      return aFailure(
        'bad-config',
        `The system cannot start a process with these 'args' and 'env' (${code}).`,
      );
    default:
      // Too many processes or files, too little memory: it passes, and counts as a crash where it does not.
      return aFailure(
        'process-exited',
        `The process could not be started (${code || 'no reason told'}).`,
      );
  }
};

export const missingFolder = (): Failure =>
  aFailure(
    'bad-config',
    `The folder of 'cwd' does not exist or cannot be entered. Correct 'cwd' in the settings.`,
  );

const howItEnded = ({ code, signal }: Exit): string =>
  signal === null ? `exited with code ${code}` : `was ended by ${signal}`;

/** `tail`: the last lines of stderr. */
export const exitFailure = (exit: Exit, tail: string): Failure => {
  const last = tail === '' ? 'It wrote nothing to stderr.' : `Its last lines on stderr: ${tail}`;
  return aFailure('process-exited', `The process ${howItEnded(exit)}. ${last}`);
};
