// The folder that all windows on one workspace share.
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { commonFolder } from '../../src/host/storageFolder.ts';

const storageOf = (workspace: string): string =>
  join('/', 'data', 'User', 'workspaceStorage', workspace, 'publisher.name-1');

test.for([
  ['59f5b80e-1', '59f5b80e'],
  ['-4267c6fe-9', '-4267c6fe'],
  ['0c4e8f1de4e64f7ad4a5bd1f6b8f3c11-2', '0c4e8f1de4e64f7ad4a5bd1f6b8f3c11'],
] as const)(
  '[one-owner] a further window (%s) uses the folder of the first (%s)',
  ([given, common]) => {
    expect(commonFolder(storageOf(given))).toBe(storageOf(common));
  },
);

test.for(['59f5b80e', '-4267c6fe', '-5', '1763690000123', 'ext-dev'])(
  'the folder of the first window (%s) is left as it is',
  (name) => {
    expect(commonFolder(storageOf(name))).toBe(storageOf(name));
  },
);
