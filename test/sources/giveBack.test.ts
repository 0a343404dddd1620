// A file that somebody has edited after servers were taken over from it: his edits stay, and just our entries come back.
import { chmodSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { applyEdits, modify, parse } from 'jsonc-parser';
import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import type { OnConflict } from '../../src/core/takeOver.ts';
import { claudeCodeFile, vscodeFile } from './documented.ts';
import { found, read, takenIn, TakeStage } from './takeOverRig.ts';

const stage = new TakeStage();

const anObject = z.record(z.string(), z.unknown());

const valuesIn = (file: string): Record<string, unknown> =>
  anObject.parse(anObject.parse(parse(read(file)))['mcpServers']);

/** As a book from before has it. */
const forgetRights = async (): Promise<void> => {
  const { book } = stage.life;
  const files = await book.load();
  await book.save(
    files.map((page) => ({
      ...page,
      layers: page.layers.map((layer) => ({ ...layer, mode: undefined })),
    })),
  );
};

describe('a file that somebody has edited meanwhile', () => {
  const original = `{
  // Mine.
  "mcpServers": {
    "one": { "url": "http://one" }, // the first
    "two": {
      "command": "two", // with care
      "args": ["a",   "b"]
    },
    "three": { "url": "http://three" }
  }
}
`;

  test('keeps the edits, and gets just our entry back, letter by letter', async () => {
    const file = stage.home.write('.cursor/mcp.json', original);
    const place = stage.place('cursor', file);
    await stage.takeNamed(place, 'two');
    const edited = read(file)
      .replace('"http://one"', '"http://one/new"')
      .replace('// Mine.', '// Ours.');
    writeFileSync(file, edited);
    const [plan] = await stage.life.giveBack.plan((await takenIn(stage.life)).map(({ id }) => id));
    expect(plan).toMatchObject({ kind: 'plan', isExact: false, before: edited, conflicts: [] });
    expect(await stage.giveNamed('two')).toEqual([]);
    expect(read(file)).toBe(
      original.replace('"http://one"', '"http://one/new"').replace('// Mine.', '// Ours.'),
    );
    expect(stage.shelf.entries.size).toBe(0);
  });

  test('loses nothing of what was taken before and after the edit, in either order', async () => {
    for (const order of [
      ['two', 'three'],
      ['three', 'two'],
    ]) {
      const file = stage.home.write('.cursor/mcp.json', original);
      const place = stage.place('cursor', file);
      await stage.takeNamed(place, 'two');
      writeFileSync(file, read(file).replace('// Mine.', '// Ours.'));
      await stage.takeNamed(place, 'three');
      for (const name of order) expect(await stage.giveNamed(name)).toEqual([]);
      expect(read(file)).toBe(original.replace('// Mine.', '// Ours.'));
    }
  });

  test('gets a removed entry back at its old place among its neighbours', async () => {
    const file = stage.home.write('mcp.json', vscodeFile);
    const place = stage.place('vscode-user', file);
    await stage.takeNamed(place, 'boxed');
    writeFileSync(file, read(file).replace('"password": true', '"password": false'));
    expect(await stage.giveNamed('boxed')).toEqual([]);
    expect(read(file)).toBe(vscodeFile.replace('"password": true', '"password": false'));
  });

  test('gets the only entry back with the comma that followed it', async () => {
    const text =
      '{\n\t"servers": {\n\t\t/* Ours. */\n\t\t"shop": { "url": "http://shop" },\n\t},\n}\n';
    const file = stage.home.write('mcp.json', text);
    await stage.takeNamed(stage.place('vscode-user', file), 'shop');
    const edited = (before: string): string => before.replace('Ours', 'Mine');
    writeFileSync(file, edited(read(file)));
    expect(await stage.giveNamed('shop')).toEqual([]);
    expect(read(file)).toBe(edited(text));
  });

  test('keeps an entry that somebody has put in its place, and ours with us, until he wants it replaced', async () => {
    const file = stage.home.write('.cursor/mcp.json', original);
    await stage.takeNamed(stage.place('cursor', file), 'one', 'two');
    writeFileSync(
      file,
      applyEdits(
        read(file),
        modify(read(file), ['mcpServers', 'one'], { url: 'http://theirs' }, {}),
      ),
    );
    const planned = async (onConflict: OnConflict) => {
      const taken = await takenIn(stage.life);
      const [plan] = await stage.life.giveBack.plan(
        taken.map(({ id }) => id),
        onConflict,
      );
      if (plan?.kind !== 'plan') throw new Error('no plan');
      const names = taken.filter(({ id }) => plan.stays.includes(id)).map(({ name }) => name);
      return { plan, names };
    };
    const first = await planned('keep');
    expect(first.plan.conflicts).toEqual(['one']);
    expect(first.names).toEqual(['one']);
    expect(await stage.life.giveBack.give(first.plan, 'keep')).toBeNull();
    const { one, two } = valuesIn(file);
    expect([one, two]).toEqual([{ url: 'http://theirs' }, { command: 'two', args: ['a', 'b'] }]);
    // Nobody else has the server that was taken: neither it nor what leads back to it is lost.
    expect([...stage.shelf.entries]).toEqual([['one', { url: 'http://one' }]]);
    expect((await takenIn(stage.life)).map(({ name }) => name)).toEqual(['one']);

    const then = await planned('replace');
    expect(then.names).toEqual([]);
    expect(await stage.life.giveBack.give(then.plan, 'replace')).toBeNull();
    expect(valuesIn(file)['one']).toEqual({ url: 'http://one' });
    expect(stage.shelf.entries.size).toBe(0);
  });

  test('is not written while our setting cannot be, and says so where it is too late', async () => {
    const file = stage.home.write('.cursor/mcp.json', original);
    await stage.takeNamed(stage.place('cursor', file), 'one');
    const taken = read(file);
    stage.shelf.refusal = { beforehand: true, reason: 'The settings are unsaved.' };
    expect(await stage.giveNamed('one')).toEqual([
      `${file} was not changed. The settings are unsaved.`,
    ]);
    expect(read(file)).toBe(taken);

    stage.shelf.refusal = { beforehand: false, reason: 'The settings are unsaved.' };
    expect(await stage.giveNamed('one')).toEqual([
      `${file} has its entries again, but the rest could not be done: The settings are unsaved. Mend that, and use Give Back once more.`,
    ]);
    expect(read(file)).toBe(original);
    expect([...stage.shelf.entries.keys()]).toEqual(['one']);

    stage.shelf.refusal = null;
    expect(await stage.giveNamed('one')).toEqual([]);
    expect(read(file)).toBe(original);
    expect(stage.shelf.entries.size).toBe(0);
    expect(await takenIn(stage.life)).toEqual([]);
  });

  test('is not touched when it is changed between the look at the plan and the deed', async () => {
    const file = stage.home.write('.cursor/mcp.json', original);
    await stage.takeNamed(stage.place('cursor', file), 'one');
    const [plan] = await stage.life.giveBack.plan((await takenIn(stage.life)).map(({ id }) => id));
    if (plan?.kind !== 'plan') throw new Error('no plan');
    const edited = read(file).replace('// Mine.', '// Ours.');
    writeFileSync(file, edited);
    expect(await stage.life.giveBack.give(plan)).toMatch(/was not changed\. Another program/);
    expect(read(file)).toBe(edited);
    expect([...stage.shelf.entries.keys()]).toEqual(['one']);
  });

  test('of Claude Code may go on changing in other places while the plan is looked at', async () => {
    const text = claudeCodeFile(stage.home.folder);
    const file = stage.home.write('.claude.json', text);
    await stage.takeNamed(stage.place('claude-code', file), 'airtable');
    const written = (startups: number): void =>
      writeFileSync(file, read(file).replace(/"numStartups":\d+/, `"numStartups":${startups}`));
    written(8);
    const [plan] = await stage.life.giveBack.plan((await takenIn(stage.life)).map(({ id }) => id));
    if (plan?.kind !== 'plan') throw new Error('no plan');
    written(9);
    expect(await stage.life.giveBack.give(plan)).toBeNull();
    expect(read(file)).toBe(text.replace('"numStartups":7', '"numStartups":9'));

    // Somebody has put another entry there since: that is to be looked at.
    await stage.takeNamed(stage.place('claude-code', file), 'airtable');
    written(10);
    const [next] = await stage.life.giveBack.plan((await takenIn(stage.life)).map(({ id }) => id));
    if (next?.kind !== 'plan') throw new Error('no plan');
    writeFileSync(file, text);
    writeFileSync(file, read(file).replace('"airtable-mcp-server"', '"theirs"'));
    expect(await stage.life.giveBack.give(next)).toMatch(/Another program has just changed it/);
    expect([...stage.shelf.entries.keys()]).toEqual(['airtable']);
  });

  test('is made anew where it was deleted', async () => {
    const file = stage.home.write('.cursor/mcp.json', original);
    await stage.takeNamed(stage.place('cursor', file), 'one', 'two');
    rmSync(join(stage.home.home, '.cursor'), { recursive: true });
    expect(await stage.giveNamed('one', 'two')).toEqual([]);
    const [one, two] = await found(stage.place('cursor', file));
    expect([one?.entry, two?.entry]).toEqual([
      { url: 'http://one' },
      { command: 'two', args: ['a', 'b'] },
    ]);
    expect(read(file)).toContain('// with care');
  });

  test.skipIf(process.platform === 'win32')(
    'is made anew with the rights that it had, or for its owner only',
    async () => {
      const file = stage.home.write('.cursor/mcp.json', original);
      const place = stage.place('cursor', file);
      for (const [before, after] of [
        [0o600, 0o600],
        [0o640, 0o640],
        [null, 0o600],
      ] as const) {
        writeFileSync(file, original);
        chmodSync(file, before ?? 0o644);
        await stage.takeNamed(place, 'one');
        if (before === null) await forgetRights();
        rmSync(file);
        expect(await stage.giveNamed('one')).toEqual([]);
        expect((statSync(file).mode & 0o777).toString(8)).toBe(after.toString(8));
        rmSync(file);
      }
    },
  );

  test('is left alone where it can no longer be understood, and says in which line', async () => {
    const file = stage.home.write('.cursor/mcp.json', original);
    await stage.takeNamed(stage.place('cursor', file), 'one');
    writeFileSync(file, read(file).replace('"two": {', '"two" {'));
    expect(await stage.giveNamed('one')).toEqual([
      'It is not valid JSON: in line 11, a colon is missing. Correct it first.',
    ]);
    expect([...stage.shelf.entries.keys()]).toEqual(['one']);
  });
});
