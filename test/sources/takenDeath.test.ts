// Whatever dies in the middle of taking over or giving back: every server is somewhere at any moment, and in one place in the end.
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { SourcePlace } from '../../src/sources/places.ts';
import {
  aLife,
  Fate,
  found,
  giveBackAll,
  read,
  takenIn,
  TakeStage,
  wishFor,
} from './takeOverRig.ts';

const stage = new TakeStage();

describe('a death at any step', () => {
  const original = `{ // mine
  "mcpServers": {
    "one": { "url": "http://one" },
    "two": { "url": "http://two" }
  }
}`;

  /** Every server is the file's or ours, never neither, and after the next start never both. */
  const where = async (place: SourcePlace): Promise<Record<string, string>> => {
    const there = (await found(place)).filter(({ leadsTo }) => leadsTo === 'elsewhere');
    const answer = (name: string): string =>
      [
        there.some((server) => server.name === name) ? 'file' : '',
        stage.shelf.entries.has(name) ? 'ours' : '',
      ]
        .filter((word) => word !== '')
        .join('+');
    return { one: answer('one'), two: answer('two') };
  };

  test.each([0, 1, 2, 3, 4, 5, 6, 7, 8])(
    '%i steps into taking over loses nothing',
    async (steps) => {
      const file = stage.home.write('.cursor/mcp.json', original);
      const place = stage.place('cursor', file);
      const servers = await found(place);
      const mortal = aLife(stage.home.home, stage.shelf, new Fate(steps));
      await mortal.takeOver.take(servers.map((server) => wishFor(server)));
      const middle = await where(place);
      expect(Object.values(middle)).not.toContain('');

      await stage.life.settle();
      const after = await where(place);
      expect(new Set(Object.values(after)).size).toBe(1);
      expect(['file', 'ours']).toContain(after['one']);
      expect((await takenIn(stage.life)).length).toBe(after['one'] === 'ours' ? 2 : 0);
      if (after['one'] === 'ours') expect(await stage.giveNamed('one', 'two')).toEqual([]);
      expect(read(file)).toBe(original);
      expect(stage.shelf.entries.size).toBe(0);
      expect(
        readdirSync(join(stage.home.home, 'taken')).filter((name) => name.endsWith('.bak')),
      ).toEqual([]);
    },
  );

  test.each([0, 1, 2, 3, 4, 5, 6, 7])('%i steps into giving back loses nothing', async (steps) => {
    const file = stage.home.write('.cursor/mcp.json', original);
    const place = stage.place('cursor', file);
    await stage.takeNamed(place, 'one', 'two');
    const mortal = aLife(stage.home.home, stage.shelf, new Fate(steps));
    await giveBackAll(
      mortal,
      (await takenIn(stage.life)).map(({ id }) => id),
    );
    expect(Object.values(await where(place))).not.toContain('');

    await stage.life.settle();
    const after = await where(place);
    for (const answer of Object.values(after)) expect(['file', 'ours']).toContain(answer);
    expect(await stage.giveNamed(...(await takenIn(stage.life)).map(({ name }) => name))).toEqual(
      [],
    );
    expect(read(file)).toBe(original);
    expect(stage.shelf.entries.size).toBe(0);
  });
});

test('a book that cannot be read is set aside, and nothing is thrown away', async () => {
  const folder = join(stage.home.home, 'taken');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'taken.json'), '{ "version": 99 }');
  expect(await takenIn(stage.life)).toEqual([]);
  expect(readdirSync(folder).join()).toMatch(/^taken\.json\.\w+\.unreadable$/);
});
