// The command line of the stdio bridge, as text. Pure. Not here: what follows from it (bridge.ts).
import { parseArgs } from 'node:util';

export interface BridgeWish {
  /** The server's name at the gateway. */
  readonly server: string;
  /** The folder whose gateway is meant. */
  readonly workspace: string | null;
  /** A discovery file, or the URL of a gateway, instead of looking for one. */
  readonly gateway: string | null;
}

export type BridgeCommand =
  | { readonly kind: 'run'; readonly wish: BridgeWish }
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  /** One sentence that says what to do. */
  | { readonly kind: 'wrong'; readonly reason: string };

export const bridgeUsage = `Usage: bridge.js SERVER [--workspace DIR] [--gateway FILE|URL]

A stdio MCP server that stands for SERVER at a running MCP Lifeline gateway, finds the gateway by itself, and waits for it
as long as it takes.

  SERVER           Name of the server in MCP Lifeline (also --server NAME).
  --workspace DIR  Use the gateway of this folder, and no other.
  --gateway FILE   Use the gateway that this discovery file names.
  --gateway URL    Use the gateway at this URL; the token is taken from MCP_LIFELINE_TOKEN.
  --version        Print the version.
  --help           Print this.
`;

const wrong = (reason: string): BridgeCommand => ({ kind: 'wrong', reason });

const options = {
  server: { type: 'string' },
  workspace: { type: 'string' },
  gateway: { type: 'string' },
  version: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

const read = (args: readonly string[]) => {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    // Names the option that is not known, or that lacks its value.
    return error instanceof Error ? error.message : String(error);
  }
};

const nameIn = (names: readonly string[]): BridgeCommand | string => {
  const [server, second] = names;
  if (server === undefined || server === '') return wrong('Name the server: bridge.js SERVER.');
  if (second === undefined) return server;
  const all = names.map((name) => JSON.stringify(name)).join(' and ');
  return wrong(`Name one server; got ${all}. A name with spaces needs quotes.`);
};

export const parseBridgeArguments = (args: readonly string[]): BridgeCommand => {
  const found = read(args);
  if (typeof found === 'string') return wrong(found);
  const { help, version, server, workspace = null, gateway = null } = found.values;
  if (help === true) return { kind: 'help' };
  if (version === true) return { kind: 'version' };
  const name = nameIn(server === undefined ? found.positionals : [...found.positionals, server]);
  if (typeof name !== 'string') return name;
  if (workspace === '') return wrong('--workspace needs the path of a folder.');
  if (gateway === '') return wrong('--gateway needs a file or a URL.');
  return { kind: 'run', wish: { server: name, workspace, gateway } };
};
