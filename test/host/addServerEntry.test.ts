// What a user types for a new server, as an entry and a name.
import { describe, expect, test } from 'vitest';
import { faultOfName, freeName, readEntry, splitWords } from '../../src/host/addServerEntry.ts';

const say = (text: string): string => text;

describe('what is typed', () => {
  test.each([
    ['http://localhost:3000/mcp', { url: 'http://localhost:3000/mcp' }, 'local-3000'],
    ['https://mcp.linear.app/mcp', { url: 'https://mcp.linear.app/mcp' }, 'linear'],
    ['https://example.co/x', { url: 'https://example.co/x' }, 'example'],
    ['http://10.0.0.7:80/mcp', { url: 'http://10.0.0.7:80/mcp' }, '10.0.0.7'],
    [
      'npx -y @scope/server-files@1.2 .',
      { command: 'npx', args: ['-y', '@scope/server-files@1.2', '.'] },
      'server-files',
    ],
    ['/usr/bin/my-server', { command: '/usr/bin/my-server' }, 'my-server'],
    [
      'node "C:/My Servers/one.mjs" --x',
      { command: 'node', args: ['C:/My Servers/one.mjs', '--x'] },
      'one',
    ],
    ['uv run server.py', { command: 'uv', args: ['run', 'server.py'] }, 'server'],
  ])('%s is an entry with a name', (typed, entry, proposedName) => {
    expect(readEntry(typed, say)).toEqual({ kind: 'entry', entry, proposedName });
  });

  test.each([
    '',
    '   ',
    'http://',
    'ftp://host/x',
    'http://user:pass@host/mcp',
    'node "open',
    '""',
  ])('%j is refused with a reason', (typed) => {
    const reading = readEntry(typed, say);
    expect(reading.kind === 'wrong' && reading.reason.length > 10).toBe(true);
  });
});

describe('words', () => {
  test.each([
    ['a  b', ['a', 'b']],
    [`a 'b c' "d e"`, ['a', 'b c', 'd e']],
    [`--x="a b"c`, ['--x=a bc']],
    [`a ''`, ['a', '']],
  ])('%s is split as a shell does', (line, words) => expect(splitWords(line)).toEqual(words));

  test('with an open quote are none', () => expect(splitWords(`a "b`)).toBeNull());
});

describe('a name', () => {
  test('may not be taken, empty, reserved or have signs that a URL cannot carry', () => {
    for (const name of ['taken', ' ', 'lifeline', 'a/b', '-a'])
      expect(faultOfName(name, ['taken'], say), name).not.toBeNull();
    expect(faultOfName('my server', ['taken'], say)).toBeNull();
  });

  test('that is proposed is free', () => {
    expect(freeName('a', ['a', 'a-2'])).toBe('a-3');
    expect(freeName('', [])).toBe('server');
  });
});
