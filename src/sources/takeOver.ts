// Takes entries over: first the book says what will be done and keeps the file as it was, then our setting gets the entry, and
// only then the file is changed; so that at no moment, whatever dies, an entry is nowhere. Where one of the steps fails those
// before it are undone. Not here: what the text becomes (takenText.ts), giving back (giveBack.ts), asking the user (host).
import { type Millis, sleep } from '../base/clock.ts';
import type { SourceKind } from '../core/sources.ts';
import type { TakeResult, TakeWish } from '../core/takeOver.ts';
import { errorText, refusalText } from './refusal.ts';
import { FileTrouble, readBytes, textIn, withClaudeLock, writeBytes } from './sourceBytes.ts';
import { type TakenEntry, type TakenFile, withFile } from './takenBook.ts';
import {
  begun,
  finished,
  isPrepared,
  type Prepared,
  prepareTake,
  type TakePorts,
} from './prepareTake.ts';
import { valueAt } from './takenText.ts';

/** Of all files together: there is one book. */
export const exclusionKey = 'taken over';

const writePatience: Millis = 5000;
const writePoll: Millis = 50;

const groupByFile = (wishes: readonly TakeWish[]): ReadonlyMap<string, readonly TakeWish[]> =>
  Map.groupBy(wishes, ({ server }) => server.place.file);

export class TakeOver {
  readonly #ports: TakePorts;

  constructor(ports: TakePorts) {
    this.#ports = ports;
  }

  /** One file after the other; a file that cannot be changed keeps none of the others from it. Never rejects. */
  async take(wishes: readonly TakeWish[]): Promise<readonly TakeResult[]> {
    const results: TakeResult[] = [];
    for (const [file, group] of groupByFile(wishes)) {
      const reason = await this.#takeFrom(file, group);
      for (const wish of group)
        results.push(reason === null ? { kind: 'taken', wish } : { kind: 'refused', wish, reason });
    }
    return results;
  }

  /** Null, or why not. */
  async #takeFrom(file: string, wishes: readonly TakeWish[]): Promise<string | null> {
    const { exclusion, clock, say } = this.#ports;
    const kind = wishes[0]?.server.place.kind ?? 'project';
    try {
      return await exclusion.run(exclusionKey, () =>
        kind === 'claude-code'
          ? withClaudeLock(file, clock, () => this.#change(file, kind, wishes))
          : this.#change(file, kind, wishes),
      );
    } catch (error) {
      return refusalText(file, errorText(error, say), say);
    }
  }

  async #change(
    file: string,
    kind: SourceKind,
    wishes: readonly TakeWish[],
  ): Promise<string | null> {
    const { book, say, own } = this.#ports;
    const files = await book.load();
    const first = await prepareTake(this.#ports, { file, kind, wishes, files });
    if (!isPrepared(first)) return refusalText(file, first.reason, say);
    let prepared = first;
    const added: TakenEntry[] = [];
    try {
      await book.save(withFile(files, begun(prepared)));
      for (const [index, { home, name, entry, inputs }] of wishes.entries()) {
        if (entry === null) continue;
        await own.add(home, { name, entry, inputs });
        added.push(...first.fresh.slice(index, index + 1));
      }
      prepared = await this.#preparedAnew(file, kind, wishes, prepared);
      await this.#write(file, kind, prepared);
    } catch (error) {
      await this.#undo(files, prepared, added);
      throw error;
    }
    await book.save(withFile(await book.load(), finished(prepared)));
    return null;
  }

  /** The file of a workspace holds our setting too: it has just been changed by ourselves. */
  async #preparedAnew(
    file: string,
    kind: SourceKind,
    wishes: readonly TakeWish[],
    before: Prepared,
  ): Promise<Prepared> {
    const own = wishes.filter(({ home }) => home.kind === 'workspace' && home.file === file);
    if (own.length === 0) return before;
    await this.#untilWritten(
      file,
      kind,
      own.filter(({ entry }) => entry !== null),
    );
    const { book } = this.#ports;
    const files = await book.load();
    const others = files.filter((page) => page.file !== file);
    const original = { ...before.page, layers: before.page.layers };
    const anew = await prepareTake(this.#ports, {
      file,
      kind,
      wishes,
      files: [...others, original],
    });
    if (!isPrepared(anew)) throw new Error(anew.reason);
    // By now our setting has their inputs, which says nothing about who put them there.
    const fresh = anew.fresh.map((entry, index) => ({
      ...entry,
      inputs: before.fresh[index]?.inputs ?? [],
    }));
    const next = { ...anew, fresh };
    await book.save(withFile(files, begun(next)));
    if (before.newBackup !== null && before.newBackup !== next.newBackup)
      await book.forget([before.newBackup]);
    return next;
  }

  /** The editor may say that it has written before it has: what is read too early would be written over its change. */
  async #untilWritten(file: string, kind: SourceKind, wishes: readonly TakeWish[]): Promise<void> {
    const { clock, limitOf } = this.#ports;
    const until = clock.steady() + writePatience;
    for (;;) {
      const now = await readBytes(file, limitOf(kind));
      const text = now === null ? '' : textIn(now.bytes).text;
      const isThere = ({ name }: TakeWish): boolean =>
        valueAt(text, ['settings', 'mcpLifeline.servers', name]) !== undefined;
      if (wishes.every(isThere)) return;
      if (clock.steady() > until) throw new FileTrouble('changed');
      await sleep(clock, writePoll);
    }
  }

  async #write(file: string, kind: SourceKind, { now, bytes }: Prepared): Promise<void> {
    const limit = this.#ports.limitOf(kind);
    await writeBytes({ file, bytes, expected: now, limit, mode: now.mode });
  }

  /** Each step by itself: what cannot be undone is settled at the next start (settleTaken.ts). */
  async #undo(
    files: readonly TakenFile[],
    { newBackup }: Prepared,
    added: readonly TakenEntry[],
  ): Promise<void> {
    const { own, book } = this.#ports;
    for (const { home, name, inputs } of added) await own.remove(home, { name, inputs });
    await book.save(files);
    if (newBackup !== null) await book.forget([newBackup]);
  }
}
