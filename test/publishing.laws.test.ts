// What whoever publishes the extension must not forget, as far as it can be seen in its files.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { packingFlags } from './run/packing.ts';
import { readProjectJson } from './support/sources.ts';
import { repository } from './vscode/places.ts';

const readme = readFileSync(join(repository, 'README.md'), 'utf8');

const manifest = z
  .looseObject({
    version: z.string(),
    repository: z.unknown().optional(),
    bugs: z.unknown().optional(),
    homepage: z.unknown().optional(),
  })
  .parse(readProjectJson('package.json'));

describe('a package', () => {
  const sources = { type: 'git', url: 'https://sources.test/lifeline.git' };

  test.each([
    ['0.1.0', ['--pre-release']],
    ['1.0.0', []],
    ['1.11.3', ['--pre-release']],
    ['2.10.7', []],
  ])(
    'of version %s goes to its channel: an odd minor number is a pre-release',
    (version, flags) => {
      expect(packingFlags({ version, repository: sources })).toEqual(flags);
    },
  );

  test('shows the pictures of the repository, and its own only while there is no repository', () => {
    const own = '--no-rewrite-relative-links';
    expect(packingFlags({ version: '1.0.0' })).toContain(own);
    expect(packingFlags({ version: '1.0.0', repository: sources })).not.toContain(own);
  });

  test('of our version can be made, and of one with a suffix cannot', () => {
    expect(() => packingFlags(manifest)).not.toThrow();
    expect(() => packingFlags({ version: '1.0.0-beta.1' })).toThrow('1.0.0-beta.1');
  });
});

test('what the README shows and leads to is there, and its pictures are in the package', () => {
  const links = [...readme.matchAll(/(!?)\[[^\]]*\]\(([^)#\s]+)[^)]*\)/g)]
    .map(([, picture, target = '']) => ({ isPicture: picture === '!', target }))
    .filter(({ target }) => !/^\w+:/.test(target));
  expect(links.length).toBeGreaterThan(50);
  expect(links.filter(({ target }) => !existsSync(join(repository, target)))).toEqual([]);
  const pictures = links.filter(({ isPicture }) => isPicture).map(({ target }) => target);
  expect(pictures.filter((target) => !target.startsWith('media/'))).toEqual([]);
});

test('whoever says where the sources are also says where to report a bug, and where to read more', () => {
  const { bugs, homepage } = manifest;
  const known = [manifest.repository, bugs, homepage].map((place) => place !== undefined);
  expect(new Set(known).size).toBe(1);
});
