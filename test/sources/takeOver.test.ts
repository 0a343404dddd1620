// Servers are taken over from every product's file and given back, with every character kept, whatever comes in between.
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { FoundServer, SourceKind } from '../../src/core/sources.ts';
import type { SourcePlace } from '../../src/sources/places.ts';
import { anyFile } from './anyJsonc.ts';
import {
  claudeCodeFile,
  claudeDesktopFile,
  cursorFile,
  cursorProjectFile,
  projectFile,
  vscodeFile,
  vscodeUserFile,
  windsurfFile,
} from './documented.ts';
import { aHome, type TestHome } from './home.ts';
import {
  aLife,
  bridgeOf,
  Fate,
  found,
  giveBackAll,
  type Life,
  Shelf,
  takenIn,
  wishFor,
} from './takeOverRig.ts';

let home: TestHome;
let shelf: Shelf;
let life: Life;

beforeEach(() => {
  home = aHome();
  shelf = new Shelf();
  life = aLife(home.home, shelf);
});
afterEach(() => home.remove());

const placeOf = (kind: SourceKind, file: string, folder: string | null = null): SourcePlace => ({
  kind,
  file,
  folder,
  projects: kind === 'claude-code' ? [home.folder] : [],
});

const read = (file: string): string => readFileSync(file, 'utf8');

const take = async (servers: readonly FoundServer[], by = life): Promise<void> => {
  const results = await by.takeOver.take(servers.map((server) => wishFor(server)));
  expect(results.map(({ kind }) => kind)).toEqual(servers.map(() => 'taken'));
};

const takeNamed = async (place: SourcePlace, ...names: string[]): Promise<void> =>
  take((await found(place)).filter(({ name }) => names.includes(name)));

const giveNamed = async (...names: string[]): Promise<readonly string[]> => {
  const ids = (await takenIn(life)).filter(({ name }) => names.includes(name)).map(({ id }) => id);
  expect(ids).toHaveLength(names.length);
  return giveBackAll(life, ids);
};

const everyProduct: readonly (readonly [SourceKind, string, () => string])[] = [
  ['vscode-workspace', 'work/project/.vscode/mcp.json', () => vscodeFile],
  ['project', 'work/project/.mcp.json', () => projectFile],
  ['cursor-project', 'work/project/.cursor/mcp.json', () => cursorProjectFile],
  ['vscode-user', '.config/Code/User/mcp.json', () => vscodeUserFile],
  ['claude-code', '.claude.json', () => claudeCodeFile(home.folder)],
  ['claude-desktop', '.config/Claude/claude_desktop_config.json', () => claudeDesktopFile],
  ['cursor', '.cursor/mcp.json', () => cursorFile],
  ['windsurf', '.codeium/windsurf/mcp_config.json', () => windsurfFile],
];

describe.each(everyProduct)('a file of %s', (kind, path, text) => {
  test('is what it was, byte by byte, once everything is given back', async () => {
    const original = text();
    const file = home.write(path, original);
    const place = placeOf(kind, file, path.startsWith('work/') ? home.folder : null);
    const servers = await found(place);
    expect(servers.length).toBeGreaterThan(0);
    await take(servers);

    expect([...shelf.entries.keys()]).toEqual(servers.map(({ name }) => name));
    const after = await found(place);
    if (kind === 'vscode-workspace' || kind === 'vscode-user') expect(after).toEqual([]);
    else expect(after.map(({ leadsTo }) => leadsTo)).toEqual(servers.map(() => 'ours'));
    const keptComments = /\/\/ Asked.*/.exec(original)?.[0] ?? '';
    expect(read(file)).toContain(keptComments);

    expect(await giveNamed(...servers.map(({ name }) => name))).toEqual([]);
    expect(read(file)).toBe(original);
    expect(shelf.entries.size).toBe(0);
    expect(shelf.inputs.size).toBe(0);
    expect(await takenIn(life)).toEqual([]);
    expect(readdirSync(join(home.home, 'taken'))).toEqual(['taken.json']);
  });
});

test('any file is what it was, byte by byte, whatever was taken and given back in whatever order', async () => {
  const orders = fc.array(fc.record({ pick: fc.nat(), back: fc.boolean() }), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(
      anyFile,
      orders,
      fc.boolean(),
      async ({ text, section, names }, steps, lax) => {
        const kind = section === 'servers' ? 'vscode-user' : lax ? 'cursor' : 'windsurf';
        const file = home.write('any/file.json', text);
        const place = placeOf(kind, file);
        const out = new Set<string>();
        for (const { pick, back } of steps) {
          const pool = names.filter((name) => out.has(name) === back);
          const name = pool[pick % Math.max(pool.length, 1)];
          if (name === undefined) continue;
          if (back) {
            expect(await giveNamed(name)).toEqual([]);
            out.delete(name);
          } else {
            await takeNamed(place, name);
            out.add(name);
          }
          const now = (await found(place)).filter(({ leadsTo }) => leadsTo === 'elsewhere');
          expect(now.map((server) => server.name)).toEqual(
            names.filter((one) => !out.has(one)).toSorted(byKey(text, names)),
          );
          expect(new Set(shelf.entries.keys())).toEqual(out);
        }
        expect(await giveNamed(...out)).toEqual([]);
        expect(read(file)).toBe(text);
      },
    ),
    { numRuns: 60 },
  );
}, 60_000);

/** Objects have number-like names first. */
const byKey = (_text: string, names: readonly string[]) => (one: string, other: string) => {
  const rank = (name: string): number => (/^\d+$/.test(name) ? -1 : names.indexOf(name));
  return rank(one) - rank(other);
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
    const file = home.write('.cursor/mcp.json', original);
    const place = placeOf('cursor', file);
    await takeNamed(place, 'two');
    const edited = read(file)
      .replace('"http://one"', '"http://one/new"')
      .replace('// Mine.', '// Ours.');
    writeFileSync(file, edited);
    const [plan] = await life.giveBack.plan((await takenIn(life)).map(({ id }) => id));
    expect(plan).toMatchObject({ kind: 'plan', isExact: false, before: edited, conflicts: [] });
    expect(await giveNamed('two')).toEqual([]);
    expect(read(file)).toBe(
      original.replace('"http://one"', '"http://one/new"').replace('// Mine.', '// Ours.'),
    );
    expect(shelf.entries.size).toBe(0);
  });

  test('loses nothing of what was taken before and after the edit, in either order', async () => {
    for (const order of [
      ['two', 'three'],
      ['three', 'two'],
    ]) {
      const file = home.write('.cursor/mcp.json', original);
      const place = placeOf('cursor', file);
      await takeNamed(place, 'two');
      writeFileSync(file, read(file).replace('// Mine.', '// Ours.'));
      await takeNamed(place, 'three');
      for (const name of order) expect(await giveNamed(name)).toEqual([]);
      expect(read(file)).toBe(original.replace('// Mine.', '// Ours.'));
    }
  });

  test('gets a removed entry back at its old place among its neighbours', async () => {
    const file = home.write('mcp.json', vscodeFile);
    const place = placeOf('vscode-user', file);
    await takeNamed(place, 'boxed');
    writeFileSync(file, read(file).replace('"password": true', '"password": false'));
    expect(await giveNamed('boxed')).toEqual([]);
    expect(read(file)).toBe(vscodeFile.replace('"password": true', '"password": false'));
  });

  test('keeps an entry that somebody has put in its place, unless he wants it replaced', async () => {
    const file = home.write('.cursor/mcp.json', original);
    const place = placeOf('cursor', file);
    for (const onConflict of ['keep', 'replace'] as const) {
      writeFileSync(file, original);
      await takeNamed(place, 'one');
      const theirs = original.replace('"http://one"', '"http://theirs"');
      writeFileSync(file, theirs);
      const [plan] = await life.giveBack.plan(
        (await takenIn(life)).map(({ id }) => id),
        onConflict,
      );
      if (plan?.kind !== 'plan') throw new Error('no plan');
      expect(plan.conflicts).toEqual(['one']);
      expect(await life.giveBack.give(plan, onConflict)).toBeNull();
      expect(read(file)).toBe(onConflict === 'keep' ? theirs : original);
      expect(shelf.entries.size).toBe(0);
    }
  });

  test('is not touched when it is changed between the look at the plan and the deed', async () => {
    const file = home.write('.cursor/mcp.json', original);
    await takeNamed(placeOf('cursor', file), 'one');
    const [plan] = await life.giveBack.plan((await takenIn(life)).map(({ id }) => id));
    if (plan?.kind !== 'plan') throw new Error('no plan');
    const edited = read(file).replace('// Mine.', '// Ours.');
    writeFileSync(file, edited);
    expect(await life.giveBack.give(plan)).toMatch(/was not changed\. Another program/);
    expect(read(file)).toBe(edited);
    expect([...shelf.entries.keys()]).toEqual(['one']);
  });

  test('is made anew where it was deleted', async () => {
    const file = home.write('.cursor/mcp.json', original);
    await takeNamed(placeOf('cursor', file), 'one', 'two');
    rmSync(join(home.home, '.cursor'), { recursive: true });
    expect(await giveNamed('one', 'two')).toEqual([]);
    const [one, two] = await found(placeOf('cursor', file));
    expect([one?.entry, two?.entry]).toEqual([
      { url: 'http://one' },
      { command: 'two', args: ['a', 'b'] },
    ]);
    expect(read(file)).toContain('// with care');
  });

  test('is left alone where it can no longer be understood, and says in which line', async () => {
    const file = home.write('.cursor/mcp.json', original);
    await takeNamed(placeOf('cursor', file), 'one');
    writeFileSync(file, read(file).replace('"two": {', '"two" {'));
    expect(await giveNamed('one')).toEqual([
      'It is not valid JSON: in line 11, a colon is missing. Correct it first.',
    ]);
    expect([...shelf.entries.keys()]).toEqual(['one']);
  });
});

describe('taking over', () => {
  const text =
    '{ "mcpServers": { "one": { "url": "http://one" }, "two": { "url": "http://two" } } }';

  test('follows a link to the file, keeps its rights, and leaves no drafts', async () => {
    const real = home.write('dotfiles/cursor.json', text);
    chmodSync(real, 0o640);
    mkdirSync(join(home.home, '.cursor'));
    const file = join(home.home, '.cursor', 'mcp.json');
    symlinkSync(real, file);
    await takeNamed(placeOf('cursor', file), 'one');
    expect(lstatSync(file).isSymbolicLink()).toBe(true);
    expect(statSync(real).mode & 0o777).toBe(0o640);
    expect(read(real)).toContain('bridge.js');
    expect(readdirSync(join(home.home, 'dotfiles'))).toEqual(['cursor.json']);
    expect(await giveNamed('one')).toEqual([]);
    expect(read(real)).toBe(text);
  });

  test('keeps what it knows for its owner only', async () => {
    await takeNamed(placeOf('cursor', home.write('.cursor/mcp.json', text)), 'one');
    const folder = join(home.home, 'taken');
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    const names = readdirSync(folder);
    expect(names).toHaveLength(2);
    for (const name of names) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
  });

  test('writes our setting before the file', async () => {
    const file = home.write('.cursor/mcp.json', text);
    const [server] = await found(placeOf('cursor', file));
    if (!server) throw new Error('no server');
    const seen: string[] = [];
    const own = shelf.in(new Fate());
    const watching = aLife(home.home, shelf);
    await watching.takeOver.take([wishFor(server)]);
    void own;
    seen.push(...shelf.log);
    expect(seen).toEqual(['add one']);
  });

  test('is undone where a step fails: name taken, file read-only, entry changed', async () => {
    const file = home.write('.cursor/mcp.json', text);
    const servers = await found(placeOf('cursor', file));
    const [one, two] = servers;
    if (!one || !two) throw new Error('no servers');
    shelf.entries.set('two', { url: 'http://mine' });
    const results = await life.takeOver.take([wishFor(one), wishFor(two)]);
    expect(results).toMatchObject([
      { kind: 'refused', reason: expect.stringContaining('named "two" already') },
      { kind: 'refused' },
    ]);
    expect(read(file)).toBe(text);
    expect([...shelf.entries]).toEqual([['two', { url: 'http://mine' }]]);
    expect(await takenIn(life)).toEqual([]);

    const [changed] = await life.takeOver.take([
      wishFor({ ...one, entry: { url: 'http://what-was-shown' } }),
    ]);
    expect(changed).toMatchObject({ reason: expect.stringContaining('has just been changed') });
    expect(read(file)).toBe(text);
    expect(readdirSync(join(home.home, 'taken'))).toEqual(['taken.json']);
  });

  test('leads two files to one entry of ours, which stays until both are given back', async () => {
    const files = [home.write('.cursor/mcp.json', text), home.write('w/mcp_config.json', text)];
    const [cursor, windsurf] = files;
    const [one] = await found(placeOf('cursor', cursor ?? ''));
    const [same] = await found(placeOf('windsurf', windsurf ?? ''));
    if (!one || !same) throw new Error('no servers');
    await life.takeOver.take([wishFor(one), wishFor(same, { entry: null })]);
    const [first, second] = await takenIn(life);
    expect(await giveBackAll(life, [first?.id ?? ''])).toEqual([]);
    expect([...shelf.entries.keys()]).toEqual(['one']);
    expect(await giveBackAll(life, [second?.id ?? ''])).toEqual([]);
    expect(shelf.entries.size).toBe(0);
    expect(files.map(read)).toEqual([text, text]);
  });

  test('leaves an entry that was ours before where it is', async () => {
    const file = home.write('.cursor/mcp.json', text);
    const [one] = await found(placeOf('cursor', file));
    if (!one) throw new Error('no server');
    shelf.entries.set('mine', { url: 'http://one' });
    await life.takeOver.take([wishFor(one, { name: 'mine', entry: null })]);
    expect((await found(placeOf('cursor', file)))[0]?.entry).toEqual(bridgeOf('mine'));
    expect(await giveNamed('mine')).toEqual([]);
    expect([...shelf.entries.keys()]).toEqual(['mine']);
    expect(read(file)).toBe(text);
  });

  test('waits for Claude Code while it writes, and does not wait for a dead one', async () => {
    const file = home.write('.claude.json', claudeCodeFile(home.folder));
    const lock = `${file}.lock`;
    mkdirSync(lock);
    const place = placeOf('claude-code', file);
    const [server] = await found(place);
    if (!server) throw new Error('no server');
    let isDone = false;
    const taking = take([server]).then(() => {
      isDone = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 120));
    expect(isDone).toBe(false);
    rmSync(lock, { recursive: true });
    await taking;
    expect(existsSync(lock)).toBe(false);
  });

  test('cannot be given back from a window that does not have its workspace open', async () => {
    const file = home.write('work/project/.mcp.json', text);
    const [one] = await found(placeOf('project', file, home.folder));
    if (!one) throw new Error('no server');
    await life.takeOver.take([wishFor(one, { home: { kind: 'folder', folder: home.folder } })]);
    const other = aLife(home.home, shelf, new Fate(), ['folder']);
    const ids = (await takenIn(other)).map(({ id }) => id);
    expect(await giveBackAll(other, ids)).toEqual([
      'It belongs to a workspace that is not open here, or not trusted. Open that one first.',
    ]);
    expect(await giveBackAll(life, ids)).toEqual([]);
    expect(read(file)).toBe(text);
  });
});

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
        shelf.entries.has(name) ? 'ours' : '',
      ]
        .filter((word) => word !== '')
        .join('+');
    return { one: answer('one'), two: answer('two') };
  };

  test.each([0, 1, 2, 3, 4, 5, 6, 7, 8])(
    '%i steps into taking over loses nothing',
    async (steps) => {
      const file = home.write('.cursor/mcp.json', original);
      const place = placeOf('cursor', file);
      const servers = await found(place);
      const mortal = aLife(home.home, shelf, new Fate(steps));
      await mortal.takeOver.take(servers.map((server) => wishFor(server)));
      const middle = await where(place);
      expect(Object.values(middle)).not.toContain('');

      await life.settle();
      const after = await where(place);
      expect(new Set(Object.values(after)).size).toBe(1);
      expect(['file', 'ours']).toContain(after['one']);
      expect((await takenIn(life)).length).toBe(after['one'] === 'ours' ? 2 : 0);
      if (after['one'] === 'ours') expect(await giveNamed('one', 'two')).toEqual([]);
      expect(read(file)).toBe(original);
      expect(shelf.entries.size).toBe(0);
      expect(readdirSync(join(home.home, 'taken')).filter((name) => name.endsWith('.bak'))).toEqual(
        [],
      );
    },
  );

  test.each([0, 1, 2, 3, 4, 5, 6, 7])('%i steps into giving back loses nothing', async (steps) => {
    const file = home.write('.cursor/mcp.json', original);
    const place = placeOf('cursor', file);
    await takeNamed(place, 'one', 'two');
    const mortal = aLife(home.home, shelf, new Fate(steps));
    await giveBackAll(
      mortal,
      (await takenIn(life)).map(({ id }) => id),
    );
    expect(Object.values(await where(place))).not.toContain('');

    await life.settle();
    const after = await where(place);
    for (const answer of Object.values(after)) expect(['file', 'ours']).toContain(answer);
    expect(await giveNamed(...(await takenIn(life)).map(({ name }) => name))).toEqual([]);
    expect(read(file)).toBe(original);
    expect(shelf.entries.size).toBe(0);
  });
});

test('a book that cannot be read is set aside, and nothing is thrown away', async () => {
  const folder = join(home.home, 'taken');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'taken.json'), '{ "version": 99 }');
  expect(await takenIn(life)).toEqual([]);
  expect(readdirSync(folder)).toEqual([expect.stringMatching(/^taken\.json\.\w+\.unreadable$/)]);
});
