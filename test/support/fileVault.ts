// A vault in a file, which windows of several processes share; each reads it anew.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { TokenVault } from '../../src/mcp/auth/ports.ts';

export const fileVault = (path: string): TokenVault => {
  const read = (): Record<string, string> =>
    JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>;
  const write = (all: Record<string, string>): void => {
    const next = `${path}.${process.pid}`;
    writeFileSync(next, JSON.stringify(all));
    renameSync(next, path);
  };
  return {
    get: async (key) => read()[key],
    set: async (key, value) => write({ ...read(), [key]: value }),
    delete: async (key) => {
      const { [key]: _, ...rest } = read();
      write(rest);
    },
    onChange: () => ({ dispose: () => undefined }),
  };
};
