// The shapes of entries in `mcpLifeline.servers`, and what is said where one is not met. No sentence quotes a header, a
// variable or a URL's query: those hold credentials. Not here: which shape is meant (parseServers.ts), and whether the texts
// in it can be used (checkServer.ts).
import * as z from 'zod/mini';
import { instead, quoted, urlStart } from './checkServer.ts';
import { isObject } from './rpc.ts';
import type { ConnectionSharing, OAuthWish } from './settings.ts';
import type { Say } from './wording/say.ts';
import { packed, sayNow, type Unsaid, unpacked, unsaid } from './wording/unsaid.ts';

const kinds: Readonly<Record<string, Unsaid>> = {
  undefined: unsaid('nothing'),
  string: unsaid('a text'),
  number: unsaid('a number'),
  boolean: unsaid('true or false'),
};

const kindOf = (value: unknown): string | Unsaid => {
  if (value === null) return 'null';
  return Array.isArray(value) ? unsaid('a list') : (kinds[typeof value] ?? unsaid('an object'));
};

/** A short text without credentials, or what else it is. */
export const shown = (value: unknown): string | Unsaid =>
  typeof value === 'string' ? quoted(value) : kindOf(value);

interface Issue {
  readonly code?: string | undefined;
  readonly input?: unknown;
  readonly path?: PropertyKey[] | undefined;
}

const demand = (what: Unsaid) => ({
  error: (issue: Issue): string => packed(instead(what, shown(issue.input))),
});

/** For what may hold a secret: it is not quoted. */
const secretDemand = (what: Unsaid) => ({
  error: (issue: Issue): string => packed(instead(what, kindOf(issue.input))),
});

/** For the values of an object: the name is told instead of the value. */
const valueDemand = (what: Unsaid) => ({
  error: (issue: Issue): string =>
    packed(unsaid("{0} (see '{1}')", what, String(issue.path?.at(-1)))),
});

/** For an object of names and values; a wrong name is not quoted, since people write `"Name: value"` by mistake. */
const namesDemand = (whole: Unsaid, name: Unsaid) => ({
  error: (issue: Issue): string =>
    packed(issue.code === 'invalid_key' ? name : instead(whole, kindOf(issue.input))),
});

const aFlag = (key: string, byDefault: boolean) =>
  z._default(z.boolean(demand(unsaid("'{0}' must be true or false", key))), byDefault);

/** Files to watch (`dev` of VS Code's mcp.json); what else stands there is for debuggers. */
const mostGlobs = 50;
const watchDemand = demand(
  unsaid(`'dev.watch' must be a glob such as "src/**/*.ts", or a list of at most {0}`, mostGlobs),
);
const aGlob = z.string(watchDemand).check(z.minLength(1, watchDemand));
const aDev = z.object(
  {
    watch: z.optional(
      z.union([aGlob, z.array(aGlob).check(z.maxLength(mostGlobs, watchDemand))], watchDemand),
    ),
  },
  demand(unsaid(`'dev' must be an object such as { "watch": "src/**/*.ts" }`)),
);

const common = {
  autoStart: aFlag('autoStart', true),
  enabled: z.optional(z.boolean(demand(unsaid("'{0}' must be true or false", 'enabled')))),
  // What most other products write.
  disabled: aFlag('disabled', false),
  trustHints: aFlag('trustHints', false),
  dev: z.optional(aDev),
};

/** One process for all by default: a stdio server is a process, and five agents should not start it five times. */
const aSharing = (byDefault: ConnectionSharing) =>
  z._default(
    z.enum(['perClient', 'shared'], demand(unsaid(`'connection' must be "perClient" or "shared"`))),
    byDefault,
  );

const aUrl = z.string(demand(urlStart)).check(z.trim());

// RFC 9110 section 5.6.2: token.
const aHeaderName = z.string().check(z.regex(/^[\w!#$%&'*+.^`|~-]+$/));
const aHeaderValue = z.string(
  valueDemand(unsaid(`each value in 'headers' must be a text in quotes`)),
);
const headersDemand = namesDemand(
  unsaid(`'headers' must be an object of names and texts`),
  unsaid(`a name in 'headers' may hold letters, digits and hyphens only`),
);

/** With a variable in front nobody can tell yet. */
const isHealth = (value: unknown): boolean =>
  value === false || (typeof value === 'string' && /^(\/|https?:\/\/|\$\{)/.test(value));

const isScopes = (value: unknown): value is string | readonly string[] =>
  typeof value === 'string' ||
  (Array.isArray(value) && value.every((one) => typeof one === 'string'));
const aScopes = z.optional(
  z.custom<string | readonly string[]>(
    isScopes,
    secretDemand(
      unsaid(`'oauth.scopes' must be a text of scopes with spaces between, or a list of texts`),
    ),
  ),
);
const anOAuthText = (key: string) =>
  z._default(
    z.nullable(z.string(secretDemand(unsaid(`'{0}' must be a text`, `oauth.${key}`)))),
    null,
  );

const portDemand = demand(
  unsaid(`'oauth.callbackPort' must be the number of a port, from 1 to {0}`, 65_535),
);
const aPort = z.int(portDemand).check(z.gte(1, portDemand), z.lte(65_535, portDemand));

const anIdentity = z.object({
  tokenEndpoint: z.string(
    secretDemand(unsaid(`'{0}' must be a text`, 'oauth.identity.tokenEndpoint')),
  ),
  clientId: z.string(secretDemand(unsaid(`'{0}' must be a text`, 'oauth.identity.clientId'))),
  clientSecret: anOAuthText('identity.clientSecret'),
  idToken: z.string(secretDemand(unsaid(`'{0}' must be a text`, 'oauth.identity.idToken'))),
});

const anOAuthObject = z.object({
  clientId: anOAuthText('clientId'),
  clientSecret: anOAuthText('clientSecret'),
  scopes: aScopes,
  scope: aScopes,
  grant: z._default(
    z.enum(
      ['authorization_code', 'client_credentials'],
      demand(unsaid(`'oauth.grant' must be "authorization_code" or "client_credentials"`)),
    ),
    'authorization_code',
  ),
  identity: z.optional(anIdentity),
  callbackPort: z.optional(aPort),
  clientMetadataUrl: anOAuthText('clientMetadataUrl'),
});

const scopesIn = (value: string | readonly string[] | undefined): readonly string[] => {
  const texts = typeof value === 'string' ? value.split(/\s+/) : (value ?? []);
  return texts.filter((text) => text !== '');
};

const asItComes: OAuthWish = {
  clientId: null,
  clientSecret: null,
  scopes: [],
  grant: 'authorization_code',
};

const oauthDemand = unsaid(`'oauth' must be an object such as { "clientId": "…" }, or false`);

const anOAuth = z._default(
  z.pipe(
    z.union([z.literal(false), z.literal(true), anOAuthObject], {
      error: (issue) =>
        isObject(issue.input)
          ? firstMessage(anOAuthObject.safeParse(issue.input).error)
          : packed(instead(oauthDemand, kindOf(issue.input))),
    }),
    z.transform((read): OAuthWish | false => {
      if (read === false) return false;
      if (read === true) return asItComes;
      const { scopes, scope, identity, callbackPort, clientMetadataUrl, ...wish } = read;
      return {
        ...wish,
        scopes: scopesIn(scopes ?? scope),
        ...(identity ? { identity } : {}),
        ...(callbackPort === undefined ? {} : { callbackPort }),
        ...(clientMetadataUrl === null ? {} : { clientMetadataUrl }),
      };
    }),
  ),
  asItComes,
);

export const httpShape = z.object({
  ...common,
  connection: aSharing('perClient'),
  url: aUrl,
  headers: z._default(z.record(aHeaderName, aHeaderValue, headersDemand), {}),
  headersHelper: z._default(
    z.nullable(z.string(secretDemand(unsaid(`'headersHelper' must be a command line`)))),
    null,
  ),
  oauth: anOAuth,
  health: z.optional(
    z.custom<string | false>(
      isHealth,
      demand(unsaid(`'health' must be a path such as "/health", or false`)),
    ),
  ),
});

const hasNoNul = (value: unknown): boolean => !String(value).includes('\0');
const isEnvValue = (value: unknown): boolean =>
  value === null || (['string', 'number', 'boolean'].includes(typeof value) && hasNoNul(value));
const anEnvValue = z.pipe(
  z.custom<string | number | boolean | null>(
    isEnvValue,
    valueDemand(
      unsaid(
        `each value in 'env' must be a text without NUL, a number, true or false, or null to leave the variable out`,
      ),
    ),
  ),
  z.transform((value) => (value === null ? null : String(value))),
);
const anEnvName = z.string().check(z.regex(/^[^=\0]+$/));
const envDemand = namesDemand(
  unsaid(`'env' must be an object of names and values`),
  unsaid(`a name in 'env' must not be empty and must not hold '=' or NUL`),
);

const aWord = (what: Unsaid) =>
  z.string(secretDemand(what)).check(z.refine(hasNoNul, packed(unsaid('{0}, without NUL', what))));
const commandDemand = unsaid(`'command' must be the program to start`);

export const stdioShape = z.object({
  ...common,
  connection: aSharing('shared'),
  command: aWord(commandDemand),
  args: z._default(
    z.array(
      aWord(unsaid(`each of 'args' must be a text in quotes`)),
      secretDemand(unsaid(`'args' must be a list of texts`)),
    ),
    [],
  ),
  env: z._default(z.record(anEnvName, anEnvValue, envDemand), {}),
  envFile: z._default(z.nullable(aWord(unsaid(`'envFile' must be the path of a file`))), null),
  cwd: z._default(z.nullable(aWord(unsaid(`'cwd' must be the path of a folder`))), null),
});

function firstMessage(error: z.core.$ZodError | undefined): string {
  return error?.issues[0]?.message ?? packed(unsaid('the entry cannot be read'));
}

export const firstReason = (error: z.core.$ZodError, say: Say): string =>
  `${sayNow(unpacked(firstMessage(error)), say)}.`;

/** The globs of `dev.watch`; a single one may stand alone. */
export const globsIn = (dev: z.infer<typeof common.dev>): readonly string[] => {
  const watch = dev?.watch ?? [];
  return typeof watch === 'string' ? [watch] : watch;
};
