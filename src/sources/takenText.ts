// What taking over and giving back make of the text of a file. What was taken from one state of a file is always computed from
// that state, in one order: so that giving back leads to the old text, letter by letter, whatever came first. Once somebody else
// has changed the file, only our entries are merged into it. Pure. Not here: files and books (takeOver.ts, giveBack.ts).
import { isDeepStrictEqual } from 'node:util';
import { getNodeValue, type Node } from 'jsonc-parser';
import { isObject, type JsonObject } from '../core/rpc.ts';
import type { OnConflict } from '../core/takeOver.ts';
import { type RawEntry, rawEntry, removeEntry, replaceEntry } from './editEntry.ts';
import { insertEntry, restoreEntry } from './insertEntry.ts';
import { type Edited, locate, treeOf, type Unfit } from './jsonText.ts';

/** One entry that was taken, as far as its file is concerned. */
export interface TakenPart {
  readonly path: readonly string[];
  /** What stands in its place; null: nothing. */
  readonly leave: JsonObject | null;
}

const nameOf = ({ path }: TakenPart): string => path.at(-1) ?? '';

const inOrder = <P extends TakenPart>(parts: readonly P[]): readonly P[] =>
  parts.toSorted((one, other) => (JSON.stringify(one.path) < JSON.stringify(other.path) ? -1 : 1));

const step = (text: string, { path, leave }: TakenPart): Edited =>
  leave === null ? removeEntry(text, path) : replaceEntry(text, path, leave);

/** The text with these entries taken out. */
export const withoutParts = (base: string, parts: readonly TakenPart[]): Edited =>
  inOrder(parts).reduce<Edited>(
    (done, part) => (done.kind === 'edited' ? step(done.text, part) : done),
    { kind: 'edited', text: base },
  );

/** With ordinary objects: the parser's have no prototype, and would equal none. */
const plainValue = (node: Node): unknown => structuredClone(getNodeValue(node));

/** The entry's value; undefined where there is none, or no telling. */
export const valueAt = (text: string, path: readonly string[]): unknown => {
  const tree = treeOf(text);
  if (tree.kind !== 'tree' || tree.root === null) return undefined;
  const located = locate(tree.root, path);
  return located.kind === 'found' ? plainValue(located.property.value) : undefined;
};

const firstWord = (entry: unknown): unknown => {
  const args = isObject(entry) ? entry['args'] : undefined;
  return Array.isArray(args) ? args[0] : undefined;
};

/** What we left there, also where somebody has added to it. */
export const isLeft = (value: unknown, leave: JsonObject | null): boolean =>
  leave !== null &&
  (isDeepStrictEqual(value, leave) ||
    (typeof firstWord(leave) === 'string' && firstWord(value) === firstWord(leave)));

interface Merge {
  readonly kind: 'edited';
  readonly text: string;
  readonly conflicts: readonly string[];
}

export type Merged = Merge | Unfit;

/** An entry with its text from before. */
export interface Returning extends TakenPart {
  readonly raw: RawEntry;
}

const originalOf = ({ raw }: Returning): unknown => {
  const tree = treeOf(raw.value);
  return tree.kind === 'tree' && tree.root ? plainValue(tree.root) : undefined;
};

const withConflicts = (edited: Edited, conflicts: readonly string[]): Merged =>
  edited.kind === 'edited' ? { ...edited, conflicts } : edited;

const mergeOne = (done: Merge, part: Returning, onConflict: OnConflict): Merged => {
  const { path, raw, leave } = part;
  const { text, conflicts } = done;
  const value = valueAt(text, path);
  if (value === undefined) return withConflicts(insertEntry(text, path, raw), conflicts);
  if (isDeepStrictEqual(value, originalOf(part))) return done;
  if (isLeft(value, leave)) return withConflicts(restoreEntry(text, path, raw), conflicts);
  const all = [...conflicts, nameOf(part)];
  return onConflict === 'keep'
    ? { ...done, conflicts: all }
    : withConflicts(restoreEntry(text, path, raw), all);
};

/** A text that somebody has changed meanwhile, with these entries back in it. Blank where there is no file. */
const withParts = (text: string, parts: readonly Returning[], onConflict: OnConflict): Merged =>
  inOrder(parts).reduce<Merged>(
    (done, part) => (done.kind === 'edited' ? mergeOne(done, part, onConflict) : done),
    { kind: 'edited', text, conflicts: [] },
  );

/** A state that the file was found in, and what was taken from it. */
export interface Layer<P extends TakenPart> {
  /** The text as it was. */
  readonly base: string;
  /** Hash of the file as we left it: as long as it is that, nobody else has changed it. */
  readonly left: string;
  readonly parts: readonly P[];
}

export interface Now {
  readonly text: string;
  readonly hash: string;
}

export interface Return<P extends TakenPart> {
  readonly kind: 'return';
  readonly text: string;
  readonly isExact: boolean;
  readonly conflicts: readonly string[];
  /** What is still taken. `left` of the last one is that of before, and is to be that of `text`, where `isOurs`. */
  readonly layers: readonly Layer<P>[];
  /** Nobody else had a hand in `text`. */
  readonly isOurs: boolean;
}

interface Wanted<P> {
  readonly isBack: (part: P) => boolean;
  readonly onConflict: OnConflict;
}

const returningOf = <P extends TakenPart>(
  layers: readonly Layer<P>[],
  isBack: (part: P) => boolean,
): readonly Returning[] | Unfit => {
  const parts: Returning[] = [];
  for (const { base, parts: taken } of layers)
    for (const part of taken.filter(isBack)) {
      const raw = rawEntry(base, part.path);
      if (raw.kind !== 'raw') return raw;
      parts.push({ path: part.path, leave: part.leave, raw });
    }
  return parts;
};

const isList = (value: readonly Returning[] | Unfit): value is readonly Returning[] =>
  Array.isArray(value);

const rest = <P extends TakenPart>(
  layers: readonly Layer<P>[],
  isBack: (part: P) => boolean,
): readonly Layer<P>[] =>
  layers
    .map((layer) => ({ ...layer, parts: layer.parts.filter((part) => !isBack(part)) }))
    .filter(({ parts }) => parts.length > 0);

/** Nobody has touched the file: what remains taken is computed anew from the state that it was found in. */
const returnOurs = <P extends TakenPart>(
  layers: readonly Layer<P>[],
  top: Layer<P>,
  { isBack, onConflict }: Wanted<P>,
): Return<P> | Unfit => {
  const earlier = returningOf(layers.slice(0, -1), isBack);
  if (!isList(earlier)) return earlier;
  const base = withParts(top.base, earlier, onConflict);
  if (base.kind !== 'edited') return base;
  const kept = top.parts.filter((part) => !isBack(part));
  const after = withoutParts(base.text, kept);
  if (after.kind !== 'edited') return after;
  return {
    kind: 'return',
    text: after.text,
    isExact: earlier.length === 0,
    conflicts: base.conflicts,
    layers: rest([...layers.slice(0, -1), { ...top, base: base.text }], isBack),
    isOurs: kept.length > 0,
  };
};

/** What giving some entries back makes of the file. `now` is null where there is none. */
export const returnParts = <P extends TakenPart>(
  layers: readonly Layer<P>[],
  now: Now | null,
  wanted: Wanted<P>,
): Return<P> | Unfit => {
  const top = layers.at(-1);
  if (top && now && now.hash === top.left) return returnOurs(layers, top, wanted);
  const parts = returningOf(layers, wanted.isBack);
  if (!isList(parts)) return parts;
  const merged = withParts(now?.text ?? '', parts, wanted.onConflict);
  if (merged.kind !== 'edited') return merged;
  const { text, conflicts } = merged;
  const layersLeft = rest(layers, wanted.isBack);
  return { kind: 'return', text, conflicts, isExact: false, layers: layersLeft, isOurs: false };
};
