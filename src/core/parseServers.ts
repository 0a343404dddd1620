// The entries of `mcpLifeline.servers` -> servers, or the reason why one cannot be used and what to do. One bad entry
// never harms another. No reason quotes a header, a variable or a URL's query: those hold credentials.
// Not here: the shapes (serverShapes.ts), the texts in them (checkServer.ts), filling in ${variables} (fillServer.ts).
import { faultOf } from './checkServer.ts';
import { isObject, type JsonObject } from './rpc.ts';
import { firstReason, globsIn, httpShape, shown, stdioShape } from './serverShapes.ts';
import type { BadServer, HttpServer, Origin, ServerDefinition } from './settings.ts';
import { inEnglish } from './wording/english.ts';
import type { Say } from './wording/say.ts';
import { sayNow, type Unsaid, unsaid } from './wording/unsaid.ts';

const bad = (name: string, reason: string): BadServer => ({ kind: 'bad', name, reason });
/** What is meant for the entries of one place. */
interface Surroundings {
  /** The path to ask where an entry names none. */
  readonly health: string | false;
  readonly origin: Origin;
  /** For the reasons. */
  readonly say: Say;
}

/** A server whose texts can be used, as far as one can tell before its variables are filled in. */
const checked = (definition: ServerDefinition, say: Say): ServerDefinition | BadServer => {
  const fault = faultOf(definition, 'written', say);
  return fault === null ? definition : bad(definition.name, fault);
};

const parseHttp = (
  name: string,
  entry: JsonObject,
  { health: byDefault, origin, say }: Surroundings,
  transport: HttpServer['transport'] = 'http',
): ServerDefinition | BadServer => {
  const read = httpShape.safeParse(entry);
  if (!read.success) return bad(name, firstReason(read.error, say));
  const { dev, disabled, enabled = !disabled, health = byDefault, ...others } = read.data;
  const known = { kind: 'http', name, origin, transport } as const;
  return checked({ ...known, ...others, enabled, health, watch: globsIn(dev) }, say);
};

const parseStdio = (
  name: string,
  entry: JsonObject,
  { origin, say }: Surroundings,
): ServerDefinition | BadServer => {
  const read = stdioShape.safeParse(entry);
  if (!read.success) return bad(name, firstReason(read.error, say));
  const { dev, disabled, enabled = !disabled, ...others } = read.data;
  const definition = { kind: 'stdio', name, origin, ...others } as const;
  return checked({ ...definition, enabled, watch: globsIn(dev) }, say);
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
    return bad(
      name,
      around.say("The entry has a 'url' and a 'command'; set 'type' to say which is meant."),
    );
  if (url !== undefined) return parseHttp(name, entry, around);
  return command === undefined
    ? bad(name, around.say("The entry needs a 'url' (HTTP server) or a 'command' (stdio server)."))
    : parseStdio(name, entry, around);
};

const typeReason = (type: unknown): Unsaid =>
  unsaid(`'type' must be "http", "sse" or "stdio", got {0}.`, shown(type));

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
      return bad(name, sayNow(typeReason(entry['type']), around.say));
  }
};

// A name is part of the gateway's URL, where `.` and `..` would vanish, and it becomes a key of objects.
const isName = (name: string): boolean =>
  /^\w([\w .-]{0,62}[\w.-])?$/.test(name) && name !== '__proto__';

const nameReason = unsaid(
  'The name must have 1 to 64 letters (A to Z), digits, spaces, dots, underscores or hyphens, begin with a letter, digit or underscore, and not end with a space. Rename the entry.',
);

/** The gateway serves its own tools at that path. */
const reservedName = 'lifeline';

const entryReason = (entry: unknown): Unsaid =>
  unsaid("The entry must be an object with a 'url' or a 'command', got {0}.", shown(entry));

/** Entries are the user's own where nothing else is said. */
export const theUser: Origin = { scope: 'user', folder: null };

/** `health`: the path to ask where an entry names none. */
export const parseServers = (
  value: JsonObject,
  health: string | false,
  origin: Origin = theUser,
  say: Say = inEnglish,
): readonly (ServerDefinition | BadServer)[] =>
  Object.entries(value).map(([name, entry]) => {
    if (!isName(name)) return bad(name, sayNow(nameReason, say));
    if (name === reservedName)
      return bad(
        name,
        say("'lifeline' is the name of MCP Lifeline's own server. Rename the entry."),
      );
    return isObject(entry)
      ? parseEntry(name, entry, { health, origin, say })
      : bad(name, sayNow(entryReason(entry), say));
  });

/** Keys of other products that change how a server is run, and that a reader would expect to count. */
const unapplied: Readonly<Record<string, Unsaid>> = {
  sandbox: unsaid('the server runs with all rights of its program'),
  sandboxEnabled: unsaid('the server runs with all rights of its program'),
};

/** One sentence for each key that is understood and not applied: whoever wrote it must not rely on it. */
export const unappliedIn = (value: JsonObject, say: Say = inEnglish): readonly string[] =>
  Object.entries(value).flatMap(([name, entry]) => {
    if (!isObject(entry)) return [];
    const key = Object.keys(unapplied).find(
      (one) => entry[one] !== undefined && entry[one] !== false,
    );
    return key === undefined
      ? []
      : [
          sayNow(
            unsaid(
              "'{0}' of the server {1} is not applied: {2}.",
              key,
              shown(name),
              unapplied[key] ?? '',
            ),
            say,
          ),
        ];
  });
