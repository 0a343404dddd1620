// What other products are told so that they use our servers: which products, and the shapes of an entry. Types and names only.
// Not here: what stands in an entry (gateway/clientEntries.ts), and asking the user (host).
import type { JsonObject } from './rpc.ts';

export const productNames = {
  'claude-code': 'Claude Code',
  codex: 'Codex',
  'gemini-cli': 'Gemini CLI',
  cursor: 'Cursor',
  cline: 'Cline',
  http: 'HTTP',
  stdio: 'stdio',
} as const;

export type Product = keyof typeof productNames;

/** Tells the gateway which of these entries a client uses, and ourselves that an entry is ours. */
export const clientHeader = 'mcp-lifeline-client';

/** `workspace`: for everybody who opens this folder, and so without the token. `user`: for this user alone. */
export type EntryScope = 'workspace' | 'user';

export interface FileEntry {
  readonly kind: 'file';
  readonly path: string;
  readonly format: 'json' | 'toml';
  /** The keys that lead to the entry. */
  readonly at: readonly string[];
  readonly value: JsonObject;
  /** The value holds the token: the file must be for its owner only. */
  readonly secret: boolean;
}

export type ClientEntry =
  | FileEntry
  /** To be run in a terminal, in the workspace folder. */
  | { readonly kind: 'command'; readonly text: string; readonly secret: boolean }
  /** To be pasted somewhere by the user. */
  | { readonly kind: 'text'; readonly text: string; readonly secret: boolean };
