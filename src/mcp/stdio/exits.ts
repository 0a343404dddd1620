// Why a server process could not be started or has ended, as a Failure with words that help. Details are free of
// arguments and variables, which hold credentials. Not here: the words for each kind of failure (core/wording.ts).
import { basename } from 'node:path';
import { type Failure, wordedFailure } from '../../core/connection/failure.ts';
import { isObject } from '../../core/rpc.ts';
import { unsaid, type Unsaid } from '../../core/wording/unsaid.ts';
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
  const place = isPath(command)
    ? unsaid('The program "{0}" was not found at the path of the settings.', name)
    : unsaid('The program "{0}" was not found in any folder of the PATH.', name);
  const advice =
    bringer === undefined
      ? unsaid("Install it, or put the full path of the program into 'command'.")
      : unsaid("Install {0}, or put the full path of the program into 'command'.", bringer);
  return wordedFailure('command-missing', unsaid('{0} {1}', place, advice));
};

const notExecutable = (command: string): Failure =>
  wordedFailure(
    'command-missing',
    unsaid(
      `The program "{0}" may not be run. Make it executable, or put the program that runs it (such as node or python) into 'command' and the file into 'args'.`,
      nameOf(command),
    ),
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
      return wordedFailure(
        'bad-config',
        unsaid("The system cannot start a process with these 'args' and 'env' ({0}).", code),
      );
    default:
      // Too many processes or files, too little memory: it passes, and counts as a crash where it does not.
      return wordedFailure(
        'process-exited',
        unsaid('The process could not be started ({0}).', code || unsaid('no reason told')),
      );
  }
};

export const missingFolder = (): Failure =>
  wordedFailure(
    'bad-config',
    unsaid(
      "The folder of 'cwd' does not exist or cannot be entered. Correct 'cwd' in the settings.",
    ),
  );

const howItEnded = ({ code, signal }: Exit): Unsaid =>
  signal === null
    ? unsaid('The process exited with code {0}.', String(code))
    : unsaid('The process was ended by {0}.', signal);

/** `tail`: the last lines of stderr. */
export const exitFailure = (exit: Exit, tail: string): Failure => {
  const last =
    tail === ''
      ? unsaid('It wrote nothing to stderr.')
      : unsaid('Its last lines on stderr: {0}', tail);
  return wordedFailure('process-exited', unsaid('{0} {1}', howItEnded(exit), last));
};
