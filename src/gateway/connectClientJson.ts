// Puts an entry into a JSON file of another product and leaves the rest of the text alone: comments, order, indentation.
// Text in, text out. Not here: files (connectClient.ts).
import {
  applyEdits,
  type FormattingOptions,
  modify,
  parse,
  type ParseError,
  printParseErrorCode,
} from 'jsonc-parser';
import { isObject, type JsonObject } from '../core/rpc.ts';
import type { FileEntry } from '../core/clientEntry.ts';
import { unsaid, type Unsaid } from '../core/wording/unsaid.ts';
import { mistakeWords } from '../core/wording/mistake.ts';
import { isOurs, meansOfTransport } from './clientEntries.ts';

export type Edited =
  | { readonly kind: 'changed'; readonly text: string }
  | { readonly kind: 'unchanged' }
  /** An entry of that name is there, and not ours. */
  | { readonly kind: 'taken' }
  /** One sentence that says what is wrong with the file. */
  | { readonly kind: 'refused'; readonly reason: Unsaid };

export interface EditWish {
  readonly at: FileEntry['at'];
  readonly value: JsonObject;
  /** The user wants an entry replaced that is not ours. */
  readonly replace: boolean;
}

const byteOrderMark = '\ufeff';

const formattingOf = (text: string): FormattingOptions => {
  const [, indent = '  '] = /^([ \t]+)\S/m.exec(text) ?? [];
  const insertSpaces = !indent.includes('\t');
  return {
    insertSpaces,
    tabSize: insertSpaces ? indent.length : 1,
    eol: text.includes('\r\n') ? '\r\n' : '\n',
  };
};

const lineOf = (text: string, offset: number): number => text.slice(0, offset).split('\n').length;

const refused = (reason: Unsaid): Edited => ({ kind: 'refused', reason });

const isSame = (one: unknown, other: unknown): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

/** A new key comes first: behind another one it would take that one's comment, and have it formatted anew. */
const put = (text: string, path: readonly string[], value: unknown, like: string): string => {
  const options = { formattingOptions: formattingOf(like), getInsertionIndex: () => 0 };
  return applyEdits(text, modify(text, [...path], value, options));
};

/** What the user has added to an entry of ours stays, and so do the comments in it. */
const refresh = (text: string, { at, value }: EditWish, present: JsonObject): string => {
  const gone = Object.keys(present).filter((key) => meansOfTransport.has(key) && !(key in value));
  const cleared = gone.reduce((rest, key) => put(rest, [...at, key], undefined, text), text);
  return Object.entries(value)
    .filter(([key, wanted]) => !isSame(present[key], wanted))
    .reduce((rest, [key, wanted]) => put(rest, [...at, key], wanted, text), cleared);
};

/** The value under these keys; undefined where there is none; null where something else stands in the way. */
const valueAt = (root: JsonObject, at: readonly string[]): unknown => {
  let value: unknown = root;
  for (const key of at) {
    if (!isObject(value)) return null;
    if (!Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return value;
};

const edit = (text: string, wish: EditWish): Edited => {
  const errors: ParseError[] = [];
  const root: unknown = parse(text, errors, { allowTrailingComma: true });
  const [error] = errors;
  if (error)
    return refused(
      unsaid(
        'it is not valid JSON: in line {0}, {1}',
        lineOf(text, error.offset),
        mistakeWords(printParseErrorCode(error.error)),
      ),
    );
  if (!isObject(root)) return refused(unsaid('it is not a JSON object'));
  const present = valueAt(root, wish.at);
  if (present === null) return refused(unsaid("'{0}' in it is not an object", wish.at[0] ?? ''));
  if (present === undefined) return { kind: 'changed', text: put(text, wish.at, wish.value, text) };
  if (isObject(present) && isOurs(present)) {
    const after = refresh(text, wish, present);
    return after === text ? { kind: 'unchanged' } : { kind: 'changed', text: after };
  }
  return wish.replace
    ? { kind: 'changed', text: put(text, wish.at, wish.value, text) }
    : { kind: 'taken' };
};

/** `text` is null, or blank, where there is no file yet. */
export const editJson = (text: string | null, wish: EditWish): Edited => {
  const isMarked = text?.startsWith(byteOrderMark) === true;
  const bare = isMarked ? text.slice(1) : (text ?? '');
  if (bare.trim() === '')
    return { kind: 'changed', text: `${put('{}', wish.at, wish.value, '')}\n` };
  const edited = edit(bare, wish);
  return edited.kind === 'changed' && isMarked
    ? { kind: 'changed', text: byteOrderMark + edited.text }
    : edited;
};
