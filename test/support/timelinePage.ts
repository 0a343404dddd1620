// The page of the timeline, built as it ships.
import { join } from 'node:path';
import { build } from 'esbuild';
import { repository } from '../vscode/places.ts';

/** Writes timeline.js and timeline.css into the folder. */
export const buildTimelinePage = async (folder: string): Promise<void> => {
  await build({
    entryPoints: [
      { in: join(repository, 'src', 'timeline.ts'), out: 'timeline' },
      { in: join(repository, 'src', 'timeline', 'timeline.css'), out: 'timeline' },
    ],
    outdir: folder,
    bundle: true,
    platform: 'browser',
    format: 'iife',
    target: 'es2023',
    logLevel: 'warning',
  });
};
