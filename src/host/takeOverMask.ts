// An entry as the page of Take Over shows it: with dots for credentials, wherever they stand, and the inputs that are to take their
// place left in sight. Free of `vscode`. Not here: what has the look of a credential (core/redact.ts).
import { mark, redact, telling } from '../core/redact.ts';
import { isObject, type JsonObject } from '../core/rpc.ts';
import type { PlainSecret } from '../core/takeOver.ts';
import { hasVariables } from '../core/template.ts';

const dots = '••••••••';

const maskAt = (entry: JsonObject, [key, ...rest]: readonly string[], text: string): JsonObject => {
  if (key === undefined || !(key in entry)) return entry;
  const inner = entry[key];
  const value = rest.length > 0 && isObject(inner) ? maskAt(inner, rest, text) : text;
  return { ...entry, [key]: value };
};

/** `--api-key abc`, `--auth=abc`, `NOTION_PAT=abc`. */
const named =
  /(--?[A-Za-z][\w-]*|\b[A-Za-z_][\w.-]*(?==))(\s+|=)(?!-)(?:"[^"]*"|'[^']*'|[^\s&"']+)/g;

const maskPiece = (piece: string): string => {
  const flagged = piece.replace(named, (whole, name: string, between: string) =>
    telling.test(name) ? name + between + dots : whole,
  );
  return redact(flagged, []).replaceAll(mark, dots);
};

/** Variables hold no credentials: they say where those come from, which is what the page is looked at for. */
const maskText = (text: string): string =>
  text
    .split(/(\$\{[^}]*\})/)
    .map((piece, index) => (index % 2 === 0 ? maskPiece(piece) : piece))
    .join('');

/** A word of a command line, which the one before it may have announced. */
const maskWord = (word: string, before: unknown): string => {
  if (typeof before !== 'string' || hasVariables(word)) return maskText(word);
  if (/^(--header|-H)$/.test(before)) return word.replace(/^([^:]*:\s*).+$/s, `$1${dots}`);
  const isAnnounced = /^--?[A-Za-z][\w-]*$/.test(before) && telling.test(before);
  return isAnnounced && !word.startsWith('-') ? dots : maskText(word);
};

const maskAll = (value: unknown): unknown => {
  if (typeof value === 'string') return maskText(value);
  if (Array.isArray(value)) {
    const list: readonly unknown[] = value;
    return list.map((one, index) =>
      typeof one === 'string' ? maskWord(one, list[index - 1]) : maskAll(one),
    );
  }
  return isObject(value) ? masked(value) : value;
};

const masked = (entry: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(entry).map(([key, value]) => [key, maskAll(value)]));

/** `secrets`: what is known to be one. */
export const maskedEntry = (entry: JsonObject, secrets: readonly PlainSecret[]): JsonObject =>
  masked(secrets.reduce((rest, { where, prefix }) => maskAt(rest, where, prefix + dots), entry));
