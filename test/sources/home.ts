// A home folder of nobody's, with an open workspace folder, and everything that sources are read with.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { OwnDoor } from '../../src/core/loops.ts';
import { parseSettings } from '../../src/core/parseSettings.ts';
import { inEnglish } from '../../src/core/wording/english.ts';
import type { Surroundings } from '../../src/sources/places.ts';
import type { Reader } from '../../src/sources/readSource.ts';

export const aDoor = (more: Partial<OwnDoor> = {}): OwnDoor => ({
  ports: [40_001],
  bridge: null,
  ...more,
});

export const aReader = (door: OwnDoor = aDoor()): Reader => ({ door, say: inEnglish });

export const allSwitches = parseSettings({}).settings.sources;

export interface TestHome {
  readonly home: string;
  readonly folder: string;
  readonly around: Surroundings;
  /** Writes a file under the home folder and returns its path. */
  write(path: string, text: string): string;
  remove(): void;
}

export const aHome = (): TestHome => {
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'lifeline-sources-')));
  const folder = join(home, 'work', 'project');
  mkdirSync(folder, { recursive: true });
  return {
    home,
    folder,
    around: {
      platform: 'linux',
      home,
      environment: {},
      folders: [folder],
      workspaceFile: null,
      profile: join(home, '.config', 'Code', 'User'),
      mayReadWorkspace: true,
      switches: allSwitches,
    },
    write: (path, text) => {
      const file = join(home, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
      return file;
    },
    remove: () => rmSync(home, { recursive: true, force: true }),
  };
};
