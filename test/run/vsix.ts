// Packs the extension and looks at what came out: its size, its files, and whether an editor takes it.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { editorRunsHere } from '../vscode/install.ts';
import { repository } from '../vscode/places.ts';
import { mustRun } from './command.ts';
import { provideEditor } from './desktop.ts';
import { writeNotices } from './notices.ts';
import { type Packed, packingFlags } from './packing.ts';
import { publishToOpenVsx } from './registries.ts';
import { smokePackage } from './smoke.ts';
import { type Tally, sum, verdict } from './tally.ts';

const sizeLimit = 1024 * 1024;
const allowed =
  /^(?:package\.json|package\.nls(?:\.[\w-]+)?\.json|readme\.md|changelog\.md|license(?:\.txt|\.md)?|(?:dist|media|l10n|schemas)\/.+)$/i;
const required = [
  'package.json',
  'dist/extension.js',
  'dist/api.d.ts',
  'dist/thirdpartynotices.txt',
  'readme.md',
  'changelog.md',
  'license',
];
const manifest = (): Packed =>
  z
    .object({ version: z.string(), repository: z.unknown().optional() })
    .parse(JSON.parse(readFileSync(join(repository, 'package.json'), 'utf8')));

const flags = ['--no-dependencies', '--skip-license'];

/** The files that would be packed, as vsce lists them. */
const listFiles = async (): Promise<string[]> => {
  const output = await mustRun('vsce', ['ls', '--no-dependencies']);
  return output
    .split('\n')
    .map((line) => line.trim().replaceAll('\\', '/'))
    .filter((line) => line !== '' && !line.startsWith('npm warn'));
};

const judgeFiles = (files: readonly string[]): void => {
  const strangers = files.filter((file) => !allowed.test(file));
  if (strangers.length > 0) throw new Error(`Not meant to be packed: ${strangers.join(', ')}`);
  const names = files.map((file) => file.toLowerCase());
  const missing = required.filter((file) => !names.includes(file));
  if (missing.length > 0) throw new Error(`Missing in the package: ${missing.join(', ')}`);
};

const judgeSize = (file: string): void => {
  const { size } = statSync(file);
  console.log(`${file}: ${(size / 1024).toFixed(0)} KiB of ${sizeLimit / 1024}`);
  if (size > sizeLimit) throw new Error('The package is larger than its limit.');
};

/** Builds for users and packs into `folder`; resolves with the file, or throws with what is wrong with it. */
export const pack = async (folder: string): Promise<string> => {
  mkdirSync(folder, { recursive: true });
  console.log((await mustRun('build', ['--production'])).trim());
  writeNotices();
  const files = await listFiles();
  for (const file of files) console.log(`  ${file}`);
  judgeFiles(files);
  const file = join(folder, 'mcp-lifeline.vsix');
  // Its build scripts are not run: the production build was made a moment ago.
  await mustRun('vsce', ['package', ...flags, ...packingFlags(manifest()), '--out', file]);
  judgeSize(file);
  return file;
};

export const checkPackage = async (): Promise<Tally> => {
  const folder = mkdtempSync(join(tmpdir(), 'ml-vsix-'));
  const file = join(folder, 'mcp-lifeline.vsix');
  try {
    const tallies = [
      await verdict('it packs, small and with nothing but what users need', async () => {
        await pack(folder);
      }),
    ];
    tallies.push(await verdict('Open VSX takes it', () => publishToOpenVsx(file)));
    if (editorRunsHere()) {
      const use = async (): Promise<void> => {
        provideEditor();
        await smokePackage(file);
      };
      tallies.push(await verdict('installed from the package, it brings a server back', use));
    }
    return sum(tallies);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

/** `npm run package`. */
export const main = async (): Promise<number> => {
  await pack(join(repository, 'out'));
  return 0;
};
