// The last step of `npm test`: everything that the whole run has written (files, databases, logs of editors, what the suites
// printed) is searched for the credentials that tests have planted. All suites write below one folder, which is kept until then.
// Not here: planting (test/support/planted.ts) and keeping (test/support/keepFolders.ts).
import {
  appendFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { keepFolders, runFolderVariable } from '../support/keepFolders.ts';
import { plantedMark } from '../support/planted.ts';
import type { Tally } from './tally.ts';

/** Where a planted secret may stand, and why. The path begins below the folder that a test made. */
const allowed: readonly (readonly [path: RegExp, why: string])[] = [
  [/(^|\/)\.vscode\/settings\.json$/, 'The test wrote the entry there, as a person does.'],
  [/(^|\/)User\/settings\.json$/, 'The same, in the settings of the user.'],
  [/(^|\/)User\/caches\/CachedConfigurations\//, 'The copy that the editor makes of both.'],
  [
    /(^|\/)User\/History\/[^/]+\/\w+\.json$/,
    "The editor's own history of files that were changed in it.",
  ],
  [/^[^/]+\.(json|jsonc)$/, 'The configuration that the test gave to a headless gateway.'],
];

/** Other ways in which the same letters are written. */
const needles = (): readonly Buffer[] => {
  const plain = Buffer.from(plantedMark);
  // Without what depends on the letters beside it (RFC 4648 section 4: groups of three bytes).
  const inBase64 = [0, 1, 2].map((distance) =>
    Buffer.concat([Buffer.alloc(distance), plain])
      .toString('base64')
      .slice(4, -4),
  );
  return [plain, Buffer.from(plantedMark, 'utf16le'), ...inBase64.map((text) => Buffer.from(text))];
};

interface Found {
  /** Below the folder that a test made, or the name of an output. */
  readonly path: string;
  readonly around: string;
}

/** What stands around it says who wrote it. */
const excerpt = (bytes: Buffer, at: number): string =>
  bytes
    .subarray(Math.max(0, at - 60), at + 60)
    .toString('latin1')
    .replaceAll(/[^\x20-\x7e]+/g, '·');

/** A process that ends late may still tidy up: what nobody can read any more is not written down either. */
const readIfThere = (path: string): Buffer | null => {
  try {
    return readFileSync(path);
  } catch (error) {
    if (!existsSync(path)) return null;
    throw error;
  }
};

const findIn = (path: string, shown: string, marks: readonly Buffer[]): Found | null => {
  const bytes = readIfThere(path);
  if (bytes === null) return null;
  const at = Math.max(...marks.map((mark) => bytes.indexOf(mark)));
  return at < 0 ? null : { path: shown, around: excerpt(bytes, at) };
};

/** Every file below; links are somebody else's files, and sockets hold nothing. */
const filesBelow = (folder: string): readonly string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return filesBelow(path);
    return entry.isFile() ? [path] : [];
  });

const isReadable = (path: string): boolean =>
  ((lstatSync(path, { throwIfNoEntry: false })?.mode ?? 0) & 0o400) !== 0;

const nameOf = (root: string, path: string): string =>
  relative(root, path)
    .split(/[\\/]/)
    .join('/')
    .replace(/^kept\/[^/]+\//, '')
    .replace(/^ml[^/]*\//, '');

export interface Run {
  /** Looks through everything written so far. `isWhole`: suites were run that plant something. */
  search(isWhole: boolean): Tally;
  end(): void;
}

export interface Findings {
  readonly files: number;
  readonly leaks: readonly Found[];
  /** How many files hold what was planted in them. */
  readonly places: number;
}

export const searchBelow = (root: string): Findings => {
  const marks = needles();
  const files = filesBelow(root).filter(isReadable);
  const found = files.flatMap((path) => findIn(path, nameOf(root, path), marks) ?? []);
  const leaks = found.filter(({ path }) => !allowed.some(([pattern]) => pattern.test(path)));
  return { files: files.length, leaks, places: found.length - leaks.length };
};

const judge = ({ files, leaks, places }: Findings, isWhole: boolean): Tally => {
  for (const { path, around } of leaks)
    console.log(`A planted secret stands in ${path}: ${around}`);
  console.log(`${files} files were searched; ${places} of them may hold what was planted.`);
  // A run in which nothing was planted proves nothing.
  const isBlind = isWhole && places === 0;
  if (isBlind) console.log('No test has planted anything, so that nothing was proved.');
  const failed = leaks.length + (isBlind ? 1 : 0);
  return { passed: failed === 0 ? 1 : 0, failed };
};

/** From now on everything temporary, and everything that is printed, stays until the end of the run. */
export const beginRun = (): Run => {
  // Short, since editors put sockets below it.
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'mlr-')));
  mkdirSync(join(root, 'kept'));
  for (const name of ['TMPDIR', 'TMP', 'TEMP']) process.env[name] = root;
  process.env[runFolderVariable] = root;
  keepFolders();
  const output = join(root, 'output.log');
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = new Proxy(write, {
    apply: (target, self, args: Parameters<typeof write>) => {
      appendFileSync(output, args[0]);
      return Reflect.apply(target, self, args);
    },
  });
  return {
    search: (isWhole) => judge(searchBelow(root), isWhole),
    end: () => {
      process.stdout.write = write;
      rmSync(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 300 });
    },
  };
};
