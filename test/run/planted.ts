// The last step of `npm test`: everything that the whole run has written (files, databases, logs of editors, what the suites
// printed) is searched for the credentials that tests have planted. All suites write below one folder, which is kept until then.
// Not here: planting (test/support/planted.ts) and keeping (test/support/keepFolders.ts).
import {
  appendFileSync,
  chmodSync,
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
import { plantedCodeMark, plantedMark, plantedSessionMark } from '../support/planted.ts';
import type { Tally } from './tally.ts';

type Place = readonly [path: RegExp, why: string];

interface Planted {
  readonly mark: string;
  /** Where it may stand, and why. The path begins below the folder that a test made. */
  readonly places: readonly Place[];
}

const credentials: Planted = {
  mark: plantedMark,
  places: [
    [/^\.vscode\/settings\.json$/, 'The test wrote the entry there, as a person does.'],
    [/^user\/User\/settings\.json$/, 'The same, in the settings of the user.'],
    [/\/User\/caches\/CachedConfigurations\//, 'The copy that the editor makes of both.'],
    [
      /\/User\/History\/[^/]+\/\w+\.json$/,
      "The editor's own history of files that were changed in it.",
    ],
    [/^mcp\.json$/, 'The configuration that the test gave to a headless gateway.'],
    [/^vault\.json$/, "What several processes share in place of the editor's secret storage."],
  ],
};

const codes: Planted = {
  mark: plantedCodeMark,
  places: [
    [/^browser\//, 'The browser of the test keeps where it has been; a code is good for once.'],
  ],
};

const sessions: Planted = {
  mark: plantedSessionMark,
  places: [
    [/(^|\/)lifeline\.db(-wal)?$/, 'The records of sessions, by which they survive a reload.'],
    [
      /\/state\.vscdb(\.backup|-wal)?$/,
      "The editor's copy of these records (its workspace state).",
    ],
    [/(^|\/)browser\/Default\/IndexedDB\//, 'The same copy where the editor runs in a browser.'],
    [
      /^(sessions(\.new)?|events|jobs)$/,
      'What a test server keeps of its sessions over its restarts.',
    ],
  ],
};

/** Other ways in which the same letters are written. */
const needlesOf = (mark: string): readonly Buffer[] => {
  const plain = Buffer.from(mark);
  // Without what depends on the letters beside it (RFC 4648 section 4: groups of three bytes).
  const inBase64 = [0, 1, 2].map((distance) =>
    Buffer.concat([Buffer.alloc(distance), plain])
      .toString('base64')
      .slice(4, -4),
  );
  return [plain, Buffer.from(mark, 'utf16le'), ...inBase64.map((text) => Buffer.from(text))];
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

const whereIn = (bytes: Buffer, needles: readonly Buffer[]): number =>
  Math.max(...needles.map((needle) => bytes.indexOf(needle)));

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
  const planted = [credentials, codes, sessions].map(({ mark, places }) => ({
    needles: needlesOf(mark),
    mayStand: (path: string) => places.some(([pattern]) => pattern.test(path)),
  }));
  const leaks: Found[] = [];
  let places = 0;
  const files = filesBelow(root).filter(isReadable);
  for (const file of files) {
    const bytes = readIfThere(file);
    const path = nameOf(root, file);
    for (const { needles, mayStand } of bytes === null ? [] : planted) {
      const at = bytes === null ? -1 : whereIn(bytes, needles);
      if (at < 0 || bytes === null) continue;
      if (mayStand(path)) places += 1;
      else leaks.push({ path, around: excerpt(bytes, at) });
    }
  }
  return { files: files.length, leaks, places };
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
  // Tests that are somebody else for a moment, so that root lacks a right, must get through to their own folders.
  chmodSync(root, 0o711);
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
