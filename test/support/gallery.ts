// The extension with made-up servers in place of the real ones (test/host/gallery), built into a folder of its own.
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { onTestFinished } from 'vitest';
import { repository } from '../vscode/places.ts';
import { buildTimelinePage } from './timelinePage.ts';

/** The folder to install the gallery from; gone when the test ends. */
export const aGallery = async (): Promise<string> => {
  const folder = mkdtempSync(join(tmpdir(), 'ml-gallery-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const name of ['package.json', 'package.nls.json', 'media'])
    cpSync(join(repository, name), join(folder, name), { recursive: true });
  mkdirSync(join(folder, 'dist'));
  await build({
    entryPoints: {
      extension: join(repository, 'test', 'host', 'gallery', 'extension.ts'),
      schemaCheck: join(repository, 'src', 'host', 'schemaCheck.ts'),
    },
    outdir: join(folder, 'dist'),
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    external: ['vscode'],
    // The main file of jsonc-parser asks for its parts in a way that no bundler can follow.
    mainFields: ['module', 'main'],
    logLevel: 'warning',
  });
  await buildTimelinePage(join(folder, 'dist'));
  return folder;
};
