// The entries of `mcpLifeline.servers` -> servers, or the reason why one cannot be used and what to do. One bad entry
// never harms another. No reason quotes a header, a variable or a URL's query: those hold credentials.
// Not here: filling in ${variables}, which happens before.
import * as z from 'zod/mini';
import { redact } from './redact.ts';
import { isObject, type JsonObject } from './rpc.ts';
import type {
  BadServer,
  ConnectionSharing,
  HttpServer,
  OAuthWish,
  Origin,
  ServerDefinition,
} from './settings.ts';

const longestQuote = 60;
const kinds: Readonly<Record<string, string>> = {
  undefined: 'nothing',
  string: 'a text',
  number: 'a number',
  boolean: 'true or false',
};

const kindOf = (value: unknown): string => {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list' : (kinds[typeof value] ?? 'an object');
};

/** A short text without credentials, or what else it is. */
const shown = (value: unknown): string => {
  if (typeof value !== 'string') return kindOf(value);
  const text = redact(value, []);
  return JSON.stringify(text.length > longestQuote ? `${text.slice(0, longestQuote)}…` : text);
};

interface Issue {
  readonly code?: string | undefined;
  readonly input?: unknown;
  readonly path?: PropertyKey[] | undefined;
}

const demand = (what: string) => ({
  error: (issue: Issue): string => `${what}, got ${shown(issue.input)}`,
});

/** For what may hold a secret: it is not quoted. */
const secretDemand = (what: string) => ({
  error: (issue: Issue): string => `${what}, got ${kindOf(issue.input)}`,
});

/** For the values of an object: the name is told instead of the value. */
const valueDemand = (what: string) => ({
  error: (issue: Issue): string => `${what} (see '${String(issue.path?.at(-1))}')`,
});

/** For an object of names and values; a wrong name is not quoted, since people write `"Name: value"` by mistake. */
const namesDemand = (whole: string, name: string) => ({
  error: (issue: Issue): string =>
    issue.code === 'invalid_key' ? name : `${whole}, got ${kindOf(issue.input)}`,
});

const aFlag = (key: string, byDefault: boolean) =>
  z._default(z.boolean(demand(`'${key}' must be true or false`)), byDefault);

const common = {
  autoStart: aFlag('autoStart', true),
  enabled: aFlag('enabled', true),
  trustHints: aFlag('trustHints', false),
};

/** One process for all by default: a stdio server is a process, and five agents should not start it five times. */
const aSharing = (byDefault: ConnectionSharing) =>
  z._default(
    z.enum(['perClient', 'shared'], demand(`'connection' must be "perClient" or "shared"`)),
    byDefault,
  );

const urlDemand = demand(
  `'url' must start with http:// or https:// (or unix:// or pipe:// for a server on a local socket)`,
);
const brokenUrl = demand(`'url' cannot be read as a URL; look for a wrong port or host`);
const aUrl = z.string(urlDemand).check(
  z.trim(),
  z.refine((text) => /^(https?|unix|pipe):\/\//i.test(text), urlDemand),
  z.refine((text) => URL.canParse(text), brokenUrl),
);

// RFC 9110 section 5.6.2: token.
const aHeaderName = z.string().check(z.regex(/^[\w!#$%&'*+.^`|~-]+$/));
// What Node's HTTP client takes. A line break would let a value smuggle in headers of its own.
const aHeaderValue = z
  .string(valueDemand(`each value in 'headers' must be a text in quotes`))
  .check(
    z.regex(
      /^[\t\x20-\x7e\x80-\xff]*$/,
      valueDemand(
        `a value in 'headers' holds a line break or another character that no header can carry`,
      ),
    ),
  );
const headersDemand = namesDemand(
  `'headers' must be an object of names and texts`,
  `a name in 'headers' may hold letters, digits and hyphens only`,
);

const isHealth = (value: unknown): boolean =>
  value === false || (typeof value === 'string' && /^(\/|https?:\/\/)/.test(value));

const httpShape = z.object({
  ...common,
  connection: aSharing('perClient'),
  url: aUrl,
  headers: z._default(z.record(aHeaderName, aHeaderValue, headersDemand), {}),
  headersHelper: z._default(
    z.nullable(z.string(secretDemand(`'headersHelper' must be a command`))),
    null,
  ),
  health: z.optional(
    z.custom<string | false>(
      isHealth,
      demand(`'health' must be a path such as "/health", or false`),
    ),
  ),
});

const hasNoNul = (value: unknown): boolean => !String(value).includes('\0');
const isEnvValue = (value: unknown): boolean =>
  ['string', 'number', 'boolean'].includes(typeof value) && hasNoNul(value);
const anEnvValue = z.pipe(
  z.custom<string | number | boolean>(
    isEnvValue,
    valueDemand(`each value in 'env' must be a text without NUL, a number, true or false`),
  ),
  z.transform(String),
);
const anEnvName = z.string().check(z.regex(/^[^=\0]+$/));
const envDemand = namesDemand(
  `'env' must be an object of names and values`,
  `a name in 'env' must not be empty and must not hold '=' or NUL`,
);

const aWord = (what: string) =>
  z.string(secretDemand(what)).check(z.refine(hasNoNul, `${what}, without NUL`));
const commandDemand = `'command' must be the program to start`;

const stdioShape = z.object({
  ...common,
  connection: aSharing('shared'),
  command: aWord(commandDemand).check(
    z.refine((text) => text.trim() !== '', `${commandDemand}, and is empty`),
  ),
  args: z._default(
    z.array(
      aWord(`each of 'args' must be a text in quotes`),
      secretDemand(`'args' must be a list of texts`),
    ),
    [],
  ),
  env: z._default(z.record(anEnvName, anEnvValue, envDemand), {}),
  envFile: z._default(z.nullable(aWord(`'envFile' must be the path of a file`)), null),
  cwd: z._default(z.nullable(aWord(`'cwd' must be the path of a folder`)), null),
});

/** A health URL of another origin would get the server's headers, credentials included. */
const isSameOrigin = (health: string, url: string): boolean =>
  URL.canParse(health, url) &&
  new URL(health, url).origin === new URL(url).origin &&
  // Sockets have no origin to compare, so only a path on them is meant.
  (health.startsWith('/') || /^http/i.test(url));

const asItComes: OAuthWish = {
  clientId: null,
  clientSecret: null,
  scopes: [],
  grant: 'authorization_code',
};

const bad = (name: string, reason: string): BadServer => ({ kind: 'bad', name, reason });
const firstReason = (error: z.core.$ZodError): string =>
  `${error.issues[0]?.message ?? 'the entry cannot be read'}.`;

/** What is meant for the entries of one place. */
interface Surroundings {
  /** The path to ask where an entry names none. */
  readonly health: string | false;
  readonly origin: Origin;
}

const parseHttp = (
  name: string,
  entry: JsonObject,
  { health: byDefault, origin }: Surroundings,
  transport: HttpServer['transport'] = 'http',
): ServerDefinition | BadServer => {
  const read = httpShape.safeParse(entry);
  if (!read.success) return bad(name, firstReason(read.error));
  const health = read.data.health ?? byDefault;
  if (health !== false && !isSameOrigin(health, read.data.url))
    return bad(name, `'health' must be a path on the server of 'url', got ${shown(health)}.`);
  return {
    kind: 'http',
    name,
    origin,
    ...read.data,
    oauth: asItComes,
    transport,
    health,
    watch: [],
  };
};

const parseStdio = (
  name: string,
  entry: JsonObject,
  { origin }: Surroundings,
): ServerDefinition | BadServer => {
  const read = stdioShape.safeParse(entry);
  return read.success
    ? { kind: 'stdio', name, origin, ...read.data, watch: [] }
    : bad(name, firstReason(read.error));
};

/** Other products write the same types with other hyphens and capitals. */
const plainType = (type: unknown): unknown =>
  typeof type === 'string' ? type.toLowerCase().replaceAll(/[-_]/g, '') : type;

const parseUntyped = (
  name: string,
  entry: JsonObject,
  around: Surroundings,
): ServerDefinition | BadServer => {
  const { url, command } = entry;
  if (url !== undefined && command !== undefined)
    return bad(name, `The entry has a 'url' and a 'command'; set 'type' to say which is meant.`);
  if (url !== undefined) return parseHttp(name, entry, around);
  return command === undefined
    ? bad(name, `The entry needs a 'url' (HTTP server) or a 'command' (stdio server).`)
    : parseStdio(name, entry, around);
};

const parseEntry = (
  name: string,
  entry: JsonObject,
  around: Surroundings,
): ServerDefinition | BadServer => {
  switch (plainType(entry['type'])) {
    case undefined:
      return parseUntyped(name, entry, around);
    case 'http':
    case 'streamablehttp':
      return parseHttp(name, entry, around);
    case 'stdio':
      return parseStdio(name, entry, around);
    case 'sse':
      return parseHttp(name, entry, around, 'sse');
    default:
      return bad(name, `'type' must be "http", "sse" or "stdio", got ${shown(entry['type'])}.`);
  }
};

// A name is part of the gateway's URL, where `.` and `..` would vanish, and it becomes a key of objects.
const isName = (name: string): boolean =>
  /^\w([\w .-]{0,62}[\w.-])?$/.test(name) && name !== '__proto__';

const nameReason =
  'The name must have 1 to 64 letters (A to Z), digits, spaces, dots, underscores or hyphens, begin with a letter, digit or underscore, and not end with a space. Rename the entry.';

/** Entries are the user's own where nothing else is said. */
export const theUser: Origin = { scope: 'user', folder: null };

/** `health`: the path to ask where an entry names none. */
export const parseServers = (
  value: JsonObject,
  health: string | false,
  origin: Origin = theUser,
): readonly (ServerDefinition | BadServer)[] =>
  Object.entries(value).map(([name, entry]) => {
    if (!isName(name)) return bad(name, nameReason);
    // The gateway serves its own tools at that path.
    if (name === 'lifeline')
      return bad(name, `'lifeline' is the name of MCP Lifeline's own server. Rename the entry.`);
    return isObject(entry)
      ? parseEntry(name, entry, { health, origin })
      : bad(name, `The entry must be an object with a 'url' or a 'command', got ${shown(entry)}.`);
  });
