// What the entries of clients are made of, and files to put them into.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { FileEntry } from '../../../src/core/clientEntry.ts';
import { inEnglish } from '../../../src/core/wording/english.ts';
import { sayNow } from '../../../src/core/wording/unsaid.ts';
import type { EntryFacts } from '../../../src/gateway/clientEntries.ts';
import { connectClient, type Connected } from '../../../src/gateway/connectClient.ts';

export const token = 'a-token-of-some-length';

export const someFacts = (change: Partial<EntryFacts> = {}): EntryFacts => ({
  server: 'my files',
  url: 'http://127.0.0.1:4100/mcp/my%20files',
  token,
  bridgePath: '/home/me/.local/state/mcp-lifeline/bridge.js',
  scope: 'user',
  workspace: '/code/one',
  home: '/home/me',
  platform: 'linux',
  environment: {},
  ...change,
});

export const aFileEntry = (path: string, change: Partial<FileEntry> = {}): FileEntry => ({
  kind: 'file',
  path,
  format: 'json',
  at: ['mcpServers', 'files'],
  value: { url: 'http://127.0.0.1:4100/mcp/files', headers: { 'mcp-lifeline-client': 'cursor' } },
  secret: true,
  ...change,
});

export const aFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'lifeline-connect-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

export const connect = (entry: FileEntry, folder: string, replace = false): Connected =>
  connectClient(entry, { backups: join(folder, 'backups'), replace });

/** A file with this text, and what an entry makes of it. */
export const changed = (
  text: string,
  change: Partial<FileEntry> = {},
  replace = false,
): { readonly outcome: Connected; readonly text: string; readonly folder: string } => {
  const folder = aFolder();
  const path = join(folder, 'file');
  writeFileSync(path, text);
  const outcome = connect(aFileEntry(path, change), folder, replace);
  return { outcome, text: readFileSync(path, 'utf8'), folder };
};

export const reasonOf = (outcome: Connected): string =>
  outcome.kind === 'refused' ? sayNow(outcome.reason, inEnglish) : outcome.kind;
