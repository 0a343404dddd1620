// Each product's file as its documentation shows it becomes the same servers in our words.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { entryHeader } from '../../src/gateway/clientEntries.ts';
import type { OwnDoor } from '../../src/core/loops.ts';
import type { SourceKind } from '../../src/core/sources.ts';
import { keysWithoutMeaning, ourEntry, usableName } from '../../src/sources/entryOf.ts';
import { parseSource } from '../../src/sources/parseSource.ts';
import type { SourcePlace } from '../../src/sources/places.ts';
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
import { aDoor } from './home.ts';

const folder = '/work/one';
const aPlace = (kind: SourceKind, more: Partial<SourcePlace> = {}): SourcePlace => ({
  kind,
  file: '/file.json',
  folder: null,
  projects: [],
  ...more,
});

const read = (text: string, place: SourcePlace, door: OwnDoor = aDoor()) => {
  const parsed = parseSource(text, place, door);
  if (parsed.kind === 'unparsed') throw new Error(parsed.trouble.kind);
  return parsed.servers;
};

const definitions = (text: string, place: SourcePlace) =>
  read(text, place).map(({ definition }) => definition);

const user = { scope: 'user', folder: null };
const ofFolder = { scope: 'folder', folder };

describe('as documented', () => {
  test('VS Code, a workspace: programs, sockets, variables and only the inputs that an entry asks for', () => {
    const place = aPlace('vscode-workspace', { folder });
    const [perplexity, boxed, socket] = read(vscodeFile, place);
    expect(perplexity).toMatchObject({
      name: 'perplexity',
      place: { kind: 'vscode-workspace', file: '/file.json', path: ['servers', 'perplexity'] },
      definition: {
        kind: 'stdio',
        origin: ofFolder,
        command: 'npx',
        args: ['-y', 'server-perplexity-ask'],
        envFile: '${workspaceFolder}/.env',
        watch: ['src/**/*.ts'],
      },
      inputs: [{ kind: 'promptString', id: 'perplexity-key', password: true }],
      leadsTo: 'elsewhere',
    });
    expect(boxed?.inputs).toEqual([]);
    expect(keysWithoutMeaning(boxed?.entry ?? {})).toEqual(['sandboxEnabled', 'sandbox']);
    expect(socket?.definition).toMatchObject({ kind: 'http', transport: 'http' });
  });

  test("VS Code, the user: the gallery's name is made one that we can use, and stays as it is in the list", () => {
    const [server] = read(vscodeUserFile, aPlace('vscode-user'));
    expect(server).toMatchObject({
      name: 'io.github.upstash/context7',
      place: { path: ['servers', 'io.github.upstash/context7'] },
      definition: { kind: 'http', name: 'io.github.upstash-context7', origin: user },
    });
    expect(keysWithoutMeaning(server?.entry ?? {})).toEqual([]);
  });

  test('VS Code, a workspace file: the servers in its settings', () => {
    const text = JSON.stringify({
      folders: [{ path: '.' }],
      settings: {
        mcp: {
          inputs: [{ id: 'key', type: 'promptString' }],
          servers: { one: { url: 'https://x.example/${input:key}' } },
        },
      },
    });
    const [server] = read(text, aPlace('vscode-workspace'));
    expect(server).toMatchObject({
      place: { path: ['settings', 'mcp', 'servers', 'one'] },
      definition: { kind: 'http', origin: { scope: 'workspace', folder: null } },
      inputs: [{ id: 'key' }],
    });
  });

  test('Claude Code, a project', () => {
    const place = aPlace('project', { folder });
    const [shared, portable, socket] = definitions(projectFile, place);
    expect(shared).toMatchObject({
      kind: 'http',
      origin: ofFolder,
      transport: 'http',
      headersHelper: './get-token.sh',
      oauth: { clientId: 'an-id', scopes: ['read', 'write'], callbackPort: 8080 },
    });
    expect(portable).toMatchObject({ kind: 'stdio', command: 'uvx' });
    expect(socket).toMatchObject({ kind: 'bad', name: 'socket' });
  });

  test('Claude Code, the user: those of the open folders first, and none of other folders', () => {
    const place = aPlace('claude-code', { projects: [folder] });
    const servers = read(claudeCodeFile(folder), place);
    expect(servers.map(({ name, place: { path } }) => [name, path])).toEqual([
      ['stripe', ['projects', folder, 'mcpServers', 'stripe']],
      ['airtable', ['mcpServers', 'airtable']],
    ]);
    expect(servers[0]?.definition).toMatchObject({ origin: { scope: 'user', folder } });
    expect(servers[1]?.definition).toMatchObject({ origin: user });
  });

  test.each([
    ['C:\\Work\\One', 'c:/work/one'],
    ['C:\\work\\one', 'C:/work/one/'],
    ['/work/one', '/work/one/'],
  ])('Claude Code knows the folder %s as %s too', (open, written) => {
    const place = aPlace('claude-code', { projects: [open] });
    expect(read(claudeCodeFile(written), place).map(({ name }) => name)).toContain('stripe');
  });

  test('Claude Desktop', () => {
    expect(definitions(claudeDesktopFile, aPlace('claude-desktop'))).toMatchObject([
      { kind: 'stdio', name: 'filesystem', command: 'npx', origin: user },
    ]);
  });

  test('Cursor, both files', () => {
    const [linear, signedIn] = definitions(cursorFile, aPlace('cursor'));
    expect(linear).toMatchObject({ kind: 'http', url: 'https://mcp.linear.app/mcp' });
    expect(signedIn).toMatchObject({
      oauth: {
        clientId: '${env:MCP_CLIENT_ID}',
        scopes: ['read', 'write'],
        grant: 'authorization_code',
      },
    });
    expect(definitions(cursorProjectFile, aPlace('cursor-project', { folder }))).toMatchObject([
      { kind: 'stdio', command: 'python', envFile: '.env', origin: ofFolder },
    ]);
  });

  test('Windsurf: serverUrl, and what is switched off there is off here', () => {
    const [server] = read(windsurfFile, aPlace('windsurf'));
    expect(server?.definition).toMatchObject({
      kind: 'http',
      url: 'https://example.com/mcp',
      enabled: false,
    });
    expect(keysWithoutMeaning(server?.entry ?? {})).toEqual(['disabledTools']);
  });
});

describe('other ways to write an entry', () => {
  test.each([
    [{ httpUrl: 'https://x.example' }, { url: 'https://x.example' }],
    [
      { url: 'https://x.example', transport: 'sse' },
      { url: 'https://x.example', type: 'sse' },
    ],
    [{ command: 'a', args: null, env: null, cwd: null }, { command: 'a' }],
    [
      { command: 'a', env: { A: null, B: 1 } },
      { command: 'a', env: { A: null, B: 1 } },
    ],
    [{ command: 'a', disabled: false }, { command: 'a' }],
    [
      { command: 'a', enabled: false },
      { command: 'a', enabled: false },
    ],
    [
      { command: 'a', disabled: true, enabled: true },
      { command: 'a', enabled: false },
    ],
    [{ command: 'a', dev: { debug: { type: 'node' } } }, { command: 'a' }],
    [
      { url: 'https://x.example', oauth: false },
      { url: 'https://x.example', oauth: false },
    ],
    [
      { url: 'https://x.example', oauth: { clientId: 'a', callbackPort: 80, xaa: true } },
      { url: 'https://x.example', oauth: { clientId: 'a', callbackPort: 80 } },
    ],
  ])('%j means %j', (entry, ours) => {
    expect(ourEntry(entry)).toEqual(ours);
  });

  test('what is left out of a sign-in is told', () => {
    const oauth = {
      clientId: 'a',
      callbackPort: 80,
      authServerMetadataUrl: 'https://x',
      xaa: null,
    };
    expect(keysWithoutMeaning({ url: 'https://x', oauth })).toEqual([
      'oauth.authServerMetadataUrl',
    ]);
    const auth = { CLIENT_ID: 'a', AUDIENCE: 'b' };
    expect(keysWithoutMeaning({ url: 'https://x', auth })).toEqual(['auth.AUDIENCE']);
  });

  test('what only a user may grant in his own settings is not taken from a file', () => {
    const entry = {
      command: 'a',
      trustHints: true,
      autoStart: true,
      health: 'http://evil.example',
    };
    expect(ourEntry(entry)).toEqual({ command: 'a' });
  });

  test.each([
    ['plain', 'plain'],
    ['with space', 'with space'],
    ['@scope/name', '-scope-name'.slice(1)],
    ['..', 'server'],
    ['', 'server'],
    ['__proto__', 'server'],
    ['lifeline', 'lifeline-server'],
    [`${'a'.repeat(63)} b`, 'a'.repeat(63)],
  ])('the name %j becomes %j', (name, usable) => {
    expect(usableName(name)).toBe(usable);
  });

  test('any name becomes one that can be used', () => {
    const aName = fc.string({
      unit: fc.constantFrom(
        'a',
        'Z',
        '0',
        '_',
        '-',
        '.',
        ' ',
        '/',
        '@',
        '\\',
        '"',
        '\0',
        '\u00e9',
        '\ud800',
        '💥',
      ),
      maxLength: 90,
    });
    fc.assert(
      fc.property(aName, (name) => {
        const text = JSON.stringify({ mcpServers: { [name]: { command: 'a' } } });
        expect(definitions(text, aPlace('cursor'))[0]?.kind).toBe('stdio');
      }),
    );
  });
});

describe('ours', () => {
  const entries = (entry: object, door?: OwnDoor) =>
    read(JSON.stringify({ mcpServers: { one: entry } }), aPlace('cursor'), door)[0]?.leadsTo;

  test.each([
    { url: 'http://127.0.0.1:40001/mcp/one' },
    { url: 'http://localhost:5/mcp/one', headers: { [entryHeader]: 'cursor' } },
    { url: 'http://[::1]:5/mcp/one', headers: { 'MCP-Lifeline-Client': 'cursor' } },
    { command: 'node', args: ['/home/ann/.local/state/mcp-lifeline/bridge.js', 'one'] },
    { command: 'node', args: ['C:\\Users\\ann\\AppData\\Local\\mcp-lifeline\\bridge.js', 'one'] },
    { command: 'node', args: ['/home/ann/.vscode/extensions/x.mcp-lifeline-1.2.0/dist/bridge.js'] },
  ])('%j leads to ourselves', (entry) => {
    expect(entries(entry)).toBe('ours');
  });

  test.each([
    { url: 'http://127.0.0.1:40002/mcp/one' },
    { url: 'https://evil.example/mcp/one', headers: { [entryHeader]: 'cursor' } },
    { url: 'http://evil.example/mcp/one', headers: { [entryHeader]: 'cursor' } },
    { url: 'http://127.0.0.1:5/other', headers: { [entryHeader]: 'cursor' } },
    { command: 'node', args: ['/work/mcp-lifeline.js'] },
    { command: 'node', args: ['/work/bridge.js'] },
    { command: 'mcp-lifeline' },
  ])('%j leads elsewhere', (entry) => {
    expect(entries(entry)).toBe('elsewhere');
  });

  test('a bridge at a place of its own is known by the door', () => {
    const entry = { command: 'node', args: ['/odd/b.js'] };
    expect(entries(entry, aDoor({ bridge: '/odd/b.js' }))).toBe('ours');
  });
});
