// What becomes of our setting when entries are no longer taken over, and what is left to do after a death in the middle.
// Not here: taking over (takeOver.ts) and giving back (giveBack.ts).
import { isDeepStrictEqual } from 'node:util';
import type { SourceKind } from '../core/sources.ts';
import type { Log } from '../runtime/ports.ts';
import type { Exclusion, OwnEntries } from './ownEntries.ts';
import { treeOf } from './jsonText.ts';
import { FileTrouble, hashOf, readBytes, textIn } from './sourceBytes.ts';
import {
  entriesOf,
  type TakenBook,
  type TakenEntry,
  type TakenFile,
  withFile,
} from './takenBook.ts';
import { isLeft, valueAt } from './takenText.ts';
import { exclusionKey } from './takeOver.ts';

const mapEntries = (
  files: readonly TakenFile[],
  change: (entry: TakenEntry) => TakenEntry | null,
): readonly TakenFile[] =>
  files.map((page) => ({
    ...page,
    layers: page.layers.map((layer) => ({
      ...layer,
      parts: layer.parts.map(change).filter((part) => part !== null),
    })),
  }));

const isSameEntry = (one: TakenEntry, other: TakenEntry): boolean =>
  one.name === other.name && isDeepStrictEqual(one.home, other.home);

/**
 * The book without these, and our setting without the entries that were made for them: unless another file leads to one too, which
 * then inherits it.
 */
export const withoutTaken = async (
  files: readonly TakenFile[],
  gone: readonly TakenEntry[],
  own: OwnEntries,
): Promise<readonly TakenFile[]> => {
  const isGone = ({ id }: TakenEntry): boolean => gone.some((one) => one.id === id);
  let rest = mapEntries(files, (entry) => (isGone(entry) ? null : entry));
  for (const { entry, inputs, home, name, ...others } of gone) {
    if (entry === null) continue;
    const same = { entry, inputs, home, name, ...others };
    const heir = rest.flatMap(entriesOf).find((other) => isSameEntry(other, same));
    if (heir)
      rest = mapEntries(rest, (one) => (one.id === heir.id ? { ...one, entry, inputs } : one));
    else await own.remove(home, { name, inputs });
  }
  return rest;
};

export interface SettlePorts {
  readonly book: TakenBook;
  readonly own: OwnEntries;
  readonly exclusion: Exclusion;
  readonly limitOf: (kind: SourceKind) => number;
  readonly log: Log;
}

/** Null where the file says nothing: it is missing, or nobody can read it, or somebody has left it half edited. */
const stateOf = async (
  { file }: TakenFile,
  limit: number,
): Promise<{ readonly text: string; readonly hash: string } | null> => {
  try {
    const now = await readBytes(file, limit);
    if (now === null) return null;
    const { text } = textIn(now.bytes);
    const tree = treeOf(text);
    const isWhole = tree.kind === 'tree' && tree.root !== null;
    return isWhole ? { text, hash: hashOf(now.bytes) } : null;
  } catch (error) {
    if (error instanceof FileTrouble) return null;
    throw error;
  }
};

const isPending = ({ phase }: TakenEntry): boolean => phase !== 'taken';

/**
 * Ends what a death has left in the middle, by what the file says: an entry that is no longer there was taken over, one that still is
 * there, or is there again, was not. It is in our setting all the while, so that nothing is lost in either case. A file that says
 * nothing just now is asked at the next start.
 */
export const settleTaken = ({ book, own, exclusion, limitOf, log }: SettlePorts): Promise<void> =>
  exclusion.run(exclusionKey, async () => {
    let files = await book.load();
    const pages = files.filter((one) => entriesOf(one).some(isPending));
    for (const page of pages) {
      if (
        !entriesOf(page)
          .filter(isPending)
          .every(({ home }) => own.reaches(home))
      )
        continue;
      const state = await stateOf(page, limitOf(page.kind));
      if (state === null) {
        log.warn(`What had begun with ${page.file} waits: it is missing or cannot be read.`);
        continue;
      }
      const isOut = ({ path, leave }: TakenEntry): boolean => {
        const value = valueAt(state.text, path);
        // Also where somebody has removed what we left there: nobody has the server but us.
        return value === undefined || isLeft(value, leave);
      };
      const back = entriesOf(page).filter((entry) => isPending(entry) && !isOut(entry));
      files = withFile(files, settledPage(page, state.hash));
      files = await withoutTaken(files, back, own);
      log.info(
        `What had begun with ${page.file} was ended: ${back.length} entries are the file's again.`,
      );
    }
    if (pages.length > 0) await book.save(files);
    await book.sweep(await book.load());
  });

const settledPage = (page: TakenFile, hash: string): TakenFile => ({
  ...page,
  layers: page.layers.map((layer) => ({
    ...layer,
    left: layer.next === hash ? hash : layer.left,
    next: null,
    parts: layer.parts.map((part) => ({ ...part, phase: 'taken' as const })),
  })),
});
