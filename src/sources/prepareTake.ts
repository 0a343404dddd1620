// What taking entries over would make of one file and of its page in the book, worked out before anything is changed; only the
// file as it is now is kept already. Not here: the steps (takeOver.ts).
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Clock } from '../base/clock.ts';
import type { JsonObject } from '../core/rpc.ts';
import type { SourceKind } from '../core/sources.ts';
import type { EntryHome, TakeWish } from '../core/takeOver.ts';
import type { Say } from '../core/wording/say.ts';
import type { Exclusion, OwnEntries } from './ownEntries.ts';
import { unfitText } from './refusal.ts';
import { type Bytes, hashOf, readBytes, textIn } from './sourceBytes.ts';
import {
  entriesOf,
  fileOf,
  mostTaken,
  type TakenBook,
  type TakenEntry,
  type TakenFile,
  type TakenLayer,
} from './takenBook.ts';
import { valueAt, withoutParts } from './takenText.ts';

export interface TakePorts {
  readonly clock: Clock;
  readonly say: Say;
  readonly book: TakenBook;
  readonly own: OwnEntries;
  readonly exclusion: Exclusion;
  /** What the product is to find in place of the entry; null: nothing, it gets the server from us in another way. */
  readonly leave: (wish: TakeWish) => JsonObject | null;
  readonly limitOf: (kind: SourceKind) => number;
}

/** A file that is about to be changed. */
export interface Prepared {
  readonly now: Bytes;
  readonly page: TakenFile;
  readonly layer: TakenLayer;
  /** Made for this, and of no use where this comes to nothing. */
  readonly newBackup: string | null;
  readonly fresh: readonly TakenEntry[];
  readonly bytes: Buffer;
}

type Preparation = Prepared | { readonly kind: 'refused'; readonly reason: string };

export interface Taking {
  readonly file: string;
  readonly kind: SourceKind;
  readonly wishes: readonly TakeWish[];
  /** All pages of the book. */
  readonly files: readonly TakenFile[];
}

export const isPrepared = (preparation: Preparation): preparation is Prepared =>
  'page' in preparation;

const refused = (reason: string): Preparation => ({ kind: 'refused', reason });

/** What was there before is the user's own, and stays when the entry goes. */
const inputsFor = ({ own }: TakePorts, { files }: Taking, wish: TakeWish): readonly string[] => {
  if (wish.entry === null) return [];
  const fresh = own.newInputs(wish.home, wish.inputs);
  const ours = files
    .flatMap(entriesOf)
    .filter(({ home }) => isDeepStrictEqual(home, wish.home))
    .flatMap(({ inputs }) => inputs);
  return wish.inputs.map(({ id }) => id).filter((id) => fresh.includes(id) || ours.includes(id));
};

/** Of an entry that is ours already: where it stands, which may be another place than where the one that leads to it would. */
const homeOf = (
  { own }: TakePorts,
  { wishes }: Taking,
  { name, home, entry }: TakeWish,
): EntryHome => {
  if (entry !== null) return home;
  const added = wishes.find((one) => one.entry !== null && one.name === name);
  return added?.home ?? own.homeOf(name) ?? home;
};

const entryOf = (ports: TakePorts, taking: Taking, wish: TakeWish): TakenEntry => ({
  id: randomUUID(),
  name: wish.name,
  path: [...wish.server.place.path],
  leave: ports.leave(wish),
  home: homeOf(ports, taking, wish),
  entry: wish.entry,
  inputs: [...inputsFor(ports, taking, wish)],
  phase: 'taking',
  at: ports.clock.now(),
});

const isUnchanged = (text: string, { server }: TakeWish): boolean =>
  isDeepStrictEqual(valueAt(text, server.place.path), server.entry);

export const prepareTake = async (ports: TakePorts, taking: Taking): Promise<Preparation> => {
  const { say, limitOf } = ports;
  const { file, kind, wishes, files } = taking;
  if (files.flatMap(entriesOf).length + wishes.length > mostTaken)
    return refused(
      say('More than {0} servers are taken over already. Give some back first.', mostTaken),
    );
  const now = await readBytes(file, limitOf(kind));
  if (now === null) return refused(say('It is no longer there.'));
  const { text } = textIn(now.bytes);
  return wishes.every((wish) => isUnchanged(text, wish))
    ? await onTop(ports, taking, now)
    : refused(say('An entry in it has just been changed. Look at it and try again.'));
};

const onTop = async (ports: TakePorts, taking: Taking, now: Bytes): Promise<Preparation> => {
  const { book, say } = ports;
  const { file, kind, wishes, files } = taking;
  const page = fileOf(files, file) ?? { file, kind, layers: [] };
  const hash = hashOf(now.bytes);
  // As long as nobody else has changed the file, everything is taken from the one state that it was found in.
  const last = page.layers.at(-1);
  const top = last?.left === hash ? last : null;
  const { mark, text } = textIn(top === null ? now.bytes : await book.read(top.backup));
  const fresh = wishes.map((wish) => entryOf(ports, taking, wish));
  const edited = withoutParts(text, [...(top?.parts ?? []), ...fresh]);
  if (edited.kind !== 'edited') return refused(unfitText(edited, say));
  const bytes = Buffer.from(mark + edited.text, 'utf8');
  if (top !== null) return { now, page, layer: top, newBackup: null, fresh, bytes };
  const backup = await book.keep(now.bytes);
  const layer: TakenLayer = { backup, left: hash, next: null, mode: now.mode, parts: [] };
  return { now, page, layer, newBackup: backup, fresh, bytes };
};

const pageWith = ({ page, layer }: Prepared, next: TakenLayer): TakenFile => ({
  ...page,
  layers: [...page.layers.filter(({ backup }) => backup !== layer.backup), next],
});

/** The page while it is done. */
export const begun = (prepared: Prepared): TakenFile => {
  const { layer, fresh, bytes } = prepared;
  const parts = [...layer.parts, ...fresh];
  return pageWith(prepared, { ...layer, next: hashOf(bytes), parts });
};

/** The page once it is done. */
export const finished = (prepared: Prepared): TakenFile => {
  const { layer, fresh, bytes } = prepared;
  const taken = fresh.map((entry) => ({ ...entry, phase: 'taken' as const }));
  const parts = [...layer.parts, ...taken];
  return pageWith(prepared, { ...layer, left: hashOf(bytes), next: null, parts });
};
