// The text of a JSON file that people write by hand (comments, trailing commas), as a tree with places in it. Pure.
// Not here: changing it (editEntry.ts, insertEntry.ts).
import {
  createScanner,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from 'jsonc-parser';

/** Of the parser's `SyntaxKind`, a const enum, which a compiler that looks at one file at a time cannot see. */
const token = { comma: 5, lineComment: 12, blockComment: 13, lineBreak: 14, space: 15, end: 17 };

/** Why a text cannot be changed at this place. */
export type Unfit =
  | { readonly kind: 'syntax'; readonly line: number; readonly mistake: string }
  | { readonly kind: 'too-deep' }
  /** Neither an object nor empty. */
  | { readonly kind: 'no-object' }
  /** There is no such entry. */
  | { readonly kind: 'missing' }
  /** Two entries of one name: nobody can say which one counts. */
  | { readonly kind: 'doubled' }
  /** Something else than an object stands on the way to it. */
  | { readonly kind: 'blocked' }
  /** The change came out as another one than was meant. */
  | { readonly kind: 'mistaken' };

export type Edited = { readonly kind: 'edited'; readonly text: string } | Unfit;

export type Tree = { readonly kind: 'tree'; readonly root: Node | null } | Unfit;

/** `root` is null where nothing but comments stands in the text. */
export const treeOf = (text: string): Tree => {
  const errors: ParseError[] = [];
  const read = (): Node | undefined => {
    try {
      return parseTree(text, errors, { allowTrailingComma: true });
    } catch {
      // The parser calls itself for each level, and runs out of stack.
      errors.length = 0;
      return undefined;
    }
  };
  if (isBlank(text)) return { kind: 'tree', root: null };
  const root = read();
  const [error] = errors;
  if (error) {
    const line = text.slice(0, error.offset).split('\n').length;
    return { kind: 'syntax', line, mistake: printParseErrorCode(error.error) };
  }
  if (!root) return { kind: 'too-deep' };
  return root.type === 'object' ? { kind: 'tree', root } : { kind: 'no-object' };
};

const isBlank = (text: string): boolean => Number(createScanner(text, true).scan()) === token.end;

/** A key with its value. */
export interface Property {
  readonly key: string;
  readonly node: Node;
  readonly value: Node;
}

export const propertiesOf = (object: Node): readonly Property[] =>
  (object.children ?? []).flatMap((node) => {
    const [key, value] = node.children ?? [];
    return key && value ? [{ key: String(key.value), node, value }] : [];
  });

export type Located =
  | { readonly kind: 'found'; readonly object: Node; readonly property: Property }
  /** Not there; `object` is the innermost object on the way, in which the keys `rest` would have to stand. */
  | { readonly kind: 'absent'; readonly object: Node; readonly rest: readonly string[] }
  | { readonly kind: 'doubled' }
  | { readonly kind: 'blocked' };

/** Looks up an entry by its keys. */
export const locate = (root: Node, path: readonly string[]): Located => {
  let object = root;
  for (const [depth, key] of path.entries()) {
    const found = propertiesOf(object).filter((property) => property.key === key);
    const [property] = found;
    if (found.length > 1) return { kind: 'doubled' };
    if (!property) return { kind: 'absent', object, rest: path.slice(depth) };
    if (depth === path.length - 1) return { kind: 'found', object, property };
    if (property.value.type !== 'object') return { kind: 'blocked' };
    object = property.value;
  }
  return { kind: 'blocked' };
};

/** Where the comma behind `from` stands; null where something else comes first. */
export const commaBehind = (text: string, from: number): number | null => {
  const scanner = createScanner(text, true);
  scanner.setPosition(from);
  return Number(scanner.scan()) === token.comma ? scanner.getTokenOffset() : null;
};

/** Whether nothing but spaces and comments, which end there too, stands between `from` and the end of its line. */
export const endOfQuietLine = (text: string, from: number): number | null => {
  const scanner = createScanner(text, false);
  scanner.setPosition(from);
  for (;;) {
    const kind = Number(scanner.scan());
    if (kind === token.lineBreak) return scanner.getTokenOffset();
    if (kind === token.end) return text.length;
    const isQuiet = kind === token.space || kind === token.lineComment;
    const isShort = kind === token.blockComment && !scanner.getTokenValue().includes('\n');
    if (!isQuiet && !isShort) return null;
  }
};

export const eolOf = (text: string): string => (text.includes('\r\n') ? '\r\n' : '\n');

/** One step of indentation, as the text has it. */
export const indentOf = (text: string): string => /^([ \t]+)["/]/m.exec(text)?.[1] ?? '  ';

/** What stands before `offset` in its line; null where that is more than indentation. */
export const marginAt = (text: string, offset: number): string | null => {
  const begin =
    Math.max(text.lastIndexOf('\n', offset - 1), text.lastIndexOf('\r', offset - 1)) + 1;
  const margin = text.slice(begin, offset);
  return /^[ \t]*$/.test(margin) ? margin : null;
};

/** What the text says, with order and doubled keys, for comparing. */
export type Shape =
  | readonly (readonly [key: string, value: Shape])[]
  | { readonly value: unknown }
  | { readonly items: readonly Shape[] };

export const shapeOf = (node: Node): Shape => {
  if (node.type === 'object')
    return propertiesOf(node).map(({ key, value }) => [key, shapeOf(value)]);
  if (node.type === 'array') return { items: (node.children ?? []).map(shapeOf) };
  return { value: node.value };
};
