// The client for Redis is half a megabyte: nobody loads it who has no Redis.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { importsOf, sourcesUnder } from '../../support/sources.ts';
import { aFolder } from '../fixtures.ts';

it('only one file imports it, and that file is imported by none that is loaded at the start', () => {
  const sources = sourcesUnder('src');
  const importing = (wanted: RegExp): readonly string[] =>
    sources
      .filter((file) =>
        importsOf(file).some(({ specifier, typeOnly }) => wanted.test(specifier) && !typeOnly),
      )
      .map(({ path }) => path);
  expect(importing(/^@?redis(\/|$)/)).toEqual(['src/store/events/redisClient.ts']);
  expect(sources.filter(({ text }) => /from '.*redisClient\.ts'/.test(text))).toEqual([]);
});

const script = fileURLToPath(new URL('lazyRedisChild.ts', import.meta.url));

it('a process that keeps events in memory or SQLite never loads it; one that is told to use Redis does', () => {
  const { stdout, stderr } = spawnSync(process.execPath, [script, aFolder()], { encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(JSON.parse(stdout)).toEqual({ memory: false, sqlite: false, redis: true });
});
