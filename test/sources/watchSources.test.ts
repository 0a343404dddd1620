// Live: whatever becomes of the files is in the list soon after, and what did not change stays the same object.
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { VirtualClock } from '../support/virtualClock.ts';
import { openThings } from '../support/leaks.ts';
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
import { aDoor, allSwitches, aReader } from './home.ts';
import { fileOf, listing, watching } from './watchRig.ts';

let rig: ReturnType<typeof watching>;
beforeEach(() => {
  rig = watching();
});
afterEach(() => rig.end());

const cursor = '.cursor/mcp.json';
const watchers = (): number => openThings().filter((kind) => kind === 'FSEventWrap').length;

const writeAll = (): void => {
  rig.write('work/project/.vscode/mcp.json', vscodeFile);
  rig.write('work/project/.mcp.json', projectFile);
  rig.write('work/project/.cursor/mcp.json', cursorProjectFile);
  rig.write('.config/Code/User/mcp.json', vscodeUserFile);
  rig.write('.claude.json', claudeCodeFile(rig.folder));
  rig.write('.config/Claude/claude_desktop_config.json', claudeDesktopFile);
  rig.write(cursor, cursorFile);
  rig.write('.codeium/windsurf/mcp_config.json', windsurfFile);
};

const openAll = async () => {
  writeAll();
  rig.watch.open();
  return rig.until((files) => files.length === 8);
};

test('every product at once: all servers are listed, each with its origin', async () => {
  const files = await openAll();
  expect(
    files.map(({ kind, servers, problem }) => [kind, servers.map(({ name }) => name), problem]),
  ).toEqual([
    ['vscode-workspace', ['perplexity', 'boxed', 'socket'], null],
    ['project', ['shared-server', 'portable', 'socket'], null],
    ['cursor-project', ['local-server'], null],
    ['vscode-user', ['io.github.upstash/context7'], null],
    ['claude-code', ['stripe', 'airtable'], null],
    ['claude-desktop', ['filesystem'], null],
    ['cursor', ['linear', 'static-oauth'], null],
    ['windsurf', ['remote-http-mcp'], null],
  ]);
  expect(rig.warnings).toEqual([]);
});

test('nothing is looked at before it opens', async () => {
  // Those of the test before it may be on their way out.
  await expect.poll(watchers).toBe(0);
  writeAll();
  expect(rig.watch.found.value).toEqual([]);
  expect(openThings()).not.toContain('FSEventWrap');
});

describe('a change', () => {
  test('of one entry changes that one and leaves all others the objects they were', async () => {
    const before = await openAll();
    const text = cursorFile.replace('https://mcp.linear.app/mcp', 'https://mcp.linear.app/other');
    rig.write(cursor, text);
    const after = await rig.until((files) => files !== before);
    expect(after.filter((file) => !before.includes(file)).map(({ kind }) => kind)).toEqual([
      'cursor',
    ]);
    const [linear, other] = fileOf(after, 'cursor').servers;
    expect(linear?.definition).toMatchObject({ url: 'https://mcp.linear.app/other' });
    expect(other).toBe(fileOf(before, 'cursor').servers[1]);
  });

  test('of comments, spaces and the order of keys alone changes nothing', async () => {
    const before = await openAll();
    const parsed: unknown = JSON.parse(cursorProjectFile);
    const { mcpServers } = parsed as { mcpServers: Record<string, Record<string, unknown>> };
    const turned = Object.fromEntries(
      Object.entries(mcpServers['local-server'] ?? {}).toReversed(),
    );
    const text = `// Mine.\n${JSON.stringify({ mcpServers: { 'local-server': turned } })}`;
    const file = rig.write('work/project/.cursor/mcp.json', text);
    await rig.watch.refresh(file);
    // Whatever comes later is seen, so that what came before it was.
    rig.write(cursor, listing('later'));
    await rig.untilNames('cursor', ['later']);
    expect(fileOf(rig.watch.found.value, 'cursor-project')).toBe(fileOf(before, 'cursor-project'));
  });

  test('by putting another file in its place is seen', async () => {
    await openAll();
    const draft = rig.write('.cursor/mcp.json.tmp', listing('replaced'));
    renameSync(draft, join(rig.home, cursor));
    await rig.untilNames('cursor', ['replaced']);
    rig.write(cursor, listing('again'));
    await rig.untilNames('cursor', ['again']);
  });

  test('in the target of a link is seen', async () => {
    const target = rig.write('dotfiles/cursor.json', listing('linked'));
    mkdirSync(join(rig.home, '.cursor'));
    symlinkSync(target, join(rig.home, cursor));
    rig.watch.open();
    await rig.untilNames('cursor', ['linked']);
    rig.write('dotfiles/cursor.json', listing('changed'));
    await rig.untilNames('cursor', ['changed']);
  });

  test('is known as soon as whoever made it asks for it', async () => {
    await openAll();
    const file = rig.write(cursor, listing('mine'));
    await rig.watch.refresh(file);
    expect(fileOf(rig.watch.found.value, 'cursor').servers).toMatchObject([{ name: 'mine' }]);
  });
});

describe('files that come and go', () => {
  test('a folder that appears later is found, file and all', async () => {
    await expect.poll(watchers).toBe(0);
    rig.watch.open();
    await expect.poll(watchers).toBe(9);
    rig.write(cursor, listing('late'));
    await rig.untilNames('cursor', ['late']);
    rig.write('.codeium/windsurf/mcp_config.json', listing('deep'));
    await rig.untilNames('windsurf', ['deep']);
    // Each is watched in one place, wherever that has moved to.
    await expect.poll(watchers).toBe(9);
  });

  test('a removed file takes its servers along, and a new one brings its own', async () => {
    await openAll();
    rmSync(join(rig.home, cursor));
    await rig.untilNames('cursor', null);
    rig.write(cursor, listing('back'));
    await rig.untilNames('cursor', ['back']);
  });

  test('a removed folder that is made anew is watched anew', async () => {
    await openAll();
    rmSync(join(rig.home, '.cursor'), { recursive: true });
    await rig.untilNames('cursor', null);
    rig.write(cursor, listing('new'));
    await rig.untilNames('cursor', ['new']);
    rig.write(cursor, listing('newer'));
    await rig.untilNames('cursor', ['newer']);
  });
});

test('what the system gives no hint of is seen within seconds', async () => {
  const clock = new VirtualClock();
  const slow = watching(clock);
  const swap = (name: string): void => {
    slow.write(`${name}/mcp.json`, listing(name));
    renameSync(join(slow.home, '.cursor'), join(slow.home, `before-${name}`));
    renameSync(join(slow.home, name), join(slow.home, '.cursor'));
  };
  try {
    slow.write(cursor, listing('one'));
    slow.watch.open();
    await slow.untilNames('cursor', ['one']);
    for (const name of ['two', 'three']) {
      swap(name);
      await clock.advance(5000);
      await slow.untilNames('cursor', [name]);
    }
    // The folder in the old place is another one, and heard from now on.
    slow.write(cursor, listing('heard'));
    const until = clock.now() + 4000;
    const step = async () => {
      if (clock.now() < until) await clock.advance(200);
      return slow.names('cursor');
    };
    await expect.poll(step).toEqual(['heard']);
  } finally {
    slow.end();
  }
});

describe('a file that cannot be understood', () => {
  test('keeps the servers that it last had, and says what is wrong and where', async () => {
    const before = await openAll();
    rig.write(cursor, '{\n  "mcpServers": {\n    "linear": { "url": "htt');
    const broken = await rig.until((files) => fileOf(files, 'cursor').problem !== null);
    expect(fileOf(broken, 'cursor').servers).toEqual(fileOf(before, 'cursor').servers);
    expect(fileOf(broken, 'cursor').problem).toContain('line 3, a quote is missing');
    expect(rig.warnings).toEqual([expect.stringContaining(join('.cursor', 'mcp.json'))]);
    await rig.watch.refresh(join(rig.home, cursor));
    expect(rig.warnings).toHaveLength(1);
    rig.write(cursor, listing('whole'));
    const after = await rig.untilNames('cursor', ['whole']);
    expect(fileOf(after, 'cursor').problem).toBeNull();
  });

  test('is listed without servers where nothing is known of it', async () => {
    rig.write(cursor, '{ "mcpServers"');
    rig.watch.open();
    const files = await rig.until(({ length }) => length > 0);
    expect(files).toMatchObject([{ kind: 'cursor', servers: [] }]);
    expect(fileOf(files, 'cursor').problem).toContain('not valid JSON');
  });

  test('is read again when it has become one that can be', async () => {
    mkdirSync(join(rig.home, cursor), { recursive: true });
    rig.watch.open();
    await rig.until((files) => files[0]?.problem?.includes('folder') === true);
    rmSync(join(rig.home, cursor), { recursive: true });
    writeFileSync(join(rig.home, cursor), listing('file'));
    await rig.untilNames('cursor', ['file']);
  });
});

describe('what is not to be looked at', () => {
  const workspaceKinds = ['vscode-workspace', 'project', 'cursor-project'];
  const kinds = (): string[] => rig.watch.found.value.map(({ kind }) => kind);

  test('[locked-door] files of an untrusted workspace are neither read nor watched until it is trusted', async () => {
    writeAll();
    rig.surround({ mayReadWorkspace: false });
    rig.watch.open();
    await rig.until((files) => files.length === 5);
    const before = watchers();
    expect(kinds().filter((kind) => workspaceKinds.includes(kind))).toEqual([]);
    rig.surround({});
    await rig.until((files) => files.length === 8);
    expect(watchers()).toBe(before + 3);
  });

  test('a source that is switched off is let go of, and read again when it is switched on', async () => {
    await openAll();
    rig.surround({ switches: { ...allSwitches, cursor: false } });
    expect(kinds()).not.toContain('cursor');
    expect(kinds()).not.toContain('cursor-project');
    rig.write(cursor, listing('meanwhile'));
    rig.surround({});
    await rig.untilNames('cursor', ['meanwhile']);
  });

  test('with all switched off nothing is watched', async () => {
    await openAll();
    const off = Object.fromEntries(Object.keys(allSwitches).map((key) => [key, false]));
    rig.surround({ switches: { ...allSwitches, ...off } });
    expect(rig.watch.found.value).toEqual([]);
    await expect.poll(watchers).toBe(0);
  });

  test('folders that are opened and closed bring and take their files, and leave the others alone', async () => {
    const before = await openAll();
    const second = join(rig.home, 'work', 'second');
    rig.write('work/second/.mcp.json', listing('second'));
    rig.surround({ folders: [rig.folder, second] });
    const both = await rig.until((files) => files.length === 9);
    expect(both.filter((file) => before.includes(file))).toHaveLength(8);
    rig.surround({ folders: [second] });
    const left = await rig.until((files) => fileOf(files, 'claude-code').servers.length === 1);
    expect(left.map(({ kind }) => kind).filter((kind) => workspaceKinds.includes(kind))).toEqual([
      'project',
    ]);
    expect(fileOf(left, 'claude-code').servers).toMatchObject([{ name: 'airtable' }]);
  });

  test('an entry becomes ours when the door is where it leads', async () => {
    rig.write(
      cursor,
      JSON.stringify({ mcpServers: { a: { url: 'http://127.0.0.1:40002/mcp/a' } } }),
    );
    rig.watch.open();
    const before = await rig.untilNames('cursor', ['a']);
    expect(fileOf(before, 'cursor').servers[0]?.leadsTo).toBe('elsewhere');
    rig.reader.set(aReader(aDoor({ ports: [40_002] })));
    const after = await rig.until((files) => files !== before);
    expect(fileOf(after, 'cursor').servers[0]?.leadsTo).toBe('ours');
  });
});

test('after its end nothing is said, whatever happens to the files', async () => {
  await openAll();
  const last = rig.watch.found.value;
  const file = rig.write(cursor, listing('too late'));
  const underWay = rig.watch.refresh(file);
  rig.watch.dispose();
  await underWay;
  await rig.watch.refresh(file);
  expect(rig.watch.found.value).toBe(last);
  await expect.poll(watchers).toBe(0);
});
