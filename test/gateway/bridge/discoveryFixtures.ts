// Discovery entries of made-up gateways, and a folder to keep them in.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { ProcessView } from '../../../src/gateway/discovery.ts';
import type { FoundGateway } from '../../../src/gateway/discoveryChoice.ts';
import type { DiscoveryEntry } from '../../../src/gateway/discoveryEntry.ts';

export const aFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'lifeline-found-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

export const here: ProcessView = { machine: 'here', isAlive: (pid) => pid === process.pid };

export const anEntry = (change: Partial<DiscoveryEntry> = {}): DiscoveryEntry => ({
  version: 1,
  url: 'http://127.0.0.1:4100/mcp/{name}',
  token: 'a-token-of-some-length',
  pid: process.pid,
  machine: 'here',
  folders: ['/code/one'],
  servers: ['files'],
  startedAt: 1000,
  ...change,
});

export const aGateway = (
  file: string,
  change: Partial<DiscoveryEntry> = {},
  state: FoundGateway['state'] = 'living',
): FoundGateway => ({ file, state, entry: anEntry(change) });
