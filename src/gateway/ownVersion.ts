// Which version a program of ours is, read from the package that it lies in.
import { readFileSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isObject } from '../core/rpc.ts';

/** `script`: the file that was started. A copy that lies elsewhere does not know. */
export const versionOf = (script: string): string => {
  try {
    const manifest = join(dirname(realpathSync(script)), '..', 'package.json');
    const value: unknown = JSON.parse(readFileSync(manifest, 'utf8'));
    if (isObject(value) && value['name'] === 'mcp-lifeline') return String(value['version']);
  } catch {
    // No package there, so this is a copy.
  }
  return 'unknown';
};
