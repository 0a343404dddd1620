// Puts an entry into a TOML file of another product, as a table `[under.NAME]`, and leaves every other line alone. What the
// user has added to a table of ours stays. Forms that cannot be changed line by line are refused, not guessed at.
// Text in, text out. Not here: files (connectClient.ts), reading TOML (tomlStatements.ts).
import { isObject, type JsonObject } from '../core/rpc.ts';
import { unsaid, type Unsaid } from '../core/wording/unsaid.ts';
import { entryHeader, meansOfTransport } from './clientEntries.ts';
import type { Edited, EditWish } from './connectClientJson.ts';
import { readToml, type TomlStatement } from './tomlStatements.ts';

const byteOrderMark = '\ufeff';

/** JSON's escapes are TOML's, but for the one control character that JSON leaves as it is. */
const textOf = (text: string): string => JSON.stringify(text).replaceAll('\u007f', '\\u007f');

const keyOf = (key: string): string => (/^[A-Za-z0-9_-]+$/.test(key) ? key : textOf(key));

const valueOf = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(valueOf).join(', ')}]`;
  if (isObject(value)) {
    const pairs = Object.entries(value).map(([key, one]) => `${keyOf(key)} = ${valueOf(one)}`);
    return pairs.length === 0 ? '{}' : `{ ${pairs.join(', ')} }`;
  }
  return typeof value === 'string' ? textOf(value) : String(value);
};

const linesOf = (value: JsonObject): string =>
  Object.entries(value)
    .map(([key, one]) => `${keyOf(key)} = ${valueOf(one)}\n`)
    .join('');

const startsWith = (path: readonly string[], head: readonly string[]): boolean =>
  head.every((key, index) => path[index] === key);

/** The statements about an entry, by how they stand. */
interface Present {
  /** `[under.NAME]` with what follows in it. */
  readonly header: TomlStatement | null;
  readonly values: readonly TomlStatement[];
  /** `[under.NAME.more]` with what follows in them. */
  readonly inner: readonly TomlStatement[];
  /** Written in another form: an inline table, dotted keys, or an array of tables. */
  readonly isElsewhere: boolean;
}

const look = (statements: readonly TomlStatement[], at: readonly string[]): Present => {
  const about = statements.filter(({ path }) => startsWith(path, at));
  const plain = about.filter(({ kind, table }) => kind !== 'tables' && startsWith(table, at));
  const isDirect = ({ table }: TomlStatement): boolean => table.length === at.length;
  const isOver = ({ kind, path }: TomlStatement): boolean =>
    kind === 'value' && startsWith(at, path);
  return {
    header: plain.find((one) => one.kind === 'table' && isDirect(one)) ?? null,
    values: plain.filter((one) => one.kind === 'value' && isDirect(one)),
    inner: plain.filter((one) => !isDirect(one)),
    isElsewhere: plain.length < about.length || statements.some(isOver),
  };
};

const isMeans = ({ path }: TomlStatement, at: readonly string[]): boolean =>
  meansOfTransport.has(path[at.length] ?? '');

const isOurs = (text: string, { values, inner }: Present): boolean =>
  [...values, ...inner].some(({ start, end }) => {
    const line = text.slice(start, end);
    return line.includes(entryHeader) || /mcp-lifeline.*[\\/]bridge\.js"/.test(line);
  });

const without = (text: string, statements: readonly TomlStatement[]): string =>
  statements
    .toSorted((one, other) => other.start - one.start)
    .reduce((rest, { start, end }) => rest.slice(0, start) + rest.slice(end), text);

const withEnding = (text: string): string =>
  text === '' || text.endsWith('\n') ? text : `${text}\n`;

/** The lines of the entry come first in its table, so that they stand before any table within it. */
const rewrite = (text: string, header: TomlStatement, present: Present, wish: EditWish): string => {
  const gone = [...present.values, ...present.inner].filter((one) => isMeans(one, wish.at));
  const rest = without(text, gone);
  return rest.slice(0, header.end) + linesOf(wish.value) + rest.slice(header.end);
};

const append = (text: string, { at, value }: EditWish): string => {
  const gap = text === '' || text.endsWith('\n\n') ? '' : '\n';
  return `${text}${gap}[${at.map(keyOf).join('.')}]\n${linesOf(value)}`;
};

const refused = (reason: Unsaid): Edited => ({ kind: 'refused', reason });

const edit = (text: string, wish: EditWish): Edited => {
  const read = readToml(text);
  if (read.kind === 'unreadable')
    return refused(unsaid('it is not valid TOML (line {0})', read.line));
  const present = look(read.statements, wish.at);
  const name = wish.at.join('.');
  if (present.isElsewhere)
    return refused(unsaid("'{0}' in it is not written as a table [{0}] of its own", name));
  const { header, values, inner } = present;
  if (header === null && inner.length === 0) return { kind: 'changed', text: append(text, wish) };
  if (header === null)
    return refused(unsaid('[{0}] is missing in it before its inner tables', name));
  if (!isOurs(text, present) && values.length + inner.length > 0 && !wish.replace)
    return { kind: 'taken' };
  const after = rewrite(text, header, present, wish);
  return after === text ? { kind: 'unchanged' } : { kind: 'changed', text: after };
};

/** `text` is null where there is no file yet. */
export const editToml = (text: string | null, wish: EditWish): Edited => {
  const isMarked = text?.startsWith(byteOrderMark) === true;
  const bare = isMarked ? text.slice(1) : (text ?? '');
  const edited = edit(withEnding(bare.replaceAll('\r\n', '\n')), wish);
  if (edited.kind !== 'changed') return edited;
  const ended = bare.includes('\r\n') ? edited.text.replaceAll('\n', '\r\n') : edited.text;
  return { kind: 'changed', text: isMarked ? byteOrderMark + ended : ended };
};
