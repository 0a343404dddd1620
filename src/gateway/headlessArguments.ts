// The command line of the headless gateway, as text. Pure. Not here: what follows from it (gateway.ts).
import { parseArgs } from 'node:util';

export interface HeadlessWish {
  readonly config: string;
  readonly state: string;
  /** Null where the configuration, or the gateway, chooses. */
  readonly port: number | null;
  /** Tools that are marked as safe may be repeated, on every server. */
  readonly trust: boolean;
  /** Whoever started it starts it again when it ends. */
  readonly restarts: boolean;
}

export type HeadlessCommand =
  | { readonly kind: 'run'; readonly wish: HeadlessWish }
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  /** One sentence that says what to do. */
  | { readonly kind: 'wrong'; readonly reason: string };

export const headlessUsage = `Usage: gateway.js --config FILE --state DIR [--port N] [--trust] [--restarts]

Runs the gateway of MCP Lifeline without an editor: a local URL for each MCP server of FILE that never drops. Prints one line of
JSON, {"url": "http://127.0.0.1:PORT/mcp/{name}", "token": "…"}, when it listens.

  --config FILE  An mcp.json with "servers" or "mcpServers"; comments are fine. Settings of MCP Lifeline go under
                 "lifeline", without their prefix: {"lifeline": {"calls.holdBudget": 30000}}. Read again when it changes.
                 Variables such as \${NAME} come from the environment, and \${input:my-id} from MCP_LIFELINE_INPUT_MY_ID.
  --state DIR    A folder of its own, made if need be, for its owner only. With it come back sessions, calls, port and token.
  --port N       Listen there (1 to 65535). Otherwise a free port is chosen once, and kept.
  --trust        Repeat calls of tools that are marked read-only or idempotent after a break, on every server.
  --restarts     Whoever runs it (systemd, a container, a watcher) starts it again when it ends: calls wait meanwhile, up to
                 "gateway.keepPort" (20 s). After a kill they do in any case.
  --version      Print the version.
  --help         Print this.
`;

const options = {
  config: { type: 'string' },
  state: { type: 'string' },
  port: { type: 'string' },
  trust: { type: 'boolean' },
  restarts: { type: 'boolean' },
  version: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;

const wrong = (reason: string): HeadlessCommand => ({ kind: 'wrong', reason });

const read = (args: readonly string[]) => {
  try {
    return parseArgs({ args: [...args], options, strict: true }).values;
  } catch (error) {
    // Names the option that is not known, or that lacks its value.
    return error instanceof Error ? error.message : String(error);
  }
};

type Values = Exclude<ReturnType<typeof read>, string>;

/** Null where none is named; undefined where it is none. */
const portOf = (text: string | undefined): number | null | undefined => {
  if (text === undefined) return null;
  const port = Number(text);
  return /^\d{1,5}$/.test(text) && port > 0 && port < 65_536 ? port : undefined;
};

const wishOf = (values: Values): HeadlessCommand => {
  const { config = '', state = '', trust = false, restarts = false } = values;
  if (config === '') return wrong('Name the configuration: --config FILE.');
  if (state === '') return wrong('Name a folder for the state: --state DIR.');
  const port = portOf(values.port);
  return port === undefined
    ? wrong(`--port must be a number from 1 to 65535, got ${JSON.stringify(values.port)}.`)
    : { kind: 'run', wish: { config, state, port, trust, restarts } };
};

export const parseHeadlessArguments = (args: readonly string[]): HeadlessCommand => {
  const values = read(args);
  if (typeof values === 'string') return wrong(values);
  if (values.help === true) return { kind: 'help' };
  return values.version === true ? { kind: 'version' } : wishOf(values);
};
