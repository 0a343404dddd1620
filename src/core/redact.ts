// The one place where credentials are taken out of a text before it is logged, shown, stored or copied. Known values
// first, then whatever has the look of a credential. Not here: which values are known to be secret (runtime/knownSecrets.ts), and
// the shapes they may take (secretForms.ts).
import { type SecretFinder, secretFinder } from './secretForms.ts';

/** Stands where a credential was. */
export const mark = '[redacted]';

/** Names whose values are credentials as a rule. */
export const telling = /key|token|secret|passw|pwd|auth|credential|cookie|\bpat\b|_pat$/i;

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');

const withoutSecrets = (text: string, find: SecretFinder): string => {
  let rest = '';
  let from = 0;
  for (const [start, end] of find(text)) {
    rest += text.slice(from, start) + mark;
    from = end;
  }
  return rest + text.slice(from);
};

// Every pattern is bounded or anchored where a long text without a match would otherwise cost its square.
const patterns: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  // Headers whose value may hold spaces: up to the end of the line or of the quotes.
  [
    /\b((?:proxy-)?authorization|(?:set-)?cookie)(\\?["']?\s{0,4}[:=]\s{0,4}\\?["']?)[^"'\\\r\n]+/gi,
    `$1$2${mark}`,
  ],
  // Named values of one word, as a header, in JSON, in a form body, in a list of raw headers.
  [
    /((?:token|secret|password|passwd|passphrase|credentials?|session[_-]?id|(?:api|access|private|signing)[_-]?key|code[_-]?verifier)(?:[_-]\w{1,24}){0,3})(\\?["']?\s{0,4}[:=]\s{0,4}\\?["']?|["']\s{0,4},\s{0,4}["'])[^\s"'\\,;&}]+/gi,
    `$1$2${mark}`,
  ],
  // A credential after its scheme, wherever it stands.
  [/\b(bearer|basic|dpop)(\s{1,4})[A-Za-z0-9\-._~+/=]{4,}/gi, `$1$2${mark}`],
  // A JSON Web Token begins with the base64 of `{"`.
  [/\beyJ[\w-]{8,}(?:\.[\w-]*){1,4}/g, mark],
  // What services give out, by how it begins.
  [/\b(?:sk-|gh[opsu]_|github_pat_|glpat-|xox[abprs]-|AKIA)[\w-]{12,}/g, mark],
  // User and password of a URL, up to the last @ of its authority.
  [/([a-z][a-z0-9+.-]{0,20}:\/\/)[^\s/?#"'<>]*@/gi, `$1${mark}@`],
  // Query of a bare path.
  [/(^|[\s"'])(\/[^\s?#"'<>]*\?)[^\s"'<>]+/g, `$1$2${mark}`],
];

/** Takes query and fragment off each URL. The whole URL is matched, or a line full of `://` would cost its square. */
const withoutQueries = (text: string): string =>
  text.replace(/[a-z][a-z0-9+.-]{0,20}:\/\/[^\s"'<>]*/gi, (url) =>
    url.replace(/([?#]).+$/s, `$1${mark}`),
  );

/** As in a path, in JSON, and in a URL that carries a path. */
const separator = '(?:[\\\\/]+|%2f|%5c)';

/** `~` for a home, with either slash (doubled ones too, as in JSON), as Windows writes it in either case. */
const withoutHome = (text: string, home: string): string => {
  const parts = home.split(/[\\/]+/).filter((part) => part !== '');
  // The root of a disk is nobody's home, and would make every path a riddle.
  if (parts.length === 0 || /^[a-z]:$/i.test(parts.at(-1) ?? '')) return text;
  const start = /^[\\/]/.test(home) ? separator : '';
  const pattern = `${start}${parts.map(escaped).join(separator)}(?![\\w.-])`;
  return text.replace(new RegExp(pattern, 'gi'), '~');
};

const redactWith = (text: string, find: SecretFinder, homes: readonly string[]): string => {
  const known = withoutSecrets(text, find);
  const plain = patterns.reduce(
    (rest, [pattern, replacement]) => rest.replace(pattern, replacement),
    known,
  );
  return homes.reduce(withoutHome, withoutQueries(plain));
};

/** For many texts: what the secrets may look like is found out once. */
export const redactor = (
  secrets: readonly string[],
  homes: readonly string[],
): ((text: string) => string) => {
  const find = secretFinder(secrets);
  return (text) => redactWith(text, find, homes);
};

/**
 * The text without credentials: `secrets` are values known to be secret, `homes` are paths that name the user.
 * More is taken out than must be, never less: a lost word in a log is cheaper than a lost token.
 */
export const redact = (
  text: string,
  secrets: readonly string[],
  homes: readonly string[] = [],
): string => redactWith(text, secretFinder(secrets), homes);
