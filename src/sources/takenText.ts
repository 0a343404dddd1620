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

const byPath = (one: TakenPart, other: TakenPart): number =>
  JSON.stringify(one.path) < JSON.stringify(other.path) ? -1 : 1;

const step = (text: string, { path, leave }: TakenPart): Edited =>
  leave === null ? removeEntry(text, path) : replaceEntry(text, path, leave);

/** The text with these entries taken out. */
export const withoutParts = (base: string, parts: readonly TakenPart[]): Edited =>
  parts
    .toSorted(byPath)
    .reduce<Edited>((done, part) => (done.kind === 'edited' ? step(done.text, part) : done), {
      kind: 'edited',
      text: base,
    });

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
  /** Those in whose place something else stands, which is kept. */
  readonly kept: readonly TakenPart[];
}

export type Merged = Merge | Unfit;

/** An entry with its text from before. */
export interface Returning {
  readonly part: TakenPart;
  readonly raw: RawEntry;
}

const originalOf = ({ raw }: Returning): unknown => {
  const tree = treeOf(raw.value);
  return tree.kind === 'tree' && tree.root ? plainValue(tree.root) : undefined;
};

const after = (done: Merge, edited: Edited): Merged =>
  edited.kind === 'edited' ? { ...done, ...edited } : edited;

const mergeOne = (done: Merge, returning: Returning, onConflict: OnConflict): Merged => {
  const { part, raw } = returning;
  const { path, leave } = part;
  const { text } = done;
  const value = valueAt(text, path);
  if (value === undefined) return after(done, insertEntry(text, path, raw));
  if (isDeepStrictEqual(value, originalOf(returning))) return done;
  if (isLeft(value, leave)) return after(done, restoreEntry(text, path, raw));
  const noted = { ...done, conflicts: [...done.conflicts, nameOf(part)] };
  return onConflict === 'keep'
    ? { ...noted, kept: [...done.kept, part] }
    : after(noted, restoreEntry(text, path, raw));
};

/** A text that somebody has changed meanwhile, with these entries back in it. Blank where there is no file. */
const withParts = (text: string, parts: readonly Returning[], onConflict: OnConflict): Merged =>
  parts
    .toSorted((one, other) => byPath(one.part, other.part))
    .reduce<Merged>(
      (done, part) => (done.kind === 'edited' ? mergeOne(done, part, onConflict) : done),
      { kind: 'edited', text, conflicts: [], kept: [] },
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
  /** Not given back after all: somebody has put something else in their place, which is kept. They are still taken. */
  readonly kept: readonly TakenPart[];
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
      parts.push({ part, raw });
    }
  return parts;
};

const isList = (value: readonly Returning[] | Unfit): value is readonly Returning[] =>
  Array.isArray(value);

const rest = <P extends TakenPart>(
  layers: readonly Layer<P>[],
  isBack: (part: P) => boolean,
  kept: readonly TakenPart[],
): readonly Layer<P>[] =>
  layers
    .map((layer) => ({
      ...layer,
      parts: layer.parts.filter((part) => !isBack(part) || kept.includes(part)),
    }))
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
  const { conflicts, kept } = base;
  const remaining = top.parts.filter((part) => !isBack(part));
  const without = withoutParts(base.text, remaining);
  if (without.kind !== 'edited') return without;
  return {
    kind: 'return',
    text: without.text,
    isExact: earlier.length === 0,
    conflicts,
    kept,
    layers: rest([...layers.slice(0, -1), { ...top, base: base.text }], isBack, kept),
    isOurs: remaining.length > 0,
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
  const { text, conflicts, kept } = merged;
  const still = rest(layers, wanted.isBack, kept);
  return { kind: 'return', text, conflicts, kept, isExact: false, layers: still, isOurs: false };
};
