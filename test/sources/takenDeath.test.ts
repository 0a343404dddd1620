// Whatever dies in the middle of taking over or giving back: every server is somewhere at any moment, and in one place in the end.
import { mkdirSync, readdirSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { SourcePlace } from '../../src/sources/places.ts';
import {
  aLife,
  Fate,
  found,
  giveBackAll,
  read,
  reasonOf,
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

describe('a death while', () => {
  const text = '{ "mcpServers": { "one": { "url": "http://one" } } }';

  /** The file was written, and the book not yet closed over it. */
  const diesInTheEnd = async (): Promise<string> => {
    const file = stage.home.write('.cursor/mcp.json', text);
    const servers = await found(stage.place('cursor', file));
    const mortal = aLife(stage.home.home, stage.shelf, new Fate(4));
    await mortal.takeOver.take(servers.map((server) => wishFor(server)));
    expect(read(file)).toContain('bridge.js');
    return file;
  };

  test.each([
    ['missing', (file: string) => rmSync(file)],
    ['blank', (file: string) => writeFileSync(file, '')],
    ['half edited', (file: string) => writeFileSync(file, read(file).slice(0, -8))],
    ['no UTF-8', (file: string) => writeFileSync(file, Buffer.from([0xff, 0xfe]))],
  ])('the file is %s at the next start takes nothing away', async (_state, spoil) => {
    const file = await diesInTheEnd();
    const whole = read(file);
    spoil(file);
    await stage.life.settle();
    expect([...stage.shelf.entries.keys()]).toEqual(['one']);
    expect((await takenIn(stage.life)).map(({ name }) => name)).toEqual(['one']);

    writeFileSync(file, whole);
    await stage.life.settle();
    expect(await stage.giveNamed('one')).toEqual([]);
    expect(read(file)).toBe(text);
    expect(stage.shelf.entries.size).toBe(0);
  });

  test('what we left in the file was removed by hand leaves the server with us', async () => {
    const file = await diesInTheEnd();
    writeFileSync(file, '{ "mcpServers": {} }');
    await stage.life.settle();
    expect([...stage.shelf.entries.keys()]).toEqual(['one']);
  });
});

describe('a book', () => {
  const other = '{ "mcpServers": { "two": { "url": "http://two" } } }';
  const names = (): readonly string[] => readdirSync(stage.folder).toSorted();

  const taken = async (): Promise<string> => {
    const text = '{ "servers": { "one": { "url": "http://one" } } }';
    const file = stage.home.write('mcp.json', text);
    await stage.take(await found(stage.place('vscode-user', file)));
    expect(names()).toHaveLength(2);
    return names().find((name) => name.endsWith('.bak')) ?? '';
  };

  test.each(['{ "version": 99 }', '{ "version": 1, "files": [{ "fi'])(
    'that reads %s is set aside, and nothing is thrown away at this start or the next',
    async (text) => {
      const backup = await taken();
      writeFileSync(join(stage.folder, 'taken.json'), text);
      expect(await takenIn(stage.life)).toEqual([]);
      await stage.life.settle();
      await stage.life.settle();
      expect(names()).toContain(backup);
      expect(names().join(' ')).toMatch(/taken\.json\.\w+\.unreadable/);
    },
  );

  test('that cannot be read just now stays where it is, and nothing else is changed', async () => {
    const backup = await taken();
    const book = join(stage.folder, 'taken.json');
    const [{ id } = { id: '' }] = await takenIn(stage.life);
    renameSync(book, `${book}.elsewhere`);
    mkdirSync(book);
    await expect(stage.life.settle()).rejects.toThrow('EISDIR');
    const reason =
      'The list of what was taken over cannot be read (EISDIR). Try again; if that does not help, reload the window.';
    expect(await stage.life.giveBack.plan([id])).toEqual([
      { kind: 'refused', file: book, ids: [id], reason },
    ]);
    const [server] = await found(stage.place('cursor', stage.home.write('other.json', other)));
    if (!server) throw new Error('no server');
    const [result] = await stage.life.takeOver.take([wishFor(server)]);
    expect(result && reasonOf(result)).toContain(reason);
    expect(names()).toEqual([backup, 'taken.json', 'taken.json.elsewhere'].toSorted());

    rmdirSync(book);
    renameSync(`${book}.elsewhere`, book);
    await stage.life.settle();
    expect(await stage.giveNamed('one')).toEqual([]);
  });
});
