// Brings one entry back into a JSON text that others have changed meanwhile: letter by letter as it was, beside the neighbours
// that it had, and everything else as it is now. Text in, text out. Not here: taking it out (editEntry.ts).
import { isDeepStrictEqual } from 'node:util';
import type { Node } from 'jsonc-parser';
import type { RawEntry } from './editEntry.ts';
import {
  commaBehind,
  type Edited,
  endOfQuietLine,
  eolOf,
  indentOf,
  locate,
  marginAt,
  type Property,
  propertiesOf,
  shapeOf,
  treeOf,
} from './jsonText.ts';

interface Piece {
  readonly at: number;
  readonly text: string;
}

/** Of two at the same place the first one comes first. */
const put = (text: string, pieces: readonly Piece[]): string =>
  pieces
    .toReversed()
    .toSorted((one, other) => other.at - one.at)
    .reduce((rest, piece) => rest.slice(0, piece.at) + piece.text + rest.slice(piece.at), text);

/** Behind a neighbour that stands before it. */
const behind = (text: string, { node }: Property, isLast: boolean, written: string): string => {
  const end = node.offset + node.length;
  const comma = commaBehind(text, end);
  const margin = marginAt(text, node.offset);
  const from = comma === null ? end : comma + 1;
  const lineEnd = margin === null ? null : endOfQuietLine(text, from);
  const isOpen = comma === null;
  // A trailing comma, or one before the next entry, is wanted behind this one too.
  const closing = isOpen && isLast ? '' : ',';
  const added: Piece =
    lineEnd === null
      ? { at: from, text: ` ${written}${closing}` }
      : { at: lineEnd, text: `${eolOf(text)}${margin ?? ''}${written}${closing}` };
  return put(text, isOpen ? [{ at: end, text: ',' }, added] : [added]);
};

const before = (text: string, { node }: Property, written: string): string => {
  const margin = marginAt(text, node.offset);
  const gap = margin === null ? ' ' : `${eolOf(text)}${margin}`;
  return put(text, [{ at: node.offset, text: `${written},${gap}` }]);
};

/** Indentation of the line in which the object begins. */
const marginOfLine = (text: string, offset: number): string =>
  /^[ \t]*/.exec(text.slice(text.lastIndexOf('\n', offset - 1) + 1))?.[0] ?? '';

/** The only one; comments in the braces stay before it. */
const alone = (text: string, object: Node, written: string): string => {
  const close = object.offset + object.length - 1;
  const inside = text.slice(object.offset + 1, close);
  const outer = marginOfLine(text, object.offset);
  const inner = outer + indentOf(text);
  const eol = eolOf(text);
  const kept = inside.trimEnd();
  const next = `${kept}${eol}${inner}${written}${eol}${outer}`;
  return text.slice(0, object.offset + 1) + next + text.slice(close);
};

type Placed = Omit<RawEntry, 'kind'>;

const place = (
  text: string,
  object: Node,
  key: string,
  { value, order, isTrailed }: Placed,
): string => {
  const written = `${JSON.stringify(key)}: ${value}`;
  const present = propertiesOf(object);
  const last = present.at(-1);
  if (!last) return alone(text, object, isTrailed ? `${written},` : written);
  const rank = order.indexOf(key);
  const isNear = (near: readonly string[]) => (property: Property) => near.includes(property.key);
  const previous = present.findLast(isNear(order.slice(0, Math.max(rank, 0))));
  if (previous) return behind(text, previous, previous === last, written);
  const next = present.find(isNear(order.slice(rank + 1)));
  return next ? before(text, next, written) : behind(text, last, true, written);
};

/** The keys that are missing around it come with it. */
const wrapped = (text: string, keys: readonly string[], value: string, depth: number): string => {
  const [key, ...rest] = keys;
  if (key === undefined) return value;
  const indent = indentOf(text);
  const eol = eolOf(text);
  const inner = wrapped(text, rest, value, depth + 1);
  return `{${eol}${indent.repeat(depth + 1)}${JSON.stringify(key)}: ${inner}${eol}${indent.repeat(depth)}}`;
};

const valueIn = (text: string, path: readonly string[]): unknown => {
  const tree = treeOf(text);
  if (tree.kind !== 'tree' || !tree.root) return undefined;
  const located = locate(tree.root, path);
  return located.kind === 'found' ? shapeOf(located.property.value) : undefined;
};

/** What came out must hold the entry, and without it be what went in. */
const isFaithful = (after: string, path: readonly string[], { value }: RawEntry): boolean => {
  const alone = treeOf(value);
  const wanted = alone.kind === 'tree' && alone.root ? shapeOf(alone.root) : undefined;
  return wanted !== undefined && isDeepStrictEqual(valueIn(after, path), wanted);
};

/** `text` may be blank: then the file is made anew. The entry must not be there. */
export const insertEntry = (text: string, path: readonly string[], raw: RawEntry): Edited => {
  const tree = treeOf(text);
  if (tree.kind !== 'tree') return tree;
  const after = tree.root === null ? anew(text, path, raw) : into(text, tree.root, path, raw);
  if (typeof after !== 'string') return after;
  return isFaithful(after, path, raw) ? { kind: 'edited', text: after } : { kind: 'mistaken' };
};

const anew = (text: string, path: readonly string[], { value }: RawEntry): string =>
  `${text.trimEnd() === '' ? '' : text.trimEnd() + eolOf(text)}${wrapped(text, path, value, 0)}${eolOf(text)}`;

const into = (
  text: string,
  root: Node,
  path: readonly string[],
  raw: RawEntry,
): string | Edited => {
  const located = locate(root, path);
  if (located.kind !== 'absent') return located.kind === 'found' ? { kind: 'doubled' } : located;
  const { object, rest } = located;
  const [key, ...deeper] = rest;
  if (key === undefined) return { kind: 'mistaken' };
  if (deeper.length === 0) return place(text, object, key, raw);
  const depth = path.length - rest.length + 1;
  const value = wrapped(text, deeper, raw.value, depth);
  return place(text, object, key, { value, order: [], isTrailed: false });
};

/** Puts the old value in the place of another one of the same name, letter by letter. */
export const restoreEntry = (text: string, path: readonly string[], raw: RawEntry): Edited => {
  const tree = treeOf(text);
  if (tree.kind !== 'tree') return tree;
  const located = tree.root === null ? null : locate(tree.root, path);
  if (located?.kind !== 'found') return { kind: 'missing' };
  const { value } = located.property;
  const after = text.slice(0, value.offset) + raw.value + text.slice(value.offset + value.length);
  return isFaithful(after, path, raw) ? { kind: 'edited', text: after } : { kind: 'mistaken' };
};
