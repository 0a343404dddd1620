// `headersHelper`, as Claude Code documents it: a command line run in a shell, anew for each attempt to connect, with ten seconds
// to print one JSON object of names and texts. What it says on stderr is for the log. Not here: running it (helperProcess.ts).
import type { Clock, Millis } from '../base/clock.ts';
import { isObject } from '../core/rpc.ts';
import type { HttpServer } from '../core/settings.ts';
import { unsaid, type Unsaid } from '../core/wording/unsaid.ts';
import type { Log } from '../runtime/ports.ts';
import { runHelper } from './helperProcess.ts';

export interface HelperSurroundings {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** Of this server. */
  readonly log: Log;
  readonly time?: Millis;
}

export type HelperHeaders =
  | { readonly kind: 'headers'; readonly headers: Readonly<Record<string, string>> }
  /** Quotes nothing of what was printed. */
  | { readonly kind: 'failed'; readonly reason: Unsaid };

const timeLimit: Millis = 10_000;
const longestOutput = 64 * 1024;
const mostLines = 20;
const longestLine = 500;

// RFC 9110 section 5.6.2: token.
const headerName = /^[\w!#$%&'*+.^`|~-]+$/;

const failed = (reason: Unsaid): HelperHeaders => ({ kind: 'failed', reason });

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text.trim());
  } catch {
    return undefined;
  }
};

const readHeaders = (stdout: string): HelperHeaders => {
  const value = parsed(stdout);
  if (!isObject(value)) return failed(unsaid('It did not print one JSON object.'));
  const entries = Object.entries(value);
  if (entries.some(([name]) => !headerName.test(name)))
    return failed(unsaid('It printed a name that no header can have.'));
  const texts = entries.filter((pair): pair is [string, string] => typeof pair[1] === 'string');
  return texts.length === entries.length
    ? { kind: 'headers', headers: Object.fromEntries(texts) }
    : failed(unsaid('It printed a value that is not a text in quotes.'));
};

/** What the editor needs for itself, and what would change how other programs start. */
const notForOthers: ReadonlySet<string> = new Set(['ELECTRON_RUN_AS_NODE', 'NODE_OPTIONS']);

const environmentFor = (
  { name, url }: HttpServer,
  env: HelperSurroundings['env'],
): HelperSurroundings['env'] => ({
  ...Object.fromEntries(Object.entries(env).filter(([key]) => !notForOthers.has(key))),
  CLAUDE_CODE_MCP_SERVER_NAME: name,
  CLAUDE_CODE_MCP_SERVER_URL: url,
});

const logStderr = (stderr: string, log: Log): void => {
  const lines = stderr.split(/\r?\n/).filter((line) => line.trim() !== '');
  for (const line of lines.slice(-mostLines))
    log.info(`headersHelper: ${line.slice(0, longestLine)}`);
};

/** Never rejects. `line`: the command line, its variables filled in. */
export const askHelper = async (
  server: HttpServer,
  line: string,
  { cwd, env, clock, log, time = timeLimit }: HelperSurroundings,
  signal: AbortSignal,
): Promise<HelperHeaders> => {
  const command = { line, cwd, env: environmentFor(server, env) };
  const end = await runHelper(command, { clock, time, stdoutBytes: longestOutput }, signal);
  logStderr(end.stderr, log);
  return end.kind === 'failed' ? failed(end.reason) : readHeaders(end.stdout);
};

/** The helper's win over those of the entry, whatever the case of their names. */
export const withHeaders = (
  server: HttpServer,
  headers: Readonly<Record<string, string>>,
): HttpServer => {
  const fresh = new Set(Object.keys(headers).map((name) => name.toLowerCase()));
  const kept = Object.entries(server.headers).filter(([name]) => !fresh.has(name.toLowerCase()));
  return { ...server, headers: { ...Object.fromEntries(kept), ...headers } };
};
