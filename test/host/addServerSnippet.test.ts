// What a README says to paste is read as the entries of other products' files are.
import { describe, expect, test } from 'vitest';
import { inEnglish } from '../../src/core/wording/english.ts';
import { readSnippet } from '../../src/host/addServerSnippet.ts';
import { ourEntry } from '../../src/sources/entryOf.ts';

const entryIn = (entry: unknown): unknown => {
  const reading = readSnippet(JSON.stringify({ mcpServers: { one: entry } }), inEnglish, ourEntry);
  return reading.kind === 'servers' ? reading.servers[0]?.entry : reading.reason;
};

describe('a pasted entry', () => {
  test.each([
    [
      'of the portable format',
      { type: 'local', command: 'npx', args: ['x'], tools: ['*'] },
      { type: 'stdio', command: 'npx', args: ['x'] },
    ],
    [
      "of Cursor's, with a sign-in",
      { url: 'https://host/mcp', auth: { CLIENT_ID: 'me', scopes: ['a'] } },
      { url: 'https://host/mcp', oauth: { clientId: 'me', scopes: ['a'] } },
    ],
    [
      'with another word for its type',
      { transport: 'sse', serverUrl: 'https://host/sse' },
      { type: 'sse', url: 'https://host/sse' },
    ],
    [
      'that its writer has switched off',
      { httpUrl: 'https://host/mcp', disabled: true, alwaysAllow: ['x'] },
      { url: 'https://host/mcp' },
    ],
    [
      'of our own setting',
      { url: 'https://host/mcp', health: '/health', autoStart: false, connection: 'shared' },
      { url: 'https://host/mcp', health: '/health', autoStart: false, connection: 'shared' },
    ],
  ])('%s is understood', (_whose, pasted, entry) => expect(entryIn(pasted)).toEqual(entry));

  test('without a name is understood in the same way', () => {
    const reading = readSnippet('{ "type": "local", "command": "npx" }', inEnglish, ourEntry);
    expect(reading).toEqual({
      kind: 'servers',
      servers: [{ name: null, entry: { type: 'stdio', command: 'npx' }, inputs: [] }],
    });
  });

  test('that nobody can use is refused with a reason', () => {
    expect(entryIn({ url: 'ftp://host' })).toContain('ftp');
  });
});
