// What a product wrote, in the words of our own setting: the same server under the keys that `mcpLifeline.servers` knows.
// Pure. Not here: whether the result can be used (core/parseServers.ts).
import { isObject, type JsonObject } from '../core/rpc.ts';

/** Keys that mean the same here as there. */
const sameHere: ReadonlySet<string> = new Set([
  'type',
  'url',
  'headers',
  'headersHelper',
  'oauth',
  'command',
  'args',
  'env',
  'envFile',
  'cwd',
  'dev',
  'enabled',
]);

/** Keys that are given another name, or that say nothing about the server itself. */
const accountedFor: ReadonlySet<string> = new Set([
  'serverUrl',
  'httpUrl',
  'transport',
  'disabled',
  'auth',
  // What VS Code's gallery notes of an installation.
  'gallery',
  'version',
  'name',
  'description',
  'icon',
]);

/** Windsurf writes `serverUrl`, Gemini's files `httpUrl`. */
const urlOf = (entry: JsonObject): unknown =>
  entry['url'] ?? entry['serverUrl'] ?? entry['httpUrl'];

/** The portable format of Copilot calls a program `local`; some write the type as `transport`. */
const typeOf = (entry: JsonObject): unknown => {
  const type = entry['type'] ?? entry['transport'];
  return type === 'local' ? 'stdio' : type;
};

/** Keys of `oauth` that mean the same here as there. */
const sameInOAuth: ReadonlySet<string> = new Set([
  'clientId',
  'clientSecret',
  'scopes',
  'scope',
  'grant',
  'identity',
  'callbackPort',
  'clientMetadataUrl',
]);

const sameInAuth: ReadonlySet<string> = new Set(['CLIENT_ID', 'CLIENT_SECRET', 'scopes']);

/** Cursor has `auth` with names in capitals. */
const oauthOf = (entry: JsonObject): unknown => {
  const { auth, oauth } = entry;
  if (isObject(oauth))
    return present(
      Object.fromEntries(Object.entries(oauth).filter(([key]) => sameInOAuth.has(key))),
    );
  if (oauth !== undefined || !isObject(auth)) return oauth;
  const { CLIENT_ID, CLIENT_SECRET, scopes } = auth;
  return present({ clientId: CLIENT_ID, clientSecret: CLIENT_SECRET, scopes });
};

const enabledOf = (entry: JsonObject): unknown => {
  if (entry['disabled'] === true) return false;
  return typeof entry['enabled'] === 'boolean' ? entry['enabled'] : undefined;
};

/** Products take null for "not said". */
const present = (entry: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(entry).filter(([, value]) => value != null));

/** `dev.debug` starts a debugger, which only VS Code does. */
const devOf = (dev: unknown): unknown =>
  isObject(dev) ? (dev['watch'] === undefined ? undefined : { watch: dev['watch'] }) : dev;

/** The entry as it may stand in `mcpLifeline.servers`. */
export const ourEntry = (entry: JsonObject): JsonObject => {
  const kept = Object.fromEntries(Object.entries(entry).filter(([key]) => sameHere.has(key)));
  return present({
    ...kept,
    type: typeOf(entry),
    url: urlOf(entry),
    oauth: oauthOf(entry),
    dev: devOf(entry['dev']),
    enabled: enabledOf(entry),
  });
};

const strangeIn = (name: string, value: unknown, known: ReadonlySet<string>): readonly string[] =>
  isObject(value)
    ? Object.keys(present(value)).flatMap((key) => (known.has(key) ? [] : [`${name}.${key}`]))
    : [];

/** Keys that mean something to the product and nothing to us: a sandbox, switched-off tools, its own time limits. */
export const keysWithoutMeaning = (entry: JsonObject): readonly string[] => [
  ...Object.keys(entry).filter((key) => !sameHere.has(key) && !accountedFor.has(key)),
  ...strangeIn('oauth', entry['oauth'], sameInOAuth),
  ...(entry['oauth'] === undefined ? strangeIn('auth', entry['auth'], sameInAuth) : []),
];

const longestName = 64;

/** A name that `mcpLifeline.servers` takes, as close to the given one as can be: VS Code's gallery has `io.github.a/b`. */
export const usableName = (name: string): string => {
  const plain = name
    .replaceAll(/[^A-Za-z0-9_ .-]+/g, '-')
    .replace(/^[ .-]+/, '')
    .slice(0, longestName)
    .trimEnd();
  if (plain === '' || plain === '__proto__') return 'server';
  return plain === 'lifeline' ? 'lifeline-server' : plain;
};
