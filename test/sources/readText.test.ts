// Files of other programs are read whole or not at all, with the reason; nothing makes the reader wait or throw.
import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { inEnglish } from '../../src/core/wording/english.ts';
import { longestFile, readText } from '../../src/sources/readText.ts';
import { problemText, type Trouble } from '../../src/sources/trouble.ts';

const folder = mkdtempSync(join(tmpdir(), 'lifeline-text-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const aFile = (name: string, content: string | Uint8Array): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

test('a byte order mark is taken off, and a wrong byte harms nothing else', async () => {
  const marked = aFile('marked', Buffer.from([0xef, 0xbb, 0xbf, 0x7b, 0x7d]));
  expect(await readText(marked)).toEqual({ kind: 'text', text: '{}' });
  const wrong = aFile('wrong', Buffer.from([0x7b, 0xe9, 0x7d]));
  expect(await readText(wrong)).toEqual({ kind: 'text', text: '{\ufffd}' });
});

test('a file is followed through links, and a link to nowhere is no file', async () => {
  const linked = join(folder, 'linked');
  symlinkSync(aFile('target', '{}'), linked);
  expect(await readText(linked)).toEqual({ kind: 'text', text: '{}' });
  const broken = join(folder, 'broken');
  symlinkSync(join(folder, 'nowhere'), broken);
  expect(await readText(broken)).toEqual({ kind: 'absent' });
});

test.each([join('missing', 'file'), join('target', 'below')])('%s is absent', async (path) => {
  aFile('target', '{}');
  expect(await readText(join(folder, path))).toEqual({ kind: 'absent' });
});

test('[bounded] a file of exactly the limit is read, one byte more is refused', async () => {
  const at = aFile('at', 'x'.repeat(1000));
  expect(await readText(at, 1000)).toMatchObject({ kind: 'text' });
  expect(await readText(at, 999)).toEqual({
    kind: 'unreadable',
    trouble: { kind: 'too-large', limit: 999 },
  });
  const large = aFile('large', Buffer.alloc(longestFile + 1, 0x20));
  expect(await readText(large)).toMatchObject({ trouble: { kind: 'too-large' } });
});

test.runIf(process.platform === 'linux')(
  '[bounded] a file that says it is empty and never ends is cut off',
  async () => {
    // Its size is said to be 0, as that of all files there.
    const endless = await readText('/proc/self/maps', 100);
    expect(endless).toMatchObject({ kind: 'unreadable', trouble: { kind: 'too-large' } });
  },
);

test.skipIf(process.platform === 'win32')('nothing but a regular file is opened', async () => {
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const socket = join(folder, 'socket');
  const server = createServer().listen(socket);
  await once(server, 'listening');
  for (const path of [pipe, socket, '/dev/zero'])
    expect(await readText(path)).toEqual({ kind: 'unreadable', trouble: { kind: 'no-file' } });
  server.close();
  await once(server, 'close');
});

test('a folder in its place is said', async () => {
  mkdirSync(join(folder, 'folder'));
  expect(await readText(join(folder, 'folder'))).toMatchObject({ trouble: { kind: 'folder' } });
});

test.skipIf(process.platform === 'win32')('a file that is not for us is said', async () => {
  const path = aFile('private', '{}');
  chmodSync(path, 0);
  // Root may read everything, so that it has to be somebody else for a moment.
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.('nobody');
  try {
    expect(await readText(path)).toMatchObject({ trouble: { kind: 'forbidden' } });
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
});

test('a link that leads back to itself is said', async () => {
  const path = join(folder, 'loop');
  symlinkSync(path, path);
  expect(await readText(path)).toMatchObject({ trouble: { kind: 'link-loop' } });
});

test('UTF-16, as PowerShell writes it, is said', async () => {
  const path = aFile(
    'wide',
    Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('{}', 'utf16le')]),
  );
  expect(await readText(path)).toMatchObject({ trouble: { kind: 'utf-16' } });
});

describe('words', () => {
  const mistakes = [
    'CommaExpected',
    'ColonExpected',
    'CloseBraceExpected',
    'CloseBracketExpected',
    'ValueExpected',
    'PropertyNameExpected',
    'UnexpectedEndOfString',
    'UnexpectedEndOfComment',
    'EndOfFileExpected',
    'InvalidSymbol',
  ];
  const troubles: readonly Trouble[] = [
    { kind: 'forbidden' },
    { kind: 'folder' },
    { kind: 'no-file' },
    { kind: 'link-loop' },
    { kind: 'unreadable', code: 'EIO' },
    { kind: 'too-large', limit: longestFile },
    { kind: 'utf-16' },
    ...mistakes.map((mistake) => ({ kind: 'syntax', line: 12, mistake }) as const),
    { kind: 'too-deep' },
    { kind: 'no-object' },
    { kind: 'no-servers', at: 'mcpServers' },
    { kind: 'too-many', count: 501, listed: 500 },
  ];

  test('each trouble has words of its own, and says what to do', () => {
    const texts = troubles.map((trouble) => problemText(trouble, inEnglish));
    expect(new Set(texts).size).toBe(texts.length);
    for (const text of texts) {
      expect(text).toMatch(/^[A-Z'].*\. .+\.$/);
      expect(text).not.toMatch(/\{\d\}/);
    }
    expect(texts.join()).toContain('larger than 4 MiB');
    expect(texts.join()).toContain('in line 12, a comma is missing');
  });
});
