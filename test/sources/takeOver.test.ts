// Servers are taken over from every product's file and given back, with every character kept, in whatever order.
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import * as fc from 'fast-check';
import { applyEdits, modify } from 'jsonc-parser';
import { describe, expect, test } from 'vitest';
import type { SourceKind } from '../../src/core/sources.ts';
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
import {
  aLife,
  bridgeOf,
  Fate,
  found,
  giveBackAll,
  read,
  reasonOf,
  takenIn,
  TakeStage,
  wishFor,
  withoutRightsTo,
} from './takeOverRig.ts';

const stage = new TakeStage();

const everyProduct: readonly (readonly [SourceKind, string, () => string])[] = [
  ['vscode-workspace', 'work/project/.vscode/mcp.json', () => vscodeFile],
  ['project', 'work/project/.mcp.json', () => projectFile],
  ['cursor-project', 'work/project/.cursor/mcp.json', () => cursorProjectFile],
  ['vscode-user', '.config/Code/User/mcp.json', () => vscodeUserFile],
  ['claude-code', '.claude.json', () => claudeCodeFile(stage.home.folder)],
  ['claude-desktop', '.config/Claude/claude_desktop_config.json', () => claudeDesktopFile],
  ['cursor', '.cursor/mcp.json', () => cursorFile],
  ['windsurf', '.codeium/windsurf/mcp_config.json', () => windsurfFile],
];

describe.each(everyProduct)('a file of %s', (kind, path, text) => {
  test('is what it was, byte by byte, once everything is given back', async () => {
    const original = text();
    const file = stage.home.write(path, original);
    const place = stage.place(kind, file, path.startsWith('work/') ? stage.home.folder : null);
    const servers = await found(place);
    expect(servers.length).toBeGreaterThan(0);
    await stage.take(servers);

    expect([...stage.shelf.entries.keys()]).toEqual(servers.map(({ name }) => name));
    const after = await found(place);
    if (kind === 'vscode-workspace' || kind === 'vscode-user') expect(after).toEqual([]);
    else expect(after.map(({ leadsTo }) => leadsTo)).toEqual(servers.map(() => 'ours'));
    const keptComments = /\/\/ Asked.*/.exec(original)?.[0] ?? '';
    expect(read(file)).toContain(keptComments);

    expect(await stage.giveNamed(...servers.map(({ name }) => name))).toEqual([]);
    expect(read(file)).toBe(original);
    expect(stage.shelf.entries.size).toBe(0);
    expect(stage.shelf.inputs.size).toBe(0);
    expect(await takenIn(stage.life)).toEqual([]);
    expect(readdirSync(join(stage.home.home, 'taken'))).toEqual(['taken.json']);
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
        const file = stage.home.write('any/file.json', text);
        const place = stage.place(kind, file);
        const out = new Set<string>();
        for (const { pick, back } of steps) {
          const pool = names.filter((name) => out.has(name) === back);
          const name = pool[pick % Math.max(pool.length, 1)];
          if (name === undefined) continue;
          if (back) {
            expect(await stage.giveNamed(name)).toEqual([]);
            out.delete(name);
          } else {
            await stage.takeNamed(place, name);
            out.add(name);
          }
          const now = (await found(place)).filter(({ leadsTo }) => leadsTo === 'elsewhere');
          expect(now.map((server) => server.name)).toEqual(
            names.filter((one) => !out.has(one)).toSorted(inFile(names)),
          );
          expect(new Set(stage.shelf.entries.keys())).toEqual(out);
        }
        expect(await stage.giveNamed(...out)).toEqual([]);
        expect(read(file)).toBe(text);
      },
    ),
    { numRuns: 60 },
  );
}, 60_000);

/** Objects have number-like names first. */
const inFile = (names: readonly string[]) => (one: string, other: string) => {
  const rank = (name: string): number => (/^\d+$/.test(name) ? -1 : names.indexOf(name));
  return rank(one) - rank(other);
};

describe('taking over', () => {
  const text =
    '{ "mcpServers": { "one": { "url": "http://one" }, "two": { "url": "http://two" } } }';

  test('follows a link to the file, keeps its rights, and leaves no drafts', async () => {
    const real = stage.home.write('dotfiles/cursor.json', text);
    chmodSync(real, 0o640);
    mkdirSync(join(stage.home.home, '.cursor'));
    const file = join(stage.home.home, '.cursor', 'mcp.json');
    symlinkSync(real, file);
    await stage.takeNamed(stage.place('cursor', file), 'one');
    expect(lstatSync(file).isSymbolicLink()).toBe(true);
    expect(statSync(real).mode & 0o777).toBe(0o640);
    expect(read(real)).toContain('bridge.js');
    expect(readdirSync(join(stage.home.home, 'dotfiles'))).toEqual(['cursor.json']);
    expect(await stage.giveNamed('one')).toEqual([]);
    expect(read(real)).toBe(text);
  });

  test('keeps what it knows for its owner only', async () => {
    await stage.takeNamed(stage.place('cursor', stage.home.write('.cursor/mcp.json', text)), 'one');
    const folder = join(stage.home.home, 'taken');
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    const names = readdirSync(folder);
    expect(names).toHaveLength(2);
    for (const name of names) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
  });

  test('is undone where a step fails: name taken, entry changed', async () => {
    const file = stage.home.write('.cursor/mcp.json', text);
    const servers = await found(stage.place('cursor', file));
    const [one, two] = servers;
    if (!one || !two) throw new Error('no servers');
    stage.shelf.entries.set('two', { url: 'http://mine' });
    const results = await stage.life.takeOver.take([wishFor(one), wishFor(two)]);
    expect(results.map(reasonOf)).toEqual([
      `${file} was not changed. There is a server named "two" already.`,
      `${file} was not changed. There is a server named "two" already.`,
    ]);
    expect(read(file)).toBe(text);
    expect([...stage.shelf.entries]).toEqual([['two', { url: 'http://mine' }]]);
    expect(await takenIn(stage.life)).toEqual([]);

    const [changed] = await stage.life.takeOver.take([
      wishFor({ ...one, entry: { url: 'http://what-was-shown' } }),
    ]);
    expect(changed && reasonOf(changed)).toContain('has just been changed');
    expect(read(file)).toBe(text);
    expect(readdirSync(join(stage.home.home, 'taken'))).toEqual(['taken.json']);
  });

  test.skipIf(process.platform === 'win32')(
    'is undone where the file may not be written, and so is giving back',
    async () => {
      const file = stage.home.write('.cursor/mcp.json', text);
      const place = stage.place('cursor', file);
      const [one] = await found(place);
      if (!one) throw new Error('no server');
      const refusal = `${file} was not changed. It may not be written (EACCES). Give yourself the right to.`;
      const { home } = stage.home;
      await withoutRightsTo(dirname(file), home, async () => {
        expect((await stage.life.takeOver.take([wishFor(one)])).map(reasonOf)).toEqual([refusal]);
      });
      expect(read(file)).toBe(text);
      expect(stage.shelf.entries.size).toBe(0);
      expect(await takenIn(stage.life)).toEqual([]);

      await stage.takeNamed(place, 'one');
      const taken = read(file);
      await withoutRightsTo(dirname(file), home, async () => {
        expect(await stage.giveNamed('one')).toEqual([refusal]);
      });
      expect(read(file)).toBe(taken);
      expect([...stage.shelf.entries.keys()]).toEqual(['one']);
      expect(await stage.giveNamed('one')).toEqual([]);
      expect(read(file)).toBe(text);
    },
  );

  test('leads two files to one entry of ours, which stays until both are given back', async () => {
    const files = [
      stage.home.write('.cursor/mcp.json', text),
      stage.home.write('w/mcp_config.json', text),
    ];
    const [cursor, windsurf] = files;
    const [one] = await found(stage.place('cursor', cursor ?? ''));
    const [same] = await found(stage.place('windsurf', windsurf ?? ''));
    if (!one || !same) throw new Error('no servers');
    // The second would stand elsewhere if it were added; that says nothing of the one that it leads to.
    const home = { kind: 'folder', folder: stage.home.folder } as const;
    await stage.life.takeOver.take([wishFor(one), wishFor(same, { entry: null, home })]);
    const [first, second] = await takenIn(stage.life);
    expect(await giveBackAll(stage.life, [first?.id ?? ''])).toEqual([]);
    expect([...stage.shelf.entries.keys()]).toEqual(['one']);
    expect(await giveBackAll(stage.life, [second?.id ?? ''])).toEqual([]);
    expect(stage.shelf.entries.size).toBe(0);
    expect(files.map(read)).toEqual([text, text]);
  });

  test('leaves an entry that was ours before where it is', async () => {
    const file = stage.home.write('.cursor/mcp.json', text);
    const [one] = await found(stage.place('cursor', file));
    if (!one) throw new Error('no server');
    stage.shelf.entries.set('mine', { url: 'http://one' });
    await stage.life.takeOver.take([wishFor(one, { name: 'mine', entry: null })]);
    expect((await found(stage.place('cursor', file)))[0]?.entry).toEqual(bridgeOf('mine'));
    expect(await stage.giveNamed('mine')).toEqual([]);
    expect([...stage.shelf.entries.keys()]).toEqual(['mine']);
    expect(read(file)).toBe(text);
  });

  test('waits until our setting stands in a workspace file, and leaves it there', async () => {
    const edit = { formattingOptions: { insertSpaces: false } };
    const settings = { mcp: { servers: { one: { url: 'http://one' } } } };
    const whole = `// Ours.\n${JSON.stringify({ folders: [], settings }, null, '\t')}\n`;
    const file = stage.home.write('all.code-workspace', whole);
    // The editor says that it has written before it has.
    stage.shelf.onChange = (name, entry) => {
      const write = (): void => {
        const path = ['settings', 'mcpLifeline.servers', ...(entry ? [name] : [])];
        writeFileSync(file, applyEdits(read(file), modify(read(file), path, entry, edit)));
      };
      if (entry) setTimeout(write, 200);
      else write();
    };
    const [one] = await found(stage.place('vscode-workspace', file));
    if (!one) throw new Error('no server');
    const results = await stage.life.takeOver.take([
      wishFor(one, { home: { kind: 'workspace', file } }),
    ]);
    expect(results.map(reasonOf)).toEqual(['']);
    expect(read(file)).toContain('mcpLifeline.servers');
    expect(await found(stage.place('vscode-workspace', file))).toEqual([]);
    expect(await stage.giveNamed('one')).toEqual([]);
    expect(read(file)).toBe(whole);
  });

  test('waits for Claude Code while it writes, and does not wait for a dead one', async () => {
    const file = stage.home.write('.claude.json', claudeCodeFile(stage.home.folder));
    const lock = `${file}.lock`;
    mkdirSync(lock);
    const place = stage.place('claude-code', file);
    const [server] = await found(place);
    if (!server) throw new Error('no server');
    let isDone = false;
    const taking = stage.take([server]).then(() => {
      isDone = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 120));
    expect(isDone).toBe(false);
    rmSync(lock, { recursive: true });
    await taking;
    expect(existsSync(lock)).toBe(false);
  });

  test('cannot be given back from a window that does not have its workspace open', async () => {
    const file = stage.home.write('work/project/.mcp.json', text);
    const [one] = await found(stage.place('project', file, stage.home.folder));
    if (!one) throw new Error('no server');
    await stage.life.takeOver.take([
      wishFor(one, { home: { kind: 'folder', folder: stage.home.folder } }),
    ]);
    const other = aLife(stage.home.home, stage.shelf, new Fate(), ['folder']);
    const ids = (await takenIn(other)).map(({ id }) => id);
    expect(await giveBackAll(other, ids)).toEqual([
      'It belongs to a workspace that is not open here, or not trusted. Open that one first.',
    ]);
    expect(await giveBackAll(stage.life, ids)).toEqual([]);
    expect(read(file)).toBe(text);
  });
});
