// Putting an entry into a TOML file; what comes out is read by a parser of its own.
import { parse as parseToml } from 'smol-toml';
import { expect, it } from 'vitest';
import type { FileEntry } from '../../../src/core/clientEntry.ts';
import { changed, reasonOf } from './fixtures.ts';

const value = {
  url: 'http://127.0.0.1:4100/mcp/files',
  http_headers: { 'mcp-lifeline-client': 'codex' },
};
const toml: Partial<FileEntry> = { format: 'toml', at: ['mcp_servers', 'files'], value };
const lines = (...all: readonly string[]): string => `${all.join('\n')}\n`;

it('appends a table of its own, and leaves every line alone', () => {
  const before = lines(
    '# mine',
    'model = "gpt" # the best',
    'notes = """',
    '[mcp_servers.files]',
    'url = "not a table"',
    '"""',
    'lists = [',
    '  ["[mcp_servers.files]"],  # [x]',
    ']',
    '',
    '[mcp_servers.mail]',
    "command = 'mail'",
  );
  const { outcome, text } = changed(before, toml);
  expect(outcome.kind).toBe('written');
  expect(text.startsWith(before)).toBe(true);
  expect(parseToml(text)).toEqual({
    ...parseToml(before),
    mcp_servers: { mail: { command: 'mail' }, files: value },
  });
});

it('replaces its own lines, inner tables too, and keeps what the user added', () => {
  const before = lines(
    '[mcp_servers.files] # ours',
    'command = "node"',
    'args = [',
    '  "/state/mcp-lifeline/bridge.js",',
    '  "files",',
    ']',
    'tool_timeout_sec = 300 # patience',
    '',
    '[mcp_servers.files.env]',
    'A = "1"',
    '',
    '[mcp_servers.files.tools.read]',
    'approve = true',
    '',
    '# about the other',
    '[other]',
    'a = 2024-01-01 10:00:00',
  );
  const { text } = changed(before, toml);
  expect(parseToml(text)).toEqual({
    mcp_servers: {
      files: { ...value, tool_timeout_sec: 300, tools: { read: { approve: true } } },
    },
    other: (parseToml(before) as { other: unknown }).other,
  });
  expect(text).toContain('[mcp_servers.files] # ours\n');
  expect(text).toContain('tool_timeout_sec = 300 # patience\n');
  expect(text).toContain('# about the other\n[other]\n');
  expect(changed(text, toml).outcome.kind).toBe('unchanged');
});

it('writes texts so that they come back as they were', () => {
  const strange = {
    command: 'C:\\a "b"\n\t\u007f\u0001é',
    args: ['', "'", '#'],
    env: { 'a b': '=' },
  };
  const { text } = changed('', { ...toml, value: strange });
  expect(parseToml(text)).toEqual({ mcp_servers: { files: strange } });
});

it('keeps Windows line ends, and ends the last line before it goes on', () => {
  const { text } = changed('a = 1\r\nb = 2', toml);
  expect(text.startsWith('a = 1\r\nb = 2\r\n\r\n[mcp_servers.files]\r\n')).toBe(true);
  expect(text.replaceAll('\r\n', '')).not.toContain('\n');
});

it('replaces a table that is not ours only when told to', () => {
  const before = lines('[mcp_servers."files"]', 'command = "theirs"', 'cwd = "/"', 'x = 1');
  expect(changed(before, toml).outcome.kind).toBe('taken');
  expect(parseToml(changed(before, toml, true).text)).toEqual({
    mcp_servers: { files: { ...value, x: 1 } },
  });
});

it('refuses forms that it would have to guess at', () => {
  for (const before of [
    'mcp_servers = { mail = { command = "x" } }',
    'mcp_servers.files = { command = "x" }',
    'mcp_servers.files.command = "x"',
    '[mcp_servers]\nfiles = { command = "x" }',
    '[mcp_servers]\nfiles.command = "x"',
    '[[mcp_servers.files]]\ncommand = "x"',
  ]) {
    const { outcome, text } = changed(before, toml);
    expect(reasonOf(outcome)).toContain("'mcp_servers.files' in it is not written as a table");
    expect(text).toBe(before);
  }
});

it('refuses what is not TOML, and says in which line', () => {
  for (const [before, line] of [
    ['a = 1\nb', 2],
    ['a = "x', 1],
    ['[a\nb = 1', 1],
    ['a = 1\nb = [1,\n2\nc = 3', 4],
    ['a = """\nx\n', 1],
    ['a = 1 b = 2', 1],
  ] as const) {
    expect(() => parseToml(before)).toThrow();
    expect(reasonOf(changed(before, toml).outcome)).toContain(
      `it is not valid TOML (line ${line})`,
    );
  }
});
