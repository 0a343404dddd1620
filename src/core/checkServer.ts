// Whether the texts of an entry can be used as they are: asked of an entry as it is written, and again when its variables are
// filled in. What it says quotes no value that was filled in. Not here: the shape of an entry (serverShapes.ts).
import { redact } from './redact.ts';
import type { HttpServer, ServerDefinition, StdioServer } from './settings.ts';
import { hasVariables, parseTemplate, unknownReason } from './template.ts';
import { textsOf } from './fillServer.ts';
import { inEnglish } from './wording/english.ts';
import type { Say } from './wording/say.ts';
import { sayNow, type Unsaid, unsaid } from './wording/unsaid.ts';

const longestQuote = 60;

/** `written`: a text with variables cannot be judged yet, and one without may be quoted. `filled`: neither. */
export type Stage = 'written' | 'filled';

const isOpen = (text: string, stage: Stage): boolean => stage === 'written' && hasVariables(text);

/** A short text without credentials. */
export const quoted = (text: string): string => {
  const plain = redact(text, []);
  return JSON.stringify(plain.length > longestQuote ? `${plain.slice(0, longestQuote)}…` : plain);
};

/** Not among the shapes' own texts, which are made from this one. */
export const urlStart = unsaid(
  "'url' must start with http:// or https:// (or unix:// or pipe:// for a server on a local socket)",
);

/** What is demanded, and what stands there instead. */
export const instead = (what: Unsaid, given: string | Unsaid): Unsaid =>
  unsaid('{0}, got {1}', what, given);

/** The path of a socket is written as a URL has it: `%20` for a space. */
const isReadable = (url: string): boolean => {
  if (!URL.canParse(url)) return false;
  try {
    return decodeURIComponent(new URL(url).pathname) !== '' || !/^unix|^pipe/i.test(url);
  } catch {
    // A percent sign that begins nothing: on HTTP it is sent as it stands.
    return /^http/i.test(url);
  }
};

const urlFault = (url: string, stage: Stage): Unsaid | null => {
  if (isOpen(url, stage)) return null;
  if (!/^(https?|unix|pipe):\/\//i.test(url))
    return stage === 'written'
      ? instead(urlStart, quoted(url))
      : unsaid('{0}, which it does not with its variables filled in', urlStart);
  if (isReadable(url)) return null;
  return stage === 'written'
    ? unsaid("'url' cannot be read as a URL; look for a wrong port or host, got {0}", quoted(url))
    : unsaid(
        "'url' cannot be read as a URL with its variables filled in; look for a wrong port or host",
      );
};

// What Node's HTTP client takes. A line break would let a value smuggle in headers of its own.
const headerValue = /^[\t\x20-\x7e\x80-\xff]*$/;

const headersFault = (headers: HttpServer['headers'], stage: Stage): Unsaid | null => {
  const wrong = Object.entries(headers).find(
    ([, value]) => !isOpen(value, stage) && !headerValue.test(value),
  );
  return wrong
    ? unsaid(
        "a value in 'headers' holds a line break or another character that no header can carry (see '{0}')",
        wrong[0],
      )
    : null;
};

/** A health URL of another origin would get the server's headers, credentials included. */
const isSameOrigin = (health: string, url: string): boolean =>
  URL.canParse(health, url) &&
  new URL(health, url).origin === new URL(url).origin &&
  // Sockets have no origin to compare, so only a path on them is meant.
  (health.startsWith('/') || /^http/i.test(url));

const healthFault = ({ health, url }: HttpServer, stage: Stage): Unsaid | null => {
  if (health === false || isOpen(health, stage) || isOpen(url, stage)) return null;
  if (isSameOrigin(health, url)) return null;
  const what = unsaid("'health' must be a path on the server of 'url'");
  return stage === 'written' ? instead(what, quoted(health)) : what;
};

/** As SEP-991 has it; another address would be refused by each sign-in service, with less clear words. */
const isDocument = (text: string): boolean => {
  if (!URL.canParse(text)) return false;
  const { protocol, pathname, username, password, hash } = new URL(text);
  return protocol === 'https:' && pathname !== '/' && username + password + hash === '';
};

const documentFault = ({ oauth }: HttpServer, stage: Stage): Unsaid | null => {
  const { clientMetadataUrl: url } = oauth || {};
  if (url === undefined || isOpen(url, stage) || isDocument(url)) return null;
  const what = unsaid(
    "'oauth.clientMetadataUrl' must be the https address of a document, with a path and without user or fragment",
  );
  return stage === 'written' ? instead(what, quoted(url)) : what;
};

const httpFault = (server: HttpServer, stage: Stage): Unsaid | null =>
  urlFault(server.url, stage) ??
  headersFault(server.headers, stage) ??
  healthFault(server, stage) ??
  documentFault(server, stage);

const stdioFault = ({ command, args, env, envFile, cwd }: StdioServer): Unsaid | null => {
  if (command.trim() === '') return unsaid("'command' must be the program to start, and is empty");
  const texts: readonly (readonly [string, string | null])[] = [
    ['command', command],
    ...args.map((text): [string, string] => ['args', text]),
    ...Object.entries(env).map(([name, text]): [string, string | null] => [`env.${name}`, text]),
    ['envFile', envFile],
    ['cwd', cwd],
  ];
  const wrong = texts.find(([, text]) => text?.includes('\0'));
  return wrong
    ? unsaid("'{0}' holds a NUL character, which no program can be given", wrong[0])
    : null;
};

const unknownFault = (definition: ServerDefinition, say: Say): string | null => {
  for (const text of textsOf(definition)) {
    const reason = unknownReason(parseTemplate(text), say);
    if (reason !== null) return reason;
  }
  return null;
};

const ownFault = (definition: ServerDefinition, stage: Stage): Unsaid | null =>
  definition.kind === 'http' ? httpFault(definition, stage) : stdioFault(definition);

/** Of an entry whose variables are filled in: one sentence that quotes no value, or null where it can be used. */
export const filledFault = (definition: ServerDefinition): Unsaid | null => {
  const fault = ownFault(definition, 'filled');
  return fault && unsaid('{0}.', fault);
};

/** One sentence, or null where the entry can be used. */
export const faultOf = (
  definition: ServerDefinition,
  stage: Stage,
  say: Say = inEnglish,
): string | null => {
  const unknown = stage === 'written' ? unknownFault(definition, say) : null;
  const own = ownFault(definition, stage);
  const fault = unknown ?? (own && sayNow(own, say));
  return fault === null ? null : `${fault}.`;
};
