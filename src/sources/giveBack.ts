// Gives entries back: works out first what that would make of each file, for somebody to look at, and then does exactly that, in
// the order in which nothing can get lost: the book, the file, and only then our setting. Not here: what the text becomes
// (takenText.ts), taking over (takeOver.ts), asking the user (host).
import { isDeepStrictEqual } from 'node:util';
import { type Clock, type Millis, sleep } from '../base/clock.ts';
import type { SourceKind } from '../core/sources.ts';
import type { OnConflict, ReturnPlan } from '../core/takeOver.ts';
import type { Say } from '../core/wording/say.ts';
import type { Exclusion, OwnEntries } from './ownEntries.ts';
import { errorText, refusalText, unfitText } from './refusal.ts';
import { withoutTaken } from './settleTaken.ts';
import {
  type Bytes,
  hashOf,
  readBytes,
  textIn,
  withClaudeLock,
  writeBytes,
} from './sourceBytes.ts';
import {
  entriesOf,
  fileOf,
  type TakenBook,
  type TakenEntry,
  type TakenFile,
  type TakenLayer,
  withFile,
} from './takenBook.ts';
import { type Layer, type Return, returnParts } from './takenText.ts';
import { exclusionKey } from './takeOver.ts';

export interface GiveBackPorts {
  readonly clock: Clock;
  readonly say: Say;
  readonly book: TakenBook;
  readonly own: OwnEntries;
  readonly exclusion: Exclusion;
  readonly limitOf: (kind: SourceKind) => number;
}

/**
 * The editor looks at the file of its workspace when it sees that it has changed, and when it writes our setting out of it, it empties
 * it first. Whoever looks in that moment sees a workspace without folders, and the window reloads: it is given time to look before.
 */
const editorReads: Millis = 500;

/** Of a file that is made anew and whose rights nobody knows any more: it may hold credentials. */
const ownerFile = 0o600;

type FittingPlan = Extract<ReturnPlan, { kind: 'plan' }>;

/** A plan with what only we need to know. */
interface Worked {
  readonly plan: FittingPlan;
  readonly page: TakenFile;
  readonly now: Bytes | null;
  readonly mark: string;
  readonly result: Return<TakenEntry>;
  readonly bases: readonly Layer<TakenEntry>[];
}

const isWorked = (worked: Worked | ReturnPlan): worked is Worked => 'plan' in worked;

/**
 * Whether what is done now is what was looked at. Claude Code writes its file all the time, and mostly other things: there it is
 * enough that the same entries come back in the same way, or nobody would ever be quick enough.
 */
const isAsShown = ({ kind }: TakenFile, now: FittingPlan, shown: FittingPlan): boolean =>
  (now.before === shown.before && now.after === shown.after) ||
  (kind === 'claude-code' &&
    !shown.isExact &&
    shown.before !== null &&
    now.before !== null &&
    isDeepStrictEqual(now.conflicts, shown.conflicts));

export class GiveBack {
  readonly #ports: GiveBackPorts;

  constructor(ports: GiveBackPorts) {
    this.#ports = ports;
  }

  /** One for each file. Changes nothing, and never rejects. */
  async plan(
    ids: readonly string[],
    onConflict: OnConflict = 'keep',
  ): Promise<readonly ReturnPlan[]> {
    const { book, say } = this.#ports;
    let files: readonly TakenFile[];
    try {
      files = await book.load();
    } catch (error) {
      return [{ kind: 'refused', file: book.path, ids, reason: errorText(error, say) }];
    }
    const plans: ReturnPlan[] = [];
    for (const page of files) {
      const mine = entriesOf(page).filter(({ id }) => ids.includes(id));
      if (mine.length === 0) continue;
      const worked = await this.#tryWork(page, mine, onConflict);
      plans.push(isWorked(worked) ? worked.plan : worked);
    }
    return plans;
  }

  /** Does what was shown: null, or a sentence that says what kept it from being done, or from being finished. Never rejects. */
  async give(plan: FittingPlan, onConflict: OnConflict = 'keep'): Promise<string | null> {
    const { exclusion, clock, say, book } = this.#ports;
    const { file } = plan;
    try {
      return await exclusion.run(exclusionKey, async () => {
        const page = fileOf(await book.load(), file);
        return page?.kind === 'claude-code' && plan.before !== null
          ? withClaudeLock(file, clock, () => this.#give(plan, onConflict))
          : this.#give(plan, onConflict);
      });
    } catch (error) {
      return refusalText(file, errorText(error, say), say);
    }
  }

  async #tryWork(
    page: TakenFile,
    mine: readonly TakenEntry[],
    onConflict: OnConflict,
  ): Promise<Worked | ReturnPlan> {
    const { say, own } = this.#ports;
    const ids = mine.map(({ id }) => id);
    const refused = (reason: string): ReturnPlan => ({
      kind: 'refused',
      file: page.file,
      ids,
      reason,
    });
    if (!mine.every(({ home }) => own.reaches(home)))
      return refused(
        say(
          'It belongs to a workspace that is not open here, or not trusted. Open that one first.',
        ),
      );
    try {
      return await this.#work(page, mine, onConflict);
    } catch (error) {
      return refused(errorText(error, say));
    }
  }

  async #work(
    page: TakenFile,
    mine: readonly TakenEntry[],
    onConflict: OnConflict,
  ): Promise<Worked | ReturnPlan> {
    const { book, limitOf, say } = this.#ports;
    const { file, kind } = page;
    const ids = mine.map(({ id }) => id);
    const now = await readBytes(file, limitOf(kind));
    const bases: Layer<TakenEntry>[] = [];
    for (const { backup, left, parts } of page.layers)
      bases.push({ base: textIn(await book.read(backup)).text, left, parts });
    const read = now && textIn(now.bytes);
    const present = now && read ? { text: read.text, hash: hashOf(now.bytes) } : null;
    const isBack = ({ id }: TakenEntry): boolean => ids.includes(id);
    const result = returnParts(bases, present, { isBack, onConflict });
    if (result.kind !== 'return')
      return { kind: 'refused', file, ids, reason: unfitText(result, say) };
    const { text: after, isExact, conflicts, kept } = result;
    const before = read?.text ?? null;
    const stays = mine.filter((entry) => kept.includes(entry)).map(({ id }) => id);
    const plan: FittingPlan = { kind: 'plan', file, ids, before, after, isExact, conflicts, stays };
    return { plan, page, now, mark: read?.mark ?? '', result, bases };
  }

  async #give(plan: FittingPlan, onConflict: OnConflict): Promise<string | null> {
    const { book, say } = this.#ports;
    const { file, ids } = plan;
    const files = await book.load();
    const page = fileOf(files, file);
    const mine = page ? entriesOf(page).filter(({ id }) => ids.includes(id)) : [];
    // Another window was quicker.
    if (!page || mine.length !== ids.length) return null;
    const worked = await this.#tryWork(page, mine, onConflict);
    if (!isWorked(worked)) return worked.kind === 'refused' ? worked.reason : null;
    if (!isAsShown(page, worked.plan, plan))
      return refusalText(file, say('Another program has just changed it. Try again.'), say);
    const gone = mine.filter(({ id }) => !worked.plan.stays.includes(id));
    // Before anything is changed: a file that has been written stays written, whatever our setting says to it.
    for (const { home, name, entry } of gone)
      if (entry !== null) await this.#ports.own.checkRemoval(home, name);
    const bytes = await this.#writeFile(files, worked, gone);
    await this.#untilRead(file, gone);
    try {
      await this.#finish(worked, gone, bytes);
      return null;
    } catch (error) {
      return say(
        '{0} has its entries again, but the rest could not be done: {1} Mend that, and use Give Back once more.',
        file,
        errorText(error, say),
      );
    }
  }

  async #writeFile(
    files: readonly TakenFile[],
    { page, now, mark, result }: Worked,
    gone: readonly TakenEntry[],
  ): Promise<Buffer> {
    const { book, limitOf } = this.#ports;
    const { file, kind, layers } = page;
    const bytes = Buffer.from(mark + result.text, 'utf8');
    const isPlain = result.isOurs && result.isExact;
    await book.save(withFile(files, returning(page, gone, isPlain ? hashOf(bytes) : null)));
    if (now?.bytes.equals(bytes)) return bytes;
    const mode = layers.at(-1)?.mode ?? ownerFile;
    await writeBytes({ file, bytes, expected: now, limit: limitOf(kind), mode }).catch(
      async (error: unknown) => {
        await book.save(files);
        throw error;
      },
    );
    return bytes;
  }

  /** The editor has looked at the file, where our setting stands in it too. */
  async #untilRead(file: string, gone: readonly TakenEntry[]): Promise<void> {
    const holdsOurs = gone.some(({ home }) => home.kind === 'workspace' && home.file === file);
    if (holdsOurs) await sleep(this.#ports.clock, editorReads);
  }

  /** Our setting and the book, once the file is as it is to be. */
  async #finish(
    { page, mark, result, bases }: Worked,
    gone: readonly TakenEntry[],
    bytes: Buffer,
  ): Promise<void> {
    const { book, own } = this.#ports;
    const { file } = page;
    const settled = await withoutTaken(await book.load(), gone, own);
    const next = await this.#nextPage(page, result, bases, hashOf(bytes), mark);
    const adopted = entriesOf(fileOf(settled, file) ?? page);
    await book.save(withFile(settled, withEntries(next, adopted)));
    const kept = new Set(next.layers.map(({ backup }) => backup));
    await book.forget(page.layers.map(({ backup }) => backup).filter((one) => !kept.has(one)));
  }

  /** What is still taken, over the state of the file that it is to be given back to. */
  async #nextPage(
    page: TakenFile,
    { layers, isOurs }: Return<TakenEntry>,
    bases: readonly Layer<TakenEntry>[],
    hash: string,
    mark: string,
  ): Promise<TakenFile> {
    const next: TakenLayer[] = [];
    for (const [index, { base, parts, left }] of layers.entries()) {
      const before = page.layers.find(({ parts: old }) =>
        old.some(({ id }) => parts.some((part) => part.id === id)),
      );
      if (!before) continue;
      const isSame = bases.some((one) => one.base === base && one.left === left);
      const { book } = this.#ports;
      const backup = isSame ? before.backup : await book.keep(Buffer.from(mark + base, 'utf8'));
      const isTop = isOurs && index === layers.length - 1;
      const now = { backup, left: isTop ? hash : left, next: null, parts: [...parts] };
      next.push({ ...before, ...now });
    }
    return { ...page, layers: next };
  }
}

/** `next`: what the file will be, where what remains taken is taken from the same state of it. */
const returning = (
  page: TakenFile,
  gone: readonly TakenEntry[],
  next: string | null,
): TakenFile => ({
  ...page,
  layers: page.layers.map((layer, index) => ({
    ...layer,
    next: index === page.layers.length - 1 ? next : null,
    parts: layer.parts.map((part) =>
      gone.some(({ id }) => id === part.id) ? { ...part, phase: 'returning' as const } : part,
    ),
  })),
});

/** The entries as they have become meanwhile: one may have inherited the entry in our setting. */
const withEntries = (page: TakenFile, entries: readonly TakenEntry[]): TakenFile => ({
  ...page,
  layers: page.layers.map((layer) => ({
    ...layer,
    parts: layer.parts.map((part) => entries.find(({ id }) => id === part.id) ?? part),
  })),
});
