// Where servers stand in the files of other products, and the order that decides between equal names. Pure.
// Not here: reading the files (sources) and what becomes of a found entry (host).
import type { InputDefinition } from './inputs.ts';
import type { JsonObject } from './rpc.ts';
import type { BadServer, ServerDefinition } from './settings.ts';

/** The part of a setting's key after `sources.`. */
export type SourceSwitch =
  | 'vscodeWorkspace'
  | 'vscodeUser'
  | 'project'
  | 'claudeCode'
  | 'claudeDesktop'
  | 'cursor'
  | 'windsurf';

/** A kind of file, the closest to the work at hand first: of two entries with the same name the first one counts. */
export const sourceKinds = [
  /** `.vscode/mcp.json` of a folder. */
  'vscode-workspace',
  /** `.mcp.json` of a folder (Claude Code's project scope, and the portable file of VS Code). */
  'project',
  /** `.cursor/mcp.json` of a folder. */
  'cursor-project',
  /** `mcp.json` of the user's profile. */
  'vscode-user',
  /** `~/.claude.json`: `mcpServers`, and those of single projects. */
  'claude-code',
  'claude-desktop',
  'cursor',
  'windsurf',
] as const;

export type SourceKind = (typeof sourceKinds)[number];

export const switchOf: Readonly<Record<SourceKind, SourceSwitch>> = {
  'vscode-workspace': 'vscodeWorkspace',
  project: 'project',
  'cursor-project': 'cursor',
  'vscode-user': 'vscodeUser',
  'claude-code': 'claudeCode',
  'claude-desktop': 'claudeDesktop',
  cursor: 'cursor',
  windsurf: 'windsurf',
};

/** The place of one entry: which file, and the path to it within. */
export interface Place {
  readonly kind: SourceKind;
  readonly file: string;
  /** For example `['servers', 'github']`. */
  readonly path: readonly string[];
}

/** An entry found in another product's file: listed, and neither connected nor offered until it is taken over. */
export interface FoundServer {
  readonly name: string;
  readonly place: Place;
  /** As it stands in the file. May hold secrets: never log it. */
  readonly entry: JsonObject;
  readonly definition: ServerDefinition | BadServer;
  /** Definitions of the inputs that the entry uses. */
  readonly inputs: readonly InputDefinition[];
  /** `ours`: it leads to our own gateway or bridge, by *Connect a Client…* or *Take Over…*. */
  readonly leadsTo: 'elsewhere' | 'ours';
}

/** One file that was looked for and is there. */
export interface SourceFile {
  readonly kind: SourceKind;
  readonly file: string;
  readonly servers: readonly FoundServer[];
  /** Why it cannot be read, with what to do; null where it can. */
  readonly problem: string | null;
}
