// Which files are looked for: per product, per platform, per folder, per switch, and never in a workspace without trust.
import { describe, expect, test } from 'vitest';
import { placesOf, type Surroundings } from '../../src/sources/places.ts';
import { profileFolder, profileMemory, userFolderOf } from '../../src/sources/profileFolder.ts';
import { allSwitches } from './home.ts';

const around = (more: Partial<Surroundings> = {}): Surroundings => ({
  platform: 'linux',
  home: '/home/ann',
  environment: {},
  folders: ['/work/one', '/work/two'],
  workspaceFile: null,
  profile: '/home/ann/.config/Code/User',
  mayReadWorkspace: true,
  switches: allSwitches,
  ...more,
});

const onWindows = (more: Partial<Surroundings> = {}): Surroundings =>
  around({
    platform: 'win32',
    home: 'C:\\Users\\ann',
    folders: ['C:\\work'],
    profile: 'D:\\portable\\data\\user-data\\User',
    ...more,
  });

const listed = (of: Surroundings): string[] =>
  placesOf(of).map(({ kind, file }) => `${kind} ${file}`);

test('on Linux every product is looked for where its documentation says, what is closest first', () => {
  expect(listed(around())).toEqual([
    'vscode-workspace /work/one/.vscode/mcp.json',
    'vscode-workspace /work/two/.vscode/mcp.json',
    'project /work/one/.mcp.json',
    'project /work/two/.mcp.json',
    'cursor-project /work/one/.cursor/mcp.json',
    'cursor-project /work/two/.cursor/mcp.json',
    'vscode-user /home/ann/.config/Code/User/mcp.json',
    'claude-code /home/ann/.claude.json',
    'claude-desktop /home/ann/.config/Claude/claude_desktop_config.json',
    'cursor /home/ann/.cursor/mcp.json',
    'windsurf /home/ann/.codeium/windsurf/mcp_config.json',
    'windsurf /home/ann/.codeium/mcp_config.json',
  ]);
});

test('on Windows the paths are those of Windows, and Claude Desktop is looked for as a package too', () => {
  const environment = {
    APPDATA: 'R:\\Roaming',
    LOCALAPPDATA: 'L:\\Local',
    CLAUDE_CONFIG_DIR: 'E:\\claude',
  };
  expect(listed(onWindows({ environment }))).toEqual([
    'vscode-workspace C:\\work\\.vscode\\mcp.json',
    'project C:\\work\\.mcp.json',
    'cursor-project C:\\work\\.cursor\\mcp.json',
    'vscode-user D:\\portable\\data\\user-data\\User\\mcp.json',
    'claude-code E:\\claude\\.claude.json',
    'claude-desktop L:\\Local\\Packages\\Claude_pzs8sxrjxfjjc\\LocalCache\\Roaming\\Claude\\claude_desktop_config.json',
    'claude-desktop R:\\Roaming\\Claude\\claude_desktop_config.json',
    'cursor C:\\Users\\ann\\.cursor\\mcp.json',
    'windsurf C:\\Users\\ann\\.codeium\\windsurf\\mcp_config.json',
    'windsurf C:\\Users\\ann\\.codeium\\mcp_config.json',
  ]);
  expect(listed(onWindows())).toContain(
    'claude-desktop C:\\Users\\ann\\AppData\\Roaming\\Claude\\claude_desktop_config.json',
  );
});

test('on macOS Claude Desktop has its folder of applications', () => {
  expect(listed(around({ platform: 'darwin', home: '/Users/ann' }))).toContain(
    'claude-desktop /Users/ann/Library/Application Support/Claude/claude_desktop_config.json',
  );
});

test.each([
  ['/else', '/else'],
  ['', '/home/ann'],
  ['relative/claude', '/home/ann'],
])('CLAUDE_CONFIG_DIR %j means the folder %s', (value, folder) => {
  expect(listed(around({ environment: { CLAUDE_CONFIG_DIR: value } }))).toContain(
    `claude-code ${folder}/.claude.json`,
  );
});

test('XDG_CONFIG_HOME moves Claude Desktop', () => {
  expect(listed(around({ environment: { XDG_CONFIG_HOME: '/xdg' } }))).toContain(
    'claude-desktop /xdg/Claude/claude_desktop_config.json',
  );
});

test('a workspace file is looked at, for the servers in its settings', () => {
  expect(placesOf(around({ workspaceFile: '/work/all.code-workspace' }))).toContainEqual({
    kind: 'vscode-workspace',
    file: '/work/all.code-workspace',
    folder: null,
    projects: [],
  });
});

test('[locked-door] in an untrusted workspace no file of the workspace is looked at', () => {
  const untrusted = around({ mayReadWorkspace: false, workspaceFile: '/work/all.code-workspace' });
  expect(placesOf(untrusted).map(({ kind }) => kind)).toEqual([
    'vscode-user',
    'claude-code',
    'claude-desktop',
    'cursor',
    'windsurf',
    'windsurf',
  ]);
});

test("[locked-door] in an untrusted workspace a user's file in an open folder is not looked at either", () => {
  const untrusted = { mayReadWorkspace: false, folders: ['/home/ann/.cursor'] };
  expect(listed(around(untrusted)).some((one) => one.startsWith('cursor '))).toBe(false);
  expect(listed(around({ ...untrusted, folders: ['/home/ann/.cursor-x'] }))).toContain(
    'cursor /home/ann/.cursor/mcp.json',
  );
  expect(listed(around({ ...untrusted, folders: ['/home/ann'] }))).toEqual([]);
  const odd = { ...untrusted, folders: ['/odd'], environment: { CLAUDE_CONFIG_DIR: '/odd/..c' } };
  expect(listed(around(odd)).some((one) => one.startsWith('claude-code '))).toBe(false);
});

test('whoever opens the home folder has each file once, as the one of the folder', () => {
  const places = placesOf(around({ folders: ['/home/ann'] }));
  const cursor = places.filter(({ file }) => file === '/home/ann/.cursor/mcp.json');
  expect(cursor.map(({ kind }) => kind)).toEqual(['cursor-project']);
});

test.each([
  ['vscodeWorkspace', ['vscode-workspace']],
  ['vscodeUser', ['vscode-user']],
  ['project', ['project']],
  ['claudeCode', ['claude-code']],
  ['claudeDesktop', ['claude-desktop']],
  ['cursor', ['cursor-project', 'cursor']],
  ['windsurf', ['windsurf']],
])('the switch %s takes away %j and nothing else', (key, kinds) => {
  const all = placesOf(around());
  const left = placesOf(around({ switches: { ...allSwitches, [key]: false } }));
  expect(left).toEqual(all.filter(({ kind }) => !kinds.includes(kind)));
  expect(left.length).toBeLessThan(all.length);
});

describe("the user's folder", () => {
  test.each([
    ['/home/ann/.config/Code/User/globalStorage/pub.ext', '/home/ann/.config/Code/User'],
    [
      '/home/ann/.config/Code - Insiders/User/globalStorage/pub.ext',
      '/home/ann/.config/Code - Insiders/User',
    ],
    ['/home/ann/.vscode-server/data/User/globalStorage/p.e', '/home/ann/.vscode-server/data/User'],
    ['/opt/code/data/user-data/User/globalStorage/p.e', '/opt/code/data/user-data/User'],
    ['/p/User/profiles/1a2b/globalStorage/p.e', '/p/User/profiles/1a2b'],
    ['/somewhere/else', null],
  ])('%s lies in %s', (storage, folder) => {
    expect(userFolderOf(storage, 'linux')).toBe(folder);
  });

  test('on Windows too', () => {
    const storage = 'C:\\Users\\ann\\AppData\\Roaming\\Code\\User\\globalStorage\\pub.ext';
    const folder = 'C:\\Users\\ann\\AppData\\Roaming\\Code\\User';
    expect(userFolderOf(storage, 'win32')).toBe(folder);
    expect(profileMemory(folder, 'win32')).toBe(`${folder}\\globalStorage\\storage.json`);
  });

  const memory = {
    userDataProfiles: [
      { location: '-1ea5e7b8', name: 'Python' },
      { location: 'lean', name: 'Lean', useDefaultFlags: { mcp: true } },
      { location: 'odd', name: 'Odd', useDefaultFlags: { settings: true } },
    ],
    profileAssociations: {
      workspaces: {
        'file:///work/one': '-1ea5e7b8',
        'file:///work/lean': 'lean',
        'file:///work/odd': 'odd',
        'file:///work/plain': '__default__profile__',
        'file:///work/evil': '../../etc',
      },
    },
  };

  test.each([
    ['file:///work/one', '/u/profiles/-1ea5e7b8'],
    ['file:///work/odd', '/u/profiles/odd'],
    ['file:///work/lean', '/u'],
    ['file:///work/plain', '/u'],
    ['file:///work/evil', '/u'],
    ['file:///work/unknown', '/u'],
    ['constructor', '/u'],
    [null, '/u'],
  ])('for the workspace %s it is %s', (workspace, folder) => {
    expect(profileFolder('/u', memory, workspace, 'linux')).toBe(folder);
  });

  test.each([null, 'text', [], { profileAssociations: 3 }, { userDataProfiles: {} }])(
    'a memory of another shape (%j) means the default profile',
    (odd) => {
      expect(profileFolder('/u', odd, 'file:///work/one', 'linux')).toBe('/u');
    },
  );
});
