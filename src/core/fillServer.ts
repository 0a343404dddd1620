// An entry's variables: which texts of it may hold some, what they are, and the entry with all of them filled in. Pure.
// Not here: what a variable is (template.ts), and whether the filled entry can be used (checkServer.ts).
import type {
  HttpServer,
  IdentityWish,
  OAuthWish,
  ServerDefinition,
  StdioServer,
} from './settings.ts';
import { hasVariables, parseTemplate, type Variable, variablesIn } from './template.ts';
import { fill, type Missing, missingName, type VariableValues } from './variables.ts';

type Change = (text: string) => string;

const orNull = (text: string | null, change: Change): string | null =>
  text === null ? null : change(text);

const inIdentity = (identity: IdentityWish, change: Change): IdentityWish => ({
  tokenEndpoint: change(identity.tokenEndpoint),
  clientId: change(identity.clientId),
  clientSecret: orNull(identity.clientSecret, change),
  idToken: change(identity.idToken),
});

const inWish = (wish: OAuthWish | false, change: Change): OAuthWish | false =>
  wish && {
    ...wish,
    clientId: orNull(wish.clientId, change),
    clientSecret: orNull(wish.clientSecret, change),
    scopes: wish.scopes.map(change),
    ...(wish.identity ? { identity: inIdentity(wish.identity, change) } : {}),
    ...(wish.clientMetadataUrl === undefined
      ? {}
      : { clientMetadataUrl: change(wish.clientMetadataUrl) }),
  };

const inHttp = (server: HttpServer, change: Change): HttpServer => ({
  ...server,
  url: change(server.url),
  headers: Object.fromEntries(
    Object.entries(server.headers).map(([name, text]) => [name, change(text)]),
  ),
  headersHelper: orNull(server.headersHelper, change),
  oauth: inWish(server.oauth, change),
  health: server.health && change(server.health),
});

const inStdio = (server: StdioServer, change: Change): StdioServer => ({
  ...server,
  command: change(server.command),
  args: server.args.map(change),
  env: Object.fromEntries(
    Object.entries(server.env).map(([name, text]) => [name, orNull(text, change)]),
  ),
  envFile: orNull(server.envFile, change),
  cwd: orNull(server.cwd, change),
});

const inServer = (definition: ServerDefinition, change: Change): ServerDefinition =>
  definition.kind === 'http' ? inHttp(definition, change) : inStdio(definition, change);

/** All texts of the entry that may hold variables. */
export const textsOf = (definition: ServerDefinition): readonly string[] => {
  const texts: string[] = [];
  inServer(definition, (text) => {
    texts.push(text);
    return text;
  });
  return texts;
};

/** All variables of an entry, those of defaults too. */
export const serverVariables = (definition: ServerDefinition): readonly Variable[] =>
  textsOf(definition)
    .filter(hasVariables)
    .flatMap((text) => variablesIn(parseTemplate(text)));

export interface FilledServer {
  readonly definition: ServerDefinition;
  /** Each once. Where there is one, the definition is of no use. */
  readonly missing: readonly Missing[];
}

/** The same definition where there is nothing to fill in. */
export const fillServer = (definition: ServerDefinition, values: VariableValues): FilledServer => {
  if (!textsOf(definition).some(hasVariables)) return { definition, missing: [] };
  const missing = new Map<string, Missing>();
  const filled = inServer(definition, (text) => {
    const result = fill(parseTemplate(text), values);
    for (const one of result.missing) missing.set(missingName(one), one);
    return result.text;
  });
  return { definition: filled, missing: [...missing.values()] };
};
