// Programs on Windows: most commands there (npx, uvx, yarn) are batch files, which Node neither finds without their ending
// nor starts without a shell, since their arguments need a quoting of their own (CVE-2024-27980). Pure; the
// decisions are tested, and were not run on Windows here.
import { win32 } from 'node:path';

export interface Search {
  readonly path: string;
  /** `PATHEXT`. */
  readonly endings: string;
  readonly cwd: string;
  readonly isFile: (path: string) => boolean;
}

/** The file that a command means; null where there is none. The present folder is not searched, unlike cmd.exe does. */
export const findOnWindows = (command: string, search: Search): string | null => {
  const split = (list: string): string[] => list.split(';').filter((part) => part !== '');
  const endings = split(search.endings);
  const hasEnding = endings.some((ending) => command.toLowerCase().endsWith(ending.toLowerCase()));
  const names = hasEnding ? [command] : endings.map((ending) => `${command}${ending}`);
  const folders = /[\\/]/.test(command)
    ? [search.cwd]
    : split(search.path).map((folder) => folder.replaceAll('"', ''));
  const files = folders.flatMap((folder) => names.map((name) => win32.resolve(folder, name)));
  return files.find((file) => search.isFile(file)) ?? null;
};

/** What cmd.exe gives a meaning to; a caret before it takes it away, also from a quote. */
const special = /[()\][%!^"`<>&|;, *?]/g;
const plain = (text: string): string => text.replace(special, '^$&');

/** The starters that npm makes pass their arguments on through cmd.exe once more (as cross-spawn has it). */
const passesOn = (file: string): boolean => /node_modules[\\/]\.bin[\\/][^\\/]+\.cmd$/i.test(file);

/** Quoted as programs of the Microsoft C runtime read it: a backslash counts only before a quote. */
const quoted = (arg: string): string =>
  `"${arg.replace(/(\\*)"/g, '$1$1\\"').replace(/(\\*)$/, '$1$1')}"`;

/** Arguments for cmd.exe that run a batch file; to be passed verbatim. */
export const asBatch = (file: string, args: readonly string[]): readonly string[] => {
  const harmless = (arg: string): string =>
    passesOn(file) ? plain(plain(quoted(arg))) : plain(quoted(arg));
  return ['/d', '/s', '/c', `"${[plain(file), ...args.map(harmless)].join(' ')}"`];
};
