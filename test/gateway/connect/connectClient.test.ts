// Writing an entry into the files of other products, on a real disk.
import {
  chmodSync,
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { parse } from 'jsonc-parser';
import { parse as parseToml } from 'smol-toml';
import { describe, expect, it } from 'vitest';
import type { FileEntry, Product } from '../../../src/core/clientEntry.ts';
import { entryFor } from '../../../src/gateway/clientEntries.ts';
import { createClientGuide } from '../../../src/gateway/connectClientGuide.ts';
import { aFileEntry, aFolder, changed, connect, reasonOf, someFacts } from './fixtures.ts';

const isPosix = process.platform !== 'win32';
const value = aFileEntry('').value;

describe('every product', () => {
  const parsed = (entry: FileEntry): unknown => {
    const text = readFileSync(entry.path, 'utf8');
    const root: unknown = entry.format === 'json' ? JSON.parse(text) : parseToml(text);
    return entry.at.reduce((at: unknown, key) => (at as Record<string, unknown>)[key], root);
  };

  for (const product of ['claude-code', 'codex', 'gemini-cli', 'cursor', 'cline'] as Product[])
    for (const scope of ['user', 'workspace'] as const)
      it(`${product} reads back what was written for the ${scope}, and twice changes nothing`, () => {
        const folder = aFolder();
        const home = join(folder, 'home');
        const workspace = join(folder, 'work');
        const facts = someFacts({ scope, home, workspace, platform: process.platform });
        const entry = entryFor(product, facts);
        if (entry.kind !== 'file') return expect(entry.kind).toBe('command');
        expect(connect(entry, folder)).toMatchObject({ kind: 'written', backup: null });
        expect(parsed(entry)).toEqual(entry.value);
        expect(connect(entry, folder)).toEqual({ kind: 'unchanged', path: entry.path });
        const moved = entryFor(product, { ...facts, url: 'http://127.0.0.1:5000/mcp/x' });
        if (moved.kind !== 'file') return expect(moved.kind).toBe('file');
        connect(moved, folder);
        return expect(parsed(moved)).toEqual(moved.value);
      });
});

describe('JSON', () => {
  it('keeps comments, order, indentation and line ends', () => {
    const before =
      '{\r\n\t// mine\r\n\t"theme": "dark",\r\n\t"mcpServers": {\r\n\t\t"mail": { "url": "x" }, // keep\r\n\t},\r\n}\r\n';
    const { outcome, text } = changed(before);
    expect(outcome.kind).toBe('written');
    expect(text).toContain('\r\n\t// mine\r\n\t"theme": "dark",\r\n');
    expect(text).toContain('\r\n\t\t"mail": { "url": "x" }, // keep\r\n');
    expect(text.replaceAll('\r\n', '')).not.toContain('\n');
    expect(text).toContain('\r\n\t\t"files": {\r\n\t\t\t"url"');
    expect((parse(text) as { mcpServers: unknown }).mcpServers).toEqual({
      mail: { url: 'x' },
      files: value,
    });
  });

  it('keeps what the user has added to an entry of ours, and drops what led elsewhere', () => {
    const before = JSON.stringify({
      mcpServers: {
        files: {
          command: 'node',
          args: ['/state/mcp-lifeline/bridge.js', 'files'],
          autoApprove: ['read'],
        },
      },
    });
    const { outcome, text } = changed(before);
    expect(outcome.kind).toBe('written');
    expect(JSON.parse(text)).toEqual({
      mcpServers: { files: { autoApprove: ['read'], ...value } },
    });
  });

  it('replaces an entry that is not ours only when told to', () => {
    const before = '{"mcpServers": {"files": {"command": "theirs"}}}';
    const refused = changed(before);
    expect(refused.outcome.kind).toBe('taken');
    expect(refused.text).toBe(before);
    const told = changed(before, {}, true);
    expect(JSON.parse(told.text)).toEqual({ mcpServers: { files: value } });
  });

  it('leaves a file alone that it cannot understand, and says where it is wrong', () => {
    for (const [before, reason] of [
      ['{"mcpServers": {', 'it is not valid JSON: in line 1, a closing brace is missing'],
      ['{\n"a": 1\n"b": 2}', 'it is not valid JSON: in line 3, a comma is missing'],
      ['[]', 'it is not a JSON object'],
      ['{"mcpServers": []}', "'mcpServers' in it is not an object"],
      ['{"mcpServers": null}', "'mcpServers' in it is not an object"],
    ] as const) {
      const { outcome, text, folder } = changed(before);
      expect(outcome).toMatchObject({ kind: 'refused', path: join(folder, 'file') });
      expect(reasonOf(outcome)).toBe(
        `${join(folder, 'file')} was not changed: ${reason}. Correct it, or paste the entry by hand.`,
      );
      expect(text).toBe(before);
      expect(existsSync(join(folder, 'backups'))).toBe(false);
    }
  });

  it('fills an empty file, and keeps the mark at the start of another', () => {
    expect(JSON.parse(changed(' \n').text)).toEqual({ mcpServers: { files: value } });
    expect(changed('\ufeff{}').text.startsWith('\ufeff{')).toBe(true);
  });
});

it('keeps the text from before where only its owner reads it', () => {
  const { outcome, folder } = changed('{"a": "their secret"}');
  if (outcome.kind !== 'written' || outcome.backup === null) throw new Error('no backup');
  expect(readFileSync(outcome.backup, 'utf8')).toBe('{"a": "their secret"}');
  if (isPosix) expect(statSync(outcome.backup).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder).toSorted()).toEqual(['backups', 'file']);
});

it.runIf(isPosix)(
  '[keep-secrets] a file that gets the token is for its owner only from then on',
  () => {
    const folder = aFolder();
    const path = join(folder, 'deep', 'file');
    connect(aFileEntry(path), folder);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const other = join(folder, 'other');
    writeFileSync(other, '{}');
    chmodSync(other, 0o664);
    connect(aFileEntry(other, { secret: false }), folder);
    expect(statSync(other).mode & 0o777).toBe(0o664);
    connect(aFileEntry(other, { value: { ...value, url: 'http://127.0.0.1:1/mcp/x' } }), folder);
    expect(statSync(other).mode & 0o777).toBe(0o600);
  },
);

it.runIf(isPosix)('writes through a link, which stays one', () => {
  const folder = aFolder();
  const real = join(folder, 'real.json');
  const link = join(folder, 'link.json');
  writeFileSync(real, '{}');
  symlinkSync(real, link);
  expect(connect(aFileEntry(link), folder).kind).toBe('written');
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
  expect(JSON.parse(readFileSync(real, 'utf8'))).toEqual({ mcpServers: { files: value } });
});

it('says what kept it from writing, and throws nothing', () => {
  const folder = aFolder();
  expect(reasonOf(connect(aFileEntry(folder), folder))).toContain('was not changed');
});

it('[bounded] does not read a file that cannot be a configuration', () => {
  const { outcome } = changed(' '.repeat(5 * 2 ** 20));
  expect(reasonOf(outcome)).toContain('too large');
});

it('[keep-secrets] fills in the facts of the window, and shows what it would write', () => {
  const folder = aFolder();
  const guide = createClientGuide({
    home: folder,
    platform: process.platform,
    environment: {},
    workspace: () => '/code/one',
    bridgePath: () => '/state/mcp-lifeline/bridge.js',
    backups: join(folder, 'backups'),
  });
  const door = { port: 4100, token: 'a-token-of-some-length' };
  const entries = ['a', 'b c'].map((server) => guide.entryFor('cursor', 'user', server, door));
  const files = entries.filter((entry) => entry.kind === 'file');
  const shown: unknown = JSON.parse(guide.render(files));
  expect(shown).toMatchObject({
    mcpServers: {
      a: { url: 'http://127.0.0.1:4100/mcp/a' },
      'b-c': { url: 'http://127.0.0.1:4100/mcp/b%20c' },
    },
  });
  for (const entry of files) expect(guide.write(entry, false).kind).toBe('written');
  expect(JSON.parse(readFileSync(join(folder, '.cursor', 'mcp.json'), 'utf8'))).toEqual(shown);
  const shared = guide.entryFor('codex', 'workspace', 'a', door);
  expect(shared.kind === 'file' && guide.render([shared])).toBe(
    '[mcp_servers.a]\ncommand = "node"\nargs = ["/state/mcp-lifeline/bridge.js", "a", "--workspace", "/code/one"]\n',
  );
});
