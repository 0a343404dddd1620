// What each product wants to be told so that it uses a server through the gateway: which file, which keys, which syntax. Pure.
// Two forms: the URL with the token, and the stdio bridge, which finds both by itself. The token never goes into a file
// of a workspace, because such files are shared and committed; there the bridge is entered.
// Not here: reading and writing the files (connectClient.ts), and asking the user (host).
import { posix, win32 } from 'node:path';
import {
  type ClientEntry,
  clientHeader,
  type EntryScope,
  type FileEntry,
  type Product,
} from '../core/clientEntry.ts';
import type { JsonObject } from '../core/rpc.ts';

export interface EntryFacts {
  /** The server's name at the gateway. */
  readonly server: string;
  /** The URL of that server at the gateway. */
  readonly url: string;
  readonly token: string;
  /** Where the bridge lies, and will still lie after an update of the extension. */
  readonly bridgePath: string;
  readonly scope: EntryScope;
  /** The workspace folder; null where none is open, and then there is no scope `workspace`. */
  readonly workspace: string | null;
  readonly home: string;
  readonly platform: NodeJS.Platform;
  /** Of those variables that move a product's files (`CODEX_HOME`, `CLINE_MCP_SETTINGS_PATH`), or ours (`XDG_STATE_HOME`). */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The Node that runs the bridge. */
  readonly node?: { readonly command: string; readonly env: Readonly<Record<string, string>> };
}

/** Tells the gateway which of these entries a client uses. */
export const entryHeader = clientHeader;
/** Holds the token where an entry may only refer to it. */
export const tokenVariable = 'MCP_LIFELINE_TOKEN';

/** The strictest of them takes nothing else in a name (Codex: `^[a-zA-Z0-9_-]+$`, as does `claude mcp add`). */
export const entryName = (server: string): string => server.replaceAll(/[^A-Za-z0-9_-]+/g, '-');

const headersOf = (product: Product, token: string): JsonObject => ({
  Authorization: `Bearer ${token}`,
  [entryHeader]: product,
});

export type BridgeFacts = Pick<
  EntryFacts,
  'server' | 'bridgePath' | 'workspace' | 'node' | 'environment'
>;

/** Codex hands few variables on to the programs that it starts, and not this one, by which gateways are found (discovery.ts). */
const stateVariable = 'XDG_STATE_HOME';

/** The bridge to one server; without a workspace it goes to whichever gateway has it. */
export const bridgeOf = (facts: BridgeFacts): JsonObject => {
  const { server, bridgePath, workspace, node, environment } = facts;
  const state = environment[stateVariable];
  const env = { ...node?.env, ...(state ? { [stateVariable]: state } : {}) };
  return {
    command: node?.command ?? 'node',
    args: [bridgePath, server, ...(workspace === null ? [] : ['--workspace', workspace])],
    ...(Object.keys(env).length > 0 ? { env } : {}),
  };
};

const pathsOf = ({ platform }: EntryFacts): typeof posix => (platform === 'win32' ? win32 : posix);

const isInside = (path: string, folder: string, facts: EntryFacts): boolean => {
  const paths = pathsOf(facts);
  const way = paths.relative(folder, path);
  return !way.startsWith('..') && !paths.isAbsolute(way);
};

interface Place {
  readonly format: FileEntry['format'];
  /** The key that the entries stand under. */
  readonly under: string;
  /** Under the workspace folder; null where the product knows no such file. */
  readonly ofWorkspace: readonly string[] | null;
  readonly ofUser: (facts: EntryFacts) => string;
  /** The entry with URL and token. */
  readonly http: (facts: EntryFacts) => JsonObject;
  readonly bridge: (facts: EntryFacts) => JsonObject;
}

const inHome = (facts: EntryFacts, ...parts: readonly string[]): string =>
  pathsOf(facts).join(facts.home, ...parts);

const clineFile = ['.cline', 'data', 'settings', 'cline_mcp_settings.json'];

const places: Readonly<Record<Exclude<Product, 'claude-code' | 'http' | 'stdio'>, Place>> = {
  // Codex's docs/config.md, mcp_servers: `url`, static headers as `http_headers`; `.codex/config.toml` in trusted projects.
  // A table with both `url` and `command` makes it refuse the whole file.
  codex: {
    format: 'toml',
    under: 'mcp_servers',
    ofWorkspace: ['.codex', 'config.toml'],
    ofUser: (facts) =>
      pathsOf(facts).join(
        facts.environment['CODEX_HOME'] || inHome(facts, '.codex'),
        'config.toml',
      ),
    http: ({ url, token }) => ({ url, http_headers: headersOf('codex', token) }),
    bridge: bridgeOf,
  },
  // Gemini CLI's docs/tools/mcp-server.md: `httpUrl` is Streamable HTTP, `url` means HTTP+SSE.
  'gemini-cli': {
    format: 'json',
    under: 'mcpServers',
    ofWorkspace: ['.gemini', 'settings.json'],
    ofUser: (facts) => inHome(facts, '.gemini', 'settings.json'),
    http: ({ url, token }) => ({ httpUrl: url, headers: headersOf('gemini-cli', token) }),
    bridge: bridgeOf,
  },
  // cursor.com/docs/mcp: `url` with `headers`; `.cursor/mcp.json` in the project or in the home folder.
  cursor: {
    format: 'json',
    under: 'mcpServers',
    ofWorkspace: ['.cursor', 'mcp.json'],
    ofUser: (facts) => inHome(facts, '.cursor', 'mcp.json'),
    http: ({ url, token }) => ({ url, headers: headersOf('cursor', token) }),
    bridge: bridgeOf,
  },
  // docs.cline.bot, MCP: one file of the user for the command line and the editors; without `type` a `url` means HTTP+SSE.
  cline: {
    format: 'json',
    under: 'mcpServers',
    ofWorkspace: null,
    ofUser: (facts) => facts.environment['CLINE_MCP_SETTINGS_PATH'] || inHome(facts, ...clineFile),
    http: ({ url, token }) => ({
      type: 'streamableHttp',
      url,
      headers: headersOf('cline', token),
    }),
    bridge: (facts) => ({ type: 'stdio', ...bridgeOf(facts) }),
  },
};

const fileEntry = (place: Place, facts: EntryFacts): FileEntry => {
  const { scope, workspace, server } = facts;
  const isShared = scope === 'workspace' && workspace !== null;
  const path =
    isShared && place.ofWorkspace !== null
      ? pathsOf(facts).join(workspace, ...place.ofWorkspace)
      : place.ofUser(facts);
  // Whoever opened the home folder as a workspace has the user's files in it.
  const isOpen = isShared || (workspace !== null && isInside(path, workspace, facts));
  return {
    kind: 'file',
    path,
    format: place.format,
    at: [place.under, entryName(server)],
    value: isOpen ? place.bridge(facts) : place.http(facts),
    secret: !isOpen,
  };
};

// code.claude.com/docs/en/mcp: `.mcp.json` in the project for everybody; what is the user's own lies in ~/.claude.json,
// which a running Claude Code writes as a whole at any time, so that only its own command may change it.
const claudeCode = (facts: EntryFacts): ClientEntry => {
  const { scope, workspace, server, url, token } = facts;
  if (scope === 'workspace' && workspace !== null)
    return {
      kind: 'file',
      path: pathsOf(facts).join(workspace, '.mcp.json'),
      format: 'json',
      at: ['mcpServers', entryName(server)],
      value: { type: 'stdio', ...bridgeOf(facts) },
      secret: false,
    };
  // Names, URLs and tokens hold nothing that a shell would read within double quotes.
  const headers = Object.entries(headersOf('claude-code', token))
    .map(([name, value]) => ` --header "${name}: ${String(value)}"`)
    .join('');
  const text = `claude mcp add --scope user --transport http ${entryName(server)} ${url}${headers}`;
  return { kind: 'command', text, secret: true };
};

const asText = (value: JsonObject, secret: boolean): ClientEntry => ({
  kind: 'text',
  text: JSON.stringify(value, null, 2),
  secret,
});

/** The entry by which a product uses this server. Cline has no file of a workspace: the bridge goes into its own. */
export const entryFor = (product: Product, facts: EntryFacts): ClientEntry => {
  switch (product) {
    case 'claude-code':
      return claudeCode(facts);
    case 'http': {
      const isShared = facts.scope === 'workspace';
      const token = isShared ? `\${${tokenVariable}}` : facts.token;
      const headers = headersOf('http', token);
      return asText({ type: 'http', url: facts.url, headers }, !isShared);
    }
    case 'stdio':
      return asText(bridgeOf(facts), false);
    case 'codex':
    case 'gemini-cli':
    case 'cursor':
    case 'cline':
      return fileEntry(places[product], facts);
  }
};

/** Whether an entry that stands in a file already is one of these, so that it may be replaced without asking. */
export const isOurs = (value: JsonObject): boolean => {
  const headers = value['headers'] ?? value['http_headers'];
  if (typeof headers === 'object' && headers !== null && entryHeader in headers) return true;
  const args: readonly unknown[] = Array.isArray(value['args']) ? value['args'] : [];
  return typeof args[0] === 'string' && /mcp-lifeline.*[\\/]bridge\.js$/.test(args[0]);
};

/** Says where and how to reach the server, in any of the products: whatever of it an entry does not need must go. */
export const meansOfTransport: ReadonlySet<string> = new Set([
  'type',
  'transport',
  'url',
  'httpUrl',
  'serverUrl',
  'headers',
  'command',
  'args',
  'env',
  'cwd',
  'http_headers',
  'env_http_headers',
  'bearer_token_env_var',
]);
