// What each product is told, and where the token may go.
import { describe, expect, it } from 'vitest';
import type { FileEntry, Product } from '../../../src/core/clientEntry.ts';
import {
  type EntryFacts,
  entryFor,
  entryName,
  isOurs,
} from '../../../src/gateway/clientEntries.ts';
import { someFacts, token } from './fixtures.ts';

const products: readonly Product[] = [
  'claude-code',
  'codex',
  'gemini-cli',
  'cursor',
  'cline',
  'http',
  'stdio',
];

const fileOf = (product: Product, change: Partial<EntryFacts> = {}): FileEntry => {
  const entry = entryFor(product, someFacts(change));
  if (entry.kind !== 'file') throw new Error(`${product} got no file`);
  return entry;
};

const headers = (product: Product) => ({
  Authorization: `Bearer ${token}`,
  'mcp-lifeline-client': product,
});

const bridge = {
  command: 'node',
  args: ['/home/me/.local/state/mcp-lifeline/bridge.js', 'my files', '--workspace', '/code/one'],
};

describe('for the user alone', () => {
  it('gives Codex, Gemini CLI, Cursor and Cline the URL with the token, each in its own words', () => {
    const url = 'http://127.0.0.1:4100/mcp/my%20files';
    expect(fileOf('codex')).toEqual({
      kind: 'file',
      path: '/home/me/.codex/config.toml',
      format: 'toml',
      at: ['mcp_servers', 'my-files'],
      value: { url, http_headers: headers('codex') },
      secret: true,
    });
    expect(fileOf('gemini-cli')).toMatchObject({
      path: '/home/me/.gemini/settings.json',
      at: ['mcpServers', 'my-files'],
      value: { httpUrl: url, headers: headers('gemini-cli') },
      secret: true,
    });
    expect(fileOf('cursor')).toMatchObject({
      path: '/home/me/.cursor/mcp.json',
      value: { url, headers: headers('cursor') },
      secret: true,
    });
    expect(fileOf('cline')).toMatchObject({
      path: '/home/me/.cline/data/settings/cline_mcp_settings.json',
      value: { type: 'streamableHttp', url, headers: headers('cline') },
      secret: true,
    });
  });

  it('gives Claude Code a command, because only it may write its own file', () => {
    expect(entryFor('claude-code', someFacts())).toEqual({
      kind: 'command',
      text: `claude mcp add --scope user --transport http my-files http://127.0.0.1:4100/mcp/my%20files --header "Authorization: Bearer ${token}" --header "mcp-lifeline-client: claude-code"`,
      secret: true,
    });
  });

  it('follows the variables that move a file of Codex or Cline', () => {
    const environment = { CODEX_HOME: '/codex', CLINE_MCP_SETTINGS_PATH: '/cline.json' };
    expect(fileOf('codex', { environment }).path).toBe('/codex/config.toml');
    expect(fileOf('cline', { environment }).path).toBe('/cline.json');
  });

  it('writes Windows paths on Windows', () => {
    const change = { platform: 'win32', home: 'C:\\Users\\me', workspace: 'C:\\work' } as const;
    expect(fileOf('cursor', change).path).toBe('C:\\Users\\me\\.cursor\\mcp.json');
    expect(fileOf('cursor', { ...change, scope: 'workspace' }).path).toBe(
      'C:\\work\\.cursor\\mcp.json',
    );
  });
});

describe('for everybody who opens the folder', () => {
  it('enters the bridge into the file of the workspace', () => {
    const change = { scope: 'workspace' } as const;
    const stdio = { type: 'stdio', ...bridge };
    expect(fileOf('claude-code', change)).toMatchObject({
      path: '/code/one/.mcp.json',
      at: ['mcpServers', 'my-files'],
      value: stdio,
    });
    expect(fileOf('codex', change)).toMatchObject({
      path: '/code/one/.codex/config.toml',
      value: bridge,
    });
    expect(fileOf('gemini-cli', change)).toMatchObject({
      path: '/code/one/.gemini/settings.json',
      value: bridge,
    });
    expect(fileOf('cursor', change)).toMatchObject({
      path: '/code/one/.cursor/mcp.json',
      value: bridge,
    });
  });

  it('enters the bridge into the file of the user where there is none of the workspace', () => {
    expect(fileOf('cline', { scope: 'workspace' })).toMatchObject({
      path: '/home/me/.cline/data/settings/cline_mcp_settings.json',
      value: { type: 'stdio', ...bridge },
      secret: false,
    });
  });

  it('names the Node that runs the bridge where another one is to', () => {
    const node = { command: '/editor', env: { ELECTRON_RUN_AS_NODE: '1' } };
    expect(fileOf('cursor', { scope: 'workspace', node }).value).toEqual({
      ...bridge,
      command: '/editor',
      env: { ELECTRON_RUN_AS_NODE: '1' },
    });
  });

  it('hands on where gateways are found, which Codex keeps from the programs that it starts', () => {
    const environment = { XDG_STATE_HOME: '/state', HOME: '/home/me' };
    const { value } = fileOf('codex', { scope: 'workspace', environment });
    expect(value).toEqual({ ...bridge, env: { XDG_STATE_HOME: '/state' } });
    const node = { command: '/editor', env: { ELECTRON_RUN_AS_NODE: '1' } };
    expect(fileOf('codex', { scope: 'workspace', environment, node }).value).toMatchObject({
      env: { ELECTRON_RUN_AS_NODE: '1', XDG_STATE_HOME: '/state' },
    });
  });
});

it('[keep-secrets] no entry of a workspace holds the token', () => {
  for (const product of products) {
    const entry = entryFor(product, someFacts({ scope: 'workspace' }));
    expect(JSON.stringify(entry)).not.toContain(token);
    expect(entry.secret).toBe(false);
  }
});

it('[keep-secrets] no file inside the open folder gets the token, though it is the user’s own', () => {
  for (const product of ['codex', 'gemini-cli', 'cursor', 'cline'] as const) {
    const entry = fileOf(product, { workspace: '/home/me' });
    expect(JSON.stringify(entry)).not.toContain(token);
    expect(entry.secret).toBe(false);
  }
});

it('says of every entry whether it holds the token', () => {
  for (const product of products)
    for (const scope of ['user', 'workspace'] as const) {
      const entry = entryFor(product, someFacts({ scope }));
      expect(entry.secret).toBe(JSON.stringify(entry).includes(token));
    }
});

it('refers to a variable where an address is shared', () => {
  const entry = entryFor('http', someFacts({ scope: 'workspace' }));
  expect(entry.kind === 'text' && JSON.parse(entry.text)).toEqual({
    type: 'http',
    url: 'http://127.0.0.1:4100/mcp/my%20files',
    headers: { Authorization: 'Bearer ${MCP_LIFELINE_TOKEN}', 'mcp-lifeline-client': 'http' },
  });
});

it('takes no other names than every product does', () => {
  expect(entryName('my files.v2')).toBe('my-files-v2');
  expect(entryName('plain_1-x')).toBe('plain_1-x');
});

it('knows its own entries again, and nobody else’s', () => {
  for (const product of ['codex', 'gemini-cli', 'cursor', 'cline'] as const) {
    expect(isOurs(fileOf(product).value)).toBe(true);
    expect(isOurs(fileOf(product, { scope: 'workspace' }).value)).toBe(true);
  }
  expect(isOurs({ command: 'node', args: ['/srv/bridge.js'] })).toBe(false);
  expect(isOurs({ url: 'http://127.0.0.1:4100/mcp', headers: { Authorization: 'x' } })).toBe(false);
});
