// Takes one entry out of a JSON text, or puts another value in its place, and leaves every other character as it is: comments,
// order, indentation, line ends, trailing commas. Text in, text out; what came out is read again before it is believed.
// Not here: bringing an entry back (insertEntry.ts), files (sourceBytes.ts).
import { isDeepStrictEqual } from 'node:util';
import type { Node } from 'jsonc-parser';
import type { JsonObject } from '../core/rpc.ts';
import {
  commaBehind,
  type Edited,
  eolOf,
  indentOf,
  locate,
  type Located,
  marginAt,
  type Property,
  propertiesOf,
  type Shape,
  shapeOf,
  treeOf,
  type Unfit,
} from './jsonText.ts';

type Found = Extract<Located, { kind: 'found' }>;

const find = (text: string, path: readonly string[]): (Found & { readonly root: Node }) | Unfit => {
  const tree = treeOf(text);
  if (tree.kind !== 'tree') return tree;
  if (tree.root === null) return { kind: 'missing' };
  const located = locate(tree.root, path);
  if (located.kind === 'absent') return { kind: 'missing' };
  return located.kind === 'found' ? { ...located, root: tree.root } : located;
};

/** A piece of the text that goes. */
interface Cut {
  readonly from: number;
  readonly to: number;
}

const without = (text: string, cuts: readonly Cut[]): string =>
  cuts
    .toSorted((one, other) => other.from - one.from)
    .reduce((rest, { from, to }) => rest.slice(0, from) + rest.slice(to), text);

const skip = (text: string, from: number, pattern: RegExp): number => {
  pattern.lastIndex = from;
  return pattern.exec(text) ? pattern.lastIndex : from;
};

/** A piece with the lines that it alone fills, or with the space that set it off from its neighbour. */
const widened = (text: string, { from, to }: Cut, isLast: boolean): Cut => {
  const margin = marginAt(text, from);
  const end = skip(text, to, /[ \t]*/y);
  const next = skip(text, end, /\r\n|\n|\r/y);
  if (margin !== null && next > end) return { from: from - margin.length, to: next };
  if (margin !== null || !isLast) return { from, to: end };
  const before = /[ \t]*$/.exec(text.slice(0, from))?.[0].length ?? 0;
  return { from: from - before, to };
};

const cutsOf = (text: string, object: Node, { node }: Property): readonly Cut[] => {
  const end = node.offset + node.length;
  const comma = commaBehind(text, end);
  if (comma !== null) {
    const isNear = /^[ \t]*$/.test(text.slice(end, comma));
    const whole = { from: node.offset, to: isNear ? comma + 1 : end };
    const rest = isNear ? [] : [{ from: comma, to: comma + 1 }];
    return [widened(text, whole, false), ...rest];
  }
  // The last one: the comma before it would be left over.
  const before = propertiesOf(object).findLast((other) => other.node.offset < node.offset)?.node;
  const left = before ? commaBehind(text, before.offset + before.length) : null;
  const whole = widened(text, { from: node.offset, to: end }, true);
  return left === null ? [whole] : [{ from: left, to: left + 1 }, whole];
};

/** What the text is to say afterwards; `value` undefined: without the entry. */
const shapeWith = (shape: Shape, path: readonly string[], value: Shape | undefined): Shape => {
  const [key, ...rest] = path;
  if (!Array.isArray(shape)) return shape;
  const pairs: readonly (readonly [string, Shape])[] = shape;
  return pairs.flatMap(([name, inner]): readonly (readonly [string, Shape])[] => {
    if (name !== key) return [[name, inner]];
    if (rest.length > 0) return [[name, shapeWith(inner, rest, value)]];
    return value === undefined ? [] : [[name, value]];
  });
};

const checked = (text: string, wanted: Shape): Edited => {
  const tree = treeOf(text);
  return tree.kind === 'tree' && tree.root && isDeepStrictEqual(shapeOf(tree.root), wanted)
    ? { kind: 'edited', text }
    : { kind: 'mistaken' };
};

export const removeEntry = (text: string, path: readonly string[]): Edited => {
  const found = find(text, path);
  if (found.kind !== 'found') return found;
  const after = without(text, cutsOf(text, found.object, found.property));
  return checked(after, shapeWith(shapeOf(found.root), path, undefined));
};

/** The value as a person would write it there: over several lines where the entries have lines of their own. */
const valueText = (text: string, value: JsonObject, margin: string | null): string => {
  if (margin === null) return JSON.stringify(value);
  const lines = JSON.stringify(value, null, indentOf(text)).split('\n');
  return lines.join(eolOf(text) + margin);
};

export const replaceEntry = (text: string, path: readonly string[], value: JsonObject): Edited => {
  const found = find(text, path);
  if (found.kind !== 'found') return found;
  const { node, value: old } = found.property;
  const inside = valueText(text, value, marginAt(text, node.offset));
  const after = text.slice(0, old.offset) + inside + text.slice(old.offset + old.length);
  const tree = treeOf(JSON.stringify(value));
  const shape = tree.kind === 'tree' && tree.root ? shapeOf(tree.root) : [];
  return checked(after, shapeWith(shapeOf(found.root), path, shape));
};

/** One entry as it stands in a text. */
export interface RawEntry {
  readonly kind: 'raw';
  /** Its value, letter by letter. */
  readonly value: string;
  /** The names of all entries beside it, itself among them, in their order. */
  readonly order: readonly string[];
  /** It was the last of them, and a comma followed it all the same. */
  readonly isTrailed: boolean;
}

export const rawEntry = (text: string, path: readonly string[]): RawEntry | Unfit => {
  const found = find(text, path);
  if (found.kind !== 'found') return found;
  const { value } = found.property;
  const end = value.offset + value.length;
  const order = propertiesOf(found.object).map(({ key }) => key);
  const isLast = order.at(-1) === found.property.key;
  return {
    kind: 'raw',
    value: text.slice(value.offset, end),
    order,
    isTrailed: isLast && commaBehind(text, end) !== null,
  };
};
